/** Cancelling many messages in steps, and sending failed ones again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CancelMessagesAnswer, Message, RetryAnswer } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const REFUSED = '+12025550103';

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

const inAnHour = () => toIso(clock.now() + HOUR);

function later(ws: Workspace, body: Record<string, unknown> = {}): Promise<Message> {
  return accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour(), ...body });
}

async function cancel(ws: Workspace, body: object): Promise<CancelMessagesAnswer> {
  const answer = await ws.call<CancelMessagesAnswer>('POST', '/api/messages/cancel', body);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function statusesOf(ws: Workspace, messages: readonly Message[]): Promise<string[]> {
  return Promise.all(messages.map(async ({ _id }) => (await ws.message(_id)).status));
}

describe('cancelling many', () => {
  test('takes back those that wait, and says what the others are', async () => {
    const ws = await openWorkspace(app);
    const waiting = [await later(ws), await later(ws)];
    const sent = (await ws.send({ message: 'Hi', recipientPhone: '+12025550107' })).body.message;
    const ids = [...waiting.map(({ _id }) => _id), sent._id, 'f'.repeat(24), 'no id'];
    const answer = await cancel(ws, { ids: [...ids, ...ids] });
    expect(answer).toMatchObject({ success: true, cancelledCount: 2, nextCursor: null, warnings: [] });
    expect(answer.messageIds.sort()).toEqual(waiting.map(({ _id }) => _id).sort());
    expect(answer.notCancelled).toEqual([
      { status: 'sent', count: 1 },
      { status: 'not_found', count: 2 },
    ]);
    expect(await statusesOf(ws, waiting)).toEqual(['cancelled', 'cancelled']);
    expect((await cancel(ws, { ids })).notCancelled).toContainEqual({ status: 'cancelled', count: 2 });
    const [, event] = await ws.timeline(waiting[0]?._id ?? '');
    expect(event).toMatchObject({ type: 'message.cancelled', data: { because: 'Cancelled by request' } });
  });

  test('by a filter takes back what waits and fits, and nothing else', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
    const wanted = [
      await later(ws, { batchId: 'b' }),
      await later(ws, { batchId: 'b', message: 'Other words' }),
    ];
    const others = [await later(ws), await later(ws, { batchId: 'c' })];
    const counted = await cancel(ws, { filter: { batchId: 'b' }, dryRun: true });
    expect(counted).toMatchObject({ cancelledCount: 2, messageIds: [], notCancelled: [] });
    expect(await statusesOf(ws, wanted)).toEqual(['scheduled', 'scheduled']);
    expect((await cancel(ws, { filter: { batchId: 'b', search: 'other' } })).messageIds).toEqual([
      wanted[1]?._id,
    ]);
    expect((await cancel(ws, { filter: { batchId: 'b', status: 'sent,scheduled' } })).messageIds).toEqual([
      wanted[0]?._id,
    ]);
    expect(await cancel(ws, { filter: { status: 'sent' } })).toMatchObject({
      cancelledCount: 0,
      nextCursor: null,
    });
    expect(await statusesOf(ws, others)).toEqual(['scheduled', 'scheduled']);
    expect((await cancel(ws, { filter: {} })).cancelledCount).toBe(2);
  });

  test('goes through any number in steps of 500', async () => {
    const ws = await openWorkspace(app);
    const { _id } = await later(ws, { batchId: 'many' });
    await read(
      app,
      `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id, priority,
         first_touch, due_at, attempts, retry_gap_ms, correlation_id, batch_id, created_at, updated_at)
       SELECT m.workspace_id, left(m.id, 12) || lpad(to_hex(n), 12, '0'), 'sent', m.status, m.message_type, 'Hi', m.lead_id,
         m.recipient_phone, m.line_id, m.priority, m.first_touch, m.due_at, 5, 1000, '', m.batch_id, m.created_at, m.updated_at
       FROM messages m, generate_series(1, 1100) AS n WHERE m.id = $1`,
      [_id],
    );
    const counts: number[] = [];
    for (let cursor: string | null = null; ; ) {
      const { cancelledCount, nextCursor }: CancelMessagesAnswer = await cancel(ws, {
        filter: { batchId: 'many' },
        cursor,
      });
      counts.push(cancelledCount);
      cursor = nextCursor;
      if (cursor === null) break;
    }
    expect(counts).toEqual([500, 500, 101]);
  });

  test.each([
    [{}, 'CANCEL_MESSAGES_TARGET_REQUIRED'],
    [{ ids: ['a'], filter: {} }, 'CANCEL_MESSAGES_TARGET_REQUIRED'],
    [{ ids: [] }, 'INVALID_FIELD'],
    [{ ids: [1] }, 'INVALID_FIELD'],
    [{ ids: 'a' }, 'INVALID_FIELD'],
    [{ ids: Array.from({ length: 501 }, (_, n) => String(n)) }, 'INVALID_FIELD'],
    [{ filter: 'all' }, 'INVALID_FIELD'],
    [{ filter: { status: 'lost' } }, 'INVALID_FIELD'],
    [{ filter: {}, cursor: 'x' }, 'INVALID_CURSOR'],
    [{ filter: {}, dryRun: 'yes' }, 'INVALID_FIELD'],
  ])('refuses %j', async (body, code) => {
    const ws = await openWorkspace(app);
    expect(await ws.call('POST', '/api/messages/cancel', body)).toMatchObject({
      status: 400,
      body: { code },
    });
  });
});

async function failed(ws: Workspace, body: Record<string, unknown> = {}): Promise<Message> {
  const { message } = (await ws.send({ message: 'Hi {firstName|there}', recipientPhone: REFUSED, ...body }))
    .body;
  return ws.reaches(message._id, 'failed');
}

function retry(ws: Workspace, id: string) {
  return ws.call<RetryAnswer>('POST', `/api/messages/${id}/retry`);
}

describe('a retry', () => {
  test('is a message of its own with the same content, and each knows the other', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const first = await failed(ws, { batchId: 'b', fromLineId: ws.lines[1]?._id, recipientName: 'Ada' });
    const { status, body } = await retry(ws, first._id);
    expect(status).toBe(201);
    expect(body.message).toMatchObject({
      message: first.message,
      recipientPhone: REFUSED,
      recipientName: 'Ada',
      leadId: first.leadId,
      batchId: 'b',
      fromLineId: first.fromLineId,
      correlationId: first.correlationId,
      retryOf: first._id,
      retriedBy: null,
    });
    expect(await ws.message(first._id)).toMatchObject({
      status: 'failed',
      retryOf: null,
      retriedBy: body.message._id,
    });
    expect((await ws.timeline(first._id)).at(-1)).toMatchObject({
      type: 'message.retried',
      data: { retriedBy: body.message._id },
    });
    // It is refused like the first one, and may be retried in its turn.
    await ws.reaches(body.message._id, 'failed');
    expect((await retry(ws, body.message._id)).body.message.retryOf).toBe(body.message._id);
  });

  test('is made once, however often and however fast somebody clicks', async () => {
    const ws = await openWorkspace(app);
    const { _id } = await failed(ws);
    const answers = await Promise.all(Array.from({ length: 5 }, () => retry(ws, _id)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status === 409) expect(body).toMatchObject({ code: 'idempotency_in_flight' });
      else expect(body.message._id).toBe(made[0]?.body.message._id);
    }
    const again = await retry(ws, _id);
    expect(again.status).toBe(200);
    expect(again.body.message._id).toBe(made[0]?.body.message._id);
    const rows = await read(app, 'SELECT id FROM messages WHERE workspace_id = $1 AND retry_of = $2', [
      ws.workspaceId,
      _id,
    ]);
    expect(rows).toHaveLength(1);
  });

  test('goes where the contact is by now, and arrives', async () => {
    const ws = await openWorkspace(app);
    const phone = newPhone();
    const { body } = await ws.call<{ leadIds: string[] }>('POST', '/api/leads', {
      leads: [{ firstName: 'Ada', phone: REFUSED }],
    });
    const leadId = body.leadIds[0] ?? '';
    const first = await failed(ws, { recipientPhone: undefined, leadId });
    await ws.call('PATCH', `/api/leads/${leadId}`, { phone });
    const { message } = (await retry(ws, first._id)).body;
    await until('it arrived', async () => (await ws.phone(phone)).length === 1);
    expect((await ws.phone(phone))[0]?.message).toBe('Hi Ada');
    expect(message.recipientPhone).toBe(phone);
  });

  test('never goes to a contact that opted out meanwhile', async () => {
    const ws = await openWorkspace(app);
    const { _id } = await failed(ws);
    await ws.call('POST', '/api/dnc', { phone: REFUSED, reason: 'asked on the phone' });
    expect(await retry(ws, _id)).toMatchObject({
      status: 409,
      body: { code: 'MESSAGE_NOT_RETRIABLE', reason: 'dnc' },
    });
    expect(await ws.message(_id)).toMatchObject({ retriedBy: null });
  });

  test('is not made of what did not fail', async () => {
    const ws = await openWorkspace(app);
    const waiting = await later(ws);
    const sent = (await ws.send({ message: 'Hi', recipientPhone: '+12025550107' })).body.message;
    for (const [id, reason] of [
      [waiting._id, 'scheduled'],
      [sent._id, 'sent'],
    ] as const)
      expect(await retry(ws, id)).toMatchObject({
        status: 409,
        body: { code: 'MESSAGE_NOT_RETRIABLE', reason },
      });
    expect((await retry(ws, 'f'.repeat(24))).body).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    expect(await copiesIn(app, ws)).toHaveLength(1);
  });

  test('leaves the campaign that has gone on without it alone, and chooses anew where its line is gone', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const [gone, other] = ws.lines;
    const first = await failed(ws, { fromLineId: gone?._id });
    await read(app, 'UPDATE messages SET campaign_id = $2, step_key = $3, campaign_entry = 1 WHERE id = $1', [
      first._id,
      'f'.repeat(24),
      'step',
    ]);
    await ws.call('PATCH', `/api/lines/${gone?._id}`, { isActive: false });
    expect((await retry(ws, first._id)).body.message).toMatchObject({
      campaignId: null,
      fromLineId: other?._id,
    });
  });
});
