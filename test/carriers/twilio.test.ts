/** SMS through Twilio and back, in a whole app: what leaves, what is told of it, what people answer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../src/contract/messages/messages.ts';
import { type FakeTwilio, type InboundWish, startTwilio } from '../fakes/twilio/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { openTunnel, type Tunnel } from '../tunnel.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const MINUTE = 60_000;
const OURS = '+12025550190';
const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const to = (ending: string) => `+15005550${ending}`;

const clock = leapingClock();
let twilio: FakeTwilio;
let tunnel: Tunnel;
let app: TestApp;

beforeAll(async () => {
  twilio = await startTwilio({ numbers: [OURS], clock });
  tunnel = await openTunnel();
  app = await openApp({
    clock,
    config: { twilioUrl: twilio.url, allowPrivateHosts: true, publicUrl: tunnel.url, pollMs: 20 },
  });
  tunnel.target = app.url;
});
afterAll(async () => {
  await app.close();
  await tunnel.close();
  await twilio.close();
});

/** One SMS line that Twilio carries, as the fallback configuration makes it, or by itself. */
async function openTwilio(line: Record<string, unknown> = {}): Promise<Workspace> {
  const sms = {
    messageType: 'sms',
    transport: 'twilio',
    phone: OURS,
    transportConfig: { accountSid: twilio.accountSid },
    secret: twilio.authToken,
    deviceGapMs: 0,
    retryGapMs: 100,
    ...line,
  };
  return openWorkspace(app, { lines: [sms] });
}

const sms = (ws: Workspace, ending: string, differs: object = {}) =>
  accept(ws, { messageType: 'sms', recipientPhone: to(ending), ...differs });

const copiesOf = ({ _id }: Message) =>
  twilio.messages.filter(({ parameters }) => parameters.get('StatusCallback')?.includes(`mid=${_id}`));

/** Leaps ahead until it is so: what waits for its time is not waited for here. */
async function reachesInTime(ws: Workspace, { _id }: Message, status: Message['status']): Promise<Message> {
  return until(`${_id} is ${status}`, async () => {
    const found = await ws.message(_id);
    if (found.status === status) return found;
    // In the middle of a send it would end the lease.
    if (found.status !== 'sending') clock.leap(5_000);
    return null;
  });
}

const inboundUrl = (ws: Workspace) =>
  `${tunnel.url}/hooks/${ws.workspaceId}/${ws.lines[0]?._id}/inbound#rc=3&rp=ct,rt,5xx`;
const write = (ws: Workspace, wish: Partial<InboundWish> & { from: string }) =>
  twilio.receive({ to: OURS, url: inboundUrl(ws), ...wish });
const received = async (ws: Workspace) =>
  (await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received')).body.messages;
const readLedger = (ws: Workspace) =>
  read(app, 'SELECT action, address, source, words FROM suppressions WHERE workspace_id = $1 ORDER BY id', [
    ws.workspaceId,
  ]);

/** What follows from a receipt is recorded after it. */
const ledger = (ws: Workspace, entries: number) =>
  until(`the ledger has ${entries} entries`, async () => {
    const rows = await readLedger(ws);
    return rows.length >= entries ? rows : null;
  });

describe('an SMS', () => {
  test('is sent once, and delivered as soon as Twilio says so', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '101', { message: 'Grüße 🌅' });
    const delivered = await ws.reaches(message._id, 'delivered');
    const [copy, ...more] = copiesOf(message);
    expect(more).toEqual([]);
    expect(copy).toMatchObject({ from: OURS, body: 'Grüße 🌅' });
    expect(delivered).toMatchObject({ externalMessageId: copy?.sid, fromLineId: ws.lines[0]?._id });
  });

  test.each([
    ['114', 'twice'],
    ['115', 'in the wrong order'],
  ])('to %s, of which callbacks come %s, is delivered once', async (ending) => {
    const ws = await openTwilio();
    const message = await sms(ws, ending);
    await ws.reaches(message._id, 'delivered');
    const [copy] = copiesOf(message);
    await until(
      'all callbacks came',
      () => twilio.calls.filter(({ parameters }) => parameters.MessageSid === copy?.sid).length >= 2,
    );
    expect((await ws.message(message._id)).status).toBe('delivered');
    const told = (await ws.timeline(message._id)).map(({ type }) => type);
    expect(told.filter((type) => type === 'message.delivered')).toHaveLength(1);
    for (const { parameters, answers } of twilio.calls) {
      if (parameters.MessageSid === copy?.sid)
        expect(answers).toEqual([
          { status: 200, contentType: expect.stringContaining('text/xml'), body: EMPTY },
        ]);
    }
  });

  test('of which no callback comes is asked for', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '116');
    await ws.reaches(message._id, 'sent');
    await reachesInTime(ws, message, 'delivered');
    expect(copiesOf(message)).toHaveLength(1);
  });

  test('whose answer is lost is proven by its callback, and not sent again', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '108');
    const delivered = await ws.reaches(message._id, 'delivered');
    expect(delivered.externalMessageId).toBe(copiesOf(message)[0]?.sid);
    expect(copiesOf(message)).toHaveLength(1);
  });

  test('whose answer and callbacks are lost is found, whatever has become of the contact since', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '119', {
      message: 'Hi {{firstName|there}}!',
      recipientName: 'Ada Lovelace',
    });
    const found = await reachesInTime(ws, message, 'delivered');
    const [copy, ...more] = copiesOf(message);
    expect([found.externalMessageId, more]).toEqual([copy?.sid, []]);
    expect(copy?.body).toBe('Hi Ada!');
  });

  test('that was never created is sent again once that is certain, each time under the same id', async () => {
    const ws = await openTwilio({ attempts: 2 });
    const message = await sms(ws, '109');
    await ws.reaches(message._id, 'unknown');
    const failed = await reachesInTime(ws, message, 'failed');
    expect(failed.reason).toBe('retries_exhausted');
    expect(twilio.requests.filter((each) => each.startsWith('POST')).length).toBeGreaterThan(0);
    expect(copiesOf(message)).toEqual([]);
  });

  test('that Twilio is too busy for goes a little later, once', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '117');
    const delivered = await ws.reaches(message._id, 'delivered');
    expect(delivered.attempt).toBe(2);
    expect(copiesOf(message)).toHaveLength(1);
  });

  test.each([
    ['102', '30003'],
    ['104', '30006'],
    ['105', '30007'],
  ])('to %s that comes to nothing fails with the code %s, and is not tried again', async (ending, code) => {
    const ws = await openTwilio();
    const message = await sms(ws, ending);
    expect(await ws.reaches(message._id, 'failed')).toMatchObject({
      reason: 'bounced',
      errorMessage: expect.stringContaining(`(${code})`),
    });
    expect(copiesOf(message)).toHaveLength(1);
    expect(await readLedger(ws)).toEqual([]);
  });

  test('to a number that is no longer in service is the last to it', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '103');
    await ws.reaches(message._id, 'failed');
    expect(await ledger(ws, 1)).toMatchObject([
      { action: 'opt_out', address: to('103'), source: 'hard_bounce' },
    ]);
    expect(await sms(ws, '103')).toMatchObject({ status: 'failed', reason: 'dnc' });
  });

  test.each([
    ['004', 'at once', 'dnc'],
    ['106', 'later', 'bounced'],
  ])(
    'to %s who opted out at the carrier is refused %s, and the ledger says so',
    async (ending, _when, reason) => {
      const ws = await openTwilio();
      const message = await sms(ws, ending);
      expect(await ws.reaches(message._id, 'failed')).toMatchObject({ reason });
      expect(await ledger(ws, 1)).toMatchObject([
        { action: 'opt_out', address: to(ending), source: 'carrier_opt_out' },
      ]);
      expect(await sms(ws, ending)).toMatchObject({ status: 'failed', reason: 'dnc' });
      await write(ws, { from: to(ending), body: 'START' });
      expect(await ledger(ws, 2)).toMatchObject([
        { action: 'opt_out' },
        { action: 'opt_in', words: 'START' },
      ]);
      expect((await sms(ws, ending)).status).toBe('pending');
    },
  );

  test('by a number that is not registered makes the line unwell, and the line says why', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '120');
    await ws.reaches(message._id, 'failed');
    await until('the line is told', async () => {
      const sql = 'SELECT 1 FROM lines WHERE id = $1 AND health_failures > 0';
      return (await read(app, sql, [ws.lines[0]?._id])).length > 0;
    });
  });
});

describe('what people write', () => {
  test('arrives once, and Twilio is answered with nothing to send', async () => {
    const ws = await openTwilio();
    const from = newPhone();
    const { call, message } = await write(ws, { from, body: 'Grüße & “+1” 🌅\nAda' });
    expect(call?.answers).toEqual([
      { status: 200, contentType: expect.stringContaining('text/xml'), body: EMPTY },
    ]);
    expect(await received(ws)).toMatchObject([
      {
        message: 'Grüße & “+1” 🌅\nAda',
        recipientPhone: from,
        externalMessageId: message.sid,
        messageType: 'sms',
      },
    ]);
  });

  test('that we were not there for is asked for, and what came both ways is one message', async () => {
    const ws = await openTwilio();
    const [one, two] = [newPhone(), newPhone()];
    await until('it was asked', () => twilio.requests.some((each) => each.includes('DateSent')));
    clock.leap(5 * MINUTE);
    await write(ws, { from: one, body: 'called' });
    tunnel.target = null;
    const { call } = await write(ws, { from: two, body: 'missed' });
    tunnel.target = app.url;
    expect(call?.answers.map(({ status }) => status)).toEqual([502, 502, 502, 502]);
    await until('it is there', async () => {
      clock.leap(5_000);
      return (await received(ws)).length === 2;
    });
    clock.leap(2 * MINUTE);
    const before = twilio.requests.length;
    await until('it was asked again', () =>
      twilio.requests.slice(before).some((each) => each.includes('DateSent')),
    );
    expect((await received(ws)).map(({ message }) => message).sort()).toEqual(['called', 'missed']);
  });

  test('STOP binds at once: what waits is cancelled, nothing more is accepted, and START lifts it', async () => {
    const ws = await openTwilio();
    const phone = newPhone();
    await ws.reaches((await accept(ws, { messageType: 'sms', recipientPhone: phone }))._id, 'delivered');
    const later = new Date(clock.now() + 60 * MINUTE).toISOString();
    const waiting = await accept(ws, { messageType: 'sms', recipientPhone: phone, scheduledDate: later });
    const { call } = await write(ws, { from: phone, body: 'Stop' });
    expect(call?.answers[0]?.body).toBe(EMPTY);
    expect((await ws.message(waiting._id)).status).toBe('cancelled');
    expect(await accept(ws, { messageType: 'sms', recipientPhone: phone })).toMatchObject({ reason: 'dnc' });
    await write(ws, { from: phone, body: 'START' });
    const again = await accept(ws, { messageType: 'sms', recipientPhone: phone });
    await ws.reaches(again._id, 'delivered');
  });

  test('and whatever is not signed by Twilio is refused and changes nothing', async () => {
    const ws = await openTwilio();
    const message = await sms(ws, '107');
    await ws.reaches(message._id, 'sent');
    const forged = await write(ws, { from: newPhone(), body: 'STOP', call: { isForged: true } });
    // It was never written: whoever asks Twilio finds nothing of it.
    twilio.messages.splice(twilio.messages.indexOf(forged.message), 1);
    expect(forged.call?.answers.map(({ status }) => status)).toEqual([403]);
    const status = `${tunnel.url}/hooks/${ws.workspaceId}/${ws.lines[0]?._id}/status?mid=${message._id}&attempt=1`;
    const body = new URLSearchParams({
      MessageSid: 'SM1',
      MessageStatus: 'failed',
      AccountSid: twilio.accountSid,
    });
    expect((await fetch(status, { method: 'POST', body })).status).toBe(403);
    expect((await ws.message(message._id)).status).toBe('sent');
    const known = (await received(ws)).map(({ externalMessageId }) => externalMessageId);
    expect(known).not.toContain(forged.message.sid);
    const other = await openWorkspace(app);
    const sandbox = inboundUrl(other).split('#')[0] ?? '';
    expect((await fetch(sandbox, { method: 'POST', body })).status).toBe(404);
  });
});
