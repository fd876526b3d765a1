/** Which line a message leaves from (D16), and what happens when that line goes down (D18). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteHealth } from '../../src/actions/lines/check-line-health.ts';
import { createWorkspaceSnapshots } from '../../src/actions/messages/workspace-snapshot.ts';
import type { Line } from '../../src/contract/lines/lines.ts';
import { HEALTH_CHECK_MS } from '../../src/dispatcher/housekeeping.ts';
import { FAILURES_UNTIL_DOWN } from '../../src/domain/line-health.ts';
import { toIso } from '../../src/lib/clock.ts';
import { addTallies, readTallies } from '../../src/store/lines/line-tallies.ts';
import { openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { rowsWalked } from '../rows-walked.ts';
import { until } from '../until.ts';
import { accept, copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Lines that are down are looked after this often. */
const CHORE_MS = 5_000;
const INACTIVE = 'Line became inactive after previous messages were sent';

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

const idOf = (ws: Workspace, index: number) => ws.lines[index]?._id ?? '';

function setLine(ws: Workspace, index: number, changes: Record<string, unknown>): Promise<unknown> {
  return ws.call('PATCH', `/api/lines/${idOf(ws, index)}`, changes);
}

async function lineAt(ws: Workspace, index: number): Promise<Line> {
  return (await ws.call<{ line: Line }>('GET', `/api/lines/${idOf(ws, index)}`)).body.line;
}

/** The device is switched off, and health checks, a minute apart, notice it: the seventh that fails in a row counts. */
/** `count` strangers wait on every line, due in an hour. */
async function waitOn(ws: Workspace, count: number): Promise<void> {
  await read(
    app,
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, priority, first_touch,
       due_at, attempts, retry_gap_ms, correlation_id, created_at, updated_at)
     SELECT l.workspace_id, l.id || n, 'sent', 'scheduled', 'imessage', 'Hi', l.id || n, l.id, n % 3, true, $2, 5, 1000, '', $2, $2
     FROM lines l, generate_series(1, $3) AS n WHERE l.workspace_id = $1`,
    [ws.workspaceId, inAnHour(), count],
  );
}

async function goDown(ws: Workspace, index: number, alreadyFailed = FAILURES_UNTIL_DOWN - 1): Promise<void> {
  await setLine(ws, index, { transportConfig: { down: true } });
  await read(app, 'UPDATE lines SET health_failures = $2 WHERE id = $1', [idOf(ws, index), alreadyFailed]);
  for (let failures = alreadyFailed + 1; failures <= FAILURES_UNTIL_DOWN; failures += 1) {
    expect((await lineAt(ws, index)).healthCheck.status).toBe('healthy');
    clock.leap(HEALTH_CHECK_MS);
    await until(`health check ${failures}`, async () => {
      const [row] = await read<{ n: number }>(app, 'SELECT health_failures AS n FROM lines WHERE id = $1', [
        idOf(ws, index),
      ]);
      return row?.n === failures;
    });
  }
  expect((await lineAt(ws, index)).healthCheck.status).toBe('down');
  clock.leap(CHORE_MS);
}

async function comeBack(ws: Workspace, index: number): Promise<void> {
  await setLine(ws, index, { transportConfig: {} });
  clock.leap(HEALTH_CHECK_MS);
  await until('the line is healthy', async () => (await lineAt(ws, index)).healthCheck.status === 'healthy');
}

const inAnHour = () => toIso(clock.now() + HOUR);

describe('the line of a message', () => {
  test('changes from contact to contact: the least recently used comes next, and says so', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const chosen: (string | null)[] = [];
    for (let n = 0; n < 6; n += 1) {
      const { fromLineId, lineDecision } = await accept(ws, { recipientPhone: newPhone() });
      expect(lineDecision).toEqual({
        lineId: fromLineId,
        reason: 'least_recently_used',
        because: 'Least recently used of the lines that are up and have room today.',
      });
      chosen.push(fromLineId);
    }
    expect(new Set(chosen.slice(0, 3)).size).toBe(3);
    expect(chosen.slice(3)).toEqual(chosen.slice(0, 3));
  });

  test('is shared evenly by a burst', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const messages = await Promise.all(
      Array.from({ length: 60 }, () => accept(ws, { recipientPhone: newPhone() })),
    );
    const byLine = Map.groupBy(messages, (message) => message.fromLineId);
    expect([...byLine.values()].map((each) => each.length)).toEqual([20, 20, 20]);
  });

  test('stays with the contact, and says so', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const recipientPhone = newPhone();
    const { body: first } = await ws.send({ message: 'one', recipientPhone });
    for (const way of [{ recipientPhone }, { leadId: first.leadId }]) {
      const { body } = await ws.send({ message: 'more', ...way });
      expect(body.message.lineDecision).toEqual({
        lineId: first.message.fromLineId,
        reason: 'conversation',
        because: 'This line already talks to the contact.',
      });
    }
    const { messages } = (
      await ws.call<{ messages: { fromLineId: string }[] }>('GET', `/api/messages?leadId=${first.leadId}`)
    ).body;
    expect(new Set(messages.map((each) => each.fromLineId))).toEqual(new Set([first.message.fromLineId]));
  });

  test('stays with the contact from the first moment: nobody gets two numbers because the first message still waits', async () => {
    const ws = await openWorkspace(app, {
      lines: [{ deviceGapMs: HOUR }, { deviceGapMs: HOUR }, { deviceGapMs: HOUR }],
    });
    // Every line is busy for an hour.
    for (const line of ws.lines)
      await ws.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId: line._id });
    const recipientPhone = newPhone();
    const messages = [
      await accept(ws, { message: 'one', recipientPhone }),
      await accept(ws, { message: 'two', recipientPhone }),
    ];
    messages.push(
      ...(await Promise.all([3, 4, 5].map((n) => accept(ws, { message: `m${n}`, recipientPhone })))),
    );
    expect(new Set(messages.map((each) => each.fromLineId)).size).toBe(1);
    const other = newPhone();
    const burst = await Promise.all(
      [1, 2, 3, 4].map((n) => accept(ws, { message: `b${n}`, recipientPhone: other })),
    );
    expect(new Set(burst.map((each) => each.fromLineId)).size).toBe(1);
  });

  test('is, where messages wait for the contact on several, that of the one that is due first', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const [late, soon] = ws.lines.map((line) => line._id);
    const waits = [
      { fromLineId: late, scheduledDate: toIso(clock.now() + 2 * HOUR) },
      { fromLineId: soon, scheduledDate: inAnHour() },
    ];
    for (const stored of [waits, waits.toReversed()]) {
      const recipientPhone = newPhone();
      for (const each of stored) await accept(ws, { recipientPhone, ...each });
      expect((await accept(ws, { recipientPhone })).fromLineId).toBe(soon);
    }
  });

  test('stays with the contact whom another kind of line wrote to before', async () => {
    const ws = await openWorkspace(app, {
      lines: [{ deviceGapMs: HOUR }, { deviceGapMs: HOUR }, { deviceGapMs: HOUR }, { messageType: 'sms' }],
    });
    for (const line of ws.lines.slice(0, 3))
      await ws.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId: line._id });
    const recipientPhone = newPhone();
    await ws.send({ message: 'an SMS first', recipientPhone, messageType: 'sms' });
    const chosen: (string | null)[] = [];
    for (const message of ['one', 'two', 'three'])
      chosen.push((await accept(ws, { message, recipientPhone })).fromLineId);
    expect(new Set(chosen).size).toBe(1);
  });

  test.each(['one process', 'two processes'])(
    'is the same for two first messages to a known contact at once, at %s',
    async (where) => {
      const drafted = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      let holds = false;
      const one = await openApp({
        dispatches: false,
        checkpoint: async (label) => {
          if (label !== 'intake.drafted' || !holds) return;
          holds = false;
          drafted.resolve();
          await held.promise;
        },
      });
      const other =
        where === 'one process' ? one : await openApp({ dispatches: false, databaseUrl: one.databaseUrl });
      const ws = await openWorkspace(one, { lines: [{}, {}, {}] });
      const recipientPhone = newPhone();
      const { _id } = await accept(ws, { recipientPhone });
      await ws.call('POST', `/api/messages/${_id}/cancel`);
      holds = true;
      const first = accept(ws, { message: 'one', recipientPhone });
      await drafted.promise;
      let isAnswered = false;
      const second = accept(openClient(other.url, ws.key), { message: 'two', recipientPhone }).finally(() => {
        isAnswered = true;
      });
      await until('the second one waits for the first, or has been decided', async () => {
        const waiting = await read(
          one,
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        return isAnswered || waiting.length > 0;
      });
      held.resolve();
      const lines = [(await first).fromLineId, (await second).fromLineId];
      if (other !== one) await other.close();
      await one.close();
      expect(new Set(lines).size).toBe(1);
    },
  );

  test('is the one asked for, also against the conversation', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const recipientPhone = newPhone();
    const { body } = await ws.send({ message: 'one', recipientPhone });
    const other = ws.lines.find((line) => line._id !== body.message.fromLineId)?._id;
    const asked = await accept(ws, { message: 'two', recipientPhone, fromLineId: other });
    expect(asked.lineDecision).toEqual({
      lineId: other,
      reason: 'requested',
      because: 'Asked for with fromLineId.',
    });
  });

  test('has room today, counting what already waits on it', async () => {
    const ws = await openWorkspace(app, {
      lines: [{ dailyNewConversationsLimit: 2, deviceGapMs: HOUR }, { deviceGapMs: HOUR }],
    });
    const messages = await Promise.all(
      Array.from({ length: 9 }, () => accept(ws, { recipientPhone: newPhone() })),
    );
    const onFirst = messages.filter((message) => message.fromLineId === idOf(ws, 0));
    expect(onFirst).toHaveLength(2);
  });

  test('has room today by whichever of its two caps is the smaller, also when the count is a fresh one', async () => {
    const capped = { deviceGapMs: HOUR, hourlyNewConversationsLimit: null };
    const ws = await openWorkspace(app, {
      lines: [
        { ...capped, dailyNewConversationsLimit: null, dailyTotalMessagesLimit: 2 },
        { ...capped, dailyNewConversationsLimit: 50, dailyTotalMessagesLimit: 1 },
        { ...capped, dailyNewConversationsLimit: null, dailyTotalMessagesLimit: null },
      ],
    });
    const chosen: (string | null)[] = [];
    for (let n = 0; n < 9; n += 1) {
      chosen.push((await accept(ws, { recipientPhone: newPhone() })).fromLineId);
      app.deps.snapshots.forget(ws.workspaceId);
    }
    const times = ws.lines.map((line) => chosen.filter((id) => id === line._id).length);
    expect(times).toEqual([2, 1, 6]);
  });

  test('is chosen without counting what cannot matter: beyond its room, without caps, on a full day', async () => {
    const ws = await openWorkspace(app, {
      lines: [
        { dailyNewConversationsLimit: 7, dailyTotalMessagesLimit: null },
        { dailyNewConversationsLimit: null, dailyTotalMessagesLimit: null },
        { dailyNewConversationsLimit: 5, dailyTotalMessagesLimit: null },
        { dailyNewConversationsLimit: 5000, dailyTotalMessagesLimit: null },
      ],
    });
    const { database, clock } = app.deps;
    await read(app, `UPDATE lines SET usage_day = $2, new_conversations_today = 5 WHERE id = $1`, [
      idOf(ws, 2),
      toIso(clock.now()).slice(0, 10),
    ]);
    await waitOn(ws, 300);
    await read(app, 'ANALYZE messages');
    const snapshots = await rowsWalked(database, 'messages', async (tx) => {
      const snapshot = await createWorkspaceSnapshots({ database: { ...database, ...tx }, clock }).read(
        ws.workspaceId,
      );
      expect(snapshot?.lineFacts.map((line) => line.waitingFirstTouches)).toEqual([7, 0, 0, 0]);
    });
    expect(snapshots).toBeLessThanOrEqual(3 * 7);
  });

  test('that has no room on any line is the one free earliest, and the message waits', async () => {
    const ws = await openWorkspace(app, { lines: [{ dailyNewConversationsLimit: 1 }] });
    await ws.send({ message: 'one', recipientPhone: newPhone() });
    const { lineDecision, status } = await accept(ws, { recipientPhone: newPhone() });
    expect(lineDecision).toMatchObject({
      reason: 'free_earliest',
      because: 'No line has room today; this one is free earliest.',
    });
    expect(status).toBe('pending');
  });
});

describe('a line that goes down', () => {
  test('hands messages to strangers to another line; its conversations wait, and go when it is back', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const friend = newPhone();
    await ws.send({ message: 'hello', recipientPhone: friend, fromLineId: idOf(ws, 0) });
    const scheduledDate = inAnHour();
    const toFriend = await accept(ws, { message: 'friend', recipientPhone: friend, scheduledDate });
    await setLine(ws, 1, { isActive: false });
    const toStranger = await accept(ws, { message: 'stranger', recipientPhone: newPhone(), scheduledDate });
    const pinned = await accept(ws, {
      message: 'pinned',
      recipientPhone: newPhone(),
      scheduledDate,
      fromLineId: idOf(ws, 0),
    });
    await setLine(ws, 1, { isActive: true });
    expect([toFriend, toStranger, pinned].map((each) => each.fromLineId)).toEqual(Array(3).fill(idOf(ws, 0)));

    await goDown(ws, 0);
    const moved = await until('the stranger’s message moved', async () => {
      const found = await ws.message(toStranger._id);
      return found.fromLineId === idOf(ws, 1) ? found : null;
    });
    expect(moved.lineDecision).toEqual({
      lineId: idOf(ws, 1),
      reason: 'moved',
      because: 'Its line is down. Least recently used of the lines that are up and have room today.',
    });
    expect((await ws.timeline(moved._id)).at(-1)).toMatchObject({
      type: 'message.moved',
      data: { from: idOf(ws, 0), lineDecision: moved.lineDecision },
    });
    clock.leap(2 * HOUR);
    expect((await ws.reaches(moved._id, 'delivered')).fromLineId).toBe(idOf(ws, 1));
    for (const { _id } of [toFriend, pinned]) {
      expect((await ws.message(_id)).fromLineId).toBe(idOf(ws, 0));
      const gate = (await ws.explain(_id)).gates.find((each) => each.state === 'blocked');
      expect(gate).toMatchObject({ gate: 'device_down', until: null });
    }
    await comeBack(ws, 0);
    for (const { _id } of [toFriend, pinned]) await ws.reaches(_id, 'delivered');
    expect((await copiesIn(app, ws)).filter((copy) => copy.message !== 'hello')).toHaveLength(3);
  });

  test('fails its conversations after a day, in the documented words; no SMS goes unasked', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}], fallback: true });
    const friend = newPhone();
    const { fromLineId } = (await ws.send({ message: 'hello', recipientPhone: friend })).body.message;
    await setLine(
      ws,
      ws.lines.findIndex((line) => line._id === fromLineId),
      { isActive: false },
    );
    const { body } = await ws.send({ message: 'more', recipientPhone: friend }, { prefer: 'wait=0' });
    expect(body.warnings).toEqual([`line ${fromLineId} is not active; the message waits for it`]);
    expect(body.message.lineDecision?.because).toContain('it is not active');
    clock.leap(DAY - HOUR);
    clock.leap(HOUR / 2);
    expect((await ws.message(body.message._id)).status).toBe('pending');
    clock.leap(HOUR);
    const failed = await ws.reaches(body.message._id, 'failed');
    expect(failed).toMatchObject({
      reason: 'line_inactive',
      errorMessage: INACTIVE,
      fallbackSmsDispatched: false,
    });
  });

  test('keeps messages to strangers when there is no other line, for as long as a day', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: DAY }] });
    await ws.send({ message: 'hello', recipientPhone: newPhone() });
    const waiting = await accept(ws, { recipientPhone: newPhone() });
    await setLine(ws, 0, { isActive: false });
    clock.leap(HOUR);
    expect((await ws.message(waiting._id)).status).toBe('pending');
    clock.leap(DAY);
    const failed = await ws.reaches(waiting._id, 'failed');
    expect(failed.errorMessage).toBe('Line became inactive and no other line could take its place');
  });

  test('whose workspace chose `move` hands over its conversations too', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}], lineDownPolicy: 'move' });
    const friend = newPhone();
    const { body } = await ws.send({ message: 'hello', recipientPhone: friend });
    const down = ws.lines.findIndex((line) => line._id === body.message.fromLineId);
    const waiting = await accept(ws, { message: 'more', recipientPhone: friend, scheduledDate: inAnHour() });
    expect(waiting.fromLineId).toBe(body.message.fromLineId);
    await setLine(ws, down, { isActive: false });
    clock.leap(2 * HOUR);
    const sent = await ws.reaches(waiting._id, 'delivered');
    expect(sent.fromLineId).toBe(idOf(ws, 1 - down));
    expect(sent.lineDecision?.reason).toBe('moved');
    // From now on this is the line that talks to the contact.
    const next = await accept(ws, { message: 'next', recipientPhone: friend });
    expect(next).toMatchObject({ fromLineId: sent.fromLineId, lineDecision: { reason: 'conversation' } });
  });

  test('whose workspace chose `sms` goes on by SMS at once, and says why', async () => {
    const ws = await openWorkspace(app, { fallback: true, lineDownPolicy: 'sms' });
    const friend = newPhone();
    await ws.send({ message: 'hello', recipientPhone: friend });
    const waiting = await accept(ws, {
      message: 'more {firstName|friend}',
      recipientPhone: friend,
      scheduledDate: inAnHour(),
    });
    await setLine(ws, 0, { isActive: false });
    clock.leap(CHORE_MS);
    const original = await ws.reaches(waiting._id, 'fallback');
    expect(original).toMatchObject({
      reason: 'line_inactive',
      errorMessage: INACTIVE,
      fallbackSmsDispatched: true,
    });
    expect(await copiesIn(app, ws)).toHaveLength(1);
    clock.leap(HOUR);
    await until('the SMS arrives', async () => (await copiesIn(app, ws)).length === 2);
    expect((await copiesIn(app, ws))[1]).toMatchObject({
      address: friend,
      messageType: 'sms',
      message: 'more friend',
    });
  });

  test('whose workspace chose `sms` waits like any other where no SMS can go', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }], lineDownPolicy: 'sms' });
    const friend = { recipientPhone: newPhone(), recipientEmail: 'friend@example.com' };
    const { body } = await ws.send({ message: 'hello', ...friend });
    await ws.send({ message: 'hello', messageType: 'email', leadId: body.leadId });
    const waiting = [
      await accept(ws, {
        message: 'no fallback is configured',
        leadId: body.leadId,
        scheduledDate: inAnHour(),
      }),
      await accept(ws, {
        message: 'an email',
        messageType: 'email',
        leadId: body.leadId,
        scheduledDate: inAnHour(),
      }),
    ];
    await setLine(ws, 0, { isActive: false });
    await setLine(ws, 1, { isActive: false });
    clock.leap(2 * HOUR);
    clock.leap(CHORE_MS);
    await setLine(ws, 0, { isActive: true });
    await setLine(ws, 1, { isActive: true });
    for (const { _id } of waiting) await ws.reaches(_id, 'delivered');
  });

  test('counts as down after seven health checks that failed, and is told of once when it goes, once when it is back', async () => {
    const ws = await openWorkspace(app);
    await goDown(ws, 0, 0);
    await comeBack(ws, 0);
    const events = await read<{ data: object }>(
      app,
      "SELECT data FROM events WHERE workspace_id = $1 AND line_id = $2 AND type = 'line.health_changed' ORDER BY id",
      [ws.workspaceId, idOf(ws, 0)],
    );
    expect(events.map((event) => event.data)).toMatchObject([
      { from: 'healthy', status: 'down', because: 'The simulated device is switched off' },
      { from: 'down', status: 'healthy', because: 'It answers again' },
    ]);
  });

  test('remembers the hours its score is made of for two days, and no longer', async () => {
    const ws = await openWorkspace(app);
    const { database } = app.deps;
    const count = { lineId: idOf(ws, 0), sent: 1, failed: 0, streak: 0, replies: 0, delivered: 0 };
    for (const hoursAgo of [72, 49, 47, 1])
      await addTallies(database, ws.workspaceId, [count], clock.now() - hoursAgo * HOUR);
    await noteHealth(app.deps, ws.workspaceId, idOf(ws, 0), 'fine');
    expect(await readTallies(database, ws.workspaceId, idOf(ws, 0), 0)).toHaveLength(2);
  });

  test('is passed over for new contacts while another one is up', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    await goDown(ws, 0);
    for (let n = 0; n < 3; n += 1)
      expect((await accept(ws, { recipientPhone: newPhone() })).fromLineId).toBe(idOf(ws, 1));
  });
});
