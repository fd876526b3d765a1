/** Every simulated recipient, seen through `Prefer: wait`: the documented status, sentence and addresses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lead } from '../../src/contract/leads/leads.ts';
import type { Message, SendAnswer } from '../../src/contract/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

const QUICK = { attempts: 3, retryGapMs: 50 };

function openOffice(): Promise<Workspace> {
  return openWorkspace(app, { lines: [QUICK, { messageType: 'email', ...QUICK }], fallback: true });
}

async function sendTo(ws: Workspace, recipient: string, wait = 20): Promise<SendAnswer> {
  const to = recipient.includes('@') ? { recipientEmail: recipient } : { recipientPhone: recipient };
  const messageType = recipient.startsWith('imessage') || !recipient.includes('@') ? 'imessage' : 'email';
  const { status, body, headers } = await ws.send(
    { message: 'Hi', messageType, ...to },
    { prefer: `wait=${wait}` },
  );
  expect(status).toBe(201);
  expect(headers.get('preference-applied')).toBe(`wait=${wait}`);
  expect(body.success).toBe(true);
  return body;
}

async function typesOf(ws: Workspace, id: string): Promise<string[]> {
  return (await ws.timeline(id)).map((event) => event.type);
}

async function fallbackOf(ws: Workspace, { _id }: Message): Promise<Message | undefined> {
  const { body } = await ws.call<{ messages: Message[] }>('GET', '/api/messages?messageType=sms');
  return body.messages.find((each) => each.fallbackOf === _id);
}

async function leadOf(ws: Workspace, id: string | null): Promise<Lead> {
  return (await ws.call<{ lead: Lead }>('GET', `/api/leads?id=${id}`)).body.lead;
}

describe.concurrent('a message to', () => {
  test.each(['+12025550100', '+12025550107', '+13035550123', 'delivered@example.com', 'anybody@example.com'])(
    '%s is sent, one copy arrives',
    async (recipient) => {
      const ws = await openOffice();
      const { status, message } = await sendTo(ws, recipient);
      expect(status).toBe('sent');
      expect(['sent', 'delivered']).toContain(message.status);
      expect(message).toMatchObject({
        address: recipient,
        attempt: 1,
        sentAt: expect.any(String),
        reason: null,
        errorMessage: null,
        checkedAddresses: [],
        fallbackSmsDispatched: false,
      });
      const copies = await ws.phone(recipient);
      expect(copies).toMatchObject([
        { _id: message.externalMessageId, reference: message._id, message: 'Hi', attempt: 1 },
      ]);
    },
  );

  test('+12025550100 is delivered by a receipt; the way there leaves four events', async () => {
    const ws = await openOffice();
    const { message } = await sendTo(ws, '+12025550100');
    const delivered = await ws.reaches(message._id, 'delivered');
    expect(Date.parse(delivered.deliveredAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(delivered.sentAt ?? ''),
    );
    expect(delivered.readAt).toBeNull();
    expect(await typesOf(ws, message._id)).toEqual([
      'message.accepted',
      'message.sending',
      'message.sent',
      'message.delivered',
    ]);
  });

  test('+12025550101 is delivered, then read', async () => {
    const ws = await openOffice();
    const { message } = await sendTo(ws, '+12025550101');
    const read = await until('it is read', async () => {
      const found = await ws.message(message._id);
      return found.readAt === null ? null : found;
    });
    expect(read.status).toBe('delivered');
    expect((await typesOf(ws, message._id)).slice(-2)).toEqual(['message.delivered', 'message.opened']);
  });

  test('+12025550102 falls back: it is not on iMessage, one SMS goes', async () => {
    const ws = await openOffice();
    const { status, reason, error, message } = await sendTo(ws, '+12025550102');
    const sentence = "Prospect's iMessage not available on +12025550102";
    expect({ status, reason, error }).toEqual({
      status: 'fallback',
      reason: 'not_on_imessage',
      error: sentence,
    });
    expect(message).toMatchObject({
      status: 'fallback',
      errorMessage: sentence,
      checkedAddresses: ['+12025550102'],
      fallbackSmsDispatched: true,
      address: null,
      sentAt: null,
    });
    const sms = await until('the fallback SMS is delivered', async () => {
      const found = await fallbackOf(ws, message);
      return found?.status === 'delivered' ? found : null;
    });
    expect(sms).toMatchObject({
      fromLineId: ws.lines[2]?._id,
      address: '+12025550102',
      leadId: message.leadId,
    });
    expect(await ws.phone('+12025550102')).toMatchObject([
      { messageType: 'sms', message: 'Hi', reference: sms._id },
    ]);
    expect((await leadOf(ws, message.leadId)).availabilityStatus).toBe('unavailable');
  });

  test('+12025550103 fails: it is refused for good, no SMS goes unasked', async () => {
    const ws = await openOffice();
    const { status, reason, error, message } = await sendTo(ws, '+12025550103');
    expect({ status, reason, error }).toEqual({
      status: 'failed',
      reason: 'refused',
      error: 'The number refuses messages for good',
    });
    expect(message).toMatchObject({ attempt: 1, fallbackSmsDispatched: false, checkedAddresses: [] });
    expect(await ws.phone('+12025550103')).toEqual([]);
  });

  test('+12025550104 is sent on its third attempt', async () => {
    const ws = await openOffice();
    const { status, message } = await sendTo(ws, '+12025550104');
    expect(status).toBe('sent');
    expect(message).toMatchObject({ attempt: 3, reason: null, errorMessage: null });
    expect(await ws.phone('+12025550104')).toMatchObject([{ attempt: 3 }]);
  });

  test('+12025550105 is sent: its answer was lost, reconciliation finds the one copy', async () => {
    const ws = await openOffice();
    const { status, message } = await sendTo(ws, '+12025550105');
    expect(status).toBe('sent');
    expect(message).toMatchObject({ attempt: 1, address: '+12025550105' });
    const copies = await ws.phone('+12025550105');
    expect(copies).toMatchObject([{ _id: message.externalMessageId, attempt: 1 }]);
    expect((await typesOf(ws, message._id)).slice(0, 4)).toContain('message.unknown');
  });

  test('+12025550106 fails after its attempts: each was unknown, found absent, and only then repeated', async () => {
    const ws = await openOffice();
    const { status, reason, message } = await sendTo(ws, '+12025550106');
    expect({ status, reason }).toEqual({ status: 'failed', reason: 'retries_exhausted' });
    expect(message).toMatchObject({ attempt: 3, attempts: 3, fallbackSmsDispatched: false });
    expect(await ws.phone('+12025550106')).toEqual([]);
    const attempt = ['message.sending', 'message.unknown', 'message.retrying'];
    expect(await typesOf(ws, message._id)).toEqual([
      'message.accepted',
      ...attempt,
      ...attempt,
      'message.sending',
      'message.unknown',
      'message.failed',
    ]);
  });

  test.each(['+12025550109', 'stop@example.com'])(
    '%s is sent and answered with STOP: the lead opted out',
    async (recipient) => {
      const ws = await openOffice();
      const { status, message } = await sendTo(ws, recipient);
      expect(status).toBe('sent');
      await until('the lead opted out', async () => (await leadOf(ws, message.leadId)).optedOutAt);
    },
  );

  test('+12025550110 is sent and answered: the reply stands in the list', async () => {
    const ws = await openOffice();
    const { status, message } = await sendTo(ws, '+12025550110');
    expect(status).toBe('sent');
    const path = `/api/messages?direction=received&leadId=${message.leadId}`;
    const [reply] = await until('the reply arrives', async () => {
      const { messages } = (await ws.call<{ messages: Message[] }>('GET', path)).body;
      return messages.length > 0 ? messages : null;
    });
    expect(reply).toMatchObject({
      message: "Yes, I'm interested!",
      direction: 'received',
      status: 'delivered',
      recipientPhone: '+12025550110',
      fromLineId: message.fromLineId,
    });
    expect((await leadOf(ws, message.leadId)).optedOutAt).toBeNull();
  });

  test('+12025550111 fails: its availability could not be checked', async () => {
    const ws = await openOffice();
    const { status, reason, error, message } = await sendTo(ws, '+12025550111');
    expect({ status, reason }).toEqual({ status: 'failed', reason: 'availability_error' });
    expect(error).toMatch(/^The availability check of \+12025550111 failed: /);
    expect(message.attempt).toBe(1);
    expect((await leadOf(ws, message.leadId)).availabilityStatus).toBe('error');
    expect(await ws.phone('+12025550111')).toEqual([]);
  });

  test('+12025550112 falls back, and the SMS fails: there is no fallback of a fallback', async () => {
    const ws = await openOffice();
    const { status, message } = await sendTo(ws, '+12025550112');
    expect(status).toBe('fallback');
    const sms = await until('the SMS failed', async () => {
      const found = await fallbackOf(ws, message);
      return found?.status === 'failed' ? found : null;
    });
    expect(sms).toMatchObject({
      errorMessage: 'The number cannot receive SMS',
      reason: 'refused',
      fallbackSmsDispatched: false,
    });
    expect(await ws.phone('+12025550112')).toEqual([]);
    expect((await ws.message(message._id)).status).toBe('fallback');
  });

  test('imessage+no@example.com falls back without an SMS: there is no number', async () => {
    const ws = await openOffice();
    const { status, error, message } = await sendTo(ws, 'imessage+no@example.com');
    expect({ status, error }).toEqual({
      status: 'fallback',
      error: "Prospect's iMessage not available on imessage+no@example.com",
    });
    expect(message).toMatchObject({
      checkedAddresses: ['imessage+no@example.com'],
      fallbackSmsDispatched: false,
    });
    expect(await fallbackOf(ws, message)).toBeUndefined();
  });

  test('rejected@example.com fails: there is no such mailbox', async () => {
    const ws = await openOffice();
    const { status, reason, error } = await sendTo(ws, 'rejected@example.com');
    expect({ status, reason, error }).toEqual({
      status: 'failed',
      reason: 'refused',
      error: 'No such mailbox',
    });
  });

  test('bounced@example.com is sent, then fails when it comes back', async () => {
    const ws = await openOffice();
    const { status, message } = await sendTo(ws, 'bounced@example.com');
    expect(status).toBe('sent');
    const failed = await ws.reaches(message._id, 'failed');
    expect(failed).toMatchObject({
      reason: 'bounced',
      errorMessage: 'The carrier returned it after accepting it',
      sentAt: message.sentAt,
    });
  });
});

test.each(['+12025550108', 'slow@example.com'])(
  '%s is pending as long as one cares to wait, and sent after twenty seconds',
  async (recipient) => {
    const ws = await openOffice();
    const before = performance.now();
    const { status, message } = await sendTo(ws, recipient, 1);
    expect(performance.now() - before).toBeGreaterThanOrEqual(990);
    expect(status).toBe('pending');
    expect(message.status).toBe('pending');
    expect((await ws.message(message._id)).status).toBe('sending');
    clock.leap(20_000);
    const { sentAt, createdAt } = await ws.reaches(message._id, 'delivered');
    expect(Date.parse(sentAt ?? '') - Date.parse(createdAt)).toBeGreaterThanOrEqual(20_000);
    expect(await ws.phone(recipient)).toHaveLength(1);
  },
);

describe('Prefer: wait', () => {
  test('answers the moment the outcome is there, not when the time is up', async () => {
    const ws = await openOffice();
    const before = performance.now();
    const { status } = await sendTo(ws, '+12025550100', 30);
    expect(status).toBe('sent');
    // Whoever waited for the end of the time would have waited all of it.
    expect(performance.now() - before).toBeLessThan(30_000);
  });

  test('answers at once, as without it, what is due only after the wait', async () => {
    const ws = await openOffice();
    const scheduledDate = new Date(clock.now() + 40_000).toISOString();
    const before = performance.now();
    const { body, headers } = await ws.send(
      { message: 'Hi', recipientPhone: newPhone(), scheduledDate },
      { prefer: 'wait=30' },
    );
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(body).toMatchObject({ status: 'scheduled', message: { status: 'scheduled' } });
    expect(headers.get('preference-applied')).toBeNull();
  });

  test('says the same word of the message as of the answer, and only documented ones', async () => {
    const ws = await openOffice();
    for (const [recipient, status] of [
      ['+12025550100', 'sent'],
      ['+12025550102', 'fallback'],
      ['+12025550103', 'failed'],
      ['+12025550106', 'pending'],
    ] as const) {
      const answer = await sendTo(ws, recipient, status === 'pending' ? 1 : 20);
      expect([answer.status, answer.message.status], recipient).toEqual([status, status]);
    }
  });

  test('a replay tells what became of the message since: no caller sees its state go backwards', async () => {
    const ws = await openOffice();
    const body = { message: 'Hi', recipientPhone: newPhone() };
    const ask = (prefer: string) => ws.send(body, { 'idempotency-key': 'k1', prefer });
    const first = await ask('wait=20');
    expect(first.body.status).toBe('sent');
    await ws.reaches(first.body.message._id, 'delivered');
    for (const prefer of ['wait=20', 'wait=0']) {
      const again = await ask(prefer);
      expect(again.status).toBe(201);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.headers.get('preference-applied')).toBe(prefer === 'wait=0' ? null : prefer);
      expect(again.body).toMatchObject({
        status: 'sent',
        leadId: first.body.leadId,
        message: { _id: first.body.message._id, status: 'sent', sentAt: first.body.message.sentAt },
        warnings: first.body.warnings,
      });
    }
    expect(await ws.phone(body.recipientPhone)).toHaveLength(1);
  });

  test('a replay waits too, when the first answer came before the outcome', async () => {
    const ws = await openOffice();
    const body = { message: 'Hi', recipientPhone: newPhone() };
    const key = { 'idempotency-key': 'k1' };
    await ws.send(body, { ...key, prefer: 'wait=0' });
    expect((await ws.send(body, { ...key, prefer: 'wait=20' })).body.status).toBe('sent');
  });

  test('lets a hundred wait at once, each for its own', async () => {
    const ws = await openOffice();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ws.send({ message: `m${index}`, recipientPhone: `+1303556${String(index).padStart(4, '0')}` }),
      ),
    );
    for (const [index, { body }] of answers.entries()) {
      expect(body).toMatchObject({ status: 'sent', message: { message: `m${index}` } });
    }
  });
});
