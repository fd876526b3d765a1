/** How lines show that they are well or not, and what follows of itself: in documented form, through the whole application. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../src/contract/lines/lines.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { addTallies } from '../../src/store/lines/line-tallies.ts';
import { openTown, type Town } from '../asking-carrier.ts';
import type { TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LINE_BAD = {
  outcome: 'rejected',
  permanent: false,
  code: 'deregistered',
  message: 'The account is locked',
  lineBad: true,
} as const;

let town: Town;
let app: TestApp;

beforeAll(async () => {
  town = await openTown();
  app = await town.open();
});
afterAll(() => town.close());

const idOf = (ws: Workspace, index: number) => ws.lines[index]?._id ?? '';
const lineOf = async (ws: Workspace, index: number) =>
  (await ws.call<{ line: Line }>('GET', `/api/lines/${idOf(ws, index)}`)).body.line;
const healthOf = (ws: Workspace, id: string) => ws.call('GET', `/api/lines/check-availability?id=${id}`);

async function monitor(ws: Workspace): Promise<Record<string, unknown>[]> {
  const { status, body } = await ws.call<{ lines: Record<string, unknown>[] }>(
    'GET',
    '/api/lines/spam-monitor',
  );
  expect(status).toBe(200);
  return body.lines;
}

/** So many messages came to an end this hour, the failed ones first unless they come in a row at the end. */
const ended = (ws: Workspace, index: number, sent: number, failed: number, streak = 0, replies = 0) =>
  addTallies(
    app.deps.database,
    ws.workspaceId,
    [{ lineId: idOf(ws, index), sent, failed, streak, replies, delivered: 0 }],
    town.clock.now(),
  );

/** By the minute, as the dispatcher asks after lines. */
const minutesUntil = <Found>(what: string, look: () => Promise<Found>) =>
  until(what, async () => {
    town.clock.leap(MINUTE / 4);
    return look();
  });

describe('the spam monitor', () => {
  test('shows every line in the documented shape', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
    await ended(ws, 0, 40, 1, 0, 10);
    const [phone, email] = await monitor(ws);
    expect(phone).toEqual({
      lineId: idOf(ws, 0),
      linePhone: ws.lines[0]?.phone,
      lineType: 'phone',
      totalSentLast24h: 41,
      failedLast24h: 1,
      failureRate: 1 / 41,
      consecutiveFailures: 0,
      spamRisk: 'low',
      recommendation: 'Nothing to do: the line is doing well.',
      lineEmail: null,
      repliesLast24h: 10,
      replyRate: 0.25,
      because: '2.4 % of 41 messages failed in 24 hours',
    });
    expect(email).toMatchObject({
      lineId: idOf(ws, 1),
      linePhone: null,
      lineEmail: ws.lines[1]?.email,
      lineType: 'email',
      totalSentLast24h: 0,
      failureRate: 0,
      spamRisk: 'low',
      because: 'Too few messages to judge by',
    });
  });

  const MEDIUM = 'Halve the volume of this line and watch it for 24 hours.';
  const HIGH = 'Pause campaigns on this line and wait 24 to 48 hours; its gaps are doubled meanwhile.';
  test.each([
    { sent: 96, failed: 4, streak: 0, spamRisk: 'low', recommendation: expect.any(String) },
    { sent: 95, failed: 5, streak: 0, spamRisk: 'medium', recommendation: MEDIUM },
    { sent: 85, failed: 15, streak: 0, spamRisk: 'medium', recommendation: MEDIUM },
    { sent: 84, failed: 16, streak: 0, spamRisk: 'high', recommendation: HIGH },
    { sent: 9, failed: 10, streak: 4, spamRisk: 'low', recommendation: expect.any(String) },
    { sent: 1, failed: 5, streak: 5, spamRisk: 'medium', recommendation: MEDIUM },
    { sent: 1, failed: 10, streak: 10, spamRisk: 'high', recommendation: HIGH },
  ])('calls $failed failed of $sent taken, $streak in a row, $spamRisk', async (row) => {
    const ws = await openWorkspace(app);
    await ended(ws, 0, row.sent, row.failed, row.streak);
    const [line] = await monitor(ws);
    const { spamRisk, recommendation } = row;
    expect(line).toMatchObject({ spamRisk, recommendation, consecutiveFailures: row.streak });
  });

  test('forgets what is older than a day', async () => {
    const ws = await openWorkspace(app);
    await ended(ws, 0, 10, 30);
    town.clock.leap(25 * HOUR);
    expect((await monitor(ws))[0]).toMatchObject({ totalSentLast24h: 0, spamRisk: 'low' });
  });

  test('and the line say the same, once its health was checked; at high risk it slows down and explains itself', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: HOUR }] });
    await town.passing(ws.reaches((await accept(ws, { recipientPhone: newPhone() }))._id, 'sent'));
    await ended(ws, 0, 9, 30, 12, 5);
    const { score, healthCheck } = await minutesUntil('it is checked', async () => {
      const line = await lineOf(ws, 0);
      return line.score?.risk === 'high' ? line : null;
    });
    const [monitored] = await monitor(ws);
    expect(score).toEqual({
      risk: monitored?.spamRisk,
      sent: 10,
      failed: 30,
      failureRate: monitored?.failureRate,
      consecutiveFailures: monitored?.consecutiveFailures,
      replyRate: monitored?.replyRate,
      because: monitored?.because,
    });
    expect(healthCheck).toEqual({ status: 'healthy', lastCheckedAt: expect.any(String) });
    const next = await accept(ws, { recipientPhone: newPhone() });
    const gate = (await ws.explain(next._id)).gates.find((each) => each.gate === 'device_gap');
    expect(gate).toMatchObject({
      state: 'blocked',
      reason: expect.stringContaining('gaps are doubled: the line is at high risk'),
    });
    expect(Date.parse(gate?.until ?? '')).toBeGreaterThan(town.clock.now() + HOUR);
  });
});

describe('the health of a line', () => {
  test('is asked for now, and told in words', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'sms' }] });
    town.clock.leap(11_000);
    const { status, body } = await healthOf(ws, idOf(ws, 0));
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      lineId: idOf(ws, 0),
      healthy: true,
      healthCheck: { status: 'healthy', lastCheckedAt: expect.any(String) },
      message: 'The line is healthy',
      availabilityChecks: {
        canCheck: true,
        usedToday: 0,
        limit: 70,
        resetsAt: expect.stringMatching(/T00:00:00.000Z$/),
      },
    });
    expect((await healthOf(ws, idOf(ws, 1))).body).toMatchObject({ healthy: true, availabilityChecks: null });

    town.down.add(idOf(ws, 0));
    town.clock.leap(11_000);
    expect((await healthOf(ws, idOf(ws, 0))).body).toMatchObject({
      healthy: true,
      message: 'The line counts as healthy, but its last check failed: It is asleep',
    });
    // However often it is asked meanwhile, that was one failed check.
    for (let n = 0; n < 10; n += 1) await healthOf(ws, idOf(ws, 0));
    expect((await lineOf(ws, 0)).healthCheck.status).toBe('healthy');
    await minutesUntil('it is down', async () => (await lineOf(ws, 0)).healthCheck.status === 'down');
    town.clock.leap(11_000);
    expect((await healthOf(ws, idOf(ws, 0))).body).toMatchObject({
      healthy: false,
      healthCheck: { status: 'down' },
      message: expect.stringMatching(/^The line is down/),
    });
    await ws.call('PATCH', `/api/lines/${idOf(ws, 1)}`, { isActive: false });
    expect((await healthOf(ws, idOf(ws, 1))).body).toMatchObject({
      healthy: false,
      healthCheck: { status: 'healthy' },
      message: 'The line is not active',
    });
  });

  test.each([
    ['', 400, 'Line ID is required'],
    ['nonsense', 404, 'Line not found'],
    ['0'.repeat(24), 404, 'Line not found'],
  ])('of %j is refused: %i %s', async (id, status, error) => {
    const ws = await openWorkspace(app);
    expect(await healthOf(ws, id)).toMatchObject({ status, body: { error } });
  });
});

describe('two lines of which one goes down', () => {
  const eventsOf = (ws: Workspace) =>
    read<{ data: object; lineId: string }>(
      app,
      'SELECT data, line_id AS "lineId" FROM events WHERE workspace_id = $1 AND type = \'line.health_changed\' ORDER BY id',
      [ws.workspaceId],
    );

  test('after seven checks that failed, the other one writes to strangers; conversations wait and go on', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const [first, second] = [idOf(ws, 0), idOf(ws, 1)];
    const friend = newPhone();
    const hello = await accept(ws, { recipientPhone: friend });
    await town.passing(ws.reaches(hello._id, 'sent'));
    const [mine, other] = hello.fromLineId === first ? [first, second] : [second, first];
    town.down.add(mine);
    const inAnHour = new Date(town.clock.now() + HOUR).toISOString();
    const toFriend = await accept(ws, { recipientPhone: friend, scheduledDate: inAnHour });
    const strangers = await Promise.all(
      [1, 2, 3, 4].map(() => accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour })),
    );
    expect(strangers.filter(({ fromLineId }) => fromLineId === mine)).toHaveLength(2);
    await minutesUntil('all strangers are the other line’s', async () => {
      const now = await Promise.all(strangers.map(({ _id }) => ws.message(_id)));
      return now.every(({ fromLineId }) => fromLineId === other);
    });
    expect(await eventsOf(ws)).toMatchObject([
      { lineId: mine, data: { from: 'healthy', status: 'down', because: 'It is asleep' } },
    ]);
    town.clock.leap(HOUR);
    for (const { _id } of strangers)
      expect(await town.passing(ws.reaches(_id, 'sent'))).toMatchObject({ fromLineId: other });
    expect(await ws.message(toFriend._id)).toMatchObject({ status: 'scheduled', fromLineId: mine });
    town.down.delete(mine);
    const sent = await minutesUntil('the friend is written to', async () => {
      const message = await ws.message(toFriend._id);
      return message.status === 'sent' ? message : null;
    });
    expect(sent.fromLineId).toBe(mine);
  });

  test('because it refuses all that is sent, though every check is fine: it is left, tried now and then, and comes back', async () => {
    const ws = await openWorkspace(app, { lines: [{ retryGapMs: 1_000, attempts: 2 }, {}] });
    const [bad, good] = [idOf(ws, 0), idOf(ws, 1)];
    let tries = 0;
    town.sends.set(bad, () => {
      tries += 1;
      return LINE_BAD;
    });
    // To people it may talk to alone, so that they wait for it.
    const pinned = await accept(ws, { recipientPhone: newPhone(), fromLineId: bad });
    const messages: Message[] = [pinned];
    for (let n = 0; n < 6; n += 1) messages.push(await accept(ws, { recipientPhone: newPhone() }));
    await until('it is down', async () => {
      town.clock.leap(500);
      return (await lineOf(ws, 0)).healthCheck.status === 'down';
    });
    expect(tries).toBeGreaterThanOrEqual(7);
    for (const { _id } of messages.slice(1))
      expect(await town.passing(ws.reaches(_id, 'sent'))).toMatchObject({ fromLineId: good });
    expect(await eventsOf(ws)).toMatchObject([
      { lineId: bad, data: { status: 'down', because: 'The account is locked' } },
    ]);

    // Tried by single sends, two minutes apart, and no attempt is the message's own.
    const before = tries;
    const since = town.clock.now();
    // Not while it is under way: an attempt that lasts longer than its lease is counted, whoever is at fault.
    await until('it was tried three times more', async () => {
      if ((await ws.message(pinned._id)).status !== 'sending') town.clock.leap(1_000);
      return tries >= before + 3;
    });
    expect(town.clock.now() - since).toBeGreaterThanOrEqual(3 * MINUTE);
    await until('it has both of its attempts', async () => {
      const { attempts, attempt } = await ws.message(pinned._id);
      return attempts - attempt === 2;
    });

    town.sends.delete(bad);
    await minutesUntil('it goes', async () => (await ws.message(pinned._id)).status === 'sent');
    // The line is told well after its message is told sent.
    await until('it is healthy', async () => (await lineOf(ws, 0)).healthCheck.status === 'healthy');
  });
});
