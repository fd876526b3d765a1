/** How a line paces what waits on it: order (D11), caps and gaps (D12, D14, D15), first touches (D17). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteHealth } from '../../src/actions/lines/check-line-health.ts';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { Line } from '../../src/contract/lines/lines.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import {
  accept,
  copiesIn,
  newEmail,
  newPhone,
  openWorkspace,
  read,
  turnsIn,
  type Workspace,
} from '../workspaces.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

function setLine(ws: Workspace, changes: Record<string, unknown>, index = 0): Promise<unknown> {
  return ws.call('PATCH', `/api/lines/${ws.lines[index]?._id}`, changes);
}

async function usageOf(ws: Workspace, index = 0): Promise<Line['usage']> {
  const { body } = await ws.call<{ line: Line }>('GET', `/api/lines/${ws.lines[index]?._id}`);
  return body.line.usage;
}

async function texts(ws: Workspace, count: number): Promise<string[]> {
  const copies = await until(`${count} copies arrived`, async () => {
    const found = await copiesIn(app, ws);
    return found.length >= count ? found : null;
  });
  return copies.map((copy) => copy.message);
}

function gaps(instants: readonly number[]): number[] {
  return instants.slice(1).map((at, index) => at - (instants[index] ?? at));
}

/** Nothing leaves this line until its gap is lifted. */
async function shut(ws: Workspace): Promise<void> {
  await accept(ws, { message: 'first', recipientPhone: newPhone() });
  await texts(ws, 1);
  await setLine(ws, { deviceGapMs: 20 * HOUR });
}

describe('the order on a line', () => {
  test('is replies, then single sends, then campaign steps; within a class as they came', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'first', recipientPhone: '+12025550110' });
    await until(
      'the reply arrives',
      async () =>
        (await ws.call<{ messages: [] }>('GET', '/api/messages?direction=received')).body.messages.length,
    );
    await setLine(ws, { deviceGapMs: 20 * HOUR });
    const step = await accept(ws, { message: 'campaign step', recipientPhone: newPhone() });
    await read(app, 'UPDATE messages SET priority = 2 WHERE workspace_id = $1 AND id = $2', [
      ws.workspaceId,
      step._id,
    ]);
    await accept(ws, { message: 'single one', recipientPhone: newPhone() });
    await accept(ws, { message: 'single two', recipientPhone: newPhone() });
    const reply = await accept(ws, { message: 'reply', leadId: body.leadId });
    expect(reply.priority).toBe('reply');
    await setLine(ws, { deviceGapMs: 20 });
    expect(await texts(ws, 5)).toEqual(['first', 'reply', 'single one', 'single two', 'campaign step']);
  });

  test('makes an answer of what waits when its contact writes, on that line and of single sends alone', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    await shut(ws);
    const [lineId, otherLine] = ws.lines.map((line) => line._id);
    const recipientPhone = newPhone();
    const inAnHour = new Date(clock.now() + HOUR).toISOString();
    const stranger = await accept(ws, {
      message: 'stranger',
      recipientPhone: newPhone(),
      fromLineId: lineId,
    });
    const waiting = await accept(ws, { message: 'answer', recipientPhone, fromLineId: lineId });
    const step = await accept(ws, { message: 'step', recipientPhone, fromLineId: lineId });
    await read(app, 'UPDATE messages SET priority = 2 WHERE id = $1', [step._id]);
    const elsewhere = await accept(ws, {
      message: 'elsewhere',
      recipientPhone,
      fromLineId: otherLine,
      scheduledDate: inAnHour,
    });
    const inbound = {
      workspaceId: ws.workspaceId,
      lineId: lineId ?? '',
      address: recipientPhone,
      message: 'Well?',
    };
    await receiveInbound(app.deps, { ...inbound, externalMessageId: null }, async () => true);
    const classOf = async ({ _id }: Message) => (await ws.message(_id)).priority;
    expect(await Promise.all([stranger, waiting, step, elsewhere].map(classOf))).toEqual([
      'single',
      'reply',
      'campaign',
      'single',
    ]);
    await setLine(ws, { deviceGapMs: 20 });
    expect((await texts(ws, 4)).slice(1)).toEqual(['answer', 'stranger', 'step']);
  });

  test('lets what has waited for two hours go before a reply of this minute', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'first', recipientPhone: '+12025550110' });
    await until(
      'the reply arrives',
      async () =>
        (await ws.call<{ messages: [] }>('GET', '/api/messages?direction=received')).body.messages.length,
    );
    await setLine(ws, { deviceGapMs: 20 * HOUR });
    const step = await accept(ws, { message: 'old step', recipientPhone: newPhone() });
    await read(app, 'UPDATE messages SET priority = 2 WHERE workspace_id = $1 AND id = $2', [
      ws.workspaceId,
      step._id,
    ]);
    clock.leap(2 * HOUR);
    await accept(ws, { message: 'single', recipientPhone: newPhone() });
    await accept(ws, { message: 'reply', leadId: body.leadId });
    await setLine(ws, { deviceGapMs: 20 });
    expect(await texts(ws, 4)).toEqual(['first', 'old step', 'reply', 'single']);
  });

  test('is by due time, not by the time of asking', async () => {
    const ws = await openWorkspace(app);
    await shut(ws);
    const at = (ms: number) => new Date(clock.now() + ms).toISOString();
    await accept(ws, { message: 'c', recipientPhone: newPhone(), scheduledDate: at(3 * HOUR) });
    await accept(ws, { message: 'b', recipientPhone: newPhone(), scheduledDate: at(2 * HOUR) });
    await accept(ws, { message: 'a', recipientPhone: newPhone() });
    clock.leap(3 * HOUR);
    await setLine(ws, { deviceGapMs: 20 });
    expect(await texts(ws, 4)).toEqual(['first', 'a', 'b', 'c']);
  });

  test('of messages to one contact is the order they were accepted in, also while one of them is on its way', async () => {
    const ws = await openWorkspace(app, { lines: [{ transportConfig: { latencyMs: 400 } }] });
    const recipientPhone = newPhone();
    const first = await accept(ws, { message: 'one', recipientPhone });
    // Or has been already, on a machine that was busy elsewhere.
    await until('the first one is on its way', async () =>
      (await ws.timeline(first._id)).some(({ type }) => type === 'message.sending'),
    );
    await accept(ws, { message: 'two', recipientPhone });
    await accept(ws, { message: 'three', recipientPhone });
    await until('the first one is there', async () => (await ws.message(first._id)).sentAt);
    await accept(ws, { message: 'four', recipientPhone });
    expect(await texts(ws, 4)).toEqual(['one', 'two', 'three', 'four']);
  });

  test('of one contact holds up nobody else', async () => {
    const ws = await openWorkspace(app);
    // Takes twenty seconds of a clock that leaps only when the other one has gone.
    const recipientPhone = '+12025550108';
    const [slow] = await Promise.all([1, 2, 3].map(() => accept(ws, { message: 'slow', recipientPhone })));
    const other = await accept(ws, { message: 'other', recipientPhone: newPhone() });
    await ws.reaches(other._id, 'delivered');
    const waiting = await ws.call<{ messages: Message[] }>('GET', `/api/messages?leadId=${slow?.leadId}`);
    expect(waiting.body.messages.map(({ status }) => status).sort()).toEqual([
      'pending',
      'pending',
      'sending',
    ]);
    await ws.call('POST', '/api/messages/cancel-for-lead', { leadId: slow?.leadId });
    clock.leap(20_000);
  });
});

describe('a cap', () => {
  test('holds the message, never fails it, and lets it go when the day is over', async () => {
    const ws = await openWorkspace(app, { lines: [{ dailyTotalMessagesLimit: 2 }] });
    await Promise.all([1, 2, 3].map((n) => accept(ws, { message: `m${n}`, recipientPhone: newPhone() })));
    await texts(ws, 2);
    const [held] = (
      await ws.call<{ messages: { _id: string; status: string }[] }>(
        'GET',
        '/api/messages?status=pending,queued',
      )
    ).body.messages;
    const midnight = (Math.floor(clock.now() / DAY) + 1) * DAY;
    const { gates, earliestAt, expectedAt } = await ws.explain(held?._id ?? '');
    expect(gates.find((gate) => gate.state === 'blocked')).toMatchObject({
      gate: 'daily_cap',
      until: new Date(midnight).toISOString(),
    });
    expect([earliestAt, expectedAt]).toEqual(Array(2).fill(new Date(midnight).toISOString()));
    expect(await usageOf(ws)).toMatchObject({ totalMessagesCount: 2, newConversationsCount: 2 });
    clock.leap(midnight - clock.now());
    await texts(ws, 3);
    expect(await usageOf(ws)).toEqual({
      date: new Date(midnight).toISOString().slice(0, 10),
      totalMessagesCount: 1,
      newConversationsCount: 1,
    });
  });

  test('of new conversations holds strangers and lets conversations go on', async () => {
    const ws = await openWorkspace(app, { lines: [{ dailyNewConversationsLimit: 1 }] });
    const friend = newPhone();
    await ws.send({ message: 'hello', recipientPhone: friend });
    const stranger = await accept(ws, { message: 'stranger', recipientPhone: newPhone() });
    await ws.send({ message: 'again', recipientPhone: friend });
    expect(await texts(ws, 2)).toEqual(['hello', 'again']);
    expect((await ws.explain(stranger._id)).gates.find((gate) => gate.state === 'blocked')?.gate).toBe(
      'first_touch_cap',
    );
    expect(await usageOf(ws)).toMatchObject({ totalMessagesCount: 2, newConversationsCount: 1 });
  });

  test('of an hour opens on the hour', async () => {
    const ws = await openWorkspace(app, { lines: [{ hourlyNewConversationsLimit: 1 }] });
    await ws.send({ message: 'one', recipientPhone: newPhone() });
    const held = await accept(ws, { message: 'two', recipientPhone: newPhone() });
    await until('it is held', async () =>
      (await ws.explain(held._id)).gates.some(
        (gate) => gate.gate === 'hourly_cap' && gate.state === 'blocked',
      ),
    );
    const turn = (Math.floor(clock.now() / HOUR) + 1) * HOUR;
    clock.leap(turn - clock.now());
    expect(await texts(ws, 2)).toEqual(['one', 'two']);
  });

  test.concurrent.each([
    ['is given back by a refusal', '+12025550103', 'failed', 0],
    ['is given back by a recipient who is not on iMessage', '+12025550102', 'fallback', 0],
    ['is given back by a failed availability check', '+12025550111', 'failed', 0],
    ['is given back when a lost attempt turns out never to have left', '+12025550106', 'failed', 0],
    ['is kept by what was sent', '+12025550100', 'sent', 1],
    ['is kept by what was lost and found', '+12025550105', 'sent', 1],
  ])('%s', async (_title, recipientPhone, status, count) => {
    const ws = await openWorkspace(app, { lines: [{ dailyNewConversationsLimit: 1, attempts: 1 }] });
    const { body } = await ws.send({ message: 'Hi', recipientPhone });
    expect(body.status).toBe(status);
    expect(await usageOf(ws)).toMatchObject({ totalMessagesCount: count, newConversationsCount: count });
    const next = await accept(ws, { message: 'next', recipientPhone: newPhone() });
    if (count === 0) await ws.reaches(next._id, 'delivered');
    else
      expect((await ws.explain(next._id)).gates.find((gate) => gate.state === 'blocked')?.gate).toBe(
        'first_touch_cap',
      );
  });

  test('is never exceeded by a burst', async () => {
    const ws = await openWorkspace(app, {
      lines: [{ dailyTotalMessagesLimit: 7 }, { dailyNewConversationsLimit: 5 }],
    });
    await Promise.all(Array.from({ length: 40 }, () => accept(ws, { recipientPhone: newPhone() })));
    await texts(ws, 12);
    await until('both lines have looked', async () => {
      const [row] = await read<{ n: number }>(
        app,
        'SELECT count(*)::int AS n FROM line_wakes WHERE workspace_id = $1',
        [ws.workspaceId],
      );
      return row?.n === 0;
    });
    const byLine = Map.groupBy(await copiesIn(app, ws), (copy) => copy.lineId);
    expect(ws.lines.map((line) => byLine.get(line._id)?.length)).toEqual([7, 5]);
  });
});

/** When the only gate that blocks a message opens, in ms after the workspace's last turn. */
async function blockedFor(ws: Workspace, id: string, gate: string): Promise<{ ms: number; reason: string }> {
  const blocked = (await ws.explain(id)).gates.filter((each) => each.state === 'blocked');
  expect(blocked.map((each) => each.gate)).toEqual([gate]);
  const last = (await turnsIn(app, ws)).at(-1) ?? 0;
  return { ms: Date.parse(blocked[0]?.until ?? '') - last, reason: blocked[0]?.reason ?? '' };
}

describe('the pace of a line', () => {
  test('of SMS is one segment a gap: a long one keeps its device busy for as many', async () => {
    const ws = await openWorkspace(app, { lines: [{ messageType: 'sms', deviceGapMs: HOUR }] });
    const sms = { messageType: 'sms', message: 'x'.repeat(400) };
    await ws.send({ ...sms, recipientPhone: newPhone() });
    const next = await accept(ws, { ...sms, recipientPhone: newPhone() });
    expect(await blockedFor(ws, next._id, 'device_gap')).toMatchObject({ ms: 3 * HOUR });
  });

  test('is halved at high risk, and says so', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: HOUR }] });
    await ws.send({ message: 'one', recipientPhone: newPhone() });
    await read(
      app,
      `INSERT INTO line_tallies SELECT workspace_id, id, to_timestamp($2), 10, 30, 0, 0 FROM lines WHERE workspace_id = $1`,
      [ws.workspaceId, clock.now() / 1000],
    );
    await noteHealth(app.deps, ws.workspaceId, ws.lines[0]?._id ?? '', 'fine');
    const next = await accept(ws, { message: 'two', recipientPhone: newPhone() });
    expect(await blockedFor(ws, next._id, 'device_gap')).toEqual({
      ms: 2 * HOUR,
      reason: expect.stringContaining('high risk'),
    });
    clock.leap(HOUR + HOUR / 2);
    const other = await openWorkspace(app);
    await other.reaches((await accept(other, { recipientPhone: newPhone() }))._id, 'delivered');
    expect(await texts(ws, 1)).toEqual(['one']);
    clock.leap(HOUR / 2);
    expect(await texts(ws, 2)).toEqual(['one', 'two']);
  });

  test('is counted by the day of the zone its line names', async () => {
    const capTimezone = 'Asia/Tokyo';
    const ws = await openWorkspace(app, { lines: [{ capTimezone, dailyTotalMessagesLimit: 1 }] });
    await ws.send({ message: 'one', recipientPhone: newPhone() });
    const next = await accept(ws, { message: 'two', recipientPhone: newPhone() });
    const { gates } = await ws.explain(next._id);
    const { until: midnight } = gates.find(({ gate }) => gate === 'daily_cap') ?? {};
    expect(midnight).toMatch(/T15:00:00.000Z$/);
    clock.leap(Date.parse(midnight ?? '') - clock.now());
    expect(await texts(ws, 2)).toEqual(['one', 'two']);
  });
});

describe('a gap', () => {
  test('is kept between any two messages of one device, whichever line they leave from', async () => {
    const shared = { deviceId: 'mac-1', deviceGapMs: 120 };
    const ws = await openWorkspace(app, { lines: [shared, shared] });
    await Promise.all(
      [1, 2, 3, 4, 5].map((n) => accept(ws, { message: `m${n}`, recipientPhone: newPhone() })),
    );
    await texts(ws, 5);
    expect(new Set((await copiesIn(app, ws)).map((copy) => copy.lineId)).size).toBe(2);
    for (const gap of gaps(await turnsIn(app, ws))) expect(gap).toBeGreaterThanOrEqual(120);
  });

  test('of one device is nothing to another', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: HOUR }, { deviceGapMs: HOUR }] });
    const before = clock.now();
    await Promise.all([1, 2].map((n) => accept(ws, { message: `m${n}`, recipientPhone: newPhone() })));
    await texts(ws, 2);
    expect(clock.now() - before).toBeLessThan(HOUR);
  });

  test('between contacts is kept between first messages to different ones, and by nothing else', async () => {
    const ws = await openWorkspace(app, { lines: [{ contactGapMs: 300 }] });
    const friend = newPhone();
    await ws.send({ message: 'first', recipientPhone: friend });
    const strangers = [newPhone(), newPhone()];
    await Promise.all([
      ...strangers.map((recipientPhone) => accept(ws, { message: 'stranger', recipientPhone })),
      accept(ws, { message: 'again', recipientPhone: friend }),
    ]);
    expect((await texts(ws, 4)).slice(0, 2)).toEqual(['first', 'again']);
    const firsts = await read<{ at: number }>(
      app,
      "SELECT at FROM events WHERE workspace_id = $1 AND type = 'message.sending' AND (data->>'firstTouch')::boolean ORDER BY at",
      [ws.workspaceId],
    );
    expect(firsts).toHaveLength(3);
    for (const gap of gaps(firsts.map((row) => row.at))) expect(gap).toBeGreaterThanOrEqual(300);
  });

  test('is given back by an attempt that did not leave', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: HOUR, contactGapMs: HOUR }] });
    expect((await ws.send({ message: 'refused', recipientPhone: '+12025550103' })).body.status).toBe(
      'failed',
    );
    expect((await ws.send({ message: 'sent', recipientPhone: newPhone() })).body.status).toBe('sent');
  });
});

describe('a first touch', () => {
  test('is counted once per line and lead, whatever address is used', async () => {
    const ws = await openWorkspace(app);
    const recipient = { recipientPhone: newPhone(), altPhone1: newPhone(), recipientEmail: newEmail() };
    const { body } = await ws.send({ message: 'one', ...recipient });
    await ws.send({ message: 'two', recipientPhone: recipient.altPhone1 });
    await ws.send({ message: 'three', recipientEmail: recipient.recipientEmail });
    await ws.send({ message: 'four', leadId: body.leadId, recipientPhone: newPhone() });
    expect(await usageOf(ws)).toMatchObject({ totalMessagesCount: 4, newConversationsCount: 1 });
  });

  test('is counted on every line that writes to the lead', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const recipientPhone = newPhone();
    for (const line of ws.lines) await ws.send({ message: 'Hi', recipientPhone, fromLineId: line._id });
    expect(await usageOf(ws, 0)).toMatchObject({ newConversationsCount: 1 });
    expect(await usageOf(ws, 1)).toMatchObject({ newConversationsCount: 1 });
  });

  test('that did not leave is none: the next message to the lead is', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'refused', recipientPhone: '+12025550103' });
    await ws.send({ message: 'sent', leadId: body.leadId, recipientPhone: newPhone() });
    expect(await usageOf(ws)).toMatchObject({ totalMessagesCount: 1, newConversationsCount: 1 });
  });

  test('of a lead that wrote first is none: what we send is an answer', async () => {
    const ws = await openWorkspace(app);
    await ws.send({ message: 'Hi', recipientPhone: '+12025550110' });
    await until(
      'the reply arrives',
      async () =>
        (await ws.call<{ messages: [] }>('GET', '/api/messages?direction=received')).body.messages.length,
    );
    const { body } = await ws.send({ message: 'thanks', recipientPhone: '+12025550110' });
    expect(body.message.priority).toBe('reply');
    expect(await usageOf(ws)).toMatchObject({ totalMessagesCount: 2, newConversationsCount: 1 });
  });

  test('that failed late takes nothing from a conversation that went on meanwhile', async () => {
    const ws = await openWorkspace(app, { lines: [{ attempts: 1 }, {}] });
    // Its outcome is unknown for a while, and then it turns out that it never left.
    const lost = await accept(ws, {
      message: 'lost',
      recipientPhone: '+12025550106',
      fromLineId: ws.lines[0]?._id,
    });
    await ws.reaches(lost._id, 'unknown');
    const { leadId } = lost;
    const other = await accept(ws, {
      message: 'sent',
      leadId,
      recipientPhone: newPhone(),
      fromLineId: ws.lines[0]?._id,
    });
    await ws.reaches(other._id, 'delivered');
    await ws.reaches(lost._id, 'failed');
    const next = await accept(ws, { message: 'next', leadId, recipientPhone: newPhone() });
    expect(next.lineDecision?.reason).toBe('conversation');
    expect(next.fromLineId).toBe(ws.lines[0]?._id);
  });
});

test('a cap of 0 holds until somebody raises it: nothing is promised, and the line is looked at again at once', async () => {
  const ws = await openWorkspace(app, { lines: [{ dailyTotalMessagesLimit: 0 }] });
  const message = await accept(ws, { recipientPhone: newPhone() });
  const { gates, earliestAt, expectedAt } = await ws.explain(message._id);
  expect(gates.filter((gate) => gate.state === 'blocked')).toMatchObject([
    { gate: 'daily_cap', until: null },
  ]);
  expect([earliestAt, expectedAt]).toEqual([null, null]);
  clock.leap(2 * DAY);
  const [line] = await read<{ at: number | null }>(
    app,
    'SELECT next_send_at AS at FROM lines WHERE id = $1',
    [ws.lines[0]?._id],
  );
  expect(line?.at).toBeNull();
  expect((await ws.message(message._id)).status).toBe('pending');
  await setLine(ws, { dailyTotalMessagesLimit: 1 });
  await ws.reaches(message._id, 'delivered');
});
