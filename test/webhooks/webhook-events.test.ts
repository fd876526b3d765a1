/** What customers are told: each event in its documented envelope, signed twice, as of the moment it tells of. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { CreateWebhookAnswer } from '../../src/contract/webhooks/webhooks.ts';
import { toIso } from '../../src/lib/clock.ts';
import {
  openWebhookReceiver,
  type Received,
  type WebhookReceiver,
} from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries, webhook } from '../webhooks.ts';
import { accept, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
let receiver: WebhookReceiver;
let ws: Workspace;
let hook: CreateWebhookAnswer;

beforeAll(async () => {
  receiver = await openWebhookReceiver();
  app = await openApp({ config: { allowPrivateHosts: true } });
  ws = await openWorkspace(app, { lines: [{ firstName: 'Ada' }], fallback: true });
  hook = await addWebhook(ws, `${receiver.url}/all`);
});
afterAll(async () => {
  await app.close();
  await receiver.close();
});

function arrives(event: string, messageId?: string, path = '/all'): Promise<Received> {
  return until(`${event} arrives`, () =>
    receiver
      .at(path, event)
      .find(({ envelope }) => messageId === undefined || envelope.messageId === messageId),
  );
}

const NULLS = { ghlContactId: null, ghlLocationId: null, hsPortalId: null, hsContactId: null };

describe('an event of a message we sent', () => {
  test('tells of acceptance with the full message, its lead and nothing in data', async () => {
    const recipientPhone = newPhone();
    const { body } = await ws.send({ message: 'Hi', recipientPhone, recipientName: 'Grace Hopper' });
    const { envelope } = await arrives('message.sent', body.message._id);
    const lead = await ws.call<{ lead: object }>('GET', `/api/leads?id=${body.leadId}`);
    expect(envelope).toEqual({
      event: 'message.sent',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      workspaceId: ws.workspaceId,
      messageId: body.message._id,
      message: {
        ...(await ws.message(body.message._id)),
        status: 'sent',
        deliveredAt: null,
        readAt: null,
        updatedAt: expect.any(String),
        errorMessage: null,
      },
      leadId: body.leadId,
      lead: lead.body.lead,
      contactOwnerEmail: null,
      campaignId: null,
      campaignName: null,
      ...NULLS,
      data: {},
    });
  });

  test('shows the message as it stood then, however late it is told', async () => {
    const held = await addWebhook(ws, `${receiver.url}/late`, {
      events: ['message.sent', 'message.delivered'],
    });
    await ws.call('PATCH', `/api/webhooks/${held.id}`, { isActive: false });
    const { body } = await ws.send({ message: 'Hi', recipientPhone: '+12025550101' });
    const { _id } = body.message;
    await until('it was read', async () => (await ws.message(_id)).readAt);
    await ws.call('PATCH', `/api/webhooks/${held.id}`, { isActive: true });
    await ws.call('POST', `/api/webhooks/${held.id}/replay`, { since: body.message.createdAt });
    const sent = await arrives('message.sent', _id, '/late');
    const delivered = await arrives('message.delivered', _id, '/late');
    expect(sent.envelope.message).toMatchObject({ status: 'sent', deliveredAt: null, readAt: null });
    expect(delivered.envelope.message).toMatchObject({
      status: 'delivered',
      deliveredAt: expect.any(String),
      readAt: null,
    });
    expect(delivered.envelope.data).toEqual({
      deliveredAt: (delivered.envelope.message as { deliveredAt: string }).deliveredAt,
    });
    await ws.call('DELETE', `/api/webhooks/${held.id}`);
  });

  test('tells of a read receipt with its time', async () => {
    const { body } = await ws.send({ message: 'Hi', recipientPhone: '+12025550101' });
    const { envelope } = await arrives('message.opened', body.message._id);
    const { readAt } = await ws.message(body.message._id);
    expect(readAt).not.toBeNull();
    expect(envelope.data).toEqual({ readAt });
    expect(envelope.message).toMatchObject({ status: 'delivered', readAt });
  });

  test('tells of a failure with its sentence', async () => {
    const recipientPhone = newPhone();
    await ws.send({ message: 'Hi', recipientPhone });
    const line = ws.lines[0];
    await receiveInbound(app.deps, {
      workspaceId: ws.workspaceId,
      lineId: line?._id ?? '',
      address: recipientPhone,
      message: 'STOP',
      externalMessageId: null,
    });
    // It ends in the moment of its acceptance, and yet is told of.
    const { _id, errorMessage } = await accept(ws, { recipientPhone });
    const { envelope } = await arrives('message.failed', _id);
    expect(envelope.message).toMatchObject({ status: 'failed', errorMessage, reason: 'dnc' });
    expect(envelope.data).toEqual({ error: errorMessage });
  });

  test('tells of a recipient without iMessage, and of the addresses that were tried', async () => {
    const { body } = await ws.send({ message: 'Hi', recipientPhone: '+12025550102' });
    const { _id } = body.message;
    const { errorMessage, checkedAddresses } = await ws.reaches(_id, 'fallback');
    const { envelope } = await arrives('message.fallback', _id);
    expect(envelope.data).toEqual({ reason: errorMessage, checkedAddresses });
    expect(checkedAddresses).not.toEqual([]);
    expect(envelope.message).toMatchObject({ status: 'fallback', errorMessage });
  });

  test('tells of a fallback that was forced, and of a cancellation', async () => {
    const forced = await accept(ws, { recipientPhone: newPhone(), forceFallback: true });
    expect((await arrives('message.fallback', forced._id)).envelope.message).toMatchObject({
      status: 'fallback',
      fallbackSmsDispatched: true,
    });
    const scheduledDate = toIso(app.deps.clock.now() + 3_600_000);
    const waiting = await accept(ws, { recipientPhone: newPhone(), scheduledDate });
    await ws.call('POST', `/api/messages/${waiting._id}/cancel`);
    const { envelope } = await arrives('message.cancelled', waiting._id);
    expect(envelope.message).toMatchObject({ status: 'cancelled' });
    expect(envelope.data).toEqual({ reason: 'Cancelled by request' });
  });
});

describe('a reply', () => {
  test('comes flat and in data, with the last two messages it may answer', async () => {
    const recipientPhone = newPhone();
    const sent = [];
    for (const message of ['One', 'Two', 'Three'])
      sent.push((await ws.send({ message, recipientPhone, recipientName: 'Grace Hopper' })).body.message);
    const lineId = sent[2]?.fromLineId ?? '';
    await receiveInbound(app.deps, {
      workspaceId: ws.workspaceId,
      lineId,
      address: recipientPhone,
      message: 'Four!',
      externalMessageId: 'device-1',
    });
    const { envelope } = await until('the reply arrives', () =>
      receiver.at('/all', 'message.reply').find((each) => each.envelope.message === 'Four!'),
    );
    const received = await until('it is told as a message that came in, too', () =>
      receiver.at('/all', 'message.received').find((each) => each.envelope.message === 'Four!'),
    );
    const { lead: _, ...told } = envelope;
    expect(received.envelope).toMatchObject({ ...told, event: 'message.received' });
    const parents = [sent[2], sent[1]].map((message) => ({
      messageId: message?._id,
      message: message?.message,
      sentAtUtc: message?.sentAt,
      batchId: null,
      stepIndex: null,
    }));
    const messageId = envelope.messageId as string;
    const { createdAt } = await ws.message(messageId);
    const leadId = sent[2]?.leadId;
    const lead = (await ws.call<{ lead: Record<string, unknown> }>('GET', `/api/leads?id=${leadId}`)).body
      .lead;
    const name = [lead.firstName, lead.lastName].filter(Boolean).join(' ') || null;
    expect(envelope).toEqual({
      event: 'message.reply',
      timestamp: expect.any(String),
      workspaceId: ws.workspaceId,
      messageId,
      message: 'Four!',
      leadId,
      lead,
      contactOwnerEmail: null,
      ...NULLS,
      firstName: lead.firstName,
      lastName: lead.lastName,
      phone: recipientPhone,
      listId: lead.listId,
      campaignId: null,
      campaignName: null,
      fromLineId: lineId,
      recipientName: name,
      recipientPhone,
      recipientEmail: null,
      repliedAtUtc: createdAt,
      parentMessages: parents,
      originalMessageId: sent[2]?._id,
      originalMessage: 'Three',
      data: {
        reply: {
          leadId,
          messageId,
          respondedAtUtc: createdAt,
          recipientEmail: null,
          recipientPhone,
          name,
          parentMessages: parents,
        },
        repliedAtUtc: createdAt,
        parentMessages: parents,
        messageId,
        message: 'Four!',
        messageType: 'imessage',
        status: 'received',
        lineId,
        leadId,
        recipientPhone,
        recipientEmail: null,
        recipientName: name,
        attachments: [],
        receivedAt: expect.any(String),
      },
    });
  });

  test('of somebody unknown is `message.received` alone, and an opt-out is told of too', async () => {
    const address = newPhone();
    await receiveInbound(app.deps, {
      workspaceId: ws.workspaceId,
      lineId: ws.lines[0]?._id ?? '',
      address,
      message: 'Stop',
      externalMessageId: 'device-2',
    });
    const received = await until('it arrives', () =>
      receiver.at('/all', 'message.received').find((each) => each.envelope.message === 'Stop'),
    );
    expect(received.envelope).toMatchObject({
      recipientPhone: address,
      parentMessages: [],
      originalMessageId: null,
    });
    const replies = receiver.at('/all', 'message.reply');
    expect(replies.filter((each) => each.envelope.messageId === received.envelope.messageId)).toEqual([]);
    const { envelope } = await until('the opt-out arrives', () =>
      receiver.at('/all', 'lead.opted_out').find((each) => each.envelope.leadId === received.envelope.leadId),
    );
    expect(envelope).toMatchObject({
      messageId: null,
      message: null,
      lead: { optedOutAt: expect.any(String) },
    });
  });
});

describe('every request', () => {
  test('is verified by the official package and by a plain hex HMAC, over the very bytes that came', async () => {
    const { body } = await ws.send({ message: 'Grüße 👋', recipientPhone: newPhone() });
    const request = await arrives('message.sent', body.message._id);
    const text = request.body.toString('utf8');
    const headers = request.headers as Record<string, string>;
    expect(new Webhook(hook.secret).verify(text, headers)).toEqual(request.envelope);
    const hex = createHmac('sha256', hook.secret).update(request.body).digest('hex');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-tuco-signature': hex,
      'x-tuco-event': 'message.sent',
      'x-correlation-id': body.message.correlationId,
    });
    expect(
      Date.parse(headers['x-tuco-timestamp'] ?? '') / 1000 - Number(headers['webhook-timestamp']),
    ).toBeLessThan(1);
    expect(() => new Webhook(hook.secret).verify(`${text} `, headers)).toThrow();
  });

  test('is signed by both secrets for a day after a rotation', async () => {
    const rotating = await addWebhook(ws, `${receiver.url}/rotating`, { events: ['message.sent'] });
    const rotated = await ws.call<{ secret: string }>('POST', `/api/webhooks/${rotating.id}/rotate-secret`);
    expect(rotated.body.secret).not.toBe(rotating.secret);
    const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone() });
    const request = await arrives('message.sent', body.message._id, '/rotating');
    const headers = request.headers as Record<string, string>;
    for (const secret of [rotating.secret, rotated.body.secret])
      expect(new Webhook(secret).verify(request.body.toString('utf8'), headers)).toEqual(request.envelope);
    const hex = createHmac('sha256', rotated.body.secret).update(request.body).digest('hex');
    expect(headers['x-tuco-signature']).toBe(hex);
    await ws.call('DELETE', `/api/webhooks/${rotating.id}`);
  });

  test('carries an id of its event that is the same for all webhooks, and stands in the log', async () => {
    const other = await addWebhook(ws, `${receiver.url}/other`, { events: ['message.sent'] });
    const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone() });
    const [one, two] = await Promise.all(
      ['/all', '/other'].map((path) => arrives('message.sent', body.message._id, path)),
    );
    expect(one?.headers['webhook-id']).toBe(two?.headers['webhook-id']);
    const log = await until('it is noted', async () => {
      const [delivery] = await deliveries(ws, other.id);
      return delivery?.status === 'delivered' ? delivery : null;
    });
    expect(log).toMatchObject({
      id: one?.headers['webhook-id'],
      webhookId: other.id,
      event: 'message.sent',
      messageId: body.message._id,
      attempt: 1,
      nextAttemptAt: null,
      attempts: [{ at: expect.any(String), statusCode: 200, error: null, durationMs: expect.any(Number) }],
      deliveredAt: expect.any(String),
    });
    await until('it is noted at the webhook', async () => (await webhook(ws, other.id)).lastSuccessAt);
    await ws.call('DELETE', `/api/webhooks/${other.id}`);
  });

  test('goes only to webhooks that want the event, are active, and belong to the workspace', async () => {
    const stranger = await openWorkspace(app);
    const wishes = [
      { path: '/none', events: ['message.failed'] },
      { path: '/paused', events: ['message.sent'], isActive: false },
    ];
    for (const { path, events, isActive = true } of wishes) {
      const { id } = await addWebhook(ws, receiver.url + path, { events });
      if (!isActive) await ws.call('PATCH', `/api/webhooks/${id}`, { isActive });
    }
    await addWebhook(stranger, `${receiver.url}/stranger`);
    const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone() });
    await arrives('message.delivered', body.message._id);
    for (const path of ['/none', '/paused', '/stranger']) expect(receiver.at(path)).toEqual([]);
  });
});
