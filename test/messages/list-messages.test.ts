/** GET /api/messages: filters and paging. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message, MessagesAnswer } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const inAnHour = () => toIso(app.deps.clock.now() + HOUR);

async function list(ws: Workspace, query: Record<string, string> = {}): Promise<MessagesAnswer> {
  const { status, body } = await ws.call<MessagesAnswer>(
    'GET',
    `/api/messages?${new URLSearchParams(query)}`,
  );
  expect(status).toBe(200);
  return body;
}

async function textsOf(ws: Workspace, query: Record<string, string> = {}): Promise<string[]> {
  return (await list(ws, query)).messages.map((message) => message.message);
}

describe('the list', () => {
  test.each([
    ['dateFrom', '0000-01-01', 'Invalid dateFrom'],
    ['dateFrom', '0000-01-01T00:00:00+14:00', 'Invalid dateFrom'],
    ['dateFrom', '0001-01-01T00:00:00+14:00', 'Invalid dateFrom'],
    ['dateTo', '9999-12-31T23:59:59-23:59', 'Invalid dateTo'],
  ])('refuses %s=%s, which lies outside the years there are', async (name, date, error) => {
    const ws = await openWorkspace(app);
    const path = `/api/messages?${new URLSearchParams({ [name]: date })}`;
    expect(await ws.call('GET', path)).toMatchObject({ status: 400, body: { error } });
  });

  test('takes the first and the last date there is', async () => {
    const ws = await openWorkspace(app);
    expect(await textsOf(ws, { dateFrom: '0001-01-01', dateTo: '9999-12-31' })).toEqual([]);
  });

  test('is newest first, with every message whole, and empty for a new workspace', async () => {
    const ws = await openWorkspace(app);
    expect(await list(ws)).toEqual({ messages: [], nextCursor: null });
    const made: Message[] = [];
    for (let n = 0; n < 5; n += 1)
      made.push(
        await accept(ws, { message: `m${n}`, recipientPhone: newPhone(), scheduledDate: inAnHour() }),
      );
    expect(await list(ws)).toEqual({ messages: made.toReversed(), nextCursor: null });
  });

  test('is filtered by each of its filters, and by all of them together', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, { messageType: 'email' }] });
    const [first, second] = ws.lines;
    const scheduledDate = inAnHour();
    const a = await accept(ws, {
      message: 'Alpha 100% sure',
      recipientPhone: newPhone(),
      recipientName: 'Ada',
      batchId: 'b1',
      fromLineId: first?._id,
      scheduledDate,
    });
    const before = toIso(app.deps.clock.now());
    const b = await accept(ws, {
      message: 'beta_1',
      recipientEmail: newEmail(),
      messageType: 'email',
      scheduledDate,
    });
    const c = await accept(ws, {
      message: 'gamma',
      recipientPhone: newPhone(),
      batchId: 'b1',
      fromLineId: second?._id,
      scheduledDate,
    });
    await ws.call('POST', `/api/messages/${c._id}/cancel`);
    await read(app, 'UPDATE messages SET campaign_id = $3 WHERE workspace_id = $1 AND id = $2', [
      ws.workspaceId,
      a._id,
      'campaign',
    ]);
    for (const [query, expected] of [
      [{ status: 'scheduled' }, ['beta_1', 'Alpha 100% sure']],
      [{ status: 'cancelled,scheduled' }, ['gamma', 'beta_1', 'Alpha 100% sure']],
      [{ status: 'sent' }, []],
      [{ lineId: first?._id ?? '' }, ['Alpha 100% sure']],
      [{ leadId: b.leadId ?? '' }, ['beta_1']],
      [{ campaignId: 'campaign' }, ['Alpha 100% sure']],
      [{ batchId: 'b1' }, ['gamma', 'Alpha 100% sure']],
      [{ messageType: 'email' }, ['beta_1']],
      [{ direction: 'received' }, []],
      [{ dateFrom: before }, ['gamma', 'beta_1']],
      [{ dateTo: before }, ['Alpha 100% sure']],
      [
        { dateFrom: before.slice(0, 10), dateTo: before.slice(0, 10) },
        ['gamma', 'beta_1', 'Alpha 100% sure'],
      ],
      [{ search: 'ALPHA' }, ['Alpha 100% sure']],
      [{ search: '100% s' }, ['Alpha 100% sure']],
      [{ search: 'a_1' }, ['beta_1']],
      [{ search: '%' }, ['Alpha 100% sure']],
      [{ search: 'ada' }, ['Alpha 100% sure']],
      [{ search: c.recipientPhone ?? '' }, ['gamma']],
      [{ search: b.recipientEmail ?? '' }, ['beta_1']],
      [{ lineId: 'f'.repeat(24) }, []],
      [{ lineId: 'no id' }, []],
      [{ batchId: 'b1', status: 'cancelled' }, ['gamma']],
    ] as const) {
      expect(await textsOf(ws, query), JSON.stringify(query)).toEqual(expected);
    }
    const all = {
      status: 'scheduled',
      lineId: first?._id ?? '',
      leadId: a.leadId ?? '',
      campaignId: 'campaign',
      batchId: 'b1',
      messageType: 'imessage',
      direction: 'sent',
      dateFrom: a.createdAt,
      dateTo: a.createdAt,
      search: 'Alpha',
    };
    expect(await textsOf(ws, all)).toEqual(['Alpha 100% sure']);
  });

  test('answers every combination of filters, whichever came before on the same connection', async () => {
    const lone = await openApp({
      databaseUrl: app.databaseUrl,
      dispatches: false,
      config: { databaseConnections: 2 },
    });
    try {
      const ws = await openWorkspace(lone);
      const message = await accept(ws, {
        message: 'here',
        recipientPhone: newPhone(),
        batchId: 'b',
        scheduledDate: inAnHour(),
      });
      const optional = {
        dateFrom: message.createdAt,
        dateTo: message.createdAt,
        search: 'here',
        cursor: 'f'.repeat(24),
      };
      const always = {
        status: 'scheduled',
        lineId: message.fromLineId ?? '',
        leadId: message.leadId ?? '',
        batchId: 'b',
        messageType: 'imessage',
        direction: 'sent',
      };
      await read(app, 'UPDATE messages SET campaign_id = $2 WHERE id = $1', [message._id, 'c']);
      for (let bits = 0; bits < 16; bits += 1) {
        const some = Object.entries(optional).filter((_, index) => (bits & (1 << index)) > 0);
        expect(await textsOf(ws, { ...always, campaignId: 'c', ...Object.fromEntries(some) })).toEqual([
          'here',
        ]);
      }
    } finally {
      await lone.close();
    }
  });

  test('is paged without a message twice or missing, while others come in', async () => {
    const ws = await openWorkspace(app);
    const made: string[] = [];
    for (let n = 0; n < 25; n += 1)
      made.push(
        (await accept(ws, { message: `m${n}`, recipientPhone: newPhone(), scheduledDate: inAnHour() }))._id,
      );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: MessagesAnswer = await list(ws, { limit: '4', ...(cursor === '' ? {} : { cursor }) });
      expect(page.messages.length).toBeLessThanOrEqual(4);
      seen.push(...page.messages.map((message) => message._id));
      cursor = page.nextCursor;
      await accept(ws, { message: 'late', recipientPhone: newPhone(), scheduledDate: inAnHour() });
    }
    expect(seen).toEqual(made.toReversed());
  });

  test('ends with a null cursor also when the last page is full', async () => {
    const ws = await openWorkspace(app);
    for (let n = 0; n < 4; n += 1)
      await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const first = await list(ws, { limit: '2' });
    const second = await list(ws, { limit: '2', cursor: first.nextCursor ?? '' });
    expect([first, second].map((page) => [page.messages.length, page.nextCursor === null])).toEqual([
      [2, false],
      [2, true],
    ]);
  });

  test('is filtered while it is paged', async () => {
    const ws = await openWorkspace(app);
    for (let n = 0; n < 9; n += 1)
      await accept(ws, {
        message: `m${n}`,
        recipientPhone: newPhone(),
        batchId: `b${n % 3}`,
        scheduledDate: inAnHour(),
      });
    const first = await list(ws, { batchId: 'b1', limit: '2' });
    const rest = await list(ws, { batchId: 'b1', limit: '2', cursor: first.nextCursor ?? '' });
    expect([...first.messages, ...rest.messages].map((each) => each.message)).toEqual(['m7', 'm4', 'm1']);
  });

  test('refuses what is no filter value, and says which', async () => {
    const ws = await openWorkspace(app);
    for (const [query, code] of [
      ['status=gone', 'INVALID_FIELD'],
      ['limit=0', 'INVALID_FIELD'],
      ['limit=101', 'INVALID_FIELD'],
      ['cursor=nonsense', 'INVALID_CURSOR'],
      ['dateFrom=yesterday', 'INVALID_DATE_FROM'],
      ['dateTo=2026-02-30', 'INVALID_DATE_TO'],
      ['dateFrom=2026-02-02&dateTo=2026-02-01', 'INVALID_DATE_RANGE'],
    ]) {
      const { status, body } = await ws.call('GET', `/api/messages?${query}`);
      expect([status, body.code], query).toEqual([400, code]);
    }
  });
});
