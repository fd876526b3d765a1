/** Keys of a workspace (contract 2.2, D34). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiKeysAnswer, NewApiKeyAnswer } from '../../src/contract/access/api-keys.ts';
import type { AuditLogAnswer } from '../../src/contract/access/audit-log.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { bill, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
});
beforeEach(async () => {
  ws = await openWorkspace(app);
});
afterAll(() => app.close());

const make = (body: Record<string, unknown>) => ws.call<NewApiKeyAnswer>('POST', '/api/api-keys', body);
const list = async () => (await ws.call<ApiKeysAnswer>('GET', '/api/api-keys')).body.apiKeys;
const remove = (id: string) => ws.call('DELETE', `/api/api-keys/${id}`);

describe('a key', () => {
  test('is shown once, works at once with its scopes, and is kept as a hash', async () => {
    const { status, body } = await make({ name: ' Website ', scopes: ['send'], sendsAs: 'sms_only' });
    expect(status).toBe(201);
    expect(body).toEqual({
      key: expect.stringMatching(/^tl_sk_[0-9A-Za-z]{43}$/),
      apiKey: {
        _id: expect.any(String),
        workspaceId: ws.workspaceId,
        name: 'Website',
        hint: body.key.slice(0, 10),
        scopes: ['send'],
        sendsAs: 'sms_only',
        createdAt: expect.any(String),
        expiresAt: null,
        lastUsedAt: null,
      },
      warnings: [],
    });
    const client = openClient(app.url, body.key);
    expect((await client.send({ message: 'Hi', recipientPhone: newPhone() })).status).toBe(201);
    expect((await client.call('GET', '/api/lines')).status).toBe(403);
    expect(JSON.stringify(await list())).not.toContain(body.key);
    const rows = await read(app, 'SELECT * FROM api_keys WHERE workspace_id = $1', [ws.workspaceId]);
    expect(JSON.stringify(rows)).not.toContain(body.key);
  });

  test('tells when it was last used', async () => {
    const { body } = await make({ name: 'Used' });
    await openClient(app.url, body.key).call('GET', '/api/lines');
    await until('its use is noted', async () =>
      (await list()).some((each) => each._id === body.apiKey._id && each.lastUsedAt !== null),
    );
  });

  test('ends at its expiry', async () => {
    const expiresAt = toIso(app.deps.clock.now() + 400);
    const { body } = await make({ name: 'Short', expiresAt });
    const client = openClient(app.url, body.key);
    expect((await client.call('GET', '/api/lines')).status).toBe(200);
    await until('it expired', async () => (await client.call('GET', '/api/lines')).status === 401);
    expect((await list()).find((each) => each._id === body.apiKey._id)?.expiresAt).toBe(expiresAt);
  });

  test('that was removed opens nothing within a second, at another process too', async () => {
    const other = await openApp({ databaseUrl: app.databaseUrl, key: app.key, role: 'api' });
    try {
      const { body } = await make({ name: 'Gone' });
      const clients = [app, other].map(({ url }) => openClient(url, body.key));
      for (const client of clients) expect((await client.call('GET', '/api/lines')).status).toBe(200);
      expect((await remove(body.apiKey._id)).body).toEqual({ success: true });
      await until(
        'both refuse it',
        async () => {
          const answers = await Promise.all(clients.map((client) => client.call('GET', '/api/lines')));
          return answers.every(({ status }) => status === 401);
        },
        1_000,
      );
      expect((await list()).map((each) => each.name)).toEqual(['Test']);
      expect((await remove(body.apiKey._id)).body).toMatchObject({ code: 'API_KEY_NOT_FOUND' });
    } finally {
      await other.close();
    }
  });

  test('can be renamed, and nothing else of it changed', async () => {
    const { body } = await make({ name: 'Old' });
    const path = `/api/api-keys/${body.apiKey._id}`;
    expect((await ws.call('PATCH', path, { name: 'New' })).body).toMatchObject({ apiKey: { name: 'New' } });
    expect((await ws.call('PATCH', path, { scopes: ['read'] })).body).toMatchObject({ param: 'scopes' });
    expect((await ws.call('PATCH', path, {})).body).toMatchObject({ code: 'NOTHING_TO_CHANGE' });
  });

  test.each([
    [{}, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['all'] }, 'scopes'],
    [{ name: 'x', scopes: 'admin' }, 'scopes'],
    [{ name: 'x', expiresAt: '2020-01-01' }, 'expiresAt'],
    [{ name: 'x', sendsAs: 'carrier_pigeon' }, 'sendsAs'],
  ])('is not made of %j', async (body, param) => {
    expect(await make(body)).toMatchObject({ status: 400, body: { code: 'INVALID_FIELD', param } });
  });
});

describe('the last admin key', () => {
  test('stays; with another one it may remove itself', async () => {
    const [own] = await list();
    await make({ name: 'No admin', scopes: ['send', 'read'] });
    expect(await remove(own?._id ?? '')).toMatchObject({ status: 409, body: { code: 'LAST_ADMIN_KEY' } });
    await make({ name: 'Second' });
    expect((await remove(own?._id ?? '')).status).toBe(200);
    await until('it is gone', async () => (await ws.call('GET', '/api/lines')).status === 401);
  });

  test('stays when two remove each other at once', async () => {
    const { body } = await make({ name: 'Second' });
    const [own] = await list();
    const removals = await Promise.all([remove(own?._id ?? ''), remove(body.apiKey._id)]);
    // Whoever comes second is told that it is the last one, or has no right left.
    const [done, refused] = removals.sort((one, other) => one.status - other.status);
    expect(done?.status).toBe(200);
    expect(refused).toMatchObject({
      body: { code: expect.stringMatching(/^(LAST_ADMIN_KEY|UNAUTHORIZED)$/) },
    });
    const left = await read(
      app,
      "SELECT 1 FROM api_keys WHERE workspace_id = $1 AND 'admin' = ANY(scopes) AND revoked_at IS NULL",
      [ws.workspaceId],
    );
    expect(left).toHaveLength(1);
  });
});

test('a workspace that is past due makes no keys, but a stolen one can be removed', async () => {
  const { body } = await make({ name: 'Stolen' });
  await bill(app, ws, 'past_due');
  expect((await make({ name: 'More' })).status).toBe(402);
  expect((await remove(body.apiKey._id)).status).toBe(200);
});

test('who made and removed a key is on record', async () => {
  const { body } = await make({ name: 'Seen' });
  await remove(body.apiKey._id);
  const [own] = await list();
  const { entries } = (await ws.call<AuditLogAnswer>('GET', '/api/audit-log?entity=api_key')).body;
  expect(entries.map(({ action, entityId, apiKeyId }) => [action, entityId, apiKeyId])).toEqual([
    ['deleted', body.apiKey._id, own?._id],
    ['created', body.apiKey._id, own?._id],
  ]);
  expect(JSON.stringify(entries)).not.toContain(body.key);
});
