/** Looking at messages: one at a time, its timeline, its explanation, and the simulated phone that received it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxPhoneAnswer } from '../../src/contract/lines/sandbox.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { GATES } from '../../src/domain/words.ts';
import { toIso } from '../../src/lib/clock.ts';
import { type FileServer, openFileServer, PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, newEmail, newPhone, openWorkspace, read } from '../workspaces.ts';

const HOUR = 3_600_000;

let app: TestApp;
let files: FileServer;

beforeAll(async () => {
  app = await openApp({ config: { allowPrivateHosts: true } });
  files = await openFileServer();
});
afterAll(async () => {
  await app.close();
  await files.close();
});

const inAnHour = () => toIso(app.deps.clock.now() + HOUR);

describe('one message', () => {
  test('that does not exist is 404, also for its timeline and its explanation', async () => {
    const ws = await openWorkspace(app);
    for (const id of ['f'.repeat(24), 'no-id']) {
      for (const path of ['', '/timeline', '/explain']) {
        const { status, body } = await ws.call('GET', `/api/messages/${id}${path}`);
        expect([status, body.error]).toEqual([404, 'Message not found']);
      }
    }
  });

  test('tells its whole story in the timeline, oldest first, one event for each transition', async () => {
    const ws = await openWorkspace(app, { lines: [{ retryGapMs: 10 }] });
    const { body } = await ws.send({ message: 'Hi {nickname}', recipientPhone: '+12025550104' });
    await ws.reaches(body.message._id, 'delivered');
    const events = await ws.timeline(body.message._id);
    expect(events.map((event) => [event.type, event.data.from, event.data.status])).toEqual([
      ['message.accepted', undefined, 'pending'],
      ['message.sending', 'pending', 'sending'],
      ['message.retrying', 'sending', 'queued'],
      ['message.sending', 'queued', 'sending'],
      ['message.retrying', 'sending', 'queued'],
      ['message.sending', 'queued', 'sending'],
      ['message.sent', 'sending', 'sent'],
      ['message.delivered', 'sent', 'delivered'],
    ]);
    expect(events.map((event) => event.at)).toEqual(events.map((event) => event.at).toSorted());
    expect(events[6]?.data).toMatchObject({
      attempt: 3,
      missingPlaceholders: ['nickname'],
      steps: [{ address: '+12025550104', did: 'send', result: 'accepted', ms: expect.any(Number) }],
    });
  });
});

describe('explain', () => {
  test('names every gate in the published order while the message waits, and none when it does not', async () => {
    const ws = await openWorkspace(app);
    const waiting = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const explained = await ws.explain(waiting._id);
    expect(explained).toMatchObject({
      messageId: waiting._id,
      status: 'scheduled',
      earliestAt: waiting.scheduledDate,
      expectedAt: waiting.scheduledDate,
      aheadOnLine: 0,
      lineDecision: waiting.lineDecision,
    });
    expect(explained.gates.map((gate) => gate.gate)).toEqual(GATES);
    expect(explained.gates.filter((gate) => gate.state === 'blocked')).toEqual([
      {
        gate: 'schedule',
        state: 'blocked',
        until: waiting.scheduledDate,
        reason: `It is scheduled for ${waiting.scheduledDate}.`,
      },
    ]);
    await ws.call('POST', `/api/messages/${waiting._id}/cancel`);
    expect(await ws.explain(waiting._id)).toEqual({
      messageId: waiting._id,
      status: 'cancelled',
      gates: [],
      earliestAt: null,
      expectedAt: null,
      aheadOnLine: null,
      lineDecision: waiting.lineDecision,
      text: 'Hi',
      subject: null,
      missing: [],
    });
  });

  test('shows the text as it would read now, with what is missing for it', async () => {
    const ws = await openWorkspace(app, { lines: [{ messageType: 'email' }] });
    const { _id } = await accept(ws, {
      messageType: 'email',
      message: 'Hi {firstName|there}, {{nickname}} {{lastName}}',
      subject: 'For {firstName}',
      recipientEmail: newEmail(),
      recipientName: 'Ada Lovelace',
      scheduledDate: inAnHour(),
    });
    expect(await ws.explain(_id)).toMatchObject({
      text: 'Hi Ada,  Lovelace',
      subject: 'For Ada',
      missing: ['nickname'],
    });
  });

  test('asks first-touch gates of first touches only', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    await ws.send({ message: 'Hi', recipientPhone });
    const { _id } = await accept(ws, { recipientPhone, scheduledDate: inAnHour() });
    const asked = (await ws.explain(_id)).gates.map((gate) => gate.gate);
    expect(GATES.filter((gate) => !asked.includes(gate))).toEqual([
      'first_touch_cap',
      'hourly_cap',
      'contact_gap',
    ]);
  });

  test('foretells when each message of a queue goes: none goes earlier, and all in that order', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: 1_000 }] });
    const friend = newPhone();
    const bodies = [
      { recipientPhone: newPhone() },
      { recipientPhone: friend },
      { recipientPhone: newPhone() },
      { recipientPhone: friend },
      { recipientPhone: newPhone() },
      { recipientPhone: newPhone() },
    ];
    // The device rests while the queue is filled and asked.
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { deviceGapMs: 60_000 });
    await ws.send({ message: 'first', recipientPhone: newPhone() });
    const waiting: Message[] = [];
    for (const body of bodies) waiting.push(await accept(ws, body));
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { deviceGapMs: 1_000 });
    const foretold = await Promise.all(waiting.map(({ _id }) => ws.explain(_id)));
    const turns = await Promise.all(
      waiting.map(async ({ _id }) => {
        await ws.reaches(_id, 'delivered');
        return (await ws.timeline(_id)).find((event) => event.type === 'message.sending')?.at ?? '';
      }),
    );
    const stillWaiting = foretold
      .map((each, index) => [each, turns[index] ?? ''] as const)
      .filter(([each]) => each.expectedAt !== null);
    expect(stillWaiting.length).toBeGreaterThanOrEqual(2);
    for (const [{ expectedAt, earliestAt }, turn] of stillWaiting) {
      // How late a busy machine makes it is not ours to say.
      expect(Date.parse(turn) - Date.parse(expectedAt ?? '')).toBeGreaterThanOrEqual(-1);
      expect(Date.parse(earliestAt ?? '')).toBeLessThanOrEqual(Date.parse(expectedAt ?? ''));
    }
    const byForecast = stillWaiting.toSorted(([a], [b]) =>
      (a.expectedAt ?? '').localeCompare(b.expectedAt ?? ''),
    );
    const inOrder = byForecast.map(([, turn]) => turn);
    expect(inOrder).toEqual(inOrder.toSorted());
    const ahead = stillWaiting.map(([each]) => each.aheadOnLine ?? -1);
    expect(ahead).toEqual(ahead.toSorted((a, b) => a - b));
    expect(new Set(ahead).size).toBe(ahead.length);
  });
});

describe('a simulated phone', () => {
  test('shows what it received, oldest first, in the workspace that sent it and however its number is written', async () => {
    const [ws, other] = [
      await openWorkspace(app, { lines: [{}, { messageType: 'sms' }] }),
      await openWorkspace(app),
    ];
    const recipientPhone = newPhone();
    const one = (await ws.send({ message: 'one', recipientPhone })).body.message;
    const two = (await ws.send({ message: 'two', recipientPhone, messageType: 'sms' })).body.message;
    await other.send({ message: 'three', recipientPhone });
    expect(await ws.phone(recipientPhone)).toEqual([
      {
        _id: one.externalMessageId,
        message: 'one',
        messageType: 'imessage',
        fromLineId: one.fromLineId,
        receivedAt: expect.any(String),
        reference: one._id,
        subject: null,
        attempt: 1,
        attachmentUrls: [],
        attachmentNames: [],
      },
      {
        _id: two.externalMessageId,
        message: 'two',
        messageType: 'sms',
        fromLineId: two.fromLineId,
        receivedAt: expect.any(String),
        reference: two._id,
        subject: null,
        attempt: 1,
        attachmentUrls: [],
        attachmentNames: [],
      },
    ]);
    expect(await ws.phone(recipientPhone.replace('+1', ''))).toHaveLength(2);
    expect(await other.phone(recipientPhone)).toMatchObject([{ message: 'three' }]);
    expect(await ws.phone(newPhone())).toEqual([]);
    expect((await ws.call('GET', '/api/sandbox/phones/nobody')).status).toBe(400);
  });

  test('shows the newest thousand copies, and tells how many there are', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const attachmentUrls = [files.lay('/a.png', PNG)];
    await ws.send({
      message: 'one',
      recipientPhone,
      attachmentUrls,
      attachmentNames: ['b.png'],
    });
    expect(await ws.phone(recipientPhone)).toMatchObject([{ attachmentUrls, attachmentNames: ['b.png'] }]);
    await read(
      app,
      `INSERT INTO sandbox_copies (workspace_id, id, address, line_id, reference, attempt, message_type, message, received_at)
       SELECT workspace_id, 'f' || lpad(n::text, 23, '0'), address, line_id, reference, attempt, message_type, 'm' || n, received_at
       FROM sandbox_copies, generate_series(1, 1000) AS n WHERE workspace_id = $1`,
      [ws.workspaceId],
    );
    const path = `/api/sandbox/phones/${encodeURIComponent(recipientPhone)}`;
    const { body } = await ws.call<SandboxPhoneAnswer>('GET', path);
    expect([body.total, body.messages.length]).toEqual([1001, 1000]);
    expect([body.messages[0]?.message, body.messages.at(-1)?.message]).toEqual(['m1', 'm1000']);
  });

  test('is a mailbox too, and shows the subject', async () => {
    const ws = await openWorkspace(app, { lines: [{ messageType: 'email' }] });
    const recipientEmail = newEmail();
    await ws.send({
      message: 'Hello',
      subject: 'Greetings {firstName|to you}{nick}',
      messageType: 'email',
      recipientEmail,
    });
    await until('the mail arrives', async () => (await ws.phone(recipientEmail)).length);
    expect(await ws.phone(recipientEmail.toUpperCase())).toMatchObject([
      { message: 'Hello', subject: 'Greetings to you', messageType: 'email' },
    ]);
  });
});
