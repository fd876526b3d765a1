/** The client of sdk/ against the real server: what it promises to whoever installs it. */
import {
  createClient,
  type Message,
  TrunklineError,
  verifyWebhook,
  WebhookVerificationError,
} from '@trunkline/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../sdk/src/operations.ts';
import { routes } from '../../src/http/routes.ts';
import { type CuttingProxy, openCuttingProxy } from '../cutting-proxy.ts';
import { openWebhookReceiver, type WebhookReceiver } from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace } from '../workspaces.ts';

let app: TestApp;
let proxy: CuttingProxy;
let receiver: WebhookReceiver;

beforeAll(async () => {
  app = await openApp({ config: { allowPrivateHosts: true } });
  proxy = await openCuttingProxy(app.url);
  receiver = await openWebhookReceiver();
});
afterAll(async () => {
  await proxy.close();
  await receiver.close();
  await app.close();
});

async function openClient(url = app.url) {
  const ws = await openWorkspace(app);
  return { ws, client: createClient({ url, key: ws.key }) };
}

async function refusalOf(call: Promise<unknown>): Promise<TrunklineError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TrunklineError)) throw new Error(`no refusal but ${String(error)}`);
  return error;
}

async function textsOf(client: ReturnType<typeof createClient>): Promise<string[]> {
  const found: string[] = [];
  for await (const { message } of client.paginate('listMessages', { limit: 2 })) found.push(message);
  return found;
}

describe('a call', () => {
  test('has its method for everything under /api that is not for clients of other services', () => {
    const ours = routes.filter(({ path, tag, answers }) => {
      const isStream = JSON.stringify(answers[200] ?? {}).includes('text/event-stream');
      return path.startsWith('/api/') && tag !== 'Migration' && !isStream;
    });
    expect(Object.keys(OPERATIONS).sort()).toEqual(ours.map(({ operationId }) => operationId).sort());
  });

  test('sends, waits for the outcome, reads and explains', async () => {
    const { client } = await openClient();
    const recipientPhone = newPhone();
    const { message } = await client.sendMessage(
      { body: { message: 'Hello', recipientPhone } },
      { prefer: 'wait=20' },
    );
    expect(message.status).toMatch(/^(sent|delivered)$/);
    expect((await client.getMessage({ id: message._id })).message.recipientPhone).toBe(recipientPhone);
    expect((await client.explainMessage({ id: message._id })).gates).toEqual([]);
    const phone = await client.readSandboxPhone({ address: recipientPhone });
    expect(phone.messages.map(({ message: text }) => text)).toEqual(['Hello']);
  });

  test('with a flag in its query answers what the flag asks for', async () => {
    const { client } = await openClient();
    const dry = await client.sendMessage({
      dryRun: true,
      body: { message: 'Hi', recipientPhone: newPhone() },
    });
    expect(dry.dryRun).toBe(true);
    expect(await textsOf(client)).toEqual([]);
  });

  test('answers status and headers to whoever asks for them', async () => {
    const { client } = await openClient();
    const answer = await client.request(
      'sendMessage',
      { body: { message: 'Hi', recipientPhone: newPhone() } },
      { correlationId: 'c-1' },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-correlation-id')).toBe('c-1');
  });

  test('sends files as forms and text, and answers text as it is', async () => {
    const { client } = await openClient();
    const form = new FormData();
    form.set('file', new Blob(['firstName,phone\nAda,+12025550199\n'], { type: 'text/csv' }), 'leads.csv');
    expect((await client.importLeads({ preview: true, body: form })).rows).toHaveLength(1);
    await client.importLeads({ body: 'firstName,phone\nGrace,+12025550198\n' });
    expect(await client.exportLeads()).toContain('Grace');
  });
});

describe('a list', () => {
  test('is read to its end, page by page', async () => {
    const { client, ws } = await openClient();
    const texts = ['one', 'two', 'three', 'four', 'five'];
    for (const message of texts) await client.sendMessage({ body: { message, recipientPhone: newPhone() } });
    expect(await textsOf(client)).toEqual([...texts].reverse());
    const events: string[] = [];
    await until('all are sent', async () => {
      const { messages } = await client.listMessages({ status: 'sent,delivered' });
      return messages.length === ws.lines.length * texts.length;
    });
    for await (const { event } of client.paginate('readEvents', { limit: 2 })) events.push(event);
    expect(events.filter((event) => event === 'message.sent')).toHaveLength(texts.length);
  });
});

describe('a refusal', () => {
  test('is thrown with everything the server said of it', async () => {
    const { client } = await openClient();
    const refusal = await refusalOf(client.getMessage({ id: '0'.repeat(24) }));
    expect(refusal).toMatchObject({ status: 404, code: 'MESSAGE_NOT_FOUND', error: refusal.message });
    expect(refusal.requestId).toBe(refusal.body?.requestId);
    const invalid = await refusalOf(client.listMessages({ limit: 1000 }));
    expect(invalid).toMatchObject({ status: 400, code: 'INVALID_FIELD', param: 'limit' });
    const stranger = createClient({ url: app.url, key: 'tl_sk_nobody' });
    expect(await refusalOf(stranger.listLines())).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });

  test('that names when to come again is heeded, by the same call under the same key', async () => {
    const { client } = await openClient(receiver.url);
    const busy = JSON.stringify({ error: 'Busy', code: 'RATE_LIMITED', requestId: 'r' });
    const soon = { 'retry-after': '0' };
    receiver.behave(
      '/api/webhooks',
      { status: 429, headers: soon, body: busy },
      { status: 503, headers: soon, body: 'somebody in between' },
      'hangs_up',
      { status: 200, body: '{"secret":"s"}' },
    );
    const body = { url: 'https://example.com', name: 'Test', events: ['message.sent' as const] };
    const made = await client.createWebhook({ body }, { retries: 3 });
    expect(made.secret).toBe('s');
    const calls = receiver.at('/api/webhooks');
    expect(calls).toHaveLength(4);
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  test('after which something may have been done is not followed by the same call, unless that is safe', async () => {
    const { client } = await openClient(receiver.url);
    receiver.behave('/api/lines', { status: 503, headers: { 'retry-after': '0' }, body: 'not ours' });
    const refusal = await refusalOf(client.createLine({ body: { transport: 'sandbox' } }));
    expect(refusal).toMatchObject({ status: 503, code: 'UNEXPECTED_ANSWER', retryAfter: 0 });
    expect(receiver.at('/api/lines')).toHaveLength(1);
  });

  test('is told at once when there is no use in asking again', async () => {
    const { client } = await openClient(receiver.url);
    const later = { error: 'Later', code: 'RATE_LIMITED', requestId: 'r' };
    receiver.behave('/api/lists', {
      status: 429,
      headers: { 'retry-after': '3600' },
      body: JSON.stringify(later),
    });
    const refusal = await refusalOf(client.createList({ body: { name: 'x' } }));
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 3600 });
    expect(receiver.at('/api/lists')).toHaveLength(1);
  });
});

describe('a connection', () => {
  test('that is cut before the answer costs no second message', async () => {
    const { client } = await openClient(proxy.url);
    const before = proxy.cuts();
    proxy.cut(2);
    const recipientPhone = newPhone();
    const { message } = await client.sendMessage({ body: { message: 'Once', recipientPhone } });
    expect(proxy.cuts() - before).toBe(2);
    const all: Message[] = [];
    for await (const each of client.paginate('listMessages')) all.push(each);
    expect(all.map(({ _id }) => _id)).toEqual([message._id]);
  });

  test('that is cut is no reason to repeat what could then happen twice', async () => {
    const { client } = await openClient(proxy.url);
    const before = proxy.cuts();
    proxy.cut(1);
    const refusal = await refusalOf(client.createList({ body: { name: 'Once' } }));
    expect(refusal).toMatchObject({ status: 0, code: 'NETWORK_ERROR' });
    expect(proxy.cuts() - before).toBe(1);
    expect((await client.listLists()).lists.filter(({ name }) => name === 'Once')).toHaveLength(1);
  });

  test('that brings no answer is given up in time, and at once when the caller wants no more', async () => {
    const { client } = await openClient(receiver.url);
    receiver.behave('/api/lists', 'hangs');
    const slow = client.createList({ body: { name: 'x' } }, { timeoutMs: 50 });
    expect(await refusalOf(slow)).toMatchObject({ status: 0, code: 'TIMED_OUT' });
    const stop = new AbortController();
    const call = client.createList({ body: { name: 'x' } }, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

describe('a webhook', () => {
  test('that was really sent is proved by either signature, and nothing else is', async () => {
    const { client } = await openClient();
    const { secret } = await client.createWebhook({
      body: { url: `${receiver.url}/hook`, name: 'Test', events: ['message.sent'] },
    });
    const { message } = await client.sendMessage({ body: { message: 'Hi', recipientPhone: newPhone() } });
    const { body, headers } = await until('it was told', () => receiver.at('/hook', 'message.sent')[0]);
    const event = await verifyWebhook({ body, headers, secret });
    expect(event).toMatchObject({ id: headers['webhook-id'], event: 'message.sent', messageId: message._id });

    const old = { 'x-tuco-signature': headers['x-tuco-signature'] };
    expect(await verifyWebhook({ body: body.toString(), headers: old, secret })).toMatchObject({
      id: null,
      messageId: message._id,
    });
    const another = `whsec_${btoa('another secret')}`;
    expect((await verifyWebhook({ body, headers, secret: [another, secret] })).event).toBe('message.sent');

    const changed = body.toString().replace('message.sent', 'message.lost');
    const past = Number(headers['webhook-timestamp']) * 1000;
    for (const wrong of [
      { body: changed, headers, secret },
      { body: changed, headers: old, secret },
      { body, headers, secret: another },
      { body, headers: {}, secret },
      { body, headers: { ...headers, 'webhook-id': 'another' }, secret },
      { body, headers, secret, now: past + 301_000 },
      { body, headers, secret, now: past - 301_000 },
    ])
      await expect(verifyWebhook(wrong)).rejects.toThrow(WebhookVerificationError);
    expect((await verifyWebhook({ body, headers, secret, now: past + 299_000 })).event).toBe('message.sent');
  });
});
