/** Nobody waits for somebody else's trouble: busy neighbours, closed windows, a process that stands still. */
import { expect, test } from 'vitest';
import { createTicker } from '../../src/dispatcher/tick.ts';
import { withClient } from '../database-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const BACKLOG = 60;
/** Every send takes a while, and there are few places. */
const SLOW = { transportConfig: { latencyMs: 100 } };
const FEW_PLACES = { config: { sendsInFlight: 4 }, dispatches: false };

async function acceptMany(ws: Workspace, count: number, body: Record<string, unknown> = {}): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => accept(ws, { recipientPhone: newPhone(), ...body })));
}

test('one line does not take every place of a dispatcher from its neighbour', async () => {
  const app = await openApp(FEW_PLACES);
  const ws = await openWorkspace(app, { lines: [SLOW, SLOW] });
  const [busy, quiet] = ws.lines.map((line) => line._id).sort() as [string, string];
  const last = await accept(ws, { recipientPhone: newPhone(), fromLineId: quiet });
  await acceptMany(ws, BACKLOG, { fromLineId: busy });
  app.startDispatcher();
  await ws.reaches(last._id, 'delivered');
  const before = (await copiesIn(app, ws)).filter((copy) => copy.lineId === busy).length;
  await app.close();
  expect(before).toBeLessThan(BACKLOG / 2);
});

test('one workspace does not take every place of a dispatcher from another, whichever comes first', async () => {
  const app = await openApp(FEW_PLACES);
  const both = [await openWorkspace(app, { lines: [SLOW] }), await openWorkspace(app, { lines: [SLOW] })];
  for (const [busy, quiet] of [both, both.toReversed()] as [Workspace, Workspace][]) {
    const { databaseUrl } = app;
    const other = await openApp({ ...FEW_PLACES, databaseUrl });
    const last = await accept(quiet, { recipientPhone: newPhone() });
    const sentBefore = (await copiesIn(app, busy)).length;
    await acceptMany(busy, BACKLOG);
    other.startDispatcher();
    await quiet.reaches(last._id, 'delivered');
    const sent = (await copiesIn(app, busy)).length - sentBefore;
    await until('all are sent', async () => (await copiesIn(app, busy)).length === sentBefore + BACKLOG);
    await other.close();
    expect(sent).toBeLessThan(BACKLOG / 2);
  }
  await app.close();
});

/** Passes until nothing more is due at once; how many it took. */
async function passes(app: TestApp): Promise<number> {
  const { deps } = app;
  const ticker = createTicker(deps);
  for (let count = 1; ; count += 1) {
    const underWay: Promise<void>[] = [];
    const { more } = await ticker.tick(20, (task) => underWay.push(task()));
    await Promise.all(underWay);
    const nextDue = await ticker.nextDue();
    if (!more && (nextDue === null || nextDue > deps.clock.now())) return count;
  }
}

test('a backlog whose window has closed is held in few passes, each with its event, and the rest goes on', async () => {
  const clock = leapingClock();
  const app = await openApp({ clock, dispatches: false });
  // A gap, so that a pass looks at one or two messages; over by the time that counts.
  const ws = await openWorkspace(app, { lines: [{ deviceGapMs: HOUR }] });
  const timeIn = (hours: number) => new Date(clock.now() + hours * HOUR).toISOString().slice(11, 16);
  const window = { timezone: 'UTC', sendWindowStart: timeIn(-1), sendWindowEnd: timeIn(2) };
  await acceptMany(ws, 200, window);
  const urgent = await accept(ws, { recipientPhone: newPhone() });
  clock.leap(4 * HOUR);
  expect(await passes(app)).toBeLessThan(10);
  expect((await ws.message(urgent._id)).sentAt).not.toBeNull();
  const held = await read<{ status: string; events: number }>(
    app,
    `SELECT m.status, (SELECT count(*) FROM events e WHERE e.message_id = m.id AND e.type = 'message.held') AS events
     FROM messages m WHERE m.workspace_id = $1 AND m.settings IS NOT NULL`,
    [ws.workspaceId],
  );
  expect(held).toEqual(Array(200).fill({ status: 'queued', events: 1 }));
  await app.close();
});

test('a process that stands still with a device in its hands does not stop the sends of others', async () => {
  const app = await openApp();
  const stuck = await openWorkspace(app);
  const ws = await openWorkspace(app);
  await withClient(app.databaseUrl, async (other) => {
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM devices WHERE workspace_id = $1 FOR NO KEY UPDATE', [stuck.workspaceId]);
    const waiting = await accept(stuck, { recipientPhone: newPhone() });
    const message = await accept(ws, { recipientPhone: newPhone() });
    await ws.reaches(message._id, 'delivered');
    expect((await stuck.message(waiting._id)).status).toBe('pending');
    await other.query('COMMIT');
    await stuck.reaches(waiting._id, 'delivered');
  });
  await app.close();
});

test('a line looks again when the heads it read stood in the wrong queue, and does not sleep until midnight', async () => {
  const clock = leapingClock();
  const app = await openApp({ clock, dispatches: false });
  // Where its day ends is not within the hour that is leapt over.
  const capTimezone = new Date(clock.now()).getUTCHours() >= 22 ? 'Etc/GMT+6' : 'UTC';
  const line = { dailyNewConversationsLimit: 1, deviceGapMs: HOUR, capTimezone };
  const ws = await openWorkspace(app, { lines: [line] });
  const friend = newPhone();
  const first = await accept(ws, { recipientPhone: friend });
  await passes(app);
  expect((await ws.message(first._id)).sentAt).not.toBeNull();
  const strangers = [newPhone(), newPhone()].map((recipientPhone) => accept(ws, { recipientPhone }));
  const ids = (await Promise.all(strangers)).map(({ _id }) => _id);
  // As an intake leaves them that read a touch which another process took back before its insert.
  await read(app, 'UPDATE messages SET first_touch = false WHERE id = ANY($1)', [ids]);
  const again = await accept(ws, { recipientPhone: friend });
  // The gap is over, the cap is not.
  clock.leap(HOUR);
  await passes(app);
  expect((await ws.message(again._id)).sentAt).not.toBeNull();
  await app.close();
});

test('a clock that was set back silences a line for no longer than its gap', async () => {
  const clock = leapingClock();
  const app = await openApp({ clock });
  const ws = await openWorkspace(app, { lines: [{ deviceGapMs: 200 }] });
  const first = await accept(ws, { recipientPhone: newPhone() });
  await ws.reaches(first._id, 'delivered');
  clock.leap(-HOUR);
  const second = await accept(ws, { recipientPhone: newPhone() });
  await until('it is sent', async () => (await ws.message(second._id)).sentAt);
  await app.close();
});
