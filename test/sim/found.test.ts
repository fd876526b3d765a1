/** What the simulation brought to light, each in its smallest form: seeds change their meaning, these do not. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/receive-inbound.ts';
import type { Channel, Outcome } from '../../src/channels/channel.ts';
import { createTicker, type Ticker } from '../../src/dispatcher/tick.ts';
import { type Clock, toIso } from '../../src/lib/clock.ts';
import { openHouse, type TestHouse } from '../harness.ts';
import { accept, newPhone, openWorkspace } from '../workspaces.ts';

const ACCEPTED: Outcome = { outcome: 'accepted', externalMessageId: null };
const LOST: Outcome = { outcome: 'unknown', message: 'No answer' };
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
  copyIsThere: false,
};
let handed: string[] = [];
const channel: Channel = {
  sendTimeoutMs: 30_000,
  send: (_line, { reference }) => {
    handed.push(reference);
    return said.send();
  },
  reconcile: async () =>
    said.copyIsThere ? { finding: 'found', externalMessageId: null, address: null } : { finding: 'absent' },
  checkAvailability: async () => {
    await said.check();
    return { availability: 'available' };
  },
  checkHealth: async () => ({ healthy: true }),
  validateConfig: () => null,
  close: async () => {},
};

let house: TestHouse;
let ticker: Ticker;
let underWay: Promise<void>[] = [];

beforeAll(async () => {
  house = await openHouse({ clock, channels: new Map([['sandbox', channel]]), dispatches: false });
  ticker = createTicker(house.deps);
});
afterAll(() => house.close());
beforeEach(() => {
  now += 24 * HOUR_MS;
  handed = [];
  Object.assign(said, { check: async () => {}, send: async () => ACCEPTED, copyIsThere: false });
});

function timePasses(ms: number): void {
  now += ms;
}

/** One look of a dispatcher, `ms` after the last one. */
async function look(ms: number): Promise<void> {
  timePasses(ms);
  const { leased } = await ticker.tick(10, (task) => underWay.push(task()));
  if (leased > 0) await look(1);
}

async function lookAndSettle(ms: number): Promise<void> {
  await look(ms);
  await Promise.all(underWay.splice(0));
}

test('a window that closes while a carrier is asked for the address keeps the message back', async () => {
  const ws = await openWorkspace(house);
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
  const ws = await openWorkspace(house);
  said.check = async () => timePasses(10_000);
  const { _id } = await accept(ws, { recipientPhone: newPhone(), expiresAt: toIso(now + 5_000) });
  await lookAndSettle(1_000);
  expect(handed).toEqual([]);
  expect(await ws.message(_id)).toMatchObject({ status: 'failed', reason: 'expired' });
});

test('who opts out while a carrier is asked for the address gets nothing', async () => {
  const ws = await openWorkspace(house);
  const address = newPhone();
  const lineId = ws.lines[0]?._id ?? '';
  said.check = async () => {
    timePasses(2_000);
    const inbound = {
      workspaceId: ws.workspaceId,
      lineId,
      address,
      message: 'STOP',
      externalMessageId: null,
    };
    await receiveInbound(house.deps, inbound, async () => true);
  };
  const { _id } = await accept(ws, { recipientPhone: address });
  await lookAndSettle(1_000);
  expect(handed).toEqual([]);
  expect(await ws.message(_id)).toMatchObject({ status: 'failed', reason: 'dnc' });
});

test('while nobody knows whether a first touch left, the next message to that contact waits', async () => {
  const ws = await openWorkspace(house);
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
  Object.assign(said, { send: async () => ACCEPTED, copyIsThere: true });
  await lookAndSettle(2_000);
  await lookAndSettle(1_000);
  expect(handed).toEqual([first._id, second._id]);
  expect((await ws.message(first._id)).status).toBe('sent');
});

test('a clock that leaps while a message is handed over sends no second copy after it', async () => {
  const ws = await openWorkspace(house);
  let answer = (_outcome: Outcome) => {};
  said.send = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
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
  const ws = await openWorkspace(house);
  said.send = () => new Promise(() => {});
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await look(1_000);
  await look(HOUR_MS);
  said.send = async () => ACCEPTED;
  underWay = [];
  for (const ms of [31_000, 2_000, 60_000]) await lookAndSettle(ms);
  expect(await ws.message(_id)).toMatchObject({ status: 'sent', attempt: 2 });
});
