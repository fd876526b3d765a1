/** Cancelling and retrying where calls meet each other, the dispatcher and the ids of others; and lists after a line is gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  ConversationAnswer,
  ConversationsAnswer,
} from '../../src/contract/conversations/conversations.ts';
import type {
  CancelMessagesAnswer,
  Message,
  MessagesAnswer,
  RetryAnswer,
} from '../../src/contract/messages/messages.ts';
import type { NowAnswer } from '../../src/contract/workspace/now.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, copiesIn, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const REFUSED = '+12025550103';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const later = (ws: Workspace, body: object = {}) =>
  accept(ws, {
    recipientPhone: newPhone(),
    scheduledDate: toIso(app.deps.clock.now() + 86_400_000),
    ...body,
  });
const cancel = (ws: Workspace, body: object) =>
  ws.call<CancelMessagesAnswer & { code: string }>('POST', '/api/messages/cancel', body);
const total = (answers: { body: CancelMessagesAnswer }[]) =>
  answers.reduce((sum, { body }) => sum + body.cancelledCount, 0);
const many = (ws: Workspace, count: number, body: object = {}) =>
  Promise.all(Array.from({ length: count }, () => later(ws, body)));

describe('cancelling many', () => {
  test('of another workspace finds none of them, by id or by filter', async () => {
    const [ws, other] = [await openWorkspace(app), await openWorkspace(app)];
    const theirs = await later(other, { batchId: 'same' });
    const own = await later(ws, { batchId: 'same' });
    const byId = await cancel(ws, { ids: [theirs._id, own._id, own._id] });
    expect(byId.body).toMatchObject({
      cancelledCount: 1,
      messageIds: [own._id],
      notCancelled: [{ status: 'not_found', count: 1 }],
    });
    for (const filter of [
      { batchId: 'same' },
      { leadId: theirs.leadId },
      { lineId: other.lines[0]?._id },
      {},
    ])
      expect((await cancel(ws, { filter })).body).toMatchObject({ cancelledCount: 0, notCancelled: [] });
    expect((await other.message(theirs._id)).status).toBe('scheduled');
  });

  test('by several at once takes each message back once, and tells each of one caller', async () => {
    const ws = await openWorkspace(app);
    const ids = (await many(ws, 30)).map(({ _id }) => _id);
    const answers = await Promise.all([
      cancel(ws, { ids }),
      cancel(ws, { ids: ids.toReversed() }),
      cancel(ws, { ids: ids.slice(10, 20) }),
      cancel(ws, { ids: [...ids.slice(20), ...ids.slice(0, 10)] }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.flatMap(({ body }) => body.messageIds).sort()).toEqual(ids.toSorted());
    expect(total(answers)).toBe(30);
    for (const [n, asked] of [30, 30, 10, 20].entries()) {
      const { cancelledCount = 0, notCancelled = [] } = answers[n]?.body ?? {};
      const others = notCancelled.reduce((sum, { count }) => sum + count, 0);
      expect(cancelledCount + others, `call ${n}`).toBe(asked);
      expect(notCancelled.every(({ status }) => status === 'cancelled')).toBe(true);
    }
    const told = await ws.timeline(ids[0] ?? '');
    expect(told.filter(({ type }) => type === 'message.cancelled')).toHaveLength(1);
  });

  test('amid sending leaves each message either cancelled or on a phone, never both', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: 0, contactGapMs: 0 }] });
    const sent = await Promise.all(
      Array.from({ length: 25 }, () => accept(ws, { recipientPhone: newPhone() })),
    );
    const ids = sent.map(({ _id }) => _id);
    const [first, second] = await Promise.all([cancel(ws, { ids }), cancel(ws, { filter: {} })]);
    const cancelled = new Set([...first.body.messageIds, ...second.body.messageIds]);
    expect(cancelled.size).toBe(first.body.cancelledCount + second.body.cancelledCount);
    for (const id of ids) await ws.reaches(id, cancelled.has(id) ? 'cancelled' : 'delivered');
    const reached = (await copiesIn(app, ws)).map(({ address }) => address).sort();
    const kept = sent.filter(({ _id }) => !cancelled.has(_id));
    expect(reached).toEqual(kept.map(({ recipientPhone }) => recipientPhone).sort());
  });

  test('of nothing, of too many, by ids and filter together, or by an unknown status is refused and changes nothing', async () => {
    const ws = await openWorkspace(app);
    const { _id } = await later(ws);
    for (const body of [
      {},
      { ids: [] },
      { ids: Array(501).fill(_id), dryRun: true, filter: {} },
      { ids: [_id], filter: {} },
      { ids: _id },
      { filter: { status: 'waiting' } },
      { filter: [] },
      { filter: {}, cursor: 'x' },
      { filter: {}, dryRun: 'yes' },
    ])
      expect((await cancel(ws, body)).status, JSON.stringify(body).slice(0, 60)).toBe(400);
    expect((await ws.message(_id)).status).toBe('scheduled');
  });
});

describe('a retry', () => {
  const retry = (ws: Workspace, id: string) =>
    ws.call<RetryAnswer & { code: string }>('POST', `/api/messages/${id}/retry`);

  test('of another’s message is not found; of one that failed twice, each retry is of the one before', async () => {
    const [ws, other] = [await openWorkspace(app), await openWorkspace(app)];
    const { _id } = await accept(ws, { recipientPhone: REFUSED });
    await ws.reaches(_id, 'failed');
    expect(await retry(other, _id)).toMatchObject({ status: 404, body: { code: 'MESSAGE_NOT_FOUND' } });
    const chain = [_id];
    for (let round = 0; round < 2; round += 1) {
      const before = chain.at(-1) ?? '';
      const clicks = await Promise.all(Array.from({ length: 4 }, () => retry(ws, before)));
      // Whoever clicks while the first click is still being answered is told so, or shown what it made.
      const answered = clicks.filter(({ body }) => body.code !== 'idempotency_in_flight');
      expect(answered.map(({ status }) => status).filter((status) => status > 201)).toEqual([]);
      const made = new Set(answered.map(({ body }) => body.message._id));
      expect(made.size).toBe(1);
      expect(clicks.filter(({ status }) => status === 201)).toHaveLength(1);
      const [next = ''] = made;
      await ws.reaches(next, 'failed');
      expect(await ws.message(before)).toMatchObject({ retriedBy: next, status: 'failed' });
      expect(await ws.message(next)).toMatchObject({ retryOf: before, retriedBy: null });
      chain.push(next);
    }
    // The first one, clicked once more, still shows what became of it then.
    expect((await retry(ws, _id)).body.message._id).toBe(chain[1]);
    const list = await ws.call<MessagesAnswer>('GET', '/api/messages?status=failed');
    expect(list.body.messages.map((message: Message) => message._id)).toEqual(chain.toReversed());
  });
});

describe('a line that is gone', () => {
  test('is in no list of lines, and its past is in every list of what happened', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const [gone = '', kept = ''] = ws.lines.map(({ _id }) => _id);
    const recipientPhone = newPhone();
    const { _id, leadId } = await accept(ws, { recipientPhone, fromLineId: gone });
    await ws.reaches(_id, 'delivered');
    expect((await ws.call('DELETE', `/api/lines/${gone}`)).status).toBe(200);
    const idsIn = async (path: string) => {
      const { status, body } = await ws.call('GET', path);
      expect(status, path).toBe(200);
      const text = JSON.stringify(body);
      return [gone, kept].filter((id) => text.includes(id));
    };
    for (const path of ['/api/lines', '/api/lines/queues']) expect(await idsIn(path), path).toEqual([kept]);
    const now = (await ws.call<NowAnswer>('GET', '/api/now')).body;
    expect(now.lines.map(({ id }) => id)).toEqual([kept]);
    expect(now.alerts.filter(({ kind }) => kind.startsWith('line'))).toEqual([]);
    const thread = (await ws.call<ConversationAnswer>('GET', `/api/conversations/${leadId}`)).body;
    expect(JSON.stringify(thread.answeringLines)).not.toContain(gone);
    expect(
      thread.answeringLines.find(({ messageType }) => messageType === 'imessage')?.lineDecision?.lineId,
    ).toBe(kept);
    for (const query of ['', `lineId=${gone}`]) {
      const threads = (await ws.call<ConversationsAnswer>('GET', `/api/conversations?${query}`)).body;
      expect(
        threads.conversations.map((each) => each.leadId),
        query,
      ).toEqual([leadId]);
      const list = (await ws.call<MessagesAnswer>('GET', `/api/messages?${query}`)).body;
      expect(
        list.messages.map((message: Message) => message._id),
        query,
      ).toEqual([_id]);
    }
    for (const [method, path, body] of [
      ['PATCH', '/api/workspace/fallback-config', { provider: 'sandbox', lineId: gone }],
      ['POST', '/api/messages', { message: 'Hi', recipientPhone, fromLineId: gone }],
      ['POST', `/api/messages?dryRun=true`, { message: 'Hi', recipientPhone, fromLineId: gone }],
    ] as const)
      expect((await ws.call(method, path, body)).status, path).toBeGreaterThanOrEqual(400);
  });
});
