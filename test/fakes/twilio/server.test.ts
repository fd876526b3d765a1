/**
 * Is the fake like Twilio? Two judges say so: the schemas of Twilio's own OpenAPI description, extracted as data, and
 * Twilio's own package for Node, which must be able to work with it and to believe its signatures.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Ajv, type ValidateFunction } from 'ajv';
import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../until.ts';
import { RECIPIENTS, SENDERS } from './script.ts';
import { type FakeTwilio, startTwilio } from './server.ts';

const extract = JSON.parse(readFileSync(`${import.meta.dirname}/twilio-openapi-extract.json`, 'utf8'));
const MAGIC = '+15005550006';
const OURS = '+12025550190';

let fake: FakeTwilio;
beforeEach(async () => {
  fake = await startTwilio({ numbers: [OURS] });
});
afterEach(() => fake.close());

/** Somebody who is called. */
interface Called {
  url: string;
  calls: { path: string; headers: IncomingHttpHeaders; form: Record<string, string>; body: string }[];
  /** Statuses of the next answers; 200 afterwards. */
  answers: number[];
}

const servers = new Set<Server>();
afterEach(() => {
  for (const server of servers) server.close();
  servers.clear();
});

async function startCalled(): Promise<Called> {
  const called: Called = { url: '', calls: [], answers: [] };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const form = Object.fromEntries(new URLSearchParams(body));
    called.calls.push({ path: request.url ?? '', headers: request.headers, form, body });
    response.writeHead(called.answers.shift() ?? 200, { 'content-type': 'text/xml' }).end('<Response/>');
  });
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  called.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return called;
}

/* The judge of shapes */

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'twilio', components: extract.components });

function schemaOf(name: string, required: readonly string[] = []): ValidateFunction {
  const ref = `twilio#/components/schemas/${encodeURIComponent(name)}`;
  const local = JSON.parse(JSON.stringify({ allOf: [{ $ref: ref }, { type: 'object', required }] }));
  return ajv.compile(local);
}

/** The description names no field as required: these every message has. */
const ALWAYS = Object.keys(extract.components.schemas['api.v2010.account.message'].properties);
const isMessage = schemaOf('api.v2010.account.message', ALWAYS);

function fits(judge: ValidateFunction, value: unknown): void {
  expect(judge(value), JSON.stringify(judge.errors)).toBe(true);
}

async function call(method: string, path: string, form?: Record<string, string> | URLSearchParams) {
  const response = await fetch(`${fake.url}/2010-04-01/Accounts/${fake.accountSid}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${fake.accountSid}:${fake.authToken}`).toString('base64')}`,
    },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
  const said = await response.text();
  return { status: response.status, body: said === '' ? null : JSON.parse(said) };
}

const sms = (differs: object = {}) => ({ To: '+15005550101', From: OURS, Body: 'Hi', ...differs });

describe('the fake, judged by Twilio’s own description', () => {
  test('the judge accepts Twilio’s own examples and refuses what is not so', () => {
    for (const example of extract.examples) fits(schemaOf('api.v2010.account.message'), example);
    const [example] = extract.examples;
    for (const wrong of [{ status: 'beamed' }, { sid: 'SM1' }, { error_code: '30003' }, { num_media: 0 }])
      expect(schemaOf('api.v2010.account.message')({ ...example, ...wrong })).toBe(false);
  });

  test('creates, shows and lists messages as described, in every state', async () => {
    const created = await call('POST', '/Messages.json', sms());
    expect(created.status).toBe(201);
    fits(isMessage, created.body);
    expect(created.body).toMatchObject({ status: 'queued', direction: 'outbound-api', date_sent: null });
    await call('POST', '/Messages.json', sms({ To: '+15005550102' }));
    const service = { To: '+15005550101', MessagingServiceSid: fake.serviceSid, Body: 'Hi' };
    expect((await call('POST', '/Messages.json', service)).body).toMatchObject({
      status: 'accepted',
      from: null,
      num_segments: '0',
    });
    await fake.receive({ from: '+12025550123', to: OURS, body: 'Hi' });
    await until('they come to their ends', () =>
      fake.messages.every(({ status }) => ['delivered', 'undelivered', 'received'].includes(status)),
    );
    const list = await call('GET', '/Messages.json');
    fits(schemaOf('message_list', ['messages', 'next_page_uri', 'page', 'page_size']), list.body);
    expect(list.body.messages).toHaveLength(4);
    for (const each of list.body.messages) {
      fits(isMessage, each);
      expect((await call('GET', `/Messages/${each.sid}.json`)).body).toEqual(each);
    }
    expect(list.body.messages).toContainEqual(
      expect.objectContaining({ status: 'undelivered', error_code: 30003 }),
    );
  });

  test('shows account, media and service as described', async () => {
    const { message } = await fake.receive({
      from: '+12025550123',
      to: OURS,
      media: [{ contentType: 'image/png', bytes: Buffer.from('png') }],
    });
    const media = await call('GET', `/Messages/${message.sid}/Media.json`);
    fits(schemaOf('media_list', ['media_list']), media.body);
    for (const each of media.body.media_list)
      fits(schemaOf('api.v2010.account.message.media', ['sid', 'content_type', 'uri']), each);
    fits(schemaOf('api.v2010.account', ['sid', 'status']), (await call('GET', '.json')).body);
    const numbers = await call('GET', `/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(OURS)}`);
    expect(numbers.body.incoming_phone_numbers).toMatchObject([{ phone_number: OURS }]);
    fits(schemaOf('incoming_phone_number (extract)', ['sid']), numbers.body.incoming_phone_numbers[0]);
    const response = await fetch(`${fake.url}/v1/Services/${fake.serviceSid}`, {
      headers: { authorization: `Basic ${btoa(`${fake.accountSid}:${fake.authToken}`)}` },
    });
    fits(schemaOf('messaging.v1.service', ['sid', 'account_sid']), await response.json());
  });

  test.each(
    [
      ...Object.entries(RECIPIENTS).map(([number, script]) => ({
        ...script,
        form: { To: number, From: MAGIC },
      })),
      ...Object.entries(SENDERS).map(([number, script]) => ({
        ...script,
        form: { To: MAGIC, From: number },
      })),
    ].filter(({ refused }) => refused !== undefined),
  )('refuses as Twilio does: $sentence', async ({ form, refused }) => {
    const { status, body } = await call('POST', '/Messages.json', sms(form));
    expect({ status, body }).toEqual({
      status: refused?.status,
      body: {
        code: refused?.code,
        message: refused?.message,
        more_info: `https://www.twilio.com/docs/errors/${refused?.code}`,
        status: refused?.status,
      },
    });
    expect(fake.messages).toEqual([]);
  });

  test.each([
    [{ To: '' }, 21604],
    [{ From: '' }, 21603],
    [{ Body: '' }, 21602],
    [{ Body: 'x'.repeat(1601) }, 21617],
    [{ MediaUrl: 'nowhere' }, 21620],
    [{ StatusCallback: 'nowhere' }, 21609],
    [{ ValidityPeriod: '0' }, 21624],
    [{ ValidityPeriod: '36001' }, 21624],
    [{ MessagingServiceSid: `MG${'9'.repeat(32)}` }, 21705],
    [{ From: '+12025550111' }, 21660],
  ])('refuses %j with %i', async (differs, code) => {
    expect(await call('POST', '/Messages.json', sms(differs))).toMatchObject({ status: 400, body: { code } });
  });
});

describe('the fake, judged by Twilio’s own package', () => {
  /** The package knows no other host than Twilio’s: its requests are led here. */
  class Detour extends twilio.RequestClient {
    override request<Data>(options: RequestClient.RequestOptions<Data>) {
      const uri = options.uri.replace(/^https:\/\/(api|messaging)\.twilio\.com/, fake.url);
      return super.request<Data>({ ...options, uri });
    }
  }
  const client = (token = fake.authToken) =>
    twilio(fake.accountSid, token, { httpClient: new Detour() as never });

  test('creates, fetches and lists page by page, filtered by numbers and dates', async () => {
    const message = await client().messages.create({ to: '+15005550101', from: OURS, body: 'Grüße 🌅' });
    expect(message).toMatchObject({
      body: 'Grüße 🌅',
      status: 'queued',
      errorCode: null,
      to: '+15005550101',
    });
    await until('it is delivered', () => fake.messages[0]?.status === 'delivered');
    const fetched = await client().messages(message.sid).fetch();
    expect([fetched.status, fetched.dateSent instanceof Date]).toEqual(['delivered', true]);
    for (let more = 0; more < 5; more += 1)
      await client().messages.create({ to: '+15005550107', from: OURS, body: `Hi ${more}` });
    expect(await client().messages.list({ pageSize: 2 })).toHaveLength(6);
    await until('all were sent', () => fake.messages.every(({ sentAt }) => sentAt !== null));
    const count = async (filter: object) => (await client().messages.list(filter)).length;
    const day = 86_400_000;
    const [now, past] = [new Date(), new Date(Date.now() - 2 * day)];
    expect(await count({ to: '+15005550107', from: OURS })).toBe(5);
    expect(await count({ from: MAGIC })).toBe(0);
    expect(await count({ dateSentAfter: past })).toBe(6);
    expect(await count({ dateSentBefore: past })).toBe(0);
    expect(await count({ dateSentAfter: past, dateSentBefore: new Date(now.getTime() + day) })).toBe(6);
    expect((await client().messages.list({ limit: 1 }))[0]?.body).toBe('Hi 4');
  });

  test('hears refusals as it hears Twilio’s', async () => {
    const caught = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error) => error,
      );
    const refused = await caught(client().messages.create({ to: '+15005550004', from: OURS, body: 'Hi' }));
    expect(refused).toBeInstanceOf(twilio.RestException);
    expect(refused).toMatchObject({ status: 400, code: 21610, moreInfo: expect.stringContaining('/21610') });
    const locked = await caught(client('wrong').api.v2010.accounts(fake.accountSid).fetch());
    expect(locked).toMatchObject({ status: 401, code: 20003 });
    const gone = await caught(
      client()
        .messages(`SM${'0'.repeat(32)}`)
        .fetch(),
    );
    expect(gone).toMatchObject({ status: 404, code: 20404 });
  });

  test('cancels what is scheduled, redacts and removes', async () => {
    const scheduled = await client().messages.create({
      to: '+15005550101',
      messagingServiceSid: fake.serviceSid,
      body: 'Later',
      scheduleType: 'fixed',
      sendAt: new Date('2030-01-01'),
    });
    expect(scheduled.status).toBe('scheduled');
    const canceled = await client().messages(scheduled.sid).update({ status: 'canceled' });
    expect(canceled.status).toBe('canceled');
    expect((await client().messages(scheduled.sid).update({ body: '' })).body).toBe('');
    expect(await client().messages(scheduled.sid).remove()).toBe(true);
    expect(fake.messages).toEqual([]);
  });

  test('believes its callbacks: signed without the fragment, each with a token of its own', async () => {
    const called = await startCalled();
    const statusCallback = `${called.url}/status?mid=1&attempt=1#rc=3&rp=ct,rt,5xx`;
    await client().messages.create({ to: '+15005550103', from: OURS, body: 'Hi', statusCallback });
    await until('both calls came', () => called.calls.length === 2);
    expect(called.calls.map(({ form }) => [form.MessageStatus, form.ErrorCode])).toEqual([
      ['sent', undefined],
      ['undelivered', '30005'],
    ]);
    for (const { path, headers, form } of called.calls) {
      const signature = String(headers['x-twilio-signature']);
      expect(twilio.validateRequest(fake.authToken, signature, `${called.url}${path}`, form)).toBe(true);
      expect(twilio.validateRequest('another', signature, `${called.url}${path}`, form)).toBe(false);
      expect(path).toBe('/status?mid=1&attempt=1');
    }
    const tokens = called.calls.map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(2);
  });

  test('believes its inbound messages, as a form and as JSON', async () => {
    const called = await startCalled();
    const wish = { from: '+12025550123', to: OURS, body: 'Grüße & “+1”', url: `${called.url}/in` };
    await fake.receive(wish);
    await fake.receive({ ...wish, call: { asJson: true } });
    await fake.receive({ ...wish, call: { isForged: true } });
    const [form, json, forged] = called.calls;
    const check = (each: typeof form) =>
      twilio.validateRequest(
        fake.authToken,
        String(each?.headers['x-twilio-signature']),
        `${called.url}${each?.path}`,
        each?.form ?? {},
      );
    expect([check(form), check(forged)]).toEqual([true, false]);
    const signature = String(json?.headers['x-twilio-signature']);
    const url = `${called.url}${json?.path}`;
    expect(twilio.validateRequestWithBody(fake.authToken, signature, url, json?.body ?? '')).toBe(true);
  });
});

describe('the fake misbehaves as its numbers say', () => {
  const statusCallback = (called: Called) => ({ StatusCallback: `${called.url}/s#rc=3&rp=ct,rt,5xx` });
  const create = (To: string, differs: object = {}) =>
    call('POST', '/Messages.json', sms({ To, ...differs }));

  test.each([
    ['+15005550108', 1],
    ['+15005550109', 0],
  ])('%s loses the answer, with %i created', async (number, copies) => {
    await expect(create(number)).rejects.toThrow();
    expect(fake.messages).toHaveLength(copies);
  });

  test.each([
    ['+15005550110', 500, 1],
    ['+15005550111', 503, 0],
    ['+15005550112', 429, 0],
  ])('%s answers %i, with %i created', async (number, status, copies) => {
    expect((await create(number)).status).toBe(status);
    expect(fake.messages).toHaveLength(copies);
  });

  test('+15005550117 is busy once', async () => {
    expect([(await create('+15005550117')).status, (await create('+15005550117')).status]).toEqual([
      429, 201,
    ]);
  });

  test.each([
    ['+15005550101', ['sent', 'delivered']],
    ['+15005550106', ['failed']],
    ['+15005550107', ['sent']],
    ['+15005550114', ['sent', 'sent', 'delivered', 'delivered']],
    ['+15005550115', ['delivered', 'sent']],
  ])('%s calls back with %j', async (number, states) => {
    const called = await startCalled();
    await create(number, statusCallback(called));
    await until('the calls came', () => called.calls.length === states.length);
    expect(called.calls.map(({ form }) => form.MessageStatus)).toEqual(states);
  });

  test('a call that meets a 500 comes again under the same token, as often as the fragment says', async () => {
    const called = await startCalled();
    called.answers = [500, 503, 200];
    await create('+15005550107', statusCallback(called));
    await until('it was taken', () => called.calls.length === 3);
    expect(new Set(called.calls.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
    called.answers = [500, 500];
    await fake.receive({ from: '+12025550123', to: OURS, body: 'Hi', url: `${called.url}/in` });
    expect(called.calls).toHaveLength(4);
  });

  test('media must be there, and be of a kind that MMS carries', async () => {
    const called = await startCalled();
    await create('+15005550101', { MediaUrl: `${called.url}/page` });
    await create('+15005550101', { MediaUrl: 'http://127.0.0.1:9/nothing' });
    await until('both failed', () => fake.messages.every(({ status }) => status === 'failed'));
    // The one who is called serves XML.
    expect(fake.messages.map(({ errorCode }) => errorCode)).toEqual([12300, 11200]);
  });

  test('media that came in is given to nobody without credentials, and lies elsewhere', async () => {
    const { message } = await fake.receive({
      from: '+12025550123',
      to: OURS,
      media: [{ contentType: 'image/png', bytes: Buffer.from('png') }],
    });
    const url = `${fake.url}/2010-04-01/Accounts/${fake.accountSid}/Messages/${message.sid}/Media/${message.media[0]?.sid}`;
    expect((await fetch(url)).status).toBe(401);
    const authorization = `Basic ${btoa(`${fake.accountSid}:${fake.authToken}`)}`;
    const redirect = await fetch(url, { headers: { authorization }, redirect: 'manual' });
    expect(redirect.status).toBe(307);
    const location = redirect.headers.get('location') ?? '';
    expect(new URL(location).host).not.toBe(new URL(fake.url).host);
    expect(await (await fetch(location)).text()).toBe('png');
  });
});
