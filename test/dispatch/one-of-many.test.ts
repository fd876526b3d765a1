/** What can't be dealt with, whatever the reason, is put aside: it ends nothing else and keeps nobody turning. */
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Channel, Outcome } from '../../src/channels/channel.ts';
import { createTicker, type Ticker } from '../../src/dispatcher/tick.ts';
import { type Clock, toIso } from '../../src/lib/clock.ts';
import { scanDueLines } from '../../src/store/lines/line-queue.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const URGENT_MS = 100;

/** Goes only where a test puts it. */
let now = Date.parse('2026-11-02T10:00:00Z');
const clock: Clock = {
  now: () => now,
  sleep: (_ms, signal) => new Promise((resolve) => void signal?.addEventListener('abort', () => resolve())),
};
let outcome: Outcome;
const channel: Channel = {
  sendTimeoutMs: 30_000,
  send: async () => outcome,
  reconcile: async () => ({ finding: 'absent' }),
  checkAvailability: async () => ({ availability: 'cannot_check' }),
  checkHealth: async () => ({ healthy: true }),
  validateConfig: () => null,
  close: async () => {},
};
let errors: { messageId?: string; workspaceId?: string }[] = [];
const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line)) });
let app: TestApp;
let ticker: Ticker;

beforeAll(async () => {
  app = await openApp({ clock, log, channels: new Map([['sandbox', channel]]), dispatches: false });
  ticker = createTicker(app.deps);
});
afterAll(() => app.close());
beforeEach(() => {
  outcome = { outcome: 'accepted', externalMessageId: null };
  now += HOUR;
  errors = [];
});

/** One look, `ms` after the last one, and all that comes of it. */
async function look(ms: number = URGENT_MS): Promise<void> {
  now += ms;
  const tasks: Promise<void>[] = [];
  const { more } = await ticker.tick(10, (task) => tasks.push(task()));
  await Promise.all(tasks);
  if (more) await look(1);
}

const inHours = (hours: number) => toIso(now + hours * HOUR);

async function removeWorkspace({ workspaceId }: Workspace): Promise<void> {
  await read(app, 'DELETE FROM workspaces WHERE workspace_id = $1', [workspaceId]);
  app.deps.snapshots.forget(workspaceId);
}

test('a message that can’t be ruled on ends neither the sends, nor the expiry, nor the questions of others', async () => {
  const gone = await openWorkspace(app);
  const ws = await openWorkspace(app, { lines: [{ attempts: 1 }] });
  const dates = { scheduledDate: inHours(2), expiresAt: inHours(3) };
  const cursed = await accept(gone, { recipientPhone: newPhone(), ...dates });
  const expiring = await accept(ws, { recipientPhone: newPhone(), ...dates });
  await removeWorkspace(gone);
  outcome = { outcome: 'unknown', message: 'No answer' };
  now += 4 * HOUR;
  const lost = await accept(ws, { recipientPhone: newPhone() });
  await look();
  expect(await ws.message(expiring._id)).toMatchObject({ status: 'failed', reason: 'expired' });
  expect(await ws.message(lost._id)).toMatchObject({ status: 'unknown' });
  await look(2_000);
  expect(await ws.message(lost._id)).toMatchObject({ status: 'failed', reason: 'retries_exhausted' });

  // It is told of once a minute, and meanwhile nothing is due.
  for (let looks = 0; looks < 10; looks += 1) await look();
  const complaints = () => errors.filter(({ messageId }) => messageId === cursed._id).length;
  expect(complaints()).toBe(1);
  expect((await ticker.nextDue()) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
  await look(MINUTE);
  expect(complaints()).toBe(2);
});

test('lines of a workspace that is gone are not found again', async () => {
  const gone = await openWorkspace(app);
  await accept(gone, { recipientPhone: newPhone(), scheduledDate: inHours(1) });
  await look();
  // Found by its time, and by a wake.
  await accept(gone, { recipientPhone: newPhone() });
  await removeWorkspace(gone);
  now += 2 * HOUR;
  const found = async () =>
    (await scanDueLines(app.deps.database, now, 100)).filter(
      ({ workspaceId }) => workspaceId === gone.workspaceId,
    );
  expect(await found()).toHaveLength(1);
  // The first time the health check may hold the line.
  await look();
  await look();
  expect(await found()).toEqual([]);
  expect((await ticker.nextDue()) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
});

test('a workspace whose lines can’t be served is put off, and the others go on', async () => {
  const [broken, ws] = [await openWorkspace(app), await openWorkspace(app)];
  const [stuck, sent] = [
    await accept(broken, { recipientPhone: newPhone(), scheduledDate: inHours(1) }),
    await accept(ws, { recipientPhone: newPhone(), scheduledDate: inHours(2) }),
  ];
  await look();
  // Without a health check at the same moment: that would hold the line's lock, and it would be put off a look later.
  await read(
    app,
    `UPDATE lines SET cap_timezone = 'Nowhere', health_checked_at = to_timestamp($2) WHERE workspace_id = $1`,
    [broken.workspaceId, now / 1000 + 86_400],
  );
  now += 3 * HOUR;
  await look();
  expect(await ws.message(sent._id)).toMatchObject({ status: 'sent' });
  const complaints = () => errors.filter(({ workspaceId }) => workspaceId === broken.workspaceId).length;
  expect(complaints()).toBe(1);
  expect((await ticker.nextDue()) ?? 0).toBeGreaterThan(now);
  await look();
  expect(complaints()).toBe(1);

  await read(app, "UPDATE lines SET cap_timezone = 'UTC' WHERE workspace_id = $1", [broken.workspaceId]);
  await look(1_000);
  expect(await broken.message(stuck._id)).toMatchObject({ status: 'sent' });
});
