/** A line in figures: hour by hour, why its health and its score are what they are, and what waits on it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noteHealth } from '../../src/actions/lines/check-line-health.ts';
import type { LineActivity, LineHealthInputs, LineQueues } from '../../src/contract/lines/line-insight.ts';
import { addTallies, NOTHING_COUNTED } from '../../src/store/lines/line-tallies.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const clock = leapingClock();
let app: TestApp;
beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

const idOf = (ws: Workspace, index = 0) => ws.lines[index]?._id ?? '';
const activityOf = async (ws: Workspace, query = '') =>
  (await ws.call<LineActivity>('GET', `/api/lines/${idOf(ws)}/activity${query}`)).body;
const healthOf = async (ws: Workspace) =>
  (await ws.call<LineHealthInputs>('GET', `/api/lines/${idOf(ws)}/health`)).body;
const count = (ws: Workspace, counts: Partial<Record<keyof typeof NOTHING_COUNTED, number>>, hoursAgo = 0) =>
  addTallies(
    app.deps.database,
    ws.workspaceId,
    [{ ...NOTHING_COUNTED, ...counts, lineId: idOf(ws) }],
    clock.now() - hoursAgo * HOUR,
  );

test('what is sent, delivered, answered and refused is counted in its hour', async () => {
  const ws = await openWorkspace(app);
  // Delivered; delivered and answered; refused for good.
  for (const recipientPhone of ['+12025550101', '+12025550110', '+12025550103'])
    await ws.send({ message: 'Hi', recipientPhone });
  const { total, hours } = await until('all of it is counted', async () => {
    clock.leap(1_000);
    const seen = await activityOf(ws);
    return seen.total.received === 1 && seen.total.delivered === 2 && seen.total.failed === 1 ? seen : null;
  });
  expect(total).toMatchObject({ sent: 2, failed: 1, received: 1 });
  expect(hours).toHaveLength(24);
  // It may be a new hour meanwhile.
  expect(hours.slice(-2).reduce((sent, hour) => sent + hour.sent, 0)).toBe(2);
});

test('hours without anything are there too, and no more of them than asked for', async () => {
  const ws = await openWorkspace(app);
  await count(ws, { sent: 3 }, 5);
  await count(ws, { sent: 4 }, 30);
  const { hours, total } = await activityOf(ws);
  const begin = Math.floor(clock.now() / HOUR) * HOUR;
  expect(hours.map(({ hour }) => Date.parse(hour))).toEqual(
    Array.from({ length: 24 }, (_, n) => begin - (23 - n) * HOUR),
  );
  expect(hours.filter(({ sent }) => sent > 0)).toMatchObject([{ sent: 3, failed: 0, received: 0 }]);
  expect(total.sent).toBe(3);
  expect((await activityOf(ws, '?hours=48')).total.sent).toBe(7);
  expect((await activityOf(ws, '?hours=1')).hours).toHaveLength(1);
  for (const hours of ['0', '49', 'x', '-1', '1.5'])
    expect(await ws.call('GET', `/api/lines/${idOf(ws)}/activity?hours=${hours}`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_FIELD', param: 'hours' },
    });
});

test('a score shows each of its inputs, with its bands, and which of them decides', async () => {
  const ws = await openWorkspace(app);
  await count(ws, { failed: 4, streak: 4 }, 1);
  await count(ws, { sent: 36, replies: 9, failed: 2, streak: 2 });
  const { inputs, risk, because } = await healthOf(ws);
  expect([risk, because]).toEqual(['medium', '14.3 % of 42 messages failed in 24 hours']);
  expect(inputs).toMatchObject([
    { input: 'failure_rate', value: 6 / 42, medium: 0.05, high: 0.15, risk: 'medium', decides: true },
    { input: 'consecutive_failures', value: 2, medium: 5, high: 10, risk: 'low', decides: false },
    { input: 'reply_rate', value: 0.25, medium: null, high: null, risk: 'low', decides: false },
  ]);
  await count(ws, { failed: 8, streak: 8 });
  const worse = await healthOf(ws);
  expect(worse).toMatchObject({ risk: 'high', recommendation: expect.stringContaining('Pause campaigns') });
  expect(worse.inputs.map(({ decides }) => decides)).toEqual([true, true, false]);
  // Gaps follow with the next check.
  expect(worse.slowdown).toBe(1);
  await noteHealth(app.deps, ws.workspaceId, idOf(ws), 'fine');
  expect((await healthOf(ws)).slowdown).toBe(2);
});

test('a new line says that there is too little to judge by', async () => {
  const ws = await openWorkspace(app);
  const { inputs, risk, sends } = await healthOf(ws);
  expect(risk).toBe('low');
  expect(inputs.map(({ value }) => value)).toEqual([null, 0, null]);
  expect(sends).toMatchObject({ inARow: 0, untilDown: 7 });
});

test('checks that fail are counted towards seven', async () => {
  const ws = await openWorkspace(app);
  for (let n = 0; n < 3; n += 1) await noteHealth(app.deps, ws.workspaceId, idOf(ws), 'wrong', 'It is off');
  expect((await healthOf(ws)).checks).toMatchObject({
    inARow: 3,
    untilDown: 7,
    sentence: 'Its last 3 checks found trouble; 7 in a row bring it down.',
  });
});

test('a long queue is counted no further than anybody reads at a glance', async () => {
  const ws = await openWorkspace(app);
  const scheduledDate = new Date(clock.now() + 20 * HOUR).toISOString();
  const { _id } = await accept(ws, { recipientPhone: newPhone(), scheduledDate });
  await read(
    app,
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, priority, first_touch, due_at,
       attempts, retry_gap_ms, correlation_id, created_at, updated_at)
     SELECT m.workspace_id, lpad(to_hex(g), 24, '0'), direction, status, message_type, message, lead_id, line_id, priority, first_touch,
       due_at, attempts, retry_gap_ms, correlation_id, created_at, updated_at
     FROM messages m, generate_series(1, 300) g WHERE m.id = $1`,
    [_id],
  );
  const { body } = await ws.call<LineQueues>('GET', '/api/lines/queues');
  expect(body.queues).toMatchObject([{ waiting: 200, isMore: true }]);
});

test('what waits is counted per line, with when the line may send next by its caps and gaps', async () => {
  const ws = await openWorkspace(app, {
    lines: [{}, { dailyNewConversationsLimit: 0 }, { isActive: false }],
  });
  const scheduledDate = new Date(clock.now() + 20 * HOUR).toISOString();
  for (let n = 0; n < 3; n += 1)
    await accept(ws, { recipientPhone: newPhone(), fromLineId: idOf(ws), scheduledDate });
  const { body } = await ws.call<LineQueues>('GET', '/api/lines/queues');
  expect(body.queues).toMatchObject([
    { lineId: idOf(ws, 0), waiting: 3, isMore: false, underWay: 0, nextConversationAt: expect.any(String) },
    { lineId: idOf(ws, 1), waiting: 0, nextConversationAt: null, nextMessageAt: expect.any(String) },
    { lineId: idOf(ws, 2), waiting: 0 },
  ]);
});
