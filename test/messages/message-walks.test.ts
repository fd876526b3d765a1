/** GET /api/messages in a workspace of many: each page looks at a bounded part of them, and together they miss nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessagesAnswer } from '../../src/contract/messages/messages.ts';
import { listMessages, type MessageFilters } from '../../src/store/messages/message-list.ts';
import { openApp, type TestApp } from '../harness.ts';
import { rowsWalked } from '../rows-walked.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

/** Several walks, and more of those that read text. */
const MANY = 45_000;
const RARE_EVERY = 15_000;
const DAY = 24 * 3_600_000;
const FIRST = Date.UTC(2026, 0, 1);
const ANY: MessageFilters = {
  status: null,
  lineId: null,
  leadId: null,
  campaignId: null,
  batchId: null,
  messageType: null,
  direction: null,
  dateFrom: null,
  dateTo: null,
  search: null,
};

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  ws = await openWorkspace(app);
  // One a minute; every 15,000th is a rarity in all that can be asked for.
  await read(
    app,
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id, priority,
       due_at, attempts, retry_gap_ms, correlation_id, campaign_id, batch_id, created_at, updated_at)
     SELECT $1, lpad(to_hex(at), 12, '0') || '000000000000', CASE WHEN rare THEN 'received' ELSE 'sent' END,
       CASE WHEN rare THEN 'failed' ELSE 'delivered' END, CASE WHEN rare THEN 'email' ELSE 'imessage' END,
       CASE WHEN rare THEN 'needle' ELSE 'hay' END, CASE WHEN rare THEN 'rare' ELSE 'lead' || n % 1000 END, '+12025550100',
       CASE WHEN rare THEN 'rare' ELSE 'line' || n % 10 END, 1, to_timestamp(at / 1000), 5, 1000, '',
       CASE WHEN rare THEN 'rare' END, CASE WHEN rare THEN 'rare' END, to_timestamp(at / 1000), to_timestamp(at / 1000)
     FROM generate_series(1, $2::int) AS n, LATERAL (SELECT $3::bigint + n::bigint * 60000 AS at, n % $4::int = 0 AS rare) x`,
    [ws.workspaceId, MANY, FIRST, RARE_EVERY],
  );
});
afterAll(() => app.close());

/** Pages until the last: how many, and what stood in them. */
async function readAll(query: Record<string, string>): Promise<{ pages: number; texts: string[] }> {
  const texts: string[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const parameters = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
    const { body }: { body: MessagesAnswer } = await ws.call('GET', `/api/messages?${parameters}`);
    texts.push(...body.messages.map(({ message }) => message));
    cursor = body.nextCursor;
    if (cursor === null) return { pages, texts };
  }
}

const needles = Array<string>(MANY / RARE_EVERY).fill('needle');

describe('a rare message', () => {
  test.each<[Record<string, string>, number]>([
    [{ status: 'failed' }, 1],
    [{ leadId: 'rare' }, 1],
    [{ campaignId: 'rare' }, 1],
    [{ batchId: 'rare' }, 1],
    [{ status: 'failed', search: 'NEEDLE', messageType: 'email', lineId: 'rare', direction: 'received' }, 1],
    [{ lineId: 'rare' }, 5],
    [{ messageType: 'email' }, 5],
    [{ direction: 'received' }, 5],
    [{ status: 'failed,cancelled' }, 5],
    [{ search: 'needle' }, 16],
    [{ search: 'nothing of the kind' }, 16],
  ])('is found whichever way it is asked for: %j', async (query, pages) => {
    const found = await readAll(query);
    expect(found.texts).toEqual(query.search?.startsWith('nothing') === true ? [] : needles);
    expect(found.pages).toBeLessThanOrEqual(pages);
  });

  test('is found among days, which are walked alone', async () => {
    const from = new Date(FIRST + RARE_EVERY * 60_000).toISOString();
    expect(await readAll({ dateFrom: from, dateTo: from, lineId: 'rare' })).toEqual({
      pages: 1,
      texts: ['needle'],
    });
    const day = from.slice(0, 10);
    const found = await readAll({ dateFrom: day, dateTo: day, search: 'needle' });
    expect(found).toEqual({ pages: 1, texts: ['needle'] });
  });
});

describe('a page', () => {
  const walkedBy = (filters: Partial<MessageFilters>) =>
    rowsWalked(app.deps.database, 'messages', (tx) =>
      listMessages(tx, ws.workspaceId, { ...ANY, ...filters }, { limit: 50, after: null }),
    );

  test.each([
    [{}, 120],
    [{ status: ['failed' as const] }, 30],
    [{ status: ['pending' as const, 'unknown' as const] }, 30],
    [{ leadId: 'rare' }, 30],
    [{ campaignId: 'rare' }, 30],
    [{ batchId: 'rare' }, 30],
    [{ dateFrom: FIRST + DAY, dateTo: FIRST + DAY + 60_000 }, 300],
    // What was walked, and where that ended: of each the entry and the row.
    [{ lineId: 'rare' }, 40_100],
    [{ search: 'needle' }, 12_100],
  ])('for %j looks at so many at most: %i', async (filters, most) => {
    await read(app, 'ANALYZE messages');
    expect(await walkedBy(filters)).toBeLessThanOrEqual(most);
  });

  test('never shows a message twice, nor leaves one out, however short it is', async () => {
    const { texts } = await readAll({ lineId: 'line3', limit: '100' });
    expect(texts).toHaveLength(MANY / 10);
  });
});
