/**
 * Moments that hardly ever come, each in its smallest form, on a clock that goes only where a test puts it: what happens
 * between a lease and its settlement. Simulation and review brought them to light; seeds change their meaning, these do not.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import { recordReceipts } from '../../src/actions/news/record-receipts.ts';
import type { Channel, Finding, Outcome } from '../../src/channels/channel.ts';
import type { Line } from '../../src/contract/lines/lines.ts';
import { createTicker, type Ticker } from '../../src/dispatcher/tick.ts';
import { type Clock, toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const ACCEPTED: Outcome = { outcome: 'accepted', externalMessageId: null };
const LOST: Outcome = { outcome: 'unknown', message: 'No answer' };
const FOUND: Finding = { finding: 'found', externalMessageId: null, address: null };
/** Of a carrier that can't be asked, like a mail server. */
const NEVER_KNOWN: Finding = { finding: 'undecided', message: 'Nobody to ask', final: true };
const HOUR_MS = 3_600_000;

/** Goes only where a test puts it. */
let now = Date.parse('2026-11-02T16:59:58Z');
const clock: Clock = {
  now: () => now,
  sleep: (_ms, signal) => new Promise((resolve) => void signal?.addEventListener('abort', () => resolve())),
};

/** Does as the test at hand says, and notes what it was handed. */
const said = {
  check: async (): Promise<void> => {},
  send: async (): Promise<Outcome> => ACCEPTED,
  find: (): Finding => ({ finding: 'absent' }),
  /** At a labelled instant of the road. */
  at: async (_label: string): Promise<void> => {},
};
const NOTHING = { ...said };
let handed: string[] = [];
const channel: Channel = {
  sendTimeoutMs: 30_000,
  send: (_line, { reference }) => {
    handed.push(reference);
    return said.send();
  },
  reconcile: async () => said.find(),
  checkAvailability: async () => {
    await said.check();
    return { availability: 'available' };
  },
  checkHealth: async () => ({ healthy: true }),
  validateConfig: () => null,
  close: async () => {},
};

let app: TestApp;
let ticker: Ticker;
let underWay = new Set<Promise<void>>();

beforeAll(async () => {
  app = await openApp({
    clock,
    channels: new Map([['sandbox', channel]]),
    dispatches: false,
    checkpoint: (label) => said.at(label),
  });
  ticker = createTicker(app.deps);
});
afterAll(() => app.close());
beforeEach(() => {
  now += 24 * HOUR_MS;
  handed = [];
  Object.assign(said, NOTHING);
});

function timePasses(ms: number): void {
  now += ms;
}

/** The process stands still, once, at a labelled instant; `meanwhile` is what the world does. */
function standStill(label: string, ms: number, meanwhile = async (): Promise<void> => {}): void {
  said.at = async (at) => {
    if (at !== label) return;
    said.at = NOTHING.at;
    timePasses(ms);
    await meanwhile();
  };
}

/** Its answer is given when the test says so. */
function answersLater(): (outcome: Outcome) => void {
  const answer = Promise.withResolvers<Outcome>();
  said.send = () => answer.promise;
  return answer.resolve;
}

function stop(ws: Workspace, address: string): Promise<void> {
  const { workspaceId } = ws;
  const lineId = ws.lines[0]?._id ?? '';
  const inbound = { workspaceId, lineId, address, message: 'STOP', externalMessageId: null };
  return receiveInbound(app.deps, inbound, async () => true);
}

function receipt(ws: Workspace, messageId: string, kind: 'delivered' | 'bounced'): Promise<void> {
  return recordReceipts(app.deps, ws.workspaceId, async () => [{ messageId, kind }]);
}

/** One look of a dispatcher, `ms` after the last one, and all it does beside sending. */
async function look(ms: number): Promise<void> {
  timePasses(ms);
  const chores: Promise<void>[] = [];
  const { more } = await ticker.tick(10, (task, kind) => {
    const running = task().finally(() => underWay.delete(running));
    if (kind === 'send') underWay.add(running);
    else chores.push(running);
  });
  await Promise.all(chores);
  if (more) await look(1);
}

async function lookAndSettle(ms: number): Promise<void> {
  await look(ms);
  await Promise.all(underWay);
}

test('a window that closes while a carrier is asked for the address keeps the message back', async () => {
  const ws = await openWorkspace(app);
  const window = { timezone: 'UTC', sendWindowStart: '09:00', sendWindowEnd: '17:00' };
  said.check = async () => timePasses(10_000);
  const { _id } = await accept(ws, { recipientPhone: newPhone(), ...window });
  await lookAndSettle(1_000);
  expect(handed).toEqual([]);
  expect(await ws.message(_id)).toMatchObject({
    status: 'queued',
    dueAt: expect.stringContaining('T09:00:00.000Z'),
  });
});

test('a message that expires while a carrier is asked for the address ends, and goes nowhere', async () => {
  const ws = await openWorkspace(app);
  said.check = async () => timePasses(10_000);
  const { _id } = await accept(ws, { recipientPhone: newPhone(), expiresAt: toIso(now + 5_000) });
  await lookAndSettle(1_000);
  expect(handed).toEqual([]);
  expect(await ws.message(_id)).toMatchObject({ status: 'failed', reason: 'expired' });
});

test('who opts out while a carrier is asked for the address gets nothing', async () => {
  const ws = await openWorkspace(app);
  const address = newPhone();
  said.check = async () => {
    timePasses(2_000);
    await stop(ws, address);
  };
  const { _id } = await accept(ws, { recipientPhone: address });
  await lookAndSettle(1_000);
  expect(handed).toEqual([]);
  expect(await ws.message(_id)).toMatchObject({ status: 'failed', reason: 'dnc' });
});

test('while nobody knows whether a first touch left, the next message to that contact waits', async () => {
  const ws = await openWorkspace(app);
  const recipientPhone = newPhone();
  said.send = async () => LOST;
  const first = await accept(ws, { recipientPhone });
  await lookAndSettle(1_000);
  const second = await accept(ws, { recipientPhone });
  await lookAndSettle(500);
  expect(handed).toEqual([first._id]);
  expect((await ws.explain(second._id)).gates).toContainEqual(
    expect.objectContaining({ gate: 'conversation', state: 'blocked' }),
  );
  Object.assign(said, { send: async () => ACCEPTED, find: () => FOUND });
  await lookAndSettle(2_000);
  await lookAndSettle(1_000);
  expect(handed).toEqual([first._id, second._id]);
  expect((await ws.message(first._id)).status).toBe('sent');
});

test('a clock that leaps while a message is handed over sends no second copy after it', async () => {
  const ws = await openWorkspace(app);
  const answer = answersLater();
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await look(1_000);
  // Its lease has run out by now, and the carrier has not got it yet.
  await look(HOUR_MS);
  await look(5_000);
  expect((await ws.message(_id)).status).toBe('unknown');
  answer(ACCEPTED);
  await lookAndSettle(1_000);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent', attempt: 1 });
  expect(handed).toEqual([_id]);
});

test('what a sender left behind is sent again once no sender can be at it any more', async () => {
  const ws = await openWorkspace(app);
  said.send = () => new Promise(() => {});
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await look(1_000);
  await look(HOUR_MS);
  said.send = async () => ACCEPTED;
  underWay = new Set();
  for (const ms of [31_000, 2_000, 60_000]) await lookAndSettle(ms);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent', attempt: 2 });
});

test('what its carrier took after the lease had run out is not reported as failed, though nobody can be asked', async () => {
  const ws = await openWorkspace(app);
  const answer = answersLater();
  said.find = () => NEVER_KNOWN;
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await look(1_000);
  await look(50_000);
  await look(200);
  await until('only the sender is at work', () => underWay.size === 1);
  expect((await ws.message(_id)).status).toBe('unknown');
  answer(ACCEPTED);
  await lookAndSettle(1_000);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent' });
});

test('a receipt for an attempt that its carrier denied keeps the next one from being sent', async () => {
  const ws = await openWorkspace(app, { lines: [{ retryGapMs: 60_000 }] });
  said.send = async () => LOST;
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await lookAndSettle(1_000);
  await lookAndSettle(2_000);
  expect((await ws.message(_id)).status).toBe('queued');
  await receipt(ws, _id, 'delivered');
  said.send = async () => ACCEPTED;
  await lookAndSettle(61_000);
  expect(handed).toEqual([_id]);
  expect(await ws.message(_id)).toMatchObject({ status: 'delivered' });
});

test('a receipt for a message that was never handed over changes nothing', async () => {
  const ws = await openWorkspace(app);
  const { _id } = await accept(ws, { recipientPhone: newPhone(), scheduledDate: toIso(now + HOUR_MS) });
  await receipt(ws, _id, 'delivered');
  expect((await ws.message(_id)).status).toBe('scheduled');
});

test("a bounce that overtakes the carrier's own answer is not lost", async () => {
  const ws = await openWorkspace(app);
  const answer = answersLater();
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await look(1_000);
  await receipt(ws, _id, 'bounced');
  answer(ACCEPTED);
  await lookAndSettle(1_000);
  expect(await ws.message(_id)).toMatchObject({ status: 'failed', reason: 'bounced' });
});

test.each(['prepared', 'send.before'])(
  'who opts out while the process stands still at %s gets nothing',
  async (label) => {
    const ws = await openWorkspace(app);
    const address = newPhone();
    const { _id } = await accept(ws, { recipientPhone: address });
    standStill(label, 20_000, () => stop(ws, address));
    await lookAndSettle(1_000);
    expect(handed).toEqual([]);
    expect(await ws.message(_id)).toMatchObject({ status: 'failed', reason: 'dnc' });
  },
);

test('a line that is switched off while its carrier is asked for the address hands over nothing more', async () => {
  const ws = await openWorkspace(app);
  said.check = async () => {
    timePasses(10_000);
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { isActive: false });
  };
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await lookAndSettle(1_000);
  expect(handed).toEqual([]);
  expect(await ws.message(_id)).toMatchObject({ status: 'queued' });
});

test('a line whose cap is set to 0 while its carrier is asked for the address hands over nothing more', async () => {
  const ws = await openWorkspace(app);
  said.check = async () => {
    timePasses(10_000);
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { dailyTotalMessagesLimit: 0 });
  };
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await lookAndSettle(1_000);
  expect(handed).toEqual([]);
  expect(await ws.message(_id)).toMatchObject({ status: 'queued' });
});

test('a message that is handed over after midnight counts for the new day', async () => {
  const ws = await openWorkspace(app, { lines: [{ dailyTotalMessagesLimit: 1 }] });
  now = (Math.floor(now / (24 * HOUR_MS)) + 1) * 24 * HOUR_MS - 5_000;
  for (let n = 0; n < 2; n += 1) await accept(ws, { recipientPhone: newPhone() });
  const days: string[] = [];
  said.check = async () => {
    said.check = NOTHING.check;
    timePasses(10_000);
  };
  said.send = async () => {
    days.push(toIso(now).slice(0, 10));
    return ACCEPTED;
  };
  for (let n = 0; n < 2; n += 1) await lookAndSettle(1_000);
  expect(days).toHaveLength(1);
  await lookAndSettle(24 * HOUR_MS);
  expect(new Set(days).size).toBe(2);
});

test('an attempt that was not handed over, because its process stood still, does not use up the only one', async () => {
  const ws = await openWorkspace(app, { lines: [{ attempts: 1 }] });
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  standStill('send.before', 41_000);
  for (let n = 0; n < 2; n += 1) await lookAndSettle(1_000);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent', attempt: 2 });
  expect(handed).toEqual([_id]);
});

test('a process that died with the only attempt in hand does not use it up, if nothing had left', async () => {
  const ws = await openWorkspace(app, { lines: [{ attempts: 1 }] });
  said.send = () => new Promise(() => {});
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await look(1_000);
  underWay = new Set();
  said.send = async () => ACCEPTED;
  for (const ms of [46_000, 31_000, 2_000, 2_000]) await lookAndSettle(ms);
  expect((await ws.message(_id)).status).toBe('sent');
});

test('a line that refuses all that is sent goes down though every check is content, and its message ends', async () => {
  const ws = await openWorkspace(app, { lines: [{ retryGapMs: 60_000 }] });
  said.send = async () => ({
    outcome: 'rejected',
    permanent: false,
    code: '500',
    message: '500 5.1.8 sender address not accepted',
    lineBad: true,
  });
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  for (let minute = 0; minute < 10; minute += 1) await lookAndSettle(60_100);
  const { body } = await ws.call<{ line: Line }>('GET', `/api/lines/${ws.lines[0]?._id}`);
  expect(body.line.healthCheck.status).toBe('down');
  const tried = handed.length;
  // It is tried now and then, and given up a day after it began.
  for (let minute = 0; minute < 26 * 60; minute += 5) await lookAndSettle(300_100);
  expect(handed.length).toBeGreaterThan(tried);
  expect(await ws.message(_id)).toMatchObject({ status: 'failed' });
}, 600_000);

test('a device that has its hands full costs a message no attempt, and says nothing of its line', async () => {
  const ws = await openWorkspace(app, { lines: [{ attempts: 1, retryGapMs: 1_000 }] });
  said.send = async () => ({
    outcome: 'rejected',
    permanent: false,
    code: 'mac_busy',
    message: 'Busy',
    waits: true,
  });
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  for (let times = 0; times < 10; times += 1) await lookAndSettle(1_100);
  expect(handed.length).toBeGreaterThan(7);
  expect(await ws.message(_id)).toMatchObject({ status: 'queued' });
  const { body } = await ws.call<{ line: Line }>('GET', `/api/lines/${ws.lines[0]?._id}`);
  expect(body.line.healthCheck.status).toBe('healthy');
  said.send = async () => ACCEPTED;
  await lookAndSettle(1_100);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent' });
});

test('an id that no column can hold settles its message all the same', async () => {
  const ws = await openWorkspace(app);
  said.send = async () => ({ outcome: 'accepted', externalMessageId: '7F\u00003A\ud83c' });
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await lookAndSettle(1_000);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent', externalMessageId: '7F 3A\ufffd' });
});

test('an attempt that breaks off before a carrier has the message leaves nothing in doubt, and costs nothing', async () => {
  const ws = await openWorkspace(app, { lines: [{ attempts: 1, retryGapMs: 1_000 }] });
  said.at = async (label) => {
    if (label !== 'send.before') return;
    said.at = NOTHING.at;
    throw new Error('out of order');
  };
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await lookAndSettle(1_000);
  expect(await ws.message(_id)).toMatchObject({ status: 'queued' });
  await lookAndSettle(1_100);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent' });
  expect(handed).toEqual([_id]);
});

test('one that breaks off while a carrier has it is asked for, never sent again unasked', async () => {
  const ws = await openWorkspace(app);
  said.send = async () => {
    throw new Error('out of order');
  };
  said.find = () => FOUND;
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await lookAndSettle(1_000);
  expect((await ws.message(_id)).status).toBe('unknown');
  await lookAndSettle(2_000);
  await lookAndSettle(1_000);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent', attempt: 1 });
  expect(handed).toEqual([_id]);
});
