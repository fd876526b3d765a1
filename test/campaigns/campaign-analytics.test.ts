/** Figures of a campaign: whole, by step, by line and by day, and who left it why (contract 3.8). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { CampaignAnalyticsAnswer, Figures } from '../../src/contract/campaigns/campaign-analytics.ts';
import type { AnalyticsAnswer } from '../../src/contract/workspace/analytics.ts';
import { END } from '../../src/domain/campaign/campaign.ts';
import { CAMPAIGN_LEAD_STATUSES, MESSAGE_STATUSES } from '../../src/domain/words.ts';
import { toIso } from '../../src/lib/clock.ts';
import { addCampaign, addLeads, launch, statusOf, step } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const QUICK = {
  deviceGapMs: 0,
  contactGapMs: 0,
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
};

let app: TestApp;
let clock: LeapingClock;

beforeAll(async () => {
  clock = leapingClock();
  app = await openApp({ clock });
});
afterAll(() => app.close());

async function figures(ws: Workspace, id: string): Promise<CampaignAnalyticsAnswer> {
  return (await ws.call<CampaignAnalyticsAnswer>('GET', `/api/campaigns/${id}/analytics`)).body;
}

describe('the figures of a campaign', () => {
  test('follow its leads: reached, fallen back, failed, answered, stopped by a condition', async () => {
    const ws = await openWorkspace(app, { lines: [QUICK], fallback: true });
    // The second is not on iMessage, the third is refused for good, the fifth is a customer.
    const special: Record<number, object> = {
      1: { phone: '+12025550102' },
      2: { phone: '+12025550103' },
      4: { tags: ['customer'] },
    };
    const { listId, leadIds } = await addLeads(ws, 6, (n) => ({ ...special[n] }));
    const isCustomer = { id: 'customers', type: 'tag', tag: 'customer', is: 'present' } as const;
    const id = await addCampaign(app, ws, {
      listId,
      onReply: 'stop',
      steps: [
        step('hello'),
        step('again', { wait: { value: 2, unit: 'h' }, stopConditions: [isCustomer], next: END }),
      ],
    });
    await launch(app, ws, id);
    await until('the first step is over', async () => {
      const { totals } = await figures(ws, id);
      return totals.sent === 5 && totals.waiting === 0 && totals.failed === 1;
    });
    const phone = (await ws.call<{ lead: { phone: string } }>('GET', `/api/leads/${leadIds[3]}`)).body.lead
      .phone;
    for (const message of ['Yes', 'Sure'])
      await receiveInbound(app.deps, {
        workspaceId: ws.workspaceId,
        lineId: ws.lines[0]?._id ?? '',
        address: phone,
        message,
        externalMessageId: app.deps.ids(),
      });
    await until('who replied is out', async () => (await figures(ws, id)).leads.stopped === 1);
    clock.leap(3 * HOUR);
    await until('it is complete', async () => (await statusOf(app, ws, id)) === 'completed');
    await until('so is its last SMS', async () => (await figures(ws, id)).totals.waiting === 0);
    const seen = await figures(ws, id);
    expect(seen).toMatchObject({
      status: 'completed',
      totals: {
        reached: 5,
        sent: 8,
        fallback: 2,
        failed: 1,
        replied: 2,
        uniqueReplied: 1,
        positiveReplied: 1,
      },
      leads: { total: 6, active: 0, held: 0, finished: 3, stopped: 2, failed: 1 },
      perStep: [
        {
          stepKey: 'hello',
          stepIndex: 0,
          figures: { reached: 5, sent: 5, fallback: 1, failed: 1, replied: 2 },
        },
        {
          stepKey: 'again',
          stepIndex: 1,
          figures: { reached: 3, sent: 3, fallback: 1, failed: 0, replied: 0 },
        },
      ],
    });
    expect(seen.totals.repliedPct).toBe(1 / 5);
    expect(seen.stopped.map(({ detail: _, ...each }) => each)).toEqual(
      expect.arrayContaining([
        { reason: 'replied', conditionId: null, stepKey: 'hello', leads: 1 },
        { reason: 'condition', conditionId: 'customers', stepKey: 'hello', leads: 1 },
      ]),
    );
    expect(seen.stopped.find(({ conditionId }) => conditionId === 'customers')?.detail).toContain('customer');
    expect(Object.keys(seen.explainer)).toEqual(expect.arrayContaining(Object.keys(seen.totals)));
  });

  test('of one that was never launched are zeros', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const id = await addCampaign(app, ws, { steps: [step('hello')] });
    const { totals, leads, perStep, perLine, perDay } = await figures(ws, id);
    expect([...Object.values(totals), ...Object.values(leads)]).toEqual(Array(17).fill(0));
    expect(perStep.map(({ stepKey }) => stepKey)).toEqual(['hello']);
    expect([...perLine, ...perDay]).toEqual([]);
  });
});

const START = Date.parse('2026-03-28T20:00:00Z');
const ZONE = 'Europe/Berlin';
const ID = (n: number) => String(n).padStart(24, '0');
const STEPS = ['hello', 'again', 'gone'];

interface Story {
  kind: 'step' | 'sms' | 'reply';
  lead: number;
  line: number;
  step: string;
  /** Made in one hour, over in a later one. */
  hour: number;
  took: number;
  status: (typeof MESSAGE_STATUSES)[number];
  sms: boolean;
  positive: boolean;
  elsewhere: boolean;
}

const story: fc.Arbitrary<Story> = fc.record({
  kind: fc.constantFrom('step', 'step', 'sms', 'reply'),
  lead: fc.integer({ min: 100, max: 104 }),
  line: fc.integer({ min: 1, max: 2 }),
  step: fc.constantFrom(...STEPS),
  hour: fc.integer({ min: 0, max: 60 }),
  took: fc.integer({ min: 0, max: 30 }),
  status: fc.constantFrom(...MESSAGE_STATUSES),
  sms: fc.boolean(),
  positive: fc.boolean(),
  elsewhere: fc.constantFrom(false, false, false, true),
});
const entry = fc.record({
  step: fc.constantFrom(...STEPS, null),
  status: fc.constantFrom(...CAMPAIGN_LEAD_STATUSES),
  reason: fc.constantFrom('replied', 'condition'),
  condition: fc.constantFrom('one', 'two', null),
});
type Entry = typeof entry extends fc.Arbitrary<infer Value> ? Value : never;

test('are a full count of what is stored, whatever became of it, in every view', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(story, { maxLength: 40 }),
      fc.array(entry, { maxLength: 12 }),
      async (told, entries) => {
        const ws = await openWorkspace(app, { lines: [] });
        await ws.call('PATCH', '/api/workspace', { timezone: ZONE });
        const id = await addCampaign(app, ws, { steps: [step('hello'), step('again')] });
        const rows = rowsOf(told);
        await store(ws, id, rows);
        await enter(ws, id, entries);
        const seen = await figures(ws, id);
        const own = rows.filter(({ elsewhere }) => !elsewhere);
        expect(seen.totals).toEqual(count(own));
        const { waiting: _, cancelled: __, ...overall } = seen.totals;
        const asked = await ws.call<AnalyticsAnswer>('GET', `/api/analytics?campaignId=${id}`);
        expect(overall).toEqual(asked.body.metrics);
        const known = new Set([...own.map(stepOf(own)), ...entries.map((each) => each.step)]);
        const steps = ['hello', 'again', ...(known.has('gone') ? ['gone'] : [])];
        expect(seen.perStep).toEqual(
          steps.map((stepKey, index) => ({
            stepKey,
            stepIndex: index < 2 ? index : null,
            figures: count(own.filter((row) => stepOf(own)(row) === stepKey)),
            leads: standing(entries.filter((each) => each.step === stepKey)),
          })),
        );
        const lines = [...new Set(own.map(({ line }) => ID(line)))].sort();
        expect(seen.perLine).toEqual(
          lines.map((lineId) => ({ lineId, figures: count(own.filter((row) => ID(row.line) === lineId)) })),
        );
        const days = [...new Set(own.map(dayOf))].sort();
        expect(seen.perDay).toEqual(
          days.map((day) => ({ day, figures: count(own.filter((row) => dayOf(row) === day)) })),
        );
        expect(seen.leads).toEqual(standing(entries));
        const stopped = entries.filter(({ status }) => status === 'stopped');
        const wanted = Map.groupBy(stopped, (each) => `${each.reason} ${each.condition} ${each.step}`);
        expect(
          new Map(
            seen.stopped.map((each) => [`${each.reason} ${each.conditionId} ${each.stepKey}`, each.leads]),
          ),
        ).toEqual(new Map([...wanted].map(([key, some]) => [key, some.length])));
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

interface Row extends Story {
  n: number;
  original: Row | null;
  sentAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** Only what went has an instant at which it did; a fallback SMS stands in for the first step of its contact, if there is one. */
function rowsOf(told: readonly Story[]): Row[] {
  const rows: Row[] = told.map((each, n) => {
    const createdAt = START + each.hour * HOUR;
    const updatedAt = createdAt + each.took * HOUR;
    const went = each.kind !== 'reply' && ['sent', 'delivered'].includes(each.status);
    return { ...each, n, createdAt, updatedAt, original: null, sentAt: went ? updatedAt : null };
  });
  for (const row of rows) {
    if (row.kind === 'reply') Object.assign(row, { status: 'delivered', sentAt: row.createdAt });
    if (row.kind !== 'sms') continue;
    const taken = new Set(rows.map(({ original }) => original?.n));
    const original = rows.find(
      (other) =>
        other.kind === 'step' &&
        other.lead === row.lead &&
        other.elsewhere === row.elsewhere &&
        !taken.has(other.n),
    );
    if (original === undefined) row.kind = 'step';
    else row.original = original;
  }
  return rows;
}

async function store(ws: Workspace, id: string, rows: readonly Row[]): Promise<void> {
  const records = rows.map((row) => ({
    id: ID(1000 + row.n),
    direction: row.kind === 'reply' ? 'received' : 'sent',
    status: row.status,
    lead_id: ID(row.lead),
    line_id: ID(row.line),
    campaign_id: row.elsewhere ? ID(7) : id,
    step_key: row.kind === 'step' ? row.step : null,
    campaign_entry: row.kind === 'step' ? row.n + 1 : null,
    fallback_of: row.original === null ? null : ID(1000 + row.original.n),
    fallback_sms_dispatched: row.kind === 'step' && row.sms,
    is_positive: row.kind === 'reply' ? row.positive : null,
    created_at: toIso(row.createdAt),
    updated_at: toIso(row.updatedAt),
    sent_at: row.sentAt === null ? null : toIso(row.sentAt),
  }));
  await read(
    app,
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, campaign_id, step_key,
       campaign_entry, fallback_of, fallback_sms_dispatched, is_positive, created_at, updated_at, sent_at, priority, due_at, attempts,
       retry_gap_ms, correlation_id)
     SELECT $1, r.id, r.direction, r.status, 'imessage', 'Hi', r.lead_id, r.line_id, r.campaign_id, r.step_key, r.campaign_entry,
       r.fallback_of, r.fallback_sms_dispatched, r.is_positive, r.created_at, r.updated_at, r.sent_at, 0, '2999-01-01', 1, 0, 'x'
     FROM json_to_recordset($2::json) AS r(id text, direction text, status text, lead_id text, line_id text, campaign_id text,
       step_key text, campaign_entry int, fallback_of text, fallback_sms_dispatched boolean, is_positive boolean,
       created_at timestamptz, updated_at timestamptz, sent_at timestamptz)`,
    [ws.workspaceId, JSON.stringify(records)],
  );
}

async function enter(ws: Workspace, id: string, entries: readonly Entry[]): Promise<void> {
  const records = entries.map((each, n) => ({
    lead_id: ID(5000 + n),
    status: each.status,
    step_key: each.step,
    reason: each.reason,
    condition_id: each.condition,
  }));
  await read(
    app,
    `INSERT INTO campaign_leads (workspace_id, campaign_id, lead_id, entry, status, step_key, reason, condition_id, entered_at, updated_at)
     SELECT $1, $2, r.lead_id, 1, r.status, r.step_key, r.reason, r.condition_id, '2026-01-01', '2026-01-01'
     FROM json_to_recordset($3::json) AS r(lead_id text, status text, step_key text, reason text, condition_id text)`,
    [ws.workspaceId, id, JSON.stringify(records)],
  );
}

/** Of a reply: that of what its contact had been sent last. */
function stepOf(rows: readonly Row[]): (row: Row) => string | null {
  const own = (row: Row) => row.original?.step ?? row.step;
  return (row) => {
    if (row.kind !== 'reply') return own(row);
    const before = rows.filter(
      (other) =>
        other.kind !== 'reply' &&
        other.lead === row.lead &&
        other.sentAt !== null &&
        other.sentAt <= row.createdAt,
    );
    const last = before.toSorted((a, b) => (b.sentAt ?? 0) - (a.sentAt ?? 0) || b.n - a.n)[0];
    return last === undefined ? null : own(last);
  };
}

const inZone = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' });

function dayOf({ sentAt, updatedAt }: Row): string {
  return inZone.format(sentAt ?? updatedAt);
}

function count(rows: readonly Row[]): Figures {
  const ours = rows.filter(({ kind }) => kind !== 'reply');
  const replies = rows.filter(({ kind }) => kind === 'reply');
  const having = (...statuses: string[]) => ours.filter(({ status }) => statuses.includes(status));
  const contacts = (some: readonly Row[]) => new Set(some.map(({ lead }) => lead)).size;
  const gone = having('sent', 'delivered');
  const smsToo = having('sent', 'delivered', 'failed').filter(({ kind, sms }) => kind === 'step' && sms);
  const [reached, uniqueReplied] = [contacts(gone), contacts(replies)];
  const positiveReplied = contacts(replies.filter(({ positive }) => positive));
  return {
    reached,
    sent: gone.length,
    fallback: having('fallback').length + smsToo.length,
    failed: having('failed').length,
    replied: replies.length,
    uniqueReplied,
    repliedPct: reached === 0 ? 0 : uniqueReplied / reached,
    positiveReplied,
    positivePct: uniqueReplied === 0 ? 0 : positiveReplied / uniqueReplied,
    waiting: having('pending', 'scheduled', 'queued', 'sending', 'unknown').length,
    cancelled: having('cancelled').length,
  };
}

function standing(entries: readonly Entry[]): CampaignAnalyticsAnswer['leads'] {
  const of = (wanted: string) => entries.filter(({ status }) => status === wanted).length;
  return {
    total: entries.length,
    active: of('active'),
    held: of('held'),
    finished: of('finished'),
    stopped: of('stopped'),
    failed: of('failed'),
  };
}
