/** The official client of Twilio, pointed here: what it sends, reads, lists, cancels and is told. */
import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type { MessageListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/message.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { NewApiKeyAnswer } from '../../src/contract/access/api-keys.ts';
import {
  openWebhookReceiver,
  type Received,
  type WebhookReceiver,
} from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { addLine, bill, copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`;
const SERVICE = `MG${'a'.repeat(32)}`;

let app: TestApp;
let receiver: WebhookReceiver;
let ws: Workspace;
let client: twilio.Twilio;
let from: string;

beforeAll(async () => {
  app = await openApp({ config: { allowPrivateHosts: true } });
  receiver = await openWebhookReceiver();
});
beforeEach(async () => {
  ws = await openWorkspace(app, { fallback: true });
  from = ws.lines[0]?.phone ?? '';
  client = clientOf(ws.key);
});
afterAll(async () => {
  await receiver.close();
  await app.close();
});

function clientOf(key: string): twilio.Twilio {
  class Detour extends twilio.RequestClient {
    override request<Data>(options: RequestClient.RequestOptions<Data>) {
      const { pathname, search } = new URL(options.uri);
      return super.request<Data>({ ...options, uri: app.url + pathname + search });
    }
  }
  return twilio(ACCOUNT, key, { httpClient: new Detour() });
}

const create = (options: Partial<MessageListInstanceCreateOptions>) =>
  client.messages.create({ from, to: newPhone(), body: 'Hi', ...options });
/** How the client throws. */
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    ({ status, code, message, moreInfo }) => ({ status, code, message, moreInfo }),
  );
const reaches = (sid: string, status: string) =>
  until(`${sid} is ${status}`, async () => {
    const found = await client.messages(sid).fetch();
    return found.status === status ? found : null;
  });

let paths = 0;
function newPath(): string {
  paths += 1;
  return `/callback/${paths}?mine=1`;
}
const told = (path: string) => receiver.at(path).map(({ envelope }) => envelope.MessageStatus);
const isGenuine = (path: string, { headers, envelope }: Received, key = ws.key) =>
  twilio.validateRequest(key, String(headers['x-twilio-signature']), receiver.url + path, envelope);

describe('a message of the client', () => {
  test('is sent once, to the letter, and read back until it is delivered', async () => {
    const to = newPhone();
    const body = 'Hi {firstName}, 100 % {{of}} it';
    const message = await create({ to, body });
    expect(message).toMatchObject({
      accountSid: ACCOUNT,
      apiVersion: '2010-04-01',
      body,
      to,
      from,
      direction: 'outbound-api',
      errorCode: null,
      numMedia: '0',
      numSegments: '1',
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      status: 'queued',
    });
    expect(message.dateCreated.getTime()).toBeGreaterThan(Date.UTC(2026, 0));
    const delivered = await reaches(message.sid, 'delivered');
    expect(delivered).toMatchObject({ body, to, from, sid: message.sid });
    expect(delivered.dateSent).toBeInstanceOf(Date);
    expect((await copiesIn(app, ws)).map((copy) => [copy.address, copy.message, copy.messageType])).toEqual([
      [to, body, 'imessage'],
    ]);
  });

  test('to a phone without iMessage goes by SMS, and is one message to the client', async () => {
    const path = newPath();
    const to = '+12025550102';
    const message = await create({ to, statusCallback: receiver.url + path });
    const delivered = await reaches(message.sid, 'delivered');
    expect(delivered.from).toBe(ws.lines[1]?.phone);
    await until('all is told', () => told(path).length === 2);
    expect(told(path)).toEqual(['sent', 'delivered']);
    expect((await client.messages.list()).map(({ sid }) => sid)).toEqual([message.sid]);
  });

  test('of a key for SMS alone never tries iMessage', async () => {
    const made = await ws.call<NewApiKeyAnswer>('POST', '/api/api-keys', {
      name: 'SMS',
      sendsAs: 'sms_only',
    });
    client = clientOf(made.body.key);
    const to = newPhone();
    const smsNumber = ws.lines[1]?.phone ?? '';
    await reaches((await create({ to, from: smsNumber })).sid, 'delivered');
    const byService = await create({
      to,
      messagingServiceSid: SERVICE,
      from: undefined as unknown as string,
    });
    expect(await reaches(byService.sid, 'delivered')).toMatchObject({ messagingServiceSid: SERVICE });
    expect((await copiesIn(app, ws)).map((copy) => copy.messageType)).toEqual(['sms', 'sms']);
    expect(await refusal(create({ to }))).toMatchObject({ status: 400, code: 21659 });
  });

  test('from a number that only an SMS line has leaves by iMessage where there is a line for it', async () => {
    const message = await create({ from: ws.lines[1]?.phone ?? '' });
    expect(await reaches(message.sid, 'delivered')).toMatchObject({ from });
    const smsOnly = await openWorkspace(app, { lines: [{ messageType: 'sms' }] });
    client = clientOf(smsOnly.key);
    const number = smsOnly.lines[0]?.phone ?? '';
    const sms = await create({ from: number });
    expect(await reaches(sms.sid, 'delivered')).toMatchObject({ from: number });
  });

  test('that is scheduled waits, and can be cancelled until it left', async () => {
    const path = newPath();
    const sendAt = new Date(Date.parse(new Date().toISOString()) + 3_600_000);
    const message = await create({
      messagingServiceSid: SERVICE,
      scheduleType: 'fixed',
      sendAt,
      statusCallback: receiver.url + path,
    });
    expect(message).toMatchObject({ status: 'scheduled', numSegments: '0', messagingServiceSid: SERVICE });
    expect((await client.messages(message.sid).update({ status: 'canceled' })).status).toBe('canceled');
    await until('it is told', () => told(path).includes('canceled'));
    const gone = await create({});
    await reaches(gone.sid, 'delivered');
    expect(await refusal(client.messages(gone.sid).update({ status: 'canceled' }))).toMatchObject({
      code: 30409,
    });
  });

  test('that fails says why, in Twilio’s numbers', async () => {
    const to = newPhone();
    await ws.call('POST', '/api/dnc', { phone: to });
    const message = await create({ to });
    expect(await client.messages(message.sid).fetch()).toMatchObject({ status: 'failed', errorCode: 21610 });
  });

  test('with two media is an MM; repeated keys of the form are all read', async () => {
    const mediaUrl = ['https://example.com/a.png', 'https://example.com/b.png'];
    const message = await create({ mediaUrl, body: '' });
    expect(message).toMatchObject({ numMedia: '2', sid: expect.stringMatching(/^MM/) });
    const three = [...mediaUrl, 'https://example.com/c.png'];
    expect(await refusal(create({ mediaUrl: three }))).toMatchObject({ code: 21623 });
  });

  test('sent again with its Idempotency-Key is the same message', async () => {
    const send = () =>
      fetch(`${app.url}/2010-04-01/Accounts/${ACCOUNT}/Messages.json`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`anybody:${ws.key}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
          'idempotency-key': 'once',
        },
        body: new URLSearchParams({ To: '+12025550100', From: from, Body: 'Hi' }),
      }).then(async (answer) => (await answer.json()) as { sid: string });
    expect((await send()).sid).toBe((await send()).sid);
  });
});

describe('the list', () => {
  test('is walked page by page, newest first, and filtered by ends and days', async () => {
    const to = newPhone();
    const sids: string[] = [];
    for (let n = 0; n < 5; n += 1) sids.unshift((await create({ to: n === 2 ? to : newPhone() })).sid);
    expect((await client.messages.list({ pageSize: 2 })).map(({ sid }) => sid)).toEqual(sids);
    expect((await client.messages.list({ to })).map((each) => each.to)).toEqual([to]);
    expect((await client.messages.list({ from })).length).toBe(5);
    expect(await client.messages.list({ from: newPhone() })).toEqual([]);
    const today = new Date();
    expect((await client.messages.list({ dateSentAfter: new Date(today.getTime() - 60_000) })).length).toBe(
      5,
    );
    expect(await client.messages.list({ dateSentBefore: new Date(today.getTime() - 86_400_000) })).toEqual(
      [],
    );
  });

  test('shows what came in, from the contact to the line', async () => {
    await create({ to: '+12025550110' });
    const inbound = await until('the reply is there', async () =>
      (await client.messages.list({ to: from })).at(0),
    );
    expect(inbound).toMatchObject({
      direction: 'inbound',
      status: 'received',
      from: '+12025550110',
      to: from,
    });
  });
});

describe('callbacks', () => {
  test('come in order and are verified by the client with the key as its token', async () => {
    const path = newPath();
    const message = await create({ statusCallback: `${receiver.url}${path}#rc=3&rp=all` });
    await until('all is told', () => told(path).includes('delivered'));
    expect(told(path)).toEqual(['sent', 'delivered']);
    for (const call of receiver.at(path)) {
      expect(isGenuine(path, call)).toBe(true);
      expect(isGenuine(path, call, 'another token')).toBe(false);
      expect(call.envelope).toMatchObject({
        MessageSid: message.sid,
        SmsSid: message.sid,
        AccountSid: ACCOUNT,
        From: from,
        To: message.to,
        ApiVersion: '2010-04-01',
      });
    }
    await until('nothing is kept of it', async () => (await kept()).length === 0);
  });

  test('that nobody takes are tried again, and none is left out', async () => {
    const path = newPath();
    receiver.behave(path, { status: 503 }, { status: 200 });
    await create({ statusCallback: receiver.url + path });
    await until('all is told', () => told(path).includes('delivered'));
    expect(told(path)).toEqual(['sent', 'sent', 'delivered']);
    const tokens = receiver.at(path).map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(2);
  });

  test('of one receiver that hangs leave another’s alone', async () => {
    const slow = await openWebhookReceiver();
    try {
      slow.behave('/', 'hangs');
      for (let n = 0; n < 30; n += 1) await create({ statusCallback: `${slow.url}/` });
      await until('it hangs', () => slow.received.length === 5);
      const path = newPath();
      await create({ statusCallback: receiver.url + path });
      await until('the other is told', () => told(path).includes('delivered'), 14_000);
      expect(slow.received.length).toBe(5);
    } finally {
      await slow.close();
    }
  });

  test('end where they are not wanted any more, and the key lies nowhere in the open', async () => {
    const path = newPath();
    receiver.behave(path, { status: 410 });
    await create({ statusCallback: receiver.url + path });
    expect(JSON.stringify(await kept())).not.toContain(Buffer.from(ws.key).toString('hex'));
    await until('nothing is kept of it', async () => (await kept()).length === 0);
    expect(told(path)).toEqual(['sent']);
  });

  test('of a failure carry its number', async () => {
    const path = newPath();
    const to = newPhone();
    await ws.call('POST', '/api/dnc', { phone: to });
    await create({ to, statusCallback: receiver.url + path });
    await until('it is told', () => told(path).length === 1);
    expect(receiver.at(path)[0]?.envelope).toMatchObject({ MessageStatus: 'failed', ErrorCode: '21610' });
  });

  const kept = () =>
    read(app, "SELECT url, encode(secret, 'hex') FROM door_callbacks WHERE workspace_id = $1", [
      ws.workspaceId,
    ]);
});

describe('a mistake', () => {
  test.each([
    [{ to: 'nobody' }, 21211],
    [{ to: '' }, 21604],
    [{ body: '' }, 21602],
    [{ body: 'x'.repeat(1601) }, 21617],
    [{ from: '+12025559999' }, 21659],
    [{ from: undefined }, 21603],
    [{ statusCallback: 'nowhere' }, 21609],
    [{ mediaUrl: ['ftp://example.com/a'] }, 21620],
    [{ scheduleType: 'fixed' as const }, 35111],
    [{ scheduleType: 'fixed' as const, sendAt: new Date(0) }, 35114],
    [{ messagingServiceSid: 'MG1' }, 21705],
    [{ contentSid: `HX${'0'.repeat(32)}` }, 20001],
  ])('%j is error %i', async (options, code) => {
    expect(await refusal(create(options as Partial<MessageListInstanceCreateOptions>))).toEqual({
      status: 400,
      code,
      message: expect.any(String),
      moreInfo: `https://www.twilio.com/docs/errors/${code}`,
    });
    expect(await copiesIn(app, ws)).toEqual([]);
  });

  test('with the key, the account, the message or the call is told in Twilio’s form', async () => {
    expect(await refusal(clientOf('tl_sk_nobody').messages.list())).toMatchObject({
      status: 401,
      code: 20003,
    });
    expect(await refusal(client.messages(`SM${'0'.repeat(32)}`).fetch())).toMatchObject({
      status: 404,
      code: 20404,
    });
    expect(await refusal(client.calls.list())).toMatchObject({ status: 404, code: 20404 });
    await bill(app, ws, 'past_due');
    expect(await refusal(create({}))).toMatchObject({ status: 402, code: 20005 });
    expect(await client.api.v2010.accounts(ACCOUNT).fetch()).toMatchObject({ status: 'suspended' });
  });
});

test('the account is the workspace of the key, whatever it calls itself', async () => {
  const account = await client.api.v2010.accounts(ACCOUNT).fetch();
  expect(account).toMatchObject({ sid: ACCOUNT, friendlyName: 'Test', status: 'active' });
});

test('a line that was switched off is not a sender', async () => {
  const off = await addLine(ws, { isActive: false });
  expect(await refusal(create({ from: off.phone ?? '' }))).toMatchObject({ code: 21606 });
});
