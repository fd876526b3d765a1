/** Threads over all channels (D38), and who replied to what (contract 3.6). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type {
  ConversationAnswer,
  ConversationsAnswer,
} from '../../src/contract/conversations/conversations.ts';
import type { RepliesAnswer } from '../../src/contract/conversations/replies.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { noteReaction } from '../../src/store/lines/news.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
});
afterAll(() => app.close());

async function send(body: Record<string, unknown>): Promise<Message> {
  const { _id } = await accept(ws, body);
  return ws.reaches(_id, 'delivered');
}

async function hear(address: string, message: string, line = 0): Promise<void> {
  const lineId = ws.lines[line]?._id ?? '';
  const externalMessageId = app.deps.ids();
  await receiveInbound(app.deps, {
    workspaceId: ws.workspaceId,
    lineId,
    address,
    message,
    externalMessageId,
  });
}

const conversations = async (query = '') =>
  (await ws.call<ConversationsAnswer>('GET', `/api/conversations${query}`)).body;
const thread = async (leadId: string, query = '') =>
  (await ws.call<ConversationAnswer>('GET', `/api/conversations/${leadId}${query}`)).body;
const replies = async (query = '') => (await ws.call<RepliesAnswer>('GET', `/api/replies${query}`)).body;

describe('the list of threads', () => {
  test('has one for each contact, those last written in first, by either side', async () => {
    const [anna, ben] = [newPhone(), newPhone()];
    await send({ recipientPhone: anna, recipientName: 'Anna Smith', message: 'Hi Anna' });
    await send({ recipientPhone: ben, message: 'Hi Ben' });
    await hear(anna, 'Hello');
    const { conversations: found, nextCursor } = await conversations();
    expect(nextCursor).toBeNull();
    expect(found.map(({ phone, lastMessage }) => [phone, lastMessage.message])).toEqual([
      [anna, 'Hello'],
      [ben, 'Hi Ben'],
    ]);
    expect(found[0]).toMatchObject({ name: 'Anna Smith', messageCount: 2, lastReplyAt: expect.any(String) });
    expect(found[1]).toMatchObject({ lastReplyAt: null, messageCount: 1 });
  });

  test('neither shows what waits nor moves a thread up for it', async () => {
    const anna = newPhone();
    await send({ recipientPhone: anna, message: 'Hi' });
    const tomorrow = toIso(app.deps.clock.now() + 86_400_000);
    await accept(ws, { recipientPhone: anna, message: 'later', scheduledDate: tomorrow });
    await accept(ws, { recipientPhone: newPhone(), message: 'later', scheduledDate: tomorrow });
    expect((await conversations()).conversations.map(({ lastMessage }) => lastMessage.message)).toEqual([
      'Hi',
    ]);
  });

  test('is read page by page, each thread once', async () => {
    for (let n = 0; n < 5; n += 1) await send({ recipientPhone: newPhone(), message: `Hi ${n}` });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await conversations(`?limit=2&cursor=${cursor}`);
      seen.push(...page.conversations.map(({ lastMessage }) => lastMessage.message));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['Hi 4', 'Hi 3', 'Hi 2', 'Hi 1', 'Hi 0']);
  });
});

describe('a thread', () => {
  test('runs over all channels, newest first, with what waits and the tapbacks of both sides', async () => {
    const [phone, email] = [newPhone(), newEmail()];
    const first = await send({ recipientPhone: phone, altEmail1: email, message: 'By phone' });
    const leadId = first.leadId ?? '';
    await send({ leadId, messageType: 'email', message: 'By mail' });
    await hear(email, 'Got both', 1);
    const tomorrow = toIso(app.deps.clock.now() + 86_400_000);
    await accept(ws, { leadId, message: 'Later', scheduledDate: tomorrow });
    await noteReaction(app.deps.database, ws.workspaceId, first.fromLineId ?? '', {
      target: first.externalMessageId ?? '',
      address: phone,
      reaction: 'love',
      isRemoved: false,
      at: app.deps.clock.now(),
    });
    const found = await thread(leadId);
    expect(found.messages.map(({ message, direction }) => [message, direction])).toEqual([
      ['Later', 'sent'],
      ['Got both', 'received'],
      ['By mail', 'sent'],
      ['By phone', 'sent'],
    ]);
    expect(found.reactions).toEqual([
      {
        messageId: first._id,
        address: phone,
        direction: 'received',
        reaction: 'love',
        at: expect.any(String),
      },
    ]);
    const page = await thread(leadId, '?limit=3');
    expect((await thread(leadId, `?limit=3&cursor=${page.nextCursor}`)).messages).toHaveLength(1);
  });

  test.each(['f'.repeat(24), 'nobody'])('with %s is not there', async (id) => {
    const answer = await ws.call('GET', `/api/conversations/${id}`);
    expect(answer).toMatchObject({ status: 404, body: { error: 'Lead not found' } });
  });
});

describe('replies', () => {
  test('name each lead once, with its latest reply, the ones before and what they answer', async () => {
    const phone = newPhone();
    const sent = await send({
      recipientPhone: phone,
      recipientName: 'Anna Smith',
      message: 'Hi',
      batchId: 'b',
    });
    await hear(phone, 'Who is this?');
    await hear(phone, 'Ah, you!');
    await send({ recipientPhone: phone, message: 'After the reply' });
    const { replies: rows, ...page } = await replies();
    expect(page).toEqual({ total: 1, page: 1, limit: 50, totalPages: 1 });
    expect(rows).toEqual([
      {
        leadId: sent.leadId,
        messageId: expect.any(String),
        message: 'Ah, you!',
        respondedAtUtc: expect.any(String),
        recipientPhone: phone,
        recipientEmail: null,
        name: 'Anna Smith',
        recentReplies: [
          { messageId: rows[0]?.messageId, message: 'Ah, you!', receivedAtUtc: rows[0]?.respondedAtUtc },
          { messageId: expect.any(String), message: 'Who is this?', receivedAtUtc: expect.any(String) },
        ],
        parentMessages: [
          { messageId: sent._id, message: 'Hi', sentAtUtc: sent.sentAt, batchId: 'b', stepIndex: null },
        ],
      },
    ]);
  });

  test('are found by lead, address, line, campaign and date', async () => {
    const [anna, ben] = [newPhone(), newEmail()];
    const toAnna = await send({ recipientPhone: anna });
    const campaign = { name: 'Spring' };
    const made = await ws.call<{ campaign: { _id: string } }>('POST', '/api/campaigns', campaign);
    const campaignId = made.body.campaign._id;
    await read(app, 'UPDATE messages SET campaign_id = $2 WHERE id = $1', [toAnna._id, campaignId]);
    await hear(anna, 'A');
    await hear(ben, 'B', 1);
    const now = encodeURIComponent(toIso(app.deps.clock.now() + 1_000));
    for (const [query, expected] of [
      [`leadId=${toAnna.leadId}`, ['A']],
      [`recipientPhone=${encodeURIComponent(anna)}`, ['A']],
      [`recipientEmail=${ben}`, ['B']],
      [`lineId=${ws.lines[1]?._id}`, ['B']],
      [`campaignId=${campaignId}`, ['A']],
      [`dateTo=${now}`, ['B', 'A']],
      [`dateFrom=${now}`, []],
      ['page=2&limit=1', ['A']],
      ['page=3&limit=1', []],
    ] as const) {
      expect([query, (await replies(`?${query}`)).replies.map(({ message }) => message)]).toEqual([
        query,
        expected,
      ]);
    }
  });

  test.each([
    ['leadId=x', 400, 'Invalid leadId'],
    ['campaignId=x', 400, 'Invalid campaignId'],
    [`campaignId=${'f'.repeat(24)}`, 404, 'Campaign not found'],
    ['lineId=x', 400, 'Invalid lineId'],
    ['dateFrom=x', 400, 'Invalid dateFrom'],
    ['dateTo=x', 400, 'Invalid dateTo'],
    ['dateFrom=2026-02-02&dateTo=2026-02-01', 400, 'dateFrom must be <= dateTo'],
    [`leadId=${'f'.repeat(24)}`, 404, 'Lead not found or access denied'],
    ['limit=101', 400, 'limit must be a whole number from 1 to 100'],
    ['page=0', 400, 'page must be a whole number from 1 to 1000000'],
  ])('asked for by %s are answered %i: %s', async (query, status, error) => {
    expect(await ws.call('GET', `/api/replies?${query}`)).toMatchObject({ status, body: { error } });
  });
});
