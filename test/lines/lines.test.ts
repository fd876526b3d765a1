/** Lines by API: made, changed, shown; secrets never. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../src/contract/lines/lines.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, addLine, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const SECRET = 'correct horse battery staple';

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const openEmpty = () => openWorkspace(app, { lines: [] });
const patch = (ws: Workspace, id: string, changes: object) =>
  ws.call<{ line: Line }>('PATCH', `/api/lines/${id}`, changes);

describe('a line', () => {
  test('is made with the defaults of its kind, in the documented shape', async () => {
    const ws = await openEmpty();
    const phone = newPhone();
    const { status, body } = await ws.call<{ line: Line; warnings: string[] }>('POST', '/api/lines', {
      transport: 'sandbox',
      phone,
      firstName: 'Ada',
      colour: 'red',
    });
    expect(status).toBe(201);
    expect(body.warnings.join()).toContain('colour');
    expect(body.line).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      workspaceId: ws.workspaceId,
      phone,
      email: null,
      firstName: 'Ada',
      lastName: null,
      isActive: true,
      provisioningStatus: 'active',
      paymentStatus: null,
      channelType: 'phone',
      lineType: 'byon',
      messageType: 'imessage',
      transport: 'sandbox',
      transportConfig: {},
      hasSecret: false,
      deviceId: body.line._id,
      deviceGapMs: 0,
      contactGapMs: 0,
      dailyNewConversationsLimit: 1_000_000,
      dailyTotalMessagesLimit: 1_000_000,
      hourlyNewConversationsLimit: 1_000_000,
      capTimezone: 'UTC',
      attempts: 5,
      retryGapMs: 1000,
      reconcileLimitMs: 30_000,
      score: null,
      usage: {
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        newConversationsCount: 0,
        totalMessagesCount: 0,
      },
      healthCheck: expect.objectContaining({ status: 'healthy' }),
      createdAt: expect.any(String),
      updatedAt: body.line.createdAt,
      deletedAt: null,
    });
  });

  test('is listed with all others under both paths, and read alone', async () => {
    const ws = await openWorkspace(app, {
      lines: [{}, { messageType: 'sms' }, { messageType: 'email' }, { isActive: false }],
    });
    for (const path of ['/api/lines', '/api/lines/by-user']) {
      const { body } = await ws.call<{ lines: Line[] }>('GET', path);
      expect(body.lines).toEqual(ws.lines);
    }
    for (const line of ws.lines)
      expect((await ws.call('GET', `/api/lines/${line._id}`)).body).toEqual({ line });
    expect((await ws.call('GET', `/api/lines/${'f'.repeat(24)}`)).body).toMatchObject({
      code: 'LINE_NOT_FOUND',
      error: 'Line not found',
    });
  });

  test('changes what is given and keeps the rest; null lifts a cap', async () => {
    const ws = await openWorkspace(app, {
      lines: [{ dailyTotalMessagesLimit: 5, hourlyNewConversationsLimit: 3, lastName: 'King' }],
    });
    const [line] = ws.lines;
    const changes = {
      firstName: 'Ada',
      dailyTotalMessagesLimit: null,
      deviceGapMs: 250,
      capTimezone: 'Europe/Berlin',
      isActive: false,
    };
    const { status, body } = await patch(ws, line?._id ?? '', changes);
    expect(status).toBe(200);
    expect(body.line).toEqual({
      ...line,
      ...changes,
      usage: expect.anything(),
      updatedAt: expect.any(String),
    });
    expect((await ws.call('GET', `/api/lines/${line?._id}`)).body.line).toEqual(body.line);
  });

  test('keeps every one of several changes that are made at once', async () => {
    const ws = await openWorkspace(app);
    const id = ws.lines[0]?._id ?? '';
    const changes = {
      firstName: 'Ada',
      lastName: 'King',
      attempts: 7,
      retryGapMs: 7,
      contactGapMs: 7,
      dailyTotalMessagesLimit: 7,
      capTimezone: 'Asia/Tokyo',
    };
    const answers = await Promise.all(
      Object.entries(changes).map(([name, value]) => patch(ws, id, { [name]: value })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    expect((await ws.call('GET', `/api/lines/${id}`)).body.line).toMatchObject(changes);
  });

  test('cannot become another one: what it is, its waiting messages rely on', async () => {
    const ws = await openWorkspace(app);
    for (const [name, value] of [
      ['messageType', 'sms'],
      ['transport', 'smtp'],
      ['channelType', 'email'],
    ] as const) {
      const { status, body } = await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { [name]: value });
      expect([status, body.code, body.param]).toEqual([400, 'INVALID_FIELD', name]);
    }
  });

  test.each([
    ['imessage', 'phone'],
    ['sms', 'phone'],
    ['email', 'email'],
  ])('of type %s never loses the %s it is known by', async (messageType, identity) => {
    const ws = await openWorkspace(app, { lines: [{ messageType }] });
    const { status, body } = await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { [identity]: null });
    expect([status, body.code, body.param]).toEqual([400, 'INVALID_FIELD', identity]);
    expect((await ws.call<{ line: Line }>('GET', `/api/lines/${ws.lines[0]?._id}`)).body.line).toEqual(
      ws.lines[0],
    );
  });

  test('for iMessage may be known by an Apple ID instead, and is an e-mail line then', async () => {
    const ws = await openWorkspace(app);
    const email = newEmail();
    const { body } = await patch(ws, ws.lines[0]?._id ?? '', { phone: null, email });
    expect(body.line).toMatchObject({ phone: null, email, channelType: 'email', messageType: 'imessage' });
  });

  test('shares the gap of its device: whoever joins keeps it, whoever changes it changes it for all', async () => {
    const ws = await openWorkspace(app, {
      lines: [{ deviceId: 'mac', deviceGapMs: 5000 }, { deviceId: 'mac' }],
    });
    expect(ws.lines.map((line) => line.deviceGapMs)).toEqual([5000, 5000]);
    await patch(ws, ws.lines[1]?._id ?? '', { deviceGapMs: 700 });
    const lines = (await ws.call<{ lines: Line[] }>('GET', '/api/lines')).body.lines;
    expect(lines.map((line) => line.deviceGapMs)).toEqual([700, 700]);
    const other = await openWorkspace(app, { lines: [{ deviceId: 'mac' }] });
    expect(other.lines[0]?.deviceGapMs).toBe(0);
  });

  test('that is switched off takes no more messages, and leaves a trace; on again it does', async () => {
    const ws = await openWorkspace(app);
    const id = ws.lines[0]?._id ?? '';
    await patch(ws, id, { isActive: false });
    expect((await ws.send({ message: 'Hi', recipientPhone: newPhone() })).status).toBe(400);
    await patch(ws, id, { isActive: true });
    expect((await ws.send({ message: 'Hi', recipientPhone: newPhone() })).body.status).toBe('sent');
    const events = await read<{ type: string }>(
      app,
      "SELECT type FROM events WHERE workspace_id = $1 AND type LIKE 'line.%' ORDER BY id",
      [ws.workspaceId],
    );
    expect(events.map((event) => event.type)).toEqual(['line.deactivated', 'line.activated']);
  });

  test('is refused with settings its transport cannot work with, before anything is stored', async () => {
    const ws = await openEmpty();
    for (const [body, code] of [
      [
        { transport: 'sandbox', phone: newPhone(), transportConfig: { speed: 9 } },
        'INVALID_TRANSPORT_CONFIG',
      ],
      [
        { transport: 'smtp', messageType: 'email', email: newEmail(), transportConfig: {} },
        'INVALID_TRANSPORT_CONFIG',
      ],
      [{ transport: 'twilio', phone: newPhone() }, 'INVALID_FIELD'],
      [{ transport: 'sandbox', phone: newPhone(), transportConfig: { password: 'x' } }, 'INVALID_FIELD'],
    ] as const) {
      const answer = await ws.call('POST', '/api/lines', body);
      expect([answer.status, answer.body.code]).toEqual([400, code]);
    }
    const made = await addLine(ws);
    expect((await patch(ws, made._id, { transportConfig: { latencyMs: -1 } })).status).toBe(400);
    expect((await ws.call<{ lines: Line[] }>('GET', '/api/lines')).body.lines).toEqual([made]);
  });
});

describe('a secret', () => {
  const smtp = {
    transport: 'smtp',
    messageType: 'email',
    transportConfig: {
      host: 'mail.example.com',
      port: 587,
      tls: 'starttls',
      user: 'ada',
      fromAddress: 'ada@example.com',
    },
  };

  test('is stored sealed and never shown again, wherever lines and messages are shown', async () => {
    const ws = await openEmpty();
    const made = await ws.call<{ line: Line }>('POST', '/api/lines', {
      ...smtp,
      email: newEmail(),
      secret: SECRET,
    });
    expect(made.status).toBe(201);
    expect(made.body.line.hasSecret).toBe(true);
    const id = made.body.line._id;
    const message = await accept(ws, {
      messageType: 'email',
      recipientEmail: newEmail(),
      scheduledDate: new Date(app.deps.clock.now() + 3_600_000).toISOString(),
    });
    const shown = [
      made.body,
      (await patch(ws, id, { firstName: 'Ada' })).body,
      (await ws.call('GET', '/api/lines')).body,
      (await ws.call('GET', `/api/lines/${id}`)).body,
      await ws.message(message._id),
      await ws.timeline(message._id),
      await ws.explain(message._id),
    ];
    expect(JSON.stringify(shown)).not.toContain('horse');
    const [row] = await read<{ secret: Buffer }>(app, 'SELECT secret FROM lines WHERE workspace_id = $1', [
      ws.workspaceId,
    ]);
    expect(row?.secret.includes('horse')).toBe(false);
    expect(app.deps.secrets.open(row?.secret ?? Buffer.alloc(0), `line:${ws.workspaceId}:${id}`)).toBe(
      SECRET,
    );
  });

  test('stays when it is not given or blank, changes when given, goes when null', async () => {
    const ws = await openEmpty();
    const { body } = await ws.call<{ line: Line }>('POST', '/api/lines', {
      ...smtp,
      email: newEmail(),
      secret: SECRET,
    });
    const id = body.line._id;
    const stored = async () =>
      (await read<{ secret: Buffer | null }>(app, 'SELECT secret FROM lines WHERE id = $1', [id]))[0]?.secret;
    const before = await stored();
    await patch(ws, id, { firstName: 'Ada', secret: '' });
    expect(await stored()).toEqual(before);
    expect((await patch(ws, id, { secret: 'another' })).body.line.hasSecret).toBe(true);
    expect(app.deps.secrets.open((await stored()) ?? Buffer.alloc(0), `line:${ws.workspaceId}:${id}`)).toBe(
      'another',
    );
    expect((await patch(ws, id, { secret: null })).body.line.hasSecret).toBe(false);
    expect(await stored()).toBeNull();
  });
});
