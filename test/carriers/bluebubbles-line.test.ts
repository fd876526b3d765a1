/** A bluebubbles line in the whole engine: from `POST /api/lines` to read receipts, replies and outages of the Mac. */
import { request as ask, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBlueBubblesChannel } from '../../src/channels/bluebubbles.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { createGuardedFetch, type GuardedFetch } from '../../src/lib/guarded-fetch.ts';
import { PATIENCE, QUICK } from '../bluebubbles.ts';
import { type FakeBlueBubbles, startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let mac: FakeBlueBubbles;
let door: Server;
let fetch: GuardedFetch;
let clock: LeapingClock;
let app: TestApp;
let ws: Workspace;

beforeEach(async () => {
  mac = await startBlueBubbles({ timings: QUICK });
  // The public address: known before the engine listens.
  door = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const onward = ask(`${app.url}${url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await until('the door is open', () => door.listening);
  const publicUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  // The Mac has a clock of its own, which says when a row was written.
  clock = leapingClock('now');
  fetch = createGuardedFetch({ allowPrivateHosts: true });
  const channel = createBlueBubblesChannel({ fetch, clock, allowPrivateHosts: true, publicUrl, ...PATIENCE });
  app = await openApp({
    clock,
    config: { publicUrl },
    channels: new Map([['bluebubbles', channel]] as const),
  });
  ws = await openWorkspace(app, {
    lines: [
      {
        transport: 'bluebubbles',
        phone: '+12025550190',
        transportConfig: { serverUrl: mac.url },
        secret: mac.password,
        deviceGapMs: 0,
        contactGapMs: 0,
        retryGapMs: 0,
      },
    ],
  });
});
afterEach(async () => {
  await app.close();
  door.close();
  await mac.close();
  await fetch.close();
});

const isRegistered = () => until('the Mac knows whom to call', () => mac.webhooks.list.length === 1);
const isListening = () =>
  until('the line was asked once', async () => {
    const rows = await read(app, 'SELECT 1 FROM line_news WHERE cursor IS NOT NULL');
    return rows.length === 1;
  });
const send = (recipientPhone: string, body: Record<string, unknown> = {}) =>
  accept(ws, { recipientPhone, ...body });
const look = async (id: string) =>
  (await ws.call<{ message: Message }>('GET', `/api/messages/${id}`)).body.message;
const received = async () =>
  (await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received')).body.messages;

describe('an iMessage', () => {
  test('is sent, delivered and read', async () => {
    const { _id } = await send('+12025550101');
    await ws.reaches(_id, 'sent');
    const message = await until('it is read', async () => {
      clock.leap(10_000);
      const found = await look(_id);
      return found.readAt === null ? null : found;
    });
    expect(message).toMatchObject({ status: 'delivered', deliveredAt: expect.any(String) });
    expect(mac.copies(_id)).toHaveLength(1);
  });

  test('to somebody who is not on iMessage is fallback, by the check or by the send', async () => {
    const checked = await send('+12025550102');
    expect(await ws.reaches(checked._id, 'fallback')).toMatchObject({ reason: 'not_on_imessage' });
    expect(mac.mac.rows).toEqual([]);
    const tried = await send('+12025550110');
    await ws.reaches(tried._id, 'fallback');
    expect(mac.copies(tried._id)).toEqual([]);
  });

  test('that fails after it was taken ends as bounced, with its code', async () => {
    const { _id } = await send('+12025550117');
    await ws.reaches(_id, 'sent');
    const failed = await until('the error is known', async () => {
      clock.leap(10_000);
      const message = await look(_id);
      return message.status === 'failed' ? message : null;
    });
    expect(failed).toMatchObject({ reason: 'bounced', errorMessage: expect.stringContaining('error 4') });
  });
});

describe('a reply', () => {
  test('comes in at once by a hint, and once, whatever the webhooks do', async () => {
    await isRegistered();
    await isListening();
    const from = newPhone();
    mac.webhooks.weather = 'twice';
    mac.receive(from, 'Hello?');
    await until('it is there', async () => (await received()).length === 1);
    mac.webhooks.weather = 'lost';
    mac.receive(from, 'Anybody?');
    await until('it is there too', async () => {
      clock.leap(30_000);
      return (await received()).length === 2;
    });
    expect((await received()).map(({ message }) => message).sort()).toEqual(['Anybody?', 'Hello?']);
  });

  test('of STOP ends it', async () => {
    await isRegistered();
    await isListening();
    await send('+12025550118');
    await until('STOP is there', async () => (await received()).length === 1);
    const next = await send('+12025550118');
    expect(await ws.reaches(next._id, 'failed')).toMatchObject({ reason: 'dnc' });
    expect(mac.copies(next._id)).toEqual([]);
  });
});

describe('a Mac that fails in mid-send', () => {
  test('has sent it: it is looked for when the Mac is back, and is one copy', async () => {
    const phone = newPhone();
    mac.world.sending.cutNext = 'after';
    const { _id } = await send(phone);
    await ws.reaches(_id, 'unknown');
    await mac.stop();
    clock.leap(5_000);
    await mac.listen();
    await until('it is found', async () => {
      clock.leap(5_000);
      return (await look(_id)).status === 'delivered';
    });
    expect(mac.copies(_id)).toHaveLength(1);
  });

  test('has not sent it: that is found out, and it is sent once', async () => {
    const phone = newPhone();
    mac.world.sending.cutNext = 'before';
    const { _id } = await send(phone);
    await until('it is sent after all', async () => {
      clock.leap(5_000);
      return (await look(_id)).status === 'delivered';
    });
    expect(mac.copies(_id)).toHaveLength(1);
  });

  test('keeps two messages of the same words apart: each is one copy', async () => {
    const phone = newPhone();
    mac.world.sending.cutNext = 'after';
    const first = await send(phone);
    await ws.reaches(first._id, 'unknown');
    const second = await send(phone);
    mac.world.sending.cutNext = 'before';
    const states = async () => [(await look(first._id)).status, (await look(second._id)).status];
    await until('both are settled', async () => {
      clock.leap(5_000);
      return (await states()).every((state) => state === 'delivered');
    });
    expect([mac.copies(first._id).length, mac.copies(second._id).length]).toEqual([1, 1]);
  });
});

test('what was written during an outage comes in afterwards, all of it and once', async () => {
  await isListening();
  await mac.stop();
  const from = newPhone();
  for (let each = 0; each < 250; each += 1) mac.receive(from, `message ${each}`);
  await mac.listen();
  await until('all is there', async () => {
    clock.leap(60_000);
    const [row] = await read<{ count: number }>(
      app,
      "SELECT count(*)::int AS count FROM messages WHERE direction = 'received'",
    );
    return row?.count === 250;
  });
});
