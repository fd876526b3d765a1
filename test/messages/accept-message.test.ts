/** POST /api/messages: what is answered. Which lead a message belongs to: accept-lead.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newEmail, newPhone, openWorkspace } from '../workspaces.ts';

const NO_WAIT = { prefer: 'wait=0' };

let app: TestApp;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

describe('the answer', () => {
  test('to a new recipient is 201 in the documented shape', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const before = app.deps.clock.now();
    const { status, body } = await ws.send(
      {
        message: 'Hi {firstName}',
        recipientPhone,
        recipientName: 'Ada Lovelace',
        batchId: 'autumn',
        ghlContactId: 'g1',
        ghlLocationId: 'g2',
        hsContactId: 'h1',
        hsPortalId: 'h2',
      },
      NO_WAIT,
    );
    expect(status).toBe(201);
    const crm = { ghlContactId: 'g1', ghlLocationId: 'g2', hsContactId: 'h1', hsPortalId: 'h2' };
    expect(body).toMatchObject({
      success: true,
      status: 'pending',
      leadId: expect.stringMatching(/^[0-9a-f]{24}$/),
      ...crm,
      message: {
        _id: expect.stringMatching(/^[0-9a-f]{24}$/),
        message: 'Hi {firstName}',
        messageType: 'imessage',
        status: 'pending',
        direction: 'sent',
        fromLineId: ws.lines[0]?._id,
        fromLinePhone: ws.lines[0]?.phone,
        recipientPhone,
        recipientEmail: null,
        recipientName: 'Ada Lovelace',
        leadId: body.leadId,
        workspaceId: ws.workspaceId,
        batchId: 'autumn',
        attempt: 0,
        attempts: 5,
        priority: 'single',
        sentAt: null,
        externalMessageId: null,
        ...crm,
      },
      warnings: [],
    });
    for (const name of [
      'reason',
      'error',
      'scheduledDate',
      'duplicateOnly',
      'existingLeadIds',
      'leadIds',
      'duplicateMessage',
    ]) {
      expect(body).not.toHaveProperty(name);
    }
    expect(Date.parse(body.message.createdAt)).toBeGreaterThanOrEqual(before);
    expect(await ws.message(body.message._id)).toEqual(body.message);
  });

  test('to a known recipient is 200 with the four duplicate fields, and the message is made all the same', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const first = await ws.send({ message: 'One', recipientPhone }, NO_WAIT);
    const { status, body } = await ws.send({ message: 'Two', recipientPhone }, NO_WAIT);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      status: 'pending',
      leadId: first.body.leadId,
      duplicateOnly: true,
      existingLeadIds: [first.body.leadId],
      leadIds: [first.body.leadId],
      duplicateMessage: 'Lead was duplicate; message sent using existing lead.',
    });
    expect((await ws.message(body.message._id)).message).toBe('Two');
  });

  test('to a leadId is 201 without duplicate fields', async () => {
    const ws = await openWorkspace(app);
    const { leadId } = await accept(ws, { recipientPhone: newPhone() });
    const { status, body } = await ws.send({ message: 'Two', leadId }, NO_WAIT);
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('duplicateOnly');
    expect(body.leadId).toBe(leadId);
  });

  test('says scheduled for a date ahead and pending for a window that is closed now', async () => {
    const ws = await openWorkspace(app);
    const scheduledDate = '2099-01-01T00:00:00.000Z';
    expect(
      (await ws.send({ message: 'Hi', recipientPhone: newPhone(), scheduledDate }, NO_WAIT)).status,
    ).toBe(400);
    const soon = new Date(app.deps.clock.now() + 86_400_000).toISOString();
    const scheduled = await ws.send(
      { message: 'Hi', recipientPhone: newPhone(), scheduledDate: soon },
      NO_WAIT,
    );
    expect(scheduled.body).toMatchObject({
      status: 'scheduled',
      scheduledDate: soon,
      message: { status: 'scheduled' },
    });
    const tomorrow = (new Date(app.deps.clock.now()).getUTCDay() + 1) % 7;
    const held = await ws.send(
      { message: 'Hi', recipientPhone: newPhone(), allowedDaysOfWeek: [tomorrow] },
      NO_WAIT,
    );
    expect(held.body).toMatchObject({ status: 'pending', message: { status: 'pending' } });
    expect((await ws.message(held.body.message._id)).status).toBe('queued');
  });

  test.each(['2020-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'])(
    'to the past date %s is pending: it goes now, and the date is kept as it was given',
    async (scheduledDate) => {
      const ws = await openWorkspace(app);
      const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone(), scheduledDate }, NO_WAIT);
      expect(body).toMatchObject({ status: 'pending', scheduledDate, message: { scheduledDate } });
      const { dueAt, createdAt } = body.message;
      expect(dueAt).toBe(createdAt);
      expect(await ws.message(body.message._id)).toEqual(body.message);
    },
  );

  test('lists what it ignored, and stores nothing of it', async () => {
    const ws = await openWorkspace(app);
    const { status, body } = await ws.send(
      { message: 'Hi', recipientPhone: newPhone(), firstName: 'Ada', subject: 'Hello', webhook: { a: 1 } },
      NO_WAIT,
    );
    expect(status).toBe(201);
    expect(body.warnings).toHaveLength(3);
    for (const name of ['firstName', 'subject', 'webhook']) expect(body.warnings.join('\n')).toContain(name);
    expect(body.message.subject).toBeNull();
  });

  test('carries the correlation id: header before body before one of ours', async () => {
    const ws = await openWorkspace(app);
    const send = (body: object, headers = {}) =>
      ws.send({ message: 'Hi', recipientPhone: newPhone(), ...body }, { ...NO_WAIT, ...headers });
    const byHeader = await send({ correlationId: 'from body' }, { 'x-correlation-id': 'from header' });
    const byBody = await send({ correlationId: 'from body' });
    const ours = await send({});
    for (const [answer, expected] of [
      [byHeader, /^from header$/],
      [byBody, /^from body$/],
      [ours, /^app_[0-9a-f]{24}$/],
    ] as const) {
      expect(answer.headers.get('x-correlation-id')).toMatch(expected);
      expect(answer.body.message.correlationId).toBe(answer.headers.get('x-correlation-id'));
    }
  });
});

describe('a message', () => {
  test.each(['imessage', 'sms', 'email'] as const)(
    'of type %s leaves from a line of its kind',
    async (messageType) => {
      const ws = await openWorkspace(app, {
        lines: [{}, { messageType: 'sms' }, { messageType: 'email' }],
      });
      const recipient = { recipientPhone: newPhone(), recipientEmail: newEmail() };
      const message = await accept(ws, { messageType, ...recipient });
      expect(message.fromLineId).toBe(ws.lines.find((line) => line.messageType === messageType)?._id);
    },
  );

  test('may be an attachment alone', async () => {
    const ws = await openWorkspace(app);
    const attachmentUrls = ['https://example.com/a%20b.png', 'https://example.com/c.caf'];
    const message = await accept(ws, {
      message: undefined,
      recipientPhone: newPhone(),
      attachmentUrls,
      attachmentNames: [null, 'voice.caf'],
    });
    expect(message).toMatchObject({ message: '', attachmentUrls, attachmentNames: ['a b.png', 'voice.caf'] });
  });

  test('leaves one event for its birth, in the same commit', async () => {
    const ws = await openWorkspace(app);
    const { _id, lineDecision } = await accept(ws, { recipientPhone: newPhone() });
    const events = await ws.timeline(_id);
    expect(events).toMatchObject([{ type: 'message.accepted', data: { status: 'pending', lineDecision } }]);
  });
});
