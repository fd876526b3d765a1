/** The calls about webhooks: shapes and refusals to the letter (contract 2.7, 3.7), log and replay. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateWebhookAnswer, Webhook, WebhookDelivery } from '../../src/contract/webhooks/webhooks.ts';
import { trimWebhookLog } from '../../src/dispatcher/trim-webhook-log.ts';
import { WEBHOOK_EVENTS } from '../../src/domain/webhook-events.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openWebhookReceiver, type WebhookReceiver } from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries, webhook } from '../webhooks.ts';
import { bill, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const clock = leapingClock();
const GOOD = { url: 'https://crm.example.com/hook', name: 'CRM', events: ['message.sent'] };
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const ID = expect.stringMatching(/^[0-9a-f]{24}$/);
const UNKNOWN = 'a'.repeat(24);

let app: TestApp;
let strict: TestApp;
let receiver: WebhookReceiver;
let ws: Workspace;

beforeAll(async () => {
  receiver = await openWebhookReceiver();
  app = await openApp({ config: { allowPrivateHosts: true }, clock });
  strict = await openApp({ databaseUrl: app.databaseUrl, key: app.key, dispatches: false, clock });
  ws = await openWorkspace(app);
});
afterAll(async () => {
  await strict.close();
  await app.close();
  await receiver.close();
});

describe('POST /api/webhooks', () => {
  test('makes a webhook and shows its secret, this once; at rest it is sealed', async () => {
    const { status, body } = await ws.call<CreateWebhookAnswer>('POST', '/api/webhooks', {
      ...GOOD,
      events: ['message.sent', 'message.reply', 'message.sent'],
      description: 'For the CRM',
      colour: 'red',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: ID,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      url: GOOD.url,
      events: ['message.sent', 'message.reply'],
      name: 'CRM',
      description: 'For the CRM',
      createdAt: INSTANT,
      warning: 'Save this secret now. You will not be able to see it again.',
      warnings: ['Unknown field: colour'],
    });
    const stored = await read<{ row: string }>(app, 'SELECT w::text AS row FROM webhooks w WHERE id = $1', [
      body.id,
    ]);
    expect(stored[0]?.row).not.toContain(Buffer.from(body.secret).toString('hex'));
    const answers = [await ws.call('GET', '/api/webhooks'), await ws.call('GET', `/api/webhooks/${body.id}`)];
    for (const answer of answers) expect(JSON.stringify(answer.body)).not.toContain('whsec_');
  });

  test('with an Idempotency-Key makes one, and answers the same again, secret included, which no table holds', async () => {
    const key = { 'idempotency-key': 'webhook 1' };
    const [one, two] = [
      await ws.call('POST', '/api/webhooks', GOOD, key),
      await ws.call('POST', '/api/webhooks', GOOD, key),
    ];
    expect([one?.status, two?.status]).toEqual([201, 201]);
    expect(two?.body).toEqual(one?.body);
    expect(one?.headers.get('idempotent-replayed')).toBeNull();
    expect(two?.headers.get('idempotent-replayed')).toBe('true');
    const kept = await read(app, 'SELECT answer::text FROM idempotency_keys WHERE workspace_id = $1', [
      ws.workspaceId,
    ]);
    expect(JSON.stringify(kept)).not.toContain('whsec_');
    const other = await ws.call('POST', '/api/webhooks', { ...GOOD, name: 'Other' }, key);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_mismatch']);
    const refused = await ws.call('POST', '/api/webhooks', {}, { 'idempotency-key': 'webhook 2' });
    expect(refused.status).toBe(400);
    expect((await ws.call('POST', '/api/webhooks', GOOD, { 'idempotency-key': 'webhook 2' })).status).toBe(
      201,
    );
    const atOnce = await Promise.all(
      Array.from({ length: 5 }, () =>
        ws.call('POST', '/api/webhooks', GOOD, { 'idempotency-key': 'webhook 3' }),
      ),
    );
    const made = new Set(atOnce.flatMap(({ status, body }) => (status === 201 ? [body.id] : [])));
    expect(made.size).toBe(1);
    for (const { status } of atOnce) expect([201, 409]).toContain(status);
  });

  test.each([
    [{ ...GOOD, url: undefined }, 'URL is required', 'WEBHOOK_URL_REQUIRED'],
    [{ ...GOOD, url: ' ' }, 'URL is required', 'WEBHOOK_URL_REQUIRED'],
    [{ ...GOOD, url: 'crm' }, 'Invalid URL format', 'INVALID_WEBHOOK_URL'],
    [{ ...GOOD, url: 'http://crm.example.com' }, 'Invalid URL format', 'INVALID_WEBHOOK_URL'],
    [{ ...GOOD, url: 'ftp://crm.example.com' }, 'Invalid URL format', 'INVALID_WEBHOOK_URL'],
    [{ ...GOOD, url: 'https://me:pass@crm.example.com' }, 'Invalid URL format', 'INVALID_WEBHOOK_URL'],
    [
      { ...GOOD, url: `https://crm.example.com/${'x'.repeat(2048)}` },
      'Invalid URL format',
      'INVALID_WEBHOOK_URL',
    ],
    [{ ...GOOD, events: undefined }, 'At least one event must be selected', 'WEBHOOK_EVENTS_REQUIRED'],
    [{ ...GOOD, events: [] }, 'At least one event must be selected', 'WEBHOOK_EVENTS_REQUIRED'],
    [{ ...GOOD, events: 'message.sent' }, 'At least one event must be selected', 'WEBHOOK_EVENTS_REQUIRED'],
    [
      { ...GOOD, events: ['lead.created', 'message.sent', 'list.updated'] },
      'Invalid events: lead.created, list.updated',
      'INVALID_WEBHOOK_EVENTS',
    ],
    [
      { ...GOOD, events: [{ toString: 1 }, null] },
      'Invalid events: (object), (object)',
      'INVALID_WEBHOOK_EVENTS',
    ],
    [{ ...GOOD, name: undefined }, 'Name is required', 'WEBHOOK_NAME_REQUIRED'],
    [{ ...GOOD, name: '' }, 'Name is required', 'WEBHOOK_NAME_REQUIRED'],
    [{ ...GOOD, url: 7 }, 'url must be a string', 'INVALID_FIELD'],
    [{ ...GOOD, name: 'a\nb' }, 'name must not hold line breaks or control characters', 'INVALID_FIELD'],
    [[], 'Request body must be a JSON object', 'BODY_NOT_OBJECT'],
    ['{', 'Invalid request body (JSON required)', 'INVALID_JSON'],
  ])('refuses %j', async (body, error, code) => {
    const answer = await ws.call('POST', '/api/webhooks', body);
    expect([answer.status, answer.body.error, answer.body.code]).toEqual([400, error, code]);
  });

  test.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://10.0.0.1/hook',
    'https://169.254.169.254/latest',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'http://127.0.0.1/',
  ])('refuses %s unless private addresses are allowed', async (url) => {
    const headers = { authorization: `Bearer ${ws.key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${strict.url}/api/webhooks`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...GOOD, url }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'Invalid URL format', code: 'INVALID_WEBHOOK_URL' });
    expect((await ws.call('POST', '/api/webhooks', { ...GOOD, url })).status).toBe(201);
  });
});

describe('a webhook', () => {
  test('reads as documented, newest first in the list', async () => {
    const mine = await openWorkspace(app);
    const ids = [];
    for (const name of ['One', 'Two']) ids.unshift((await addWebhook(mine, GOOD.url, { name })).id);
    const { body } = await mine.call<{ webhooks: Webhook[] }>('GET', '/api/webhooks');
    expect(body.webhooks.map(({ id }) => id)).toEqual(ids);
    expect(body.webhooks[0]).toEqual({
      id: ids[0],
      url: GOOD.url,
      events: WEBHOOK_EVENTS,
      name: 'Two',
      description: null,
      isActive: true,
      disabledReason: null,
      lastTriggeredAt: null,
      lastSuccessAt: null,
      lastFailureAt: null,
      failureCount: 0,
      createdAt: INSTANT,
      updatedAt: INSTANT,
    });
    expect(await webhook(mine, ids[0] ?? '')).toEqual(body.webhooks[0]);
  });

  test('is changed field by field, and deleted for good', async () => {
    const { id } = await addWebhook(ws, GOOD.url, { description: 'Old' });
    const changes = { events: ['message.failed'], name: 'New', description: null, isActive: false };
    const { status, body } = await ws.call('PATCH', `/api/webhooks/${id}`, changes);
    expect([status, body]).toEqual([200, { success: true, warnings: [] }]);
    expect(await webhook(ws, id)).toMatchObject({ ...changes, url: GOOD.url });
    const wrong = [
      [{ url: '' }, 'URL is required'],
      [{ url: 'x' }, 'Invalid URL format'],
      [{ events: [] }, 'At least one event must be selected'],
      [{ events: ['x'] }, 'Invalid events: x'],
      [{ name: ' ' }, 'Name is required'],
      [{}, 'Give at least one field to change'],
      [{ isActive: 'no' }, 'isActive must be true or false'],
    ] as const;
    for (const [change, error] of wrong) {
      const refused = await ws.call('PATCH', `/api/webhooks/${id}`, change);
      expect([refused.status, refused.body.error]).toEqual([400, error]);
    }
    const gone = await ws.call('DELETE', `/api/webhooks/${id}`);
    expect([gone.status, gone.body]).toEqual([200, { success: true }]);
    expect((await ws.call('GET', `/api/webhooks/${id}`)).status).toBe(404);
    expect((await ws.call('DELETE', `/api/webhooks/${id}`)).status).toBe(404);
  });

  const CALLS = [
    ['GET', ''],
    ['PATCH', '', { name: 'X' }],
    ['DELETE', ''],
    ['POST', '/health-check'],
    ['POST', '/rotate-secret'],
    ['GET', '/deliveries'],
    ['POST', `/deliveries/${UNKNOWN}/replay`],
    ['POST', '/replay', { since: '2026-01-01' }],
  ] as const;

  test.each(CALLS)('that does not exist is no webhook for %s %s', async (method, path, body?: object) => {
    for (const id of [UNKNOWN, 'nonsense']) {
      const answer = await ws.call(method, `/api/webhooks/${id}${path}`, body);
      expect([answer.status, answer.body.error, answer.body.code]).toEqual([
        404,
        'Webhook not found',
        'WEBHOOK_NOT_FOUND',
      ]);
    }
  });

  test('is not written while payment is past due, but read and checked', async () => {
    const poor = await openWorkspace(app);
    const { id } = await addWebhook(poor, `${receiver.url}/poor`);
    await bill(app, poor, 'past_due');
    for (const [method, path, body] of [['POST', '', GOOD] as const, ...CALLS]) {
      const target = path === '' && method === 'POST' ? '/api/webhooks' : `/api/webhooks/${id}${path}`;
      const answer = await poor.call(method, target, body);
      if (method === 'GET' || path === '/health-check') expect(answer.status).toBe(200);
      else
        expect([answer.status, answer.body]).toMatchObject([
          402,
          { error: 'READ_ONLY', code: 'READ_ONLY', reason: 'past_due' },
        ]);
    }
    expect((await poor.call('GET', '/api/events')).status).toBe(200);
  });

  test('is read by keys that read, and changed by keys of administrators only', async () => {
    const reader = await openWorkspace(app, { lines: [], scopes: ['read'] });
    const sender = await openWorkspace(app, { lines: [], scopes: ['send'] });
    for (const path of ['/api/webhooks', '/api/events']) {
      expect((await reader.call('GET', path)).status).toBe(200);
      expect((await sender.call('GET', path)).status).toBe(403);
    }
    for (const who of [reader, sender]) {
      expect((await who.call('POST', '/api/webhooks', GOOD)).body).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'admin',
      });
      for (const [method, path, body] of CALLS)
        if (method !== 'GET')
          expect((await who.call(method, `/api/webhooks/${UNKNOWN}${path}`, body)).status).toBe(403);
    }
  });
});

describe('POST /api/webhooks/{id}/health-check', () => {
  test('sends a signed test and answers what came back, counting nothing', async () => {
    const { id } = await addWebhook(ws, `${receiver.url}/check`, {
      events: ['message.reply', 'message.sent'],
    });
    receiver.behave('/check', { status: 200, body: 'welcome' });
    const { status, body } = await ws.call('POST', `/api/webhooks/${id}/health-check`);
    expect([status, body]).toEqual([
      200,
      { success: true, message: 'Health check passed', statusCode: 200, response: 'welcome' },
    ]);
    const [request] = receiver.at('/check');
    expect(request?.envelope).toMatchObject({
      event: 'message.reply',
      testMode: true,
      workspaceId: ws.workspaceId,
      data: { test: true, message: expect.any(String) },
    });
    for (const name of [
      'x-tuco-signature',
      'x-tuco-event',
      'x-tuco-timestamp',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ])
      expect(request?.headers[name], name).toBeTypeOf('string');
    expect(await webhook(ws, id)).toMatchObject({ lastTriggeredAt: null, failureCount: 0 });
    expect(await deliveries(ws, id)).toEqual([]);
  });

  test('answers 200 also when the receiver fails, with what it said', async () => {
    const { id } = await addWebhook(ws, `${receiver.url}/ill`);
    receiver.behave('/ill', { status: 502, body: 'x'.repeat(9_000) }, 'hangs_up');
    const failed = await ws.call('POST', `/api/webhooks/${id}/health-check`);
    expect([failed.status, failed.body]).toEqual([
      200,
      { success: false, error: 'HTTP 502: Bad Gateway', details: 'x'.repeat(4_096), statusCode: 502 },
    ]);
    const silent = await ws.call('POST', `/api/webhooks/${id}/health-check`);
    expect([silent.status, silent.body]).toEqual([200, { success: false, error: expect.any(String) }]);
  });

  test('gives up after ten seconds', { timeout: 30_000 }, async () => {
    const { id } = await addWebhook(ws, `${receiver.url}/slow`);
    receiver.behave('/slow', 'hangs');
    const { status, body } = await ws.call('POST', `/api/webhooks/${id}/health-check`);
    expect([status, body]).toEqual([
      200,
      { success: false, error: 'The operation was aborted due to timeout' },
    ]);
  });
});

describe('the log', () => {
  async function openLog(path: string): Promise<{ mine: Workspace; id: string; log: WebhookDelivery[] }> {
    const mine = await openWorkspace(app);
    const { id } = await addWebhook(mine, receiver.url + path, {
      events: ['message.sent', 'message.delivered'],
    });
    for (let sent = 0; sent < 3; sent += 1) await mine.send({ message: 'Hi', recipientPhone: newPhone() });
    const log = await until('all is told', async () => {
      const found = await deliveries(mine, id);
      return found.length === 6 && found.every(({ status }) => status === 'delivered') ? found : null;
    });
    return { mine, id, log };
  }

  test('is paged, newest first, and filtered by status and event', async () => {
    const { mine, id, log } = await openLog('/log');
    const path = `/api/webhooks/${id}/deliveries`;
    const first = await mine.call<{ deliveries: WebhookDelivery[]; nextCursor: string }>(
      'GET',
      `${path}?limit=4`,
    );
    expect(first.body.deliveries).toEqual(log.toReversed().slice(0, 4));
    const rest = await mine.call('GET', `${path}?limit=4&cursor=${first.body.nextCursor}`);
    expect(rest.body).toEqual({ deliveries: log.toReversed().slice(4), nextCursor: null });
    expect(await deliveries(mine, id, '&event=message.sent')).toEqual(
      log.filter(({ event }) => event === 'message.sent'),
    );
    expect(await deliveries(mine, id, '&status=exhausted')).toEqual([]);
    for (const [query, param] of [
      ['status=late', 'status'],
      ['event=lead.created', 'event'],
      ['limit=0', 'limit'],
      ['cursor=x', 'cursor'],
    ])
      expect((await mine.call('GET', `${path}?${query}`)).body).toMatchObject({ param });
  });

  test('sends one again under its id, and notes it', async () => {
    const { mine, id, log } = await openLog('/again');
    const one = log[2];
    const replay = `/api/webhooks/${id}/deliveries/${one?.id}/replay`;
    const { status, body } = await mine.call('POST', replay);
    expect([status, body]).toMatchObject([
      200,
      { success: true, delivery: { id: one?.id, status: 'pending' } },
    ]);
    const again = await until('it is noted', async () => {
      const found = (await deliveries(mine, id)).find((each) => each.id === one?.id);
      return found?.attempts.length === 2 && found.status === 'delivered' ? found : null;
    });
    expect(again.attempt).toBe(2);
    const same = receiver.at('/again').filter(({ headers }) => headers['webhook-id'] === one?.id);
    expect(same).toHaveLength(2);
    expect(same[0]?.body.equals(same[1]?.body ?? Buffer.of())).toBe(true);
    const unknown = await mine.call('POST', `/api/webhooks/${id}/deliveries/${UNKNOWN}/replay`);
    expect([unknown.status, unknown.body.error]).toEqual([404, 'Delivery not found']);
  });

  test('sends everything since again, or only what was not taken', async () => {
    const { mine, id, log } = await openLog('/since');
    const since = log[2]?.createdAt;
    const wanted = log.filter(({ createdAt }) => createdAt >= (since ?? '')).map((each) => each.id);
    const { status, body } = await mine.call('POST', `/api/webhooks/${id}/replay`, { since });
    expect([status, body]).toEqual([200, { success: true, since, until: INSTANT, warnings: [] }]);
    await until('all came again', () => receiver.at('/since').length === 6 + wanted.length);
    expect(
      receiver
        .at('/since')
        .slice(6)
        .map(({ headers }) => headers['webhook-id'])
        .toSorted(),
    ).toEqual(wanted);
    await until('it is noted', async () =>
      (await deliveries(mine, id)).every((each) => each.status === 'delivered'),
    );
    await mine.call('POST', `/api/webhooks/${id}/replay`, { since, undeliveredOnly: true });
    await until('it is through', async () => {
      const [row] = await read<{ replay_after: string | null }>(
        app,
        'SELECT replay_after FROM webhooks WHERE id = $1',
        [id],
      );
      return row?.replay_after === null;
    });
    expect((await deliveries(mine, id)).every((each) => each.status === 'delivered')).toBe(true);
    for (const wrong of [undefined, 'yesterday', toIso(clock.now() + 60_000)])
      expect((await mine.call('POST', `/api/webhooks/${id}/replay`, { since: wrong })).body).toMatchObject({
        param: 'since',
      });
  });

  test('forgets what is older than it keeps, and all of a webhook that was deleted', async () => {
    const { mine, id } = await openLog('/old');
    const other = await openLog('/deleted');
    await other.mine.call('DELETE', `/api/webhooks/${other.id}`);
    const rows = () =>
      read(app, 'SELECT event_id FROM webhook_deliveries WHERE webhook_id = ANY($1)', [[id, other.id]]);
    const trim = () => trimWebhookLog(app.deps, new AbortController().signal);
    await trim();
    expect(await rows()).toHaveLength(12);
    clock.leap(2 * 3_600_000);
    await trim();
    expect(await rows()).toHaveLength(6);
    expect(await read(app, 'SELECT id FROM webhooks WHERE id = $1', [other.id])).toEqual([]);
    clock.leap(30 * 86_400_000);
    await trim();
    expect(await rows()).toEqual([]);
    expect((await webhook(mine, id)).id).toBe(id);
  });
});
