/** What a workspace is set to, and what its keys may do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { accept, addLine, newPhone, openWorkspace, read } from '../workspaces.ts';

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

describe('the fallback configuration', () => {
  const PATH = '/api/workspace/fallback-config';
  const OFF = {
    configured: false,
    provider: null,
    lineId: null,
    enabled: false,
    attachmentLinks: false,
    sendFallbackSmsOnFailed: false,
    accountSid: null,
    authTokenSet: false,
    fromNumber: null,
    messagingServiceSid: null,
    inboundUrl: null,
  };

  test('is off at first, takes the only SMS line when it is switched on, and can be removed', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'sms' }] });
    expect((await ws.call('GET', PATH)).body).toEqual(OFF);
    const on = { ...OFF, configured: true, provider: 'sandbox', lineId: ws.lines[1]?._id, enabled: true };
    expect((await ws.call('PATCH', PATH, { provider: 'sandbox' })).body).toEqual({ ...on, warnings: [] });
    expect((await ws.call('GET', PATH)).body).toEqual(on);
    expect(
      (await ws.call('PATCH', PATH, { sendFallbackSmsOnFailed: true, attachmentLinks: true })).body,
    ).toMatchObject({
      ...on,
      sendFallbackSmsOnFailed: true,
      attachmentLinks: true,
    });
    await ws.call('PATCH', PATH, { sendFallbackSmsOnFailed: false, attachmentLinks: false });
    expect((await ws.call('PATCH', PATH, { enabled: false })).body).toMatchObject({
      configured: false,
      enabled: false,
      provider: 'sandbox',
    });
    expect((await ws.call('PATCH', PATH, { enabled: true })).body).toMatchObject({ configured: true });
    await ws.call('PATCH', PATH, { provider: null });
    expect((await ws.call('GET', PATH)).body).toEqual(OFF);
  });

  test('needs a line that sends SMS, named when there are several', async () => {
    const ws = await openWorkspace(app, { lines: [{}] });
    const set = async (body: object) => (await ws.call('PATCH', PATH, body)).body;
    expect(await set({ provider: 'sandbox' })).toMatchObject({ code: 'INVALID_FIELD', param: 'lineId' });
    expect(await set({ provider: 'sandbox', lineId: ws.lines[0]?._id })).toMatchObject({
      code: 'LINE_WRONG_CHANNEL',
    });
    const [one, two] = [await addLine(ws, { messageType: 'sms' }), await addLine(ws, { messageType: 'sms' })];
    expect(await set({ provider: 'sandbox' })).toMatchObject({ code: 'INVALID_FIELD', param: 'lineId' });
    expect(await set({ provider: 'sandbox', lineId: two._id })).toMatchObject({
      configured: true,
      lineId: two._id,
    });
    const other = await openWorkspace(app, { lines: [{ messageType: 'sms' }] });
    expect(await set({ lineId: other.lines[0]?._id })).toMatchObject({ code: 'LINE_NOT_FOUND' });
    expect(await set({ lineId: one._id })).toMatchObject({ configured: true, lineId: one._id });
  });

  test('cannot be switched on, nor given a line, before it has a provider', async () => {
    const ws = await openWorkspace(app, { lines: [{ messageType: 'sms' }] });
    const lineId = ws.lines[0]?._id;
    for (const body of [{ enabled: true }, { lineId }, { provider: null, enabled: true }]) {
      const answer = await ws.call('PATCH', PATH, body);
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'FALLBACK_NOT_CONFIGURED', param: 'provider' },
      });
    }
    expect((await ws.call('PATCH', PATH, { enabled: false })).status).toBe(200);
    expect((await ws.call('GET', PATH)).body).toEqual(OFF);
  });

  test('is needed before failures can be asked to fall back', async () => {
    const ws = await openWorkspace(app);
    const { status, body } = await ws.call('PATCH', PATH, { sendFallbackSmsOnFailed: true });
    expect([status, body.code]).toEqual([400, 'FALLBACK_NOT_CONFIGURED']);
  });
});

describe('a key', () => {
  test.each([
    [['read'], { read: 200, send: 403, admin: 403 }],
    [['send'], { read: 403, send: 201, admin: 403 }],
    [['admin'], { read: 200, send: 201, admin: 200 }],
  ] as const)('with the scopes %j may do that and no more', async (scopes, expected) => {
    const admin = await openWorkspace(app);
    const ws = await openWorkspace(app, { lines: [], scopes });
    await read(app, 'UPDATE api_keys SET workspace_id = $1 WHERE workspace_id = $2', [
      admin.workspaceId,
      ws.workspaceId,
    ]);
    const statuses = {
      read: (await ws.call('GET', '/api/lines')).status,
      send: (await ws.send({ message: 'Hi', recipientPhone: newPhone() }, { prefer: 'wait=0' })).status,
      admin: (await ws.call('PATCH', `/api/lines/${admin.lines[0]?._id}`, { firstName: 'Ada' })).status,
    };
    expect(statuses).toEqual(expected);
  });
});

describe('a workspace', () => {
  test('that no longer exists is told to whoever still has a key of it, whatever is asked', async () => {
    const ws = await openWorkspace(app);
    await read(app, 'DELETE FROM workspaces WHERE workspace_id = $1', [ws.workspaceId]);
    app.deps.snapshots.forget(ws.workspaceId);
    for (const [method, path] of [
      ['GET', '/api/messages'],
      ['GET', '/api/lines'],
      ['GET', `/api/leads?id=${'f'.repeat(24)}`],
      ['GET', '/api/workspace'],
      ['POST', '/api/messages/cancel-for-lead'],
    ] as const) {
      const answer = await ws.call(
        method,
        path,
        method === 'GET' ? undefined : { recipientPhone: newPhone() },
      );
      expect(answer).toMatchObject({ status: 400, body: { error: 'No active workspace' } });
    }
  });

  test('shows and changes its name, its zone and what becomes of conversations whose line is down', async () => {
    const ws = await openWorkspace(app);
    const { workspaceId } = ws;
    const first = {
      workspaceId,
      name: 'Test',
      timezone: 'UTC',
      billingStatus: 'active',
      lineDownPolicy: 'wait',
    };
    expect((await ws.call('GET', '/api/workspace')).body).toEqual(first);
    const changes = { timezone: 'Europe/Berlin', lineDownPolicy: 'move' };
    const { status, body } = await ws.call('PATCH', '/api/workspace', {
      ...changes,
      billingStatus: 'past_due',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...first, ...changes });
    expect(JSON.stringify(body.warnings)).toContain('billingStatus');
    expect((await ws.call('GET', '/api/workspace')).body).toEqual({ ...first, ...changes });
    expect((await ws.call('PATCH', '/api/workspace', { timezone: 'Berlin' })).status).toBe(400);
  });
});

describe('a lead', () => {
  test('is read by its id; an unknown one is 404, another word is no id', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const { leadId } = await accept(ws, { recipientPhone, recipientName: 'Ada' });
    const ask = (id: string | null) => ws.call('GET', `/api/leads?id=${id}`);
    expect((await ask(leadId)).body).toMatchObject({
      lead: { _id: leadId, phone: recipientPhone, firstName: 'Ada', customFields: {}, optedOutAt: null },
    });
    expect(await ask('f'.repeat(24))).toMatchObject({ status: 404, body: { error: 'Lead not found' } });
    expect(await ask('ada')).toMatchObject({ status: 400, body: { error: 'Invalid lead id' } });
  });
});
