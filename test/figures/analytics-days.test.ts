/** Figures from folded days are those of a full count, whatever happens to messages, folds and clocks. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyRulings, type Ruling, settleMessages } from '../../src/actions/messages/settle-messages.ts';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import { DayFolder } from '../../src/dispatcher/fold-days.ts';
import { createTicker } from '../../src/dispatcher/tick.ts';
import { toIso } from '../../src/lib/clock.ts';
import type { Database, Sql } from '../../src/store/database.ts';
import { type CountFilter, countIn, countMessages } from '../../src/store/figures/analytics.ts';
import { foldNextDay } from '../../src/store/figures/day-figures.ts';
import { countInFull } from '../full-count.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { rowsWalked } from '../rows-walked.ts';
import { until } from '../until.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-01T00:00:00Z');
const LAST_HOUR = 6 * 24;
const NEVER = new AbortController().signal;
const ANY: CountFilter = { campaignId: null, lineId: null, userId: null, dateFrom: null, dateTo: null };
const PHONES = ['+13035550001', '+13035550002', '+13035550003', '+13035550004'];
const CAMPAIGN = '7'.repeat(24);
const ID = (n: number) => String(n).padStart(24, '0');

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock, dispatches: false });
});
afterAll(() => app.close());

function setClock(hour: number): void {
  clock.leap(START + hour * HOUR - clock.now());
}

const hours = fc.integer({ min: 0, max: LAST_HOUR });
const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('hand over' as const),
      hour: hours,
      lead: fc.nat(PHONES.length - 1),
      line: fc.nat(1),
      campaign: fc.constantFrom(CAMPAIGN, null),
      user: fc.constantFrom('user_a', 'user_b', null),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('rule' as const),
      message: fc.nat(100),
      event: fc.constantFrom('accept', 'accept', 'deliver', 'bounce', 'miss', 'fail', 'retry', 'lose'),
      hour: hours,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reply' as const),
      hour: hours,
      lead: fc.nat(PHONES.length - 1),
      line: fc.nat(1),
      words: fc.constantFrom('Sure, sounds good', 'Who is this?'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fold' as const),
      hour: hours,
      /** After how many statements the process is killed. */
      killedAfter: fc.option(fc.nat(30)),
    }),
  },
);
type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

const filters = fc.record({
  lineId: fc.option(fc.nat(1)),
  campaignId: fc.constantFrom(CAMPAIGN, null),
  userId: fc.constantFrom('user_a', null),
  from: fc.option(hours),
  to: fc.option(hours),
});

test('any history of messages, late changes and folds that were cut off counts like a full count', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(steps, filters), { minLength: 5, maxLength: 40 }), async (history) => {
      const ws = await openWorkspace(app, { lines: [{}, {}], fallback: true });
      await addLeads(ws);
      const messages: string[] = [];
      for (const [step, { lineId, from, to, ...rest }] of history) {
        await live(ws, messages, step);
        const filter: CountFilter = {
          ...rest,
          lineId: lineId === null ? null : (ws.lines[lineId]?._id ?? null),
          dateFrom: from === null ? null : START + from * HOUR,
          dateTo: to === null ? null : START + to * HOUR,
        };
        for (const asked of [filter, { ...filter, dateFrom: null, dateTo: null }, ANY])
          expect(await countMessages(app.deps.database, ws.workspaceId, asked)).toEqual(
            await countInFull(app.deps.database, ws.workspaceId, asked),
          );
      }
    }),
    { numRuns: 30 },
  );
});

async function live(ws: Workspace, messages: string[], step: Step): Promise<void> {
  setClock(step.hour);
  if (step.do === 'hand over') {
    const id = ID(1000 + messages.length);
    messages.push(id);
    await handOver(ws, { ...step, id });
  } else if (step.do === 'rule') {
    const messageId = messages[step.message % Math.max(messages.length, 1)];
    if (messageId !== undefined)
      await settleMessages(app.deps, ws.workspaceId, [ruling(messageId, step.event)]);
  } else if (step.do === 'reply') {
    await receiveInbound(app.deps, {
      workspaceId: ws.workspaceId,
      lineId: ws.lines[step.line]?._id ?? '',
      address: PHONES[step.lead] ?? '',
      message: step.words,
      externalMessageId: null,
    });
  } else if (step.killedAfter === null) await foldAll(ws);
  else {
    const database = dying(step.killedAfter);
    await new DayFolder({ ...app.deps, database }, NEVER).look().catch(() => undefined);
  }
}

/** Transactions of other tests on the same server are waited for too, so that one look may not be enough. */
async function foldAll({ workspaceId }: Workspace): Promise<void> {
  const folder = new DayFolder(app.deps, NEVER);
  await until('all that is over is folded', async () => {
    await folder.look();
    const left = await read(
      app,
      `SELECT 1 FROM figure_folds f WHERE f.workspace_id = $1 AND (f.folded_until < f.closed_until
         OR EXISTS (SELECT 1 FROM touched_days t WHERE t.workspace_id = $1))`,
      [workspaceId],
    );
    return left.length === 0;
  });
}

/** The connection of a process that is killed: its transaction is rolled back, and nothing follows. */
function dying(after: number): Database {
  let left = after;
  const live = () => {
    left -= 1;
    if (left < 0) throw new Error('killed');
  };
  const { database } = app.deps;
  const cut = (sql: Sql): Sql => ({
    query: async (...asked) => {
      live();
      return sql.query(...asked);
    },
  });
  return {
    ...database,
    ...cut(database),
    transaction: (work) => database.transaction((tx) => work(cut(tx))),
  };
}

function ruling(messageId: string, event: Ruling['event']): Ruling {
  return { messageId, event, attempt: null, reason: event === 'miss' ? 'not_on_imessage' : 'refused' };
}

async function addLeads({ workspaceId }: Workspace): Promise<void> {
  await read(
    app,
    `WITH lead AS (INSERT INTO leads (workspace_id, id, list_id, phone, source, created_at, updated_at)
       SELECT $1, lpad((100 + n)::text, 24, '0'), 'list', phone, 'api', $3, $3 FROM unnest($2::text[]) WITH ORDINALITY p(phone, n)
       RETURNING id, phone)
     INSERT INTO lead_addresses (workspace_id, address, lead_id) SELECT $1, phone, id FROM lead`,
    [workspaceId, PHONES, toIso(START)],
  );
}

interface HandedOver {
  id: string;
  hour: number;
  lead: number;
  line: number;
  campaign: string | null;
  user: string | null;
}

/** A message that is on its way: counted as nothing yet. */
async function handOver(ws: Workspace, { id, hour, lead, line, campaign, user }: HandedOver): Promise<void> {
  await read(
    app,
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, campaign_id,
       created_by_user_id, created_at, updated_at, recipient_phone, priority, due_at, attempt, attempts, retry_gap_ms, correlation_id)
     VALUES ($1, $2, 'sent', 'sending', 'imessage', 'Hi', $3, $4, $5, $6, $7, $7, $8, 0, $7, 1, 1, 0, 'x')`,
    [
      ws.workspaceId,
      id,
      ID(101 + lead),
      ws.lines[line]?._id,
      campaign,
      user,
      toIso(START + hour * HOUR),
      PHONES[lead],
    ],
  );
}

test('a dispatcher folds days that are over by itself', async () => {
  const ws = await openWorkspace(app, { lines: [{}] });
  await handOver(ws, { id: ID(1), hour: 12, lead: 0, line: 0, campaign: null, user: null });
  setClock(72);
  await settleMessages(app.deps, ws.workspaceId, [ruling(ID(1), 'accept')]);
  const ticker = createTicker(app.deps);
  await until('they are folded', async () => {
    const chores: Promise<void>[] = [];
    clock.leap(60_000);
    await ticker.tick(0, (task) => void chores.push(task()));
    await Promise.all(chores);
    return (await foldedUntil(ws)) !== '1970-01-01' && (await foldedUntil(ws)) !== undefined;
  });
  const figures = { reached: 1, sent: 1 };
  await expect(countMessages(app.deps.database, ws.workspaceId, ANY)).resolves.toMatchObject(figures);
});

test('a change that is under way while its day is closed is waited for', async () => {
  const ws = await openWorkspace(app, { lines: [{}] });
  await handOver(ws, { id: ID(1), hour: 12, lead: 0, line: 0, campaign: null, user: null });
  setClock(72);
  const [begun, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const snapshot = await app.deps.snapshots.reload(ws.workspaceId);
  if (snapshot === null) throw new Error('the workspace is there');
  const change = app.deps.database.transaction(async (tx) => {
    await applyRulings(app.deps, tx, snapshot, [ruling(ID(1), 'accept')]);
    begun.resolve();
    await mayEnd.promise;
  });
  await begun.promise;
  const folder = new DayFolder(app.deps, NEVER);
  for (let round = 0; round < 3; round += 1) await folder.look();
  expect(await foldedUntil(ws)).toBe('1970-01-01');
  mayEnd.resolve();
  await change;
  await until('it is folded', async () => {
    await folder.look();
    return (await foldedUntil(ws)) !== '1970-01-01';
  });
  await expect(countMessages(app.deps.database, ws.workspaceId, ANY)).resolves.toMatchObject({
    reached: 1,
    sent: 1,
  });
  expect(await touches(ws)).toBe(0);
});

test('nobody waits for a fold: a change meanwhile counts at once, and its day is folded again', async () => {
  const ws = await openWorkspace(app, { lines: [{}] });
  await handOver(ws, { id: ID(1), hour: 12, lead: 0, line: 0, campaign: null, user: null });
  await handOver(ws, { id: ID(2), hour: 12, lead: 1, line: 0, campaign: null, user: null });
  setClock(72);
  await settleMessages(app.deps, ws.workspaceId, [ruling(ID(1), 'accept')]);
  await app.deps.database.transaction(async (tx) => {
    await read(
      app,
      `INSERT INTO figure_folds (workspace_id, closed_until, folded_until) VALUES ($1, '2026-03-03', '1970-01-01')`,
      [ws.workspaceId],
    );
    await foldNextDay(tx, { workspaceId: ws.workspaceId, closedUntil: '2026-03-03' });
    // The fold holds its rows until this is over.
    await settleMessages(app.deps, ws.workspaceId, [ruling(ID(2), 'accept')]);
    await settleMessages(app.deps, ws.workspaceId, [ruling(ID(1), 'bounce')]);
  });
  const figures = { reached: 1, sent: 1, failed: 1 };
  await expect(countMessages(app.deps.database, ws.workspaceId, ANY)).resolves.toMatchObject(figures);
  expect(await touches(ws)).toBe(2);
  await foldAll(ws);
  expect(await touches(ws)).toBe(0);
  await expect(countMessages(app.deps.database, ws.workspaceId, ANY)).resolves.toMatchObject(figures);
});

test('of days that are folded no message is looked at, but for those touched and those asked for in part', async () => {
  const ws = await openWorkspace(app, { lines: [{}] });
  const { workspaceId } = ws;
  const DAYS = 40;
  const A_DAY = 500;
  await read(
    app,
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, created_at, updated_at,
       sent_at, priority, due_at, attempts, retry_gap_ms, correlation_id)
     SELECT $1, lpad(n::text, 24, '0'), 'sent', 'delivered', 'imessage', 'Hi', lpad((n % 3000)::text, 24, '0'), $2, at, at,
       at, 0, at, 1, 0, 'x'
     FROM generate_series(0, $3::int - 1) n, LATERAL (SELECT $4::timestamptz + n / $5::int * interval '1 day' AS at) t`,
    [workspaceId, ws.lines[0]?._id, DAYS * A_DAY, toIso(START + HOUR), A_DAY],
  );
  // The last day is not over.
  setClock((DAYS - 1) * 24 + 12);
  await foldAll(ws);
  const walked = (filter: CountFilter) =>
    rowsWalked(app.deps.database, 'messages', async (tx) =>
      expect(await countIn(tx, workspaceId, filter)).toEqual(await countOf(filter)),
    );
  const countOf = (filter: CountFilter) => countInFull(app.deps.database, workspaceId, filter);
  const oneDay = 2 * A_DAY + 10;
  expect(await walked(ANY)).toBeLessThan(oneDay);
  expect(await walked({ ...ANY, dateTo: START + 30 * 24 * HOUR - 1 })).toBe(0);
  expect(
    await walked({ ...ANY, dateFrom: START + 12 * HOUR, dateTo: START + 240 * HOUR + 2 * HOUR }),
  ).toBeLessThan(oneDay);
  await read(app, `INSERT INTO touched_days VALUES ($1, '2026-03-04', 'x')`, [workspaceId]);
  expect(await walked(ANY)).toBeLessThan(2 * oneDay);
});

async function foldedUntil({ workspaceId }: Workspace): Promise<string | undefined> {
  const rows = await read<{ day: string }>(
    app,
    'SELECT folded_until AS day FROM figure_folds WHERE workspace_id = $1',
    [workspaceId],
  );
  return rows[0]?.day;
}

async function touches({ workspaceId }: Workspace): Promise<number> {
  return (await read(app, 'SELECT 1 FROM touched_days WHERE workspace_id = $1', [workspaceId])).length;
}
