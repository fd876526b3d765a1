/** The inbox where things meet: threads written to in the same moment, pages between which threads move, replies that come in while somebody reads. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type {
  ConversationAnswer,
  ConversationsAnswer,
  MarksAnswer,
} from '../../src/contract/conversations/conversations.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const START = Date.parse('2026-03-01T12:00:00.000Z');

/** Somebody writes at `at`: by the clock of the process that hears it. */
async function hear(ws: Workspace, address: string, line: number, at: number, message = 'Hi'): Promise<void> {
  const clock = { ...app.deps.clock, now: () => at };
  await receiveInbound(
    { ...app.deps, clock },
    {
      workspaceId: ws.workspaceId,
      lineId: ws.lines[line]?._id ?? '',
      address,
      message,
      externalMessageId: app.deps.ids(),
    },
  );
}

const list = async (ws: Workspace, query = '') => {
  const answer = await ws.call<ConversationsAnswer>('GET', `/api/conversations?${query}`);
  expect(answer.status, query).toBe(200);
  return answer.body;
};
const mark = (ws: Workspace, leadId: string, as: 'read' | 'unread', body?: object) =>
  ws.call<MarksAnswer & { code?: string }>('POST', `/api/conversations/${leadId}/${as}`, body);
const thread = async (ws: Workspace, leadId: string) =>
  (await ws.call<ConversationAnswer>('GET', `/api/conversations/${leadId}`)).body;

async function walk(ws: Workspace, query: string, limit: number, between?: () => Promise<void>) {
  const found: ConversationsAnswer['conversations'] = [];
  for (let cursor = ''; ; ) {
    const page = await list(ws, `${query}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
    expect(page.conversations.length).toBeLessThanOrEqual(limit);
    found.push(...page.conversations);
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
    await between?.();
  }
}

describe('pages of threads', () => {
  test('hold what a plain model holds, in its order: many in the same moment, by several lines, read or not', async () => {
    const heard = fc.record({
      who: fc.nat({ max: 7 }),
      line: fc.nat({ max: 2 }),
      // Few moments for many messages: most of them are ties.
      minute: fc.nat({ max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(heard, { minLength: 6, maxLength: 18 }),
        fc.subarray([0, 1, 2, 3, 4, 5, 6, 7]),
        fc.integer({ min: 1, max: 4 }),
        async (messages, read, limit) => {
          const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
          const phones = Array.from({ length: 8 }, newPhone);
          const inOrder = messages.toSorted((a, b) => a.minute - b.minute);
          for (const { who, line, minute } of inOrder)
            await hear(ws, phones[who] ?? '', line, START + minute * 60_000);
          const ids = new Map(
            (await list(ws, 'limit=100')).conversations.map(({ phone, leadId }) => [phone, leadId]),
          );
          const idOf = (who: number) => ids.get(phones[who] ?? '') ?? '';
          for (const who of read) if (idOf(who) !== '') await mark(ws, idOf(who), 'read');
          const modelOf = (lineId: number | null, isUnread: boolean) => {
            const last = new Map<string, number>();
            for (const { who, line, minute } of inOrder)
              if ((lineId === null || line === lineId) && !(isUnread && read.includes(who)))
                last.set(idOf(who), minute);
            return [...last].sort(([a, m], [b, n]) => n - m || (a < b ? 1 : -1)).map(([leadId]) => leadId);
          };
          for (const isUnread of [false, true])
            for (const line of [null, 0, 2]) {
              const query = `unread=${isUnread}${line === null ? '' : `&lineId=${ws.lines[line]?._id}`}`;
              const found = await walk(ws, query, limit);
              expect(
                found.map(({ leadId }) => leadId),
                `${query} by ${limit}`,
              ).toEqual(modelOf(line, isUnread));
            }
          expect((await list(ws)).unreadTotal).toBe(modelOf(null, true).length);
        },
      ),
      { numRuns: 4 },
    );
  });

  test('hold each thread that stays where it is once, whatever moves to the top between them', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const phones = Array.from({ length: 12 }, newPhone);
    for (const [n, phone] of phones.entries()) await hear(ws, phone, n % 2, START + (n % 3));
    let moved = 0;
    const found = await walk(ws, '', 2, async () => {
      // The same three, now by this line, now by that one, and somebody new.
      await hear(ws, phones[moved % 3] ?? '', moved % 2, START + 60_000 + moved);
      await hear(ws, newPhone(), 0, START + 120_000 + moved);
      moved += 1;
    });
    const seen = found.map(({ phone }) => phone);
    expect(moved).toBeGreaterThan(3);
    for (const phone of phones.slice(3)) expect(seen.filter((each) => each === phone)).toHaveLength(1);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('a cursor of one filter, and one from the ends of time, is a place like any other', async () => {
    const ws = await openWorkspace(app);
    await hear(ws, newPhone(), 0, START);
    await hear(ws, newPhone(), 0, START);
    const { nextCursor } = await list(ws, 'limit=1');
    expect((await list(ws, `unread=true&cursor=${nextCursor}`)).conversations).toHaveLength(1);
    expect((await list(ws, `cursor=${'0'.repeat(36)}`)).conversations).toEqual([]);
    expect((await list(ws, `cursor=0${'f'.repeat(35)}`)).conversations).toHaveLength(2);
    for (const cursor of ['0'.repeat(35), 'f'.repeat(36), `0${'F'.repeat(35)}`, `${nextCursor}0`])
      expect(await ws.call('GET', `/api/conversations?cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_CURSOR' },
      });
  });
});

describe('what comes in while somebody reads', () => {
  test('is unread, though it was dated before the reading and stored after it', async () => {
    const ws = await openWorkspace(app);
    const anna = newPhone();
    await hear(ws, anna, 0, START, 'One');
    const [{ leadId = '' } = {}] = (await list(ws)).conversations;
    expect((await mark(ws, leadId, 'read')).body).toMatchObject({ unreadCount: 0, unreadTotal: 0 });
    // Its commit waited for another one: nobody can have seen it.
    await hear(ws, anna, 0, START + 5, 'Two');
    const [after] = (await list(ws, 'unread=true')).conversations;
    expect(after).toMatchObject({ leadId, lastMessage: { message: 'Two' } });
    expect(after?.unreadCount).toBeGreaterThanOrEqual(1);
    expect((await list(ws)).unreadTotal).toBe(1);
    expect((await mark(ws, leadId, 'read')).body).toMatchObject({ unreadCount: 0, unreadTotal: 0 });
  });

  test('is not hidden by one that is older and was stored later', async () => {
    const ws = await openWorkspace(app);
    const anna = newPhone();
    await hear(ws, anna, 0, START + 10, 'Newer');
    await hear(ws, anna, 0, START, 'Older');
    const [{ leadId = '' } = {}] = (await list(ws)).conversations;
    const older = (await thread(ws, leadId)).messages.find(({ message }) => message === 'Older');
    expect((await mark(ws, leadId, 'read', { messageId: older?._id })).body).toMatchObject({
      unreadCount: 1,
      unreadTotal: 1,
    });
  });

  test('by two lines and many at once is counted whole, and reading up to what was seen takes only that', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const anna = newPhone();
    await hear(ws, anna, 0, START);
    await hear(ws, anna, 1, START);
    const [{ leadId = '' } = {}] = (await list(ws)).conversations;
    const [seen] = (await thread(ws, leadId)).messages;
    await Promise.all([
      ...Array.from({ length: 12 }, (_, n) => hear(ws, anna, n % 2, START + 1 + n)),
      ...Array.from({ length: 6 }, () => mark(ws, leadId, 'read', { messageId: seen?._id })),
    ]);
    const [{ unreadCount } = { unreadCount: 0 }] = (await list(ws)).conversations;
    // What was seen may show as unread once more; what nobody saw never counts as read.
    expect(unreadCount).toBeGreaterThanOrEqual(12);
    expect((await mark(ws, leadId, 'read', { messageId: seen?._id })).body).toMatchObject({
      unreadCount: 12,
      unreadTotal: 1,
    });
  });
});

describe('reading', () => {
  test('up to an answer of ours that left late takes what came in before it left', async () => {
    const ws = await openWorkspace(app);
    const anna = newPhone();
    const now = app.deps.clock.now();
    const { _id } = await accept(ws, { recipientPhone: anna });
    const { leadId } = await ws.reaches(_id, 'delivered');
    await hear(ws, anna, 0, now + 60_000, 'Before');
    await hear(ws, anna, 0, now + 180_000, 'After');
    await read(app, "UPDATE messages SET sent_at = created_at + interval '2 minutes' WHERE id = $1", [_id]);
    const shown = (await thread(ws, leadId ?? '')).messages.map(({ message }) => message);
    expect(shown).toEqual(['After', 'Hi', 'Before']);
    expect((await mark(ws, leadId ?? '', 'read', { messageId: _id })).body).toMatchObject({ unreadCount: 1 });
  });

  test('by a message of another contact, or the lead of another workspace, changes nothing', async () => {
    const [ws, other] = [await openWorkspace(app), await openWorkspace(app)];
    const [anna, ben] = [newPhone(), newPhone()];
    await hear(ws, anna, 0, START);
    await hear(ws, ben, 0, START + 1);
    const [bens, annas] = (await list(ws)).conversations;
    const foreign = await mark(ws, annas?.leadId ?? '', 'read', { messageId: bens?.lastMessage._id });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'MESSAGE_NOT_FOUND' } });
    for (const as of ['read', 'unread'] as const)
      expect(await mark(other, annas?.leadId ?? '', as)).toMatchObject({
        status: 404,
        body: { code: 'LEAD_NOT_FOUND' },
      });
    expect(await list(ws)).toMatchObject({ unreadTotal: 2 });
    expect(await list(other)).toEqual(expect.objectContaining({ conversations: [], unreadTotal: 0 }));
  });

  test('and unread again, from two places at once, ends as one of both', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const anna = newPhone();
    await hear(ws, anna, 0, START);
    await hear(ws, anna, 1, START + 1);
    const [{ leadId = '' } = {}] = (await list(ws)).conversations;
    for (let round = 0; round < 5; round += 1) {
      await mark(ws, leadId, 'read');
      await Promise.all([mark(ws, leadId, 'read'), mark(ws, leadId, 'unread'), mark(ws, leadId, 'unread')]);
      const { conversations, unreadTotal } = await list(ws);
      const count = conversations[0]?.unreadCount ?? -1;
      expect([0, 1]).toContain(count);
      expect(unreadTotal).toBe(count);
    }
    await mark(ws, leadId, 'read');
    // The latest of the contact, whichever line it came in by.
    await mark(ws, leadId, 'unread');
    const [line] = await read<{ lineId: string }>(
      app,
      'SELECT line_id AS "lineId" FROM touches WHERE workspace_id = $1 AND read_at < last_reply_at',
      [ws.workspaceId],
    );
    expect(line?.lineId).toBe(ws.lines[1]?._id);
  });
});
