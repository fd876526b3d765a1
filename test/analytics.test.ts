/** Figures of what was sent and what came back (contract 3.8). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../src/actions/receive-inbound.ts';
import type { AnalyticsAnswer } from '../src/contract/analytics.ts';
import { MESSAGE_STATUSES, type MessageStatus } from '../src/domain/words.ts';
import { toIso } from '../src/lib/clock.ts';
import { openApp, type TestApp } from './harness.ts';
import { until } from './until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from './workspaces.ts';

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const ask = async (ws: Workspace, query = '') =>
  (await ws.call<AnalyticsAnswer>('GET', `/api/analytics${query}`)).body;

describe('the figures', () => {
  test('follow the road: sent, not reachable, bounced afterwards, answered', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }], fallback: true });
    const sent = await accept(ws, { recipientPhone: newPhone() });
    const twice = await accept(ws, { leadId: sent.leadId });
    const fallback = await accept(ws, { recipientPhone: '+12025550102' });
    const answered = await accept(ws, { recipientPhone: '+12025550110' });
    const bounced = await accept(ws, { recipientEmail: 'bounced@example.com', messageType: 'email' });
    for (const { _id } of [sent, twice, answered]) await ws.reaches(_id, 'delivered');
    await ws.reaches(fallback._id, 'fallback');
    await ws.reaches(bounced._id, 'failed');
    await until('the fallback SMS went and the reply came', async () => {
      const { metrics } = await ask(ws);
      return metrics.sent === 4 && metrics.replied === 1;
    });
    const answer = await ask(ws);
    expect(answer).toMatchObject({
      success: true,
      filter: { campaignId: null, lineId: null, userId: null, dateFrom: null, dateTo: null },
      metrics: {
        reached: 3,
        sent: 4,
        fallback: 1,
        failed: 1,
        replied: 1,
        uniqueReplied: 1,
        repliedPct: 1 / 3,
        positiveReplied: 1,
        positivePct: 1,
      },
    });
    expect(Object.keys(answer.explainer).sort()).toEqual(Object.keys(answer.metrics).sort());
  });

  test('count a contact that writes twice once, and as positive when one of its replies is', async () => {
    const ws = await openWorkspace(app, { lines: [{}] });
    const address = newPhone();
    for (const message of ['Who is this?', 'Sure, sounds good', 'No'])
      await receiveInbound(app.deps, {
        workspaceId: ws.workspaceId,
        lineId: ws.lines[0]?._id ?? '',
        address,
        message,
        externalMessageId: app.deps.ids(),
      });
    // Nobody was reached: no share of nothing.
    expect((await ask(ws)).metrics).toMatchObject({
      replied: 3,
      uniqueReplied: 1,
      positiveReplied: 1,
      positivePct: 1,
      repliedPct: 0,
    });
  });

  test('of a workspace without messages are zeros', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    expect(Object.values((await ask(ws)).metrics)).toEqual(Array(9).fill(0));
  });
});

test('of a stranger’s line are zeros', async () => {
  const [ws, stranger] = [await openWorkspace(app), await openWorkspace(app)];
  const { _id, fromLineId } = await accept(stranger, { recipientPhone: newPhone() });
  await stranger.reaches(_id, 'delivered');
  expect((await ask(stranger, `?lineId=${fromLineId}`)).metrics).toMatchObject({ reached: 1, sent: 1 });
  expect(Object.values((await ask(ws, `?lineId=${fromLineId}`)).metrics)).toEqual(Array(9).fill(0));
});

describe('refused, in the documented words', () => {
  test.each([
    ['campaignId=x', 400, 'Invalid campaignId'],
    ['lineId=x', 400, 'Invalid lineId'],
    ['dateFrom=yesterday', 400, 'Invalid dateFrom'],
    ['dateTo=2026-02-30', 400, 'Invalid dateTo'],
    ['dateFrom=2026-02-02&dateTo=2026-02-01', 400, 'dateFrom must be <= dateTo'],
    ['agencyId=a1', 501, 'agencyId is not supported'],
  ])('%s: %i %s', async (query, status, error) => {
    const ws = await openWorkspace(app, { lines: [] });
    expect(await ws.call('GET', `/api/analytics?${query}`)).toMatchObject({ status, body: { error } });
  });
});

const START = Date.parse('2026-03-01T00:00:00Z');
const ID = (n: number) => String(n).padStart(24, '0');
const LINES = [ID(1), ID(2)];
const CAMPAIGNS = [ID(7), null];
const USERS = ['user_a', 'user_b', null];

interface Story {
  direction: 'sent' | 'received';
  lead: number;
  line: string;
  campaign: string | null;
  user: string | null;
  hour: number;
  positive: boolean;
  /** What became of it, one state after the other. */
  statuses: MessageStatus[];
  fallbackSms: boolean;
}

const story: fc.Arbitrary<Story> = fc.record({
  direction: fc.constantFrom('sent', 'sent', 'received'),
  lead: fc.integer({ min: 100, max: 105 }),
  line: fc.constantFrom(...LINES),
  campaign: fc.constantFrom(...CAMPAIGNS),
  user: fc.constantFrom(...USERS),
  hour: fc.integer({ min: 0, max: 95 }),
  positive: fc.boolean(),
  statuses: fc.array(fc.constantFrom(...MESSAGE_STATUSES), { minLength: 1, maxLength: 3 }),
  fallbackSms: fc.boolean(),
});
const filters = fc.record({
  lineId: fc.constantFrom(...LINES, null),
  campaignId: fc.constantFrom(ID(7), null),
  userId: fc.constantFrom('user_a', null),
  from: fc.option(fc.integer({ min: 0, max: 95 })),
  to: fc.option(fc.integer({ min: 0, max: 95 })),
});
type Filters = typeof filters extends fc.Arbitrary<infer Value> ? Value : never;

test('are a full count of the messages as they are now, whatever the history and the filters', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(story, { maxLength: 40 }),
      fc.array(filters, { minLength: 4, maxLength: 4 }),
      async (stories, asked) => {
        const ws = await openWorkspace(app, { lines: [] });
        await live(ws, stories);
        for (const each of asked)
          expect((await ask(ws, queryOf(each))).metrics).toEqual(count(stories, each));
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

/** Asked between the changes as well, so that nothing kept from before could hide. */
async function live(ws: Workspace, stories: readonly Story[]): Promise<void> {
  for (let step = 0; step < 3; step += 1) {
    const rows = stories.map((each, index) => ({
      id: ID(1000 + index),
      direction: each.direction,
      status:
        each.direction === 'received' ? 'delivered' : each.statuses[Math.min(step, each.statuses.length - 1)],
      lead_id: ID(each.lead),
      line_id: each.line,
      campaign_id: each.campaign,
      created_by_user_id: each.direction === 'sent' ? each.user : null,
      created_at: toIso(START + each.hour * 3_600_000),
      sent_at: each.direction === 'sent' ? toIso(START + each.hour * 3_600_000) : null,
      is_positive: each.direction === 'received' ? each.positive : null,
      fallback_sms_dispatched: each.direction === 'sent' && each.fallbackSms,
    }));
    await read(
      app,
      `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, campaign_id,
         created_by_user_id, created_at, updated_at, sent_at, is_positive, fallback_sms_dispatched, priority, due_at, attempts,
         retry_gap_ms, correlation_id)
       SELECT $1, r.id, r.direction, r.status, 'imessage', 'Hi', r.lead_id, r.line_id, r.campaign_id, r.created_by_user_id,
         r.created_at, r.created_at, r.sent_at, r.is_positive, r.fallback_sms_dispatched, 0, '2999-01-01', 1, 0, 'x'
       FROM json_to_recordset($2::json) AS r(id text, direction text, status text, lead_id text, line_id text,
         campaign_id text, created_by_user_id text, created_at timestamptz, sent_at timestamptz, is_positive boolean,
         fallback_sms_dispatched boolean)
       ON CONFLICT (workspace_id, id) DO UPDATE SET status = excluded.status`,
      [ws.workspaceId, JSON.stringify(rows)],
    );
    await ask(ws);
  }
}

function queryOf({ lineId, campaignId, userId, from, to }: Filters): string {
  const query = new URLSearchParams();
  if (lineId !== null) query.set('lineId', lineId);
  if (campaignId !== null) query.set('campaignId', campaignId);
  if (userId !== null) query.set('userId', userId);
  const [low, high] = from !== null && to !== null && from > to ? [to, from] : [from, to];
  if (low !== null) query.set('dateFrom', toIso(START + low * 3_600_000));
  if (high !== null) query.set('dateTo', toIso(START + high * 3_600_000));
  return `?${query}`;
}

function count(stories: readonly Story[], filter: Filters): AnalyticsAnswer['metrics'] {
  const { from, to } = filter;
  const [low, high] = from !== null && to !== null && from > to ? [to, from] : [from, to];
  const counted = stories.filter(
    (each, index) =>
      (filter.lineId === null || each.line === filter.lineId) &&
      (filter.campaignId === null || each.campaign === filter.campaignId) &&
      (filter.userId === null || userOf(stories, each, index) === filter.userId) &&
      (low === null || each.hour >= low) &&
      (high === null || each.hour <= high),
  );
  const ours = counted.filter(({ direction }) => direction === 'sent');
  const replies = counted.filter(({ direction }) => direction === 'received');
  const gone = ours.filter((each) => ['sent', 'delivered'].includes(last(each)));
  const leads = (some: readonly Story[]) => new Set(some.map(({ lead }) => lead)).size;
  const [reached, uniqueReplied] = [leads(gone), leads(replies)];
  const positiveReplied = leads(replies.filter(({ positive }) => positive));
  const COUNTED = ['sent', 'delivered', 'fallback', 'failed'];
  return {
    reached,
    sent: gone.length,
    fallback: ours.filter(
      (each) => last(each) === 'fallback' || (each.fallbackSms && COUNTED.includes(last(each))),
    ).length,
    failed: ours.filter((each) => last(each) === 'failed').length,
    replied: replies.length,
    uniqueReplied,
    repliedPct: reached === 0 ? 0 : uniqueReplied / reached,
    positiveReplied,
    positivePct: uniqueReplied === 0 ? 0 : positiveReplied / uniqueReplied,
  };
}

/** Of a reply: whoever wrote what the contact had been sent last. */
function userOf(stories: readonly Story[], each: Story, index: number): string | null {
  if (each.direction === 'sent') return stories[index]?.user ?? null;
  const before = stories
    .map((other, place) => ({ ...other, place }))
    .filter((other) => other.direction === 'sent' && other.lead === each.lead && other.hour <= each.hour)
    .sort((a, b) => b.hour - a.hour || b.place - a.place);
  return before[0]?.user ?? null;
}

function last({ statuses }: Story): MessageStatus {
  return statuses.at(-1) ?? 'pending';
}
