/** What is a line's affair must not become its messages': spent caps hold strangers only, faults cost no message. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Line } from '../../src/contract/lines/lines.ts';
import type { ExplainAnswer, Message } from '../../src/contract/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});

afterAll(() => app.close());

let phones = 0;
async function newLine(settings: Record<string, unknown>): Promise<string> {
  phones += 1;
  const phone = `+1415555${String(phones).padStart(4, '0')}`;
  const body = { messageType: 'imessage', transport: 'sandbox', phone, ...settings };
  const answer = await app.call<{ line: Line }>('POST', '/api/lines', body);
  expect(answer.status).toBe(201);
  return answer.body.line._id;
}

const explain = async (id: string) =>
  (await app.call<ExplainAnswer>('GET', `/api/messages/${id}/explain`)).body;
const readLine = async (id: string) => (await app.call<{ line: Line }>('GET', `/api/lines/${id}`)).body.line;

test('a message moved to the line that talks to its contact is no first touch there, and goes at once', async () => {
  const capped = await newLine({ dailyNewConversationsLimit: 1 });
  const other = await newLine({});
  const recipientPhone = '+14155551000';
  const first = await app.send({ recipientPhone, message: 'one', fromLineId: capped });
  expect(first.body.status).toBe('sent');
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const second = await app.send(
    { recipientPhone, message: 'two', fromLineId: other, scheduledDate: later },
    { prefer: '' },
  );
  const { _id } = second.body.message;
  await app.call('PATCH', `/api/messages/${_id}`, { fromLineId: capped, scheduledDate: null });
  await app.reaches(_id, 'delivered');
});

test('whoever is written to in quick succession is a stranger once: the second message needs no new conversation', async () => {
  const capped = await newLine({ dailyNewConversationsLimit: 3 });
  const sent = await Promise.all(
    ['+14155552001', '+14155552002', '+14155552003'].flatMap((recipientPhone) =>
      ['one', 'two', 'three'].map((message) => app.send({ recipientPhone, message, fromLineId: capped })),
    ),
  );
  expect(sent.map((answer) => answer.body.status)).toEqual(Array(9).fill('sent'));
});

test('a message to a contact who wrote first is no first touch, even if it was waiting before', async () => {
  const capped = await newLine({ dailyNewConversationsLimit: 0 });
  const answer = await app.send(
    { recipientPhone: '+14155553000', message: 'hello', fromLineId: capped },
    { prefer: '' },
  );
  const { _id } = answer.body.message;
  const blocked = (await explain(_id)).gates
    .filter((gate) => gate.state === 'blocked')
    .map((gate) => gate.gate);
  expect(blocked).toEqual(['first_touch_cap']);
  const { receiveInbound } = await import('../../src/actions/news/receive-inbound.ts');
  const { workspaceId } = app;
  await receiveInbound(
    app.deps,
    {
      workspaceId,
      lineId: capped,
      address: '+14155553000',
      message: 'Is it open?',
      externalMessageId: 'in-1',
    },
    async () => true,
  );
  await app.reaches(_id, 'delivered');
});

test('a line at fault goes down, its message waits without losing attempts, and goes once the line is mended', async () => {
  const line = await newLine({ transportConfig: { down: true }, retryGapMs: 20, attempts: 2 });
  const answer = await app.send(
    { recipientPhone: '+14155554000', message: 'patience', fromLineId: line },
    { prefer: '' },
  );
  const { _id } = answer.body.message;
  await until('the line is down', async () => (await readLine(line)).healthCheck.status === 'down');
  const waiting: Message = await app.message(_id);
  expect(waiting.status).toBe('queued');
  expect(waiting.attempts - waiting.attempt).toBe(2);
  await app.call('PATCH', `/api/lines/${line}`, { transportConfig: {} });
  const { noteHealth } = await import('../../src/actions/lines/check-line-health.ts');
  await noteHealth(app.deps, app.workspaceId, line, 'fine');
  await app.reaches(_id, 'delivered');
});
