/** What the inbox asks of the API: what is unread, what is found, which line answers, what a thread shows beside its messages. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type {
  Conversation,
  ConversationAnswer,
  ConversationsAnswer,
  MarksAnswer,
} from '../../src/contract/conversations/conversations.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { listInbox } from '../../src/store/conversations/inbox.ts';
import { type FileServer, openFileServer } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { rowsWalked } from '../rows-walked.ts';
import { until } from '../until.ts';
import { accept, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ config: { allowPrivateHosts: true } });
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }, {}] });
});
afterAll(() => app.close());

async function send(body: Record<string, unknown>): Promise<Message> {
  const { _id } = await accept(ws, body);
  return ws.reaches(_id, 'delivered');
}

async function hear(address: string, message: string, line = 0): Promise<void> {
  await receiveInbound(app.deps, {
    workspaceId: ws.workspaceId,
    lineId: ws.lines[line]?._id ?? '',
    address,
    message,
    externalMessageId: app.deps.ids(),
  });
}

const list = async (query = '') =>
  (await ws.call<ConversationsAnswer>('GET', `/api/conversations${query}`)).body;
const thread = async (leadId: string, query = '') =>
  (await ws.call<ConversationAnswer>('GET', `/api/conversations/${leadId}${query}`)).body;
const mark = async (leadId: string, as: 'read' | 'unread', body?: object) =>
  (await ws.call<MarksAnswer>('POST', `/api/conversations/${leadId}/${as}`, body)).body;
const names = ({ conversations }: ConversationsAnswer) => conversations.map(({ phone }) => phone);

async function threadOf(phone: string): Promise<Conversation> {
  const found = (await list()).conversations.find((each) => each.phone === phone);
  if (found === undefined) throw new Error(`no thread with ${phone}`);
  return found;
}

describe('what is unread', () => {
  test('is what the contact wrote since the thread was read; our own messages are not', async () => {
    const [anna, ben] = [newPhone(), newPhone()];
    await send({ recipientPhone: ben });
    expect(await threadOf(ben)).toMatchObject({ unreadCount: 0 });
    await hear(anna, 'Hello');
    await hear(anna, 'Anybody there?', 2);
    const { leadId, unreadCount } = await threadOf(anna);
    expect(unreadCount).toBe(2);
    expect((await list()).unreadTotal).toBe(1);
    expect(await mark(leadId, 'read')).toMatchObject({ leadId, unreadCount: 0, unreadTotal: 0 });
    expect(await threadOf(anna)).toMatchObject({ unreadCount: 0 });
    await hear(anna, 'Well?');
    expect(await threadOf(anna)).toMatchObject({ unreadCount: 1 });
  });

  test('stays unread where it came in after what was seen', async () => {
    const anna = newPhone();
    await hear(anna, 'Hello');
    const { leadId, lastMessage } = await threadOf(anna);
    await hear(anna, 'Anybody there?');
    expect(await mark(leadId, 'read', { messageId: lastMessage._id })).toMatchObject({ unreadCount: 1 });
    // What was read is not made unread by an older one.
    await mark(leadId, 'read');
    expect(await mark(leadId, 'read', { messageId: lastMessage._id })).toMatchObject({ unreadCount: 0 });
  });

  test('is the last reply again when somebody says so, and nothing where nobody wrote', async () => {
    const [anna, ben] = [newPhone(), newPhone()];
    await hear(anna, 'One');
    await hear(anna, 'Two');
    const { leadId } = await threadOf(anna);
    await mark(leadId, 'read');
    expect(await mark(leadId, 'unread')).toMatchObject({ unreadCount: 1, unreadTotal: 1 });
    const { leadId: silent } = await send({ recipientPhone: ben });
    expect(await mark(silent ?? '', 'unread')).toMatchObject({ unreadCount: 0, unreadTotal: 1 });
  });

  test('of all of it stays unread when only somebody says unread', async () => {
    const anna = newPhone();
    await hear(anna, 'One');
    await hear(anna, 'Two');
    expect(await mark((await threadOf(anna)).leadId, 'unread')).toMatchObject({ unreadCount: 2 });
  });

  test.each([
    ['f'.repeat(24), undefined, 404, 'LEAD_NOT_FOUND'],
    ['own', { messageId: 'f'.repeat(24) }, 404, 'MESSAGE_NOT_FOUND'],
    ['own', { messageId: 'x' }, 400, 'INVALID_MESSAGE_ID'],
  ])('is refused for %s with %j: %i %s', async (lead, body, status, code) => {
    const anna = newPhone();
    await hear(anna, 'Hello');
    const leadId = lead === 'own' ? (await threadOf(anna)).leadId : lead;
    const answer = await ws.call('POST', `/api/conversations/${leadId}/read`, body);
    expect(answer).toMatchObject({ status, body: { code } });
  });
});

describe('threads are found', () => {
  test('by what is unread, by line, by name, address or what the contact wrote, page by page', async () => {
    const [anna, ben, carl] = [newPhone(), newPhone(), newPhone()];
    const { leadId } = await send({ recipientPhone: anna, recipientName: 'Anna Smith', message: 'Hi Anna' });
    await send({ recipientPhone: ben, fromLineId: ws.lines[2]?._id });
    await hear(carl, 'The blue one, please', 2);
    await hear(anna, 'Who is this?');
    const all = [anna, carl, ben];
    expect(names(await list())).toEqual(all);
    for (const [query, expected] of [
      ['unread=true', [anna, carl]],
      ['unread=false', all],
      [`lineId=${ws.lines[2]?._id}`, [carl, ben]],
      [`lineId=${ws.lines[2]?._id}&unread=true`, [carl]],
      ['search=smith', [anna]],
      [`search=${encodeURIComponent(ben.slice(-7))}`, [ben]],
      ['search=BLUE%20one', [carl]],
      ['search=blue&unread=true', [carl]],
      [`search=blue&lineId=${ws.lines[0]?._id}`, []],
      // What we write to a thousand people finds nobody.
      ['search=Hi%20Anna', []],
    ] as const)
      expect([query, names(await list(`?${query}`))]).toEqual([query, expected]);
    for (const filter of ['', '&unread=true', '&search=555']) {
      const seen: (string | null)[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: ConversationsAnswer = await list(`?limit=1&cursor=${cursor}${filter}`);
        seen.push(...names(page));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(filter === '&unread=true' ? [anna, carl] : all);
    }
    await mark(leadId ?? '', 'read');
    expect(names(await list('?unread=true'))).toEqual([carl]);
  });

  test('by an address of theirs that is not the first', async () => {
    const [phone, email] = [newPhone(), newEmail()];
    await send({ recipientPhone: phone, altEmail1: email });
    expect(names(await list(`?search=${email}`))).toEqual([phone]);
  });

  test('once, whichever lines they were written from', async () => {
    const anna = newPhone();
    await send({ recipientPhone: anna, fromLineId: ws.lines[0]?._id });
    await send({ recipientPhone: anna, fromLineId: ws.lines[2]?._id, message: 'From another' });
    expect((await list()).conversations).toMatchObject([
      { phone: anna, lastMessage: { message: 'From another' } },
    ]);
    expect(names(await list(`?lineId=${ws.lines[0]?._id}`))).toEqual([anna]);
  });

  test.each([
    ['search=ab', 400, 'search must have at least 3 characters'],
    ['unread=1', 400, 'unread must be true or false'],
    ['lineId=x', 400, 'Invalid lineId'],
    ['cursor=x', 400, 'Invalid cursor'],
  ])('and refused by %s: %i %s', async (query, status, error) => {
    expect(await ws.call('GET', `/api/conversations?${query}`)).toMatchObject({ status, body: { error } });
  });
});

describe('a thread shows', () => {
  test('which line would answer and why, and that a reply goes before what nobody waits for', async () => {
    const anna = newPhone();
    await hear(anna, 'Hello', 2);
    const { leadId } = await threadOf(anna);
    const { answeringLines, answerBy } = await thread(leadId);
    expect(answerBy).toBe('imessage');
    expect(answeringLines).toMatchObject([
      {
        messageType: 'imessage',
        lineDecision: { lineId: ws.lines[2]?._id, reason: 'conversation' },
        fromLinePhone: ws.lines[2]?.phone,
        address: anna,
        problem: null,
      },
      { messageType: 'sms', lineDecision: null, problem: { code: 'NO_ACTIVE_LINES' } },
      { messageType: 'email', lineDecision: null, problem: { code: 'RECIPIENT_REQUIRED' } },
    ]);
    const reply = await accept(ws, { leadId, message: 'Hello Anna' });
    expect(reply).toMatchObject({ priority: 'reply', fromLineId: ws.lines[2]?._id });
  });

  test('opt-outs by words and by hand, what lifts them, and where they happened', async () => {
    const anna = newPhone();
    const { leadId = '' } = await send({ recipientPhone: anna });
    await hear(anna, 'STOP');
    const stopped = await thread(leadId ?? '');
    expect(stopped).toMatchObject({
      optedOutAt: expect.any(String),
      doNotContact: [{ address: anna, reason: 'opt_out_words', words: 'STOP' }],
      events: [{ type: 'opted_out', source: 'words', words: 'STOP', address: anna }],
    });
    await hear(anna, 'START');
    expect(await thread(leadId ?? '')).toMatchObject({
      optedOutAt: null,
      doNotContact: [],
      events: [{ type: 'opted_in' }, { type: 'opted_out' }],
    });
    await ws.call('POST', '/api/dnc', { phone: anna, reason: 'Asked by phone' });
    expect((await thread(leadId ?? '')).doNotContact).toMatchObject([{ reason: 'manual' }]);
  });

  test('that a message left from another line, and why', async () => {
    const anna = newPhone();
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { transportConfig: { down: true } });
    const waiting = await accept(ws, { recipientPhone: anna, fromLineId: ws.lines[0]?._id });
    const from = ws.lines[0]?._id ?? '';
    const to = ws.lines[2]?._id ?? '';
    const lineDecision = { lineId: to, reason: 'moved', because: 'Its line is down.' };
    const data = JSON.stringify({ from, lineDecision });
    await read(
      app,
      `INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data)
       VALUES ($1, $2, 'message.moved', $3, $4, $5, $6, $7)`,
      [
        ws.workspaceId,
        app.deps.ids(),
        waiting._id,
        waiting.leadId,
        to,
        new Date(app.deps.clock.now()).toISOString(),
        data,
      ],
    );
    expect((await thread(waiting.leadId ?? '')).events).toMatchObject([
      {
        type: 'line_changed',
        messageId: waiting._id,
        fromLineId: from,
        toLineId: to,
        because: 'Its line is down.',
      },
    ]);
  });

  test('tapbacks of ours as ours', async () => {
    const anna = newPhone();
    const { _id, leadId } = await send({ recipientPhone: anna });
    await ws.call('POST', '/api/messages/react', { messageId: _id, reaction: 'love' });
    expect((await thread(leadId ?? '')).reactions).toMatchObject([
      { messageId: _id, address: ws.lines[0]?.phone, direction: 'sent', reaction: 'love' },
    ]);
  });

  test('what left late where it left, and what waits last of all', async () => {
    const anna = newPhone();
    const { leadId = '', _id } = await send({ recipientPhone: anna, message: 'Sent late' });
    await hear(anna, 'Came in before');
    const soon = new Date(app.deps.clock.now() + 3_600_000).toISOString();
    await accept(ws, { leadId, message: 'Waits', scheduledDate: soon });
    await hear(anna, 'The latest');
    const later = new Date(app.deps.clock.now() + 1_000).toISOString();
    await read(app, 'UPDATE messages SET sent_at = $2 WHERE id = $1', [_id, later]);
    const texts = ({ messages }: ConversationAnswer) => messages.map(({ message }) => message);
    expect(texts(await thread(leadId ?? ''))).toEqual(['Waits', 'Sent late', 'The latest', 'Came in before']);
    const page = await thread(leadId ?? '', '?limit=2');
    expect(texts(await thread(leadId ?? '', `?limit=2&cursor=${page.nextCursor}`))).toEqual([
      'The latest',
      'Came in before',
    ]);
    expect((await threadOf(anna)).lastMessage.message).toBe('Sent late');
  });
});

describe('files of a thread', () => {
  let server: FileServer;
  beforeAll(async () => {
    server = await openFileServer();
  });
  afterAll(() => server.close());

  test('lie here, with kind and size, however they came', async () => {
    const anna = newPhone();
    const form = new FormData();
    form.set('file', new Blob(['Our plan']), 'plan.txt');
    const headers = { authorization: `Bearer ${ws.key}` };
    const answer = await fetch(`${app.url}/api/attachments`, { method: 'POST', headers, body: form });
    const upload = (await answer.json()) as { url: string };
    const outside = server.lay('/photo.txt', Buffer.from('A photo, sort of'));
    const { leadId = '', _id } = await send({
      recipientPhone: anna,
      attachmentUrls: [upload.url, outside],
      attachmentNames: ['plan.txt', 'photo.txt'],
    });
    const { attachments } = await thread(leadId ?? '');
    expect(attachments).toEqual([
      {
        messageId: _id,
        name: 'plan.txt',
        status: 'stored',
        path: expect.stringMatching(/^\/files\//),
        mimeType: 'text/plain',
        sizeBytes: 8,
      },
      {
        messageId: _id,
        name: 'photo.txt',
        status: 'stored',
        path: expect.stringMatching(/^\/files\//),
        mimeType: 'text/plain',
        sizeBytes: 16,
      },
    ]);
    const file = await fetch(app.url + attachments[1]?.path);
    expect(await file.text()).toBe('A photo, sort of');
  });

  test('that came in are awaited, then lost when they cannot be had', async () => {
    const anna = newPhone();
    await receiveInbound(app.deps, {
      workspaceId: ws.workspaceId,
      lineId: ws.lines[0]?._id ?? '',
      address: anna,
      message: 'Look',
      externalMessageId: app.deps.ids(),
      attachments: [{ name: 'photo.jpg', mimeType: null, source: 1 }],
    });
    const { leadId } = await threadOf(anna);
    expect((await thread(leadId)).attachments).toMatchObject([
      { name: 'photo.jpg', status: 'awaited', path: null },
    ]);
    await read(app, 'UPDATE inbound_attachments SET next_try_at = NULL WHERE workspace_id = $1', [
      ws.workspaceId,
    ]);
    await until('it is given up', async () => (await thread(leadId)).attachments[0]?.status === 'lost');
  });
});

test('a page reads as little of many threads as of few, before and after the planner has statistics', async () => {
  const { leadId, fromLineId } = await send({ recipientPhone: newPhone() });
  const at = new Date(app.deps.clock.now()).toISOString();
  await read(
    app,
    `INSERT INTO touches (workspace_id, lead_id, line_id, message_id, first_at, last_at, last_reply_at)
     SELECT $1, lpad(n::text, 24, '0'), $2, '', $3, $3::timestamptz - interval '1 s' * n, CASE WHEN n % 50 = 0 THEN $3::timestamptz END
     FROM generate_series(1, 5000) n`,
    [ws.workspaceId, fromLineId, at],
  );
  const filters = { unread: false, lineId: null, search: null, before: null, limit: 20 };
  const walked = (change: Partial<typeof filters>) =>
    rowsWalked(app.deps.database, 'touches', (tx) =>
      listInbox(tx, ws.workspaceId, { ...filters, ...change }),
    );
  const before = { lastAt: app.deps.clock.now() - 2_000_000, leadId: leadId ?? '' };
  for (const work of ['', 'ANALYZE']) {
    if (work !== '') await read(app, work);
    for (const change of [{}, { unread: true }, { lineId: fromLineId }, { before }] as object[])
      expect(await walked(change), `${work} ${JSON.stringify(change)}`).toBeLessThan(250);
  }
});
