/** Who changed what. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AuditLogAnswer } from '../../src/contract/access/audit-log.ts';
import { openApp, type TestApp } from '../harness.ts';
import { addLine, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [] });
});
afterAll(() => app.close());

const log = async (query = '') => (await ws.call<AuditLogAnswer>('GET', `/api/audit-log${query}`)).body;

test('a change tells its key, its call, the thing, and the fields that changed, before and after', async () => {
  await ws.call('PATCH', '/api/workspace', { name: 'New name', timezone: 'Europe/Berlin' });
  const [key] = await read<{ id: string }>(app, 'SELECT id FROM api_keys WHERE workspace_id = $1', [
    ws.workspaceId,
  ]);
  expect((await log()).entries).toEqual([
    {
      id: expect.any(String),
      at: expect.any(String),
      apiKeyId: key?.id,
      apiKeyName: 'Test',
      personId: null,
      personName: null,
      route: 'PATCH /api/workspace',
      action: 'updated',
      entity: 'workspace',
      entityId: ws.workspaceId,
      before: { name: 'Test', timezone: 'UTC' },
      after: { name: 'New name', timezone: 'Europe/Berlin' },
    },
  ]);
});

test('a line is followed through its life, and no secret of it is stored anywhere in the log', async () => {
  const config = { serverUrl: 'https://mac.example.com' };
  const body = { transport: 'bluebubbles', transportConfig: config, secret: 'hunter2', isActive: false };
  const line = await addLine(ws, body);
  await ws.call('PATCH', `/api/lines/${line._id}`, { secret: 'hunter3', dailyTotalMessagesLimit: 7 });
  await ws.call('PATCH', `/api/lines/${line._id}`, { deviceGapMs: 1234 });
  const [gap, changed, made] = (await log(`?entityId=${line._id}`)).entries;
  expect(made).toMatchObject({ action: 'created', route: 'POST /api/lines', before: {} });
  expect(made?.after).toMatchObject({ transport: 'bluebubbles', transportConfig: config, secret: '(set)' });
  expect(changed).toMatchObject({
    action: 'updated',
    route: 'PATCH /api/lines/{id}',
    before: { secret: '(set)', dailyTotalMessagesLimit: line.dailyTotalMessagesLimit },
    after: { secret: '(changed)', dailyTotalMessagesLimit: 7 },
  });
  expect(gap).toMatchObject({ before: { deviceGapMs: line.deviceGapMs }, after: { deviceGapMs: 1234 } });
  const rows = await read(app, 'SELECT * FROM audit_log WHERE workspace_id = $1', [ws.workspaceId]);
  expect(JSON.stringify(rows)).not.toMatch(/hunter|Buffer/);
});

test('fallback, pairing codes are in it; a change that changes nothing, and one that is refused, are not', async () => {
  const sms = await addLine(ws, { messageType: 'sms' });
  const mac = await addLine(ws, { transport: 'relay' });
  await ws.call('PATCH', '/api/workspace/fallback-config', { provider: 'sandbox', lineId: sms._id });
  await ws.call('POST', `/api/lines/${mac._id}/pairing-code`);
  await ws.call('PATCH', '/api/workspace', { name: 'Test' });
  await ws.call('PATCH', '/api/workspace', { timezone: 'Mars/Olympus' });
  await ws.call('PATCH', `/api/lines/${'f'.repeat(24)}`, { firstName: 'x' });
  expect((await log()).entries.map(({ entity, action }) => `${entity} ${action}`)).toEqual([
    'line pairing_code_created',
    'fallback_config updated',
    'line created',
    'line created',
  ]);
  expect((await log('?entity=fallback_config')).entries[0]?.after).toMatchObject({
    fallbackEnabled: true,
    fallbackLineId: sms._id,
  });
});

test('a webhook is followed from its making to its end, without its secrets', async () => {
  const body = { url: 'https://example.com/hook', events: ['message.sent'], name: 'CRM' };
  const { id, secret } = (await ws.call<{ id: string; secret: string }>('POST', '/api/webhooks', body)).body;
  await ws.call('PATCH', `/api/webhooks/${id}`, { name: 'Other' });
  await ws.call('POST', `/api/webhooks/${id}/rotate-secret`);
  await ws.call('DELETE', `/api/webhooks/${id}`);
  const { entries } = await log(`?entity=webhook&entityId=${id}`);
  expect(entries.map(({ route, action }) => `${action} ${route}`)).toEqual([
    'deleted DELETE /api/webhooks/{id}',
    'updated POST /api/webhooks/{id}/rotate-secret',
    'updated PATCH /api/webhooks/{id}',
    'created POST /api/webhooks',
  ]);
  expect(entries[1]?.after).toMatchObject({ secret: '(changed)' });
  expect(entries[2]).toMatchObject({ before: { name: 'CRM' }, after: { name: 'Other' } });
  expect(JSON.stringify(entries)).not.toContain(secret);
});

test('it is read by pages, newest first, and only with a key that may do everything', async () => {
  for (let n = 0; n < 5; n += 1) await addLine(ws, { phone: newPhone() });
  const all = (await log()).entries.map(({ id }) => id);
  const first = await log('?limit=2');
  const second = await log(`?limit=2&cursor=${first.nextCursor}`);
  const third = await log(`?limit=2&cursor=${second.nextCursor}`);
  expect([first, second, third].flatMap(({ entries }) => entries.map(({ id }) => id))).toEqual(all);
  expect(third.nextCursor).toBeNull();
  expect(all).toEqual([...all].sort().reverse());
  const reader = await openWorkspace(app, { scopes: ['send', 'read'], lines: [] });
  expect((await reader.call('GET', '/api/audit-log')).status).toBe(403);
});

test.each([
  ['cursor=x', 'Invalid cursor'],
  ['entity=moon', /^entity must be one of/],
  ['limit=0', /^limit must be/],
])('%s is refused', async (query, error) => {
  const { status, body } = await ws.call('GET', `/api/audit-log?${query}`);
  expect([status, body.error]).toEqual([400, expect.stringMatching(error)]);
});
