/**
 * Figures of what was sent and what came back. Days that are over are read from the rows they are folded into
 * (store/figures/day-figures.ts), the rest is counted message by message, all as of one instant: exact whatever became of a
 * message later.
 */
import { DAY_MS, type Range, splitRange } from '../../domain/folded-days.ts';
import { toIso } from '../../lib/clock.ts';
import { NumberSet } from '../../lib/number-set.ts';
import { type Database, type Sql, statement } from '../database.ts';
import { COUNTED, FIGURES, LEAD_NUMBER, MAKE_ROOM, ONE_INSTANT, USER } from './counted.ts';
import { dateOf, readFolds } from './day-figures.ts';

export interface MessageCounts {
  reached: number;
  sent: number;
  fallback: number;
  failed: number;
  replied: number;
  uniqueReplied: number;
  positiveReplied: number;
}

export interface CountFilter {
  campaignId: string | null;
  lineId: string | null;
  userId: string | null;
  dateFrom: number | null;
  dateTo: number | null;
}

/** So that no answer of the database is large: four bytes for every contact that was reached on a day. */
const ONCE_MS = 7 * DAY_MS;

export function countMessages(
  database: Database,
  workspaceId: string,
  filter: CountFilter,
): Promise<MessageCounts> {
  return database.transaction(async (tx) => {
    await tx.query(ONE_INSTANT, []);
    return countIn(tx, workspaceId, filter);
  });
}

export async function countIn(tx: Sql, workspaceId: string, filter: CountFilter): Promise<MessageCounts> {
  const folds = await readFolds(tx, workspaceId);
  // Instants are whole milliseconds.
  const until = filter.dateTo === null ? null : filter.dateTo + 1;
  const { days, left } = splitRange({ since: filter.dateFrom, until }, folds);
  const total = new Total(folds.leads);
  if (left.length > 0) total.add(await countLeft(tx, workspaceId, left, filter, days !== null));
  if (days !== null)
    for (let since = days.since; since < days.until; since += ONCE_MS) {
      const some = { since, until: Math.min(since + ONCE_MS, days.until) };
      total.add(await readDays(tx, workspaceId, some, folds.touched, filter));
    }
  return total.counts();
}

/** Contacts by their numbers; those that have none yet are in no folded day, and in one part only. */
interface Part {
  sent: number;
  fallback: number;
  failed: number;
  replied: number;
  reachedLeads: Buffer | null;
  repliedLeads: Buffer | null;
  positiveLeads: Buffer | null;
  newReached?: number;
  newReplied?: number;
  newPositive?: number;
}

class Total {
  readonly #reached: NumberSet;
  readonly #replied: NumberSet;
  readonly #positive: NumberSet;
  readonly #counts: MessageCounts = {
    reached: 0,
    sent: 0,
    fallback: 0,
    failed: 0,
    replied: 0,
    uniqueReplied: 0,
    positiveReplied: 0,
  };

  constructor(leads: number) {
    this.#reached = new NumberSet(leads);
    this.#replied = new NumberSet(leads);
    this.#positive = new NumberSet(leads);
  }

  add(part: Part): void {
    this.#counts.sent += part.sent;
    this.#counts.fallback += part.fallback;
    this.#counts.failed += part.failed;
    this.#counts.replied += part.replied;
    this.#counts.reached += part.newReached ?? 0;
    this.#counts.uniqueReplied += part.newReplied ?? 0;
    this.#counts.positiveReplied += part.newPositive ?? 0;
    this.#reached.add(part.reachedLeads);
    this.#replied.add(part.repliedLeads);
    this.#positive.add(part.positiveLeads);
  }

  counts(): MessageCounts {
    return {
      ...this.#counts,
      reached: this.#counts.reached + this.#reached.size,
      uniqueReplied: this.#counts.uniqueReplied + this.#replied.size,
      positiveReplied: this.#counts.positiveReplied + this.#positive.size,
    };
  }
}

const SUMS = `coalesce(sum(c.sent), 0)::float8 AS sent, coalesce(sum(c.fallback), 0)::float8 AS fallback,
  coalesce(sum(c.failed), 0)::float8 AS failed, coalesce(sum(c.replied), 0)::float8 AS replied`;

// Fenced by OFFSET, so that each part is a walk of its own over the index: joined, all messages were read at once.
const COUNT_LEFT = statement(
  'count_messages_left',
  `SELECT ${SUMS},
     string_agg(int4send(c.n), '') FILTER (WHERE c.sent > 0) AS "reachedLeads",
     string_agg(int4send(c.n), '') FILTER (WHERE c.replied > 0) AS "repliedLeads",
     string_agg(int4send(c.n), '') FILTER (WHERE c.positive) AS "positiveLeads",
     count(*) FILTER (WHERE c.sent > 0 AND c.n IS NULL)::int AS "newReached",
     count(*) FILTER (WHERE c.replied > 0 AND c.n IS NULL)::int AS "newReplied",
     count(*) FILTER (WHERE c.positive AND c.n IS NULL)::int AS "newPositive"
   FROM (SELECT CASE WHEN $7::boolean THEN ${LEAD_NUMBER} END AS n, ${FIGURES}
         FROM unnest($2::timestamptz[], $3::timestamptz[]) AS part(since, until) CROSS JOIN LATERAL (
           SELECT * FROM messages m WHERE m.workspace_id = $1 AND ${COUNTED}
             AND m.created_at >= part.since AND m.created_at < part.until
             AND ($4::text IS NULL OR m.campaign_id = $4) AND ($5::text IS NULL OR m.line_id = $5)
             AND ($6::text IS NULL OR ${USER} = $6) OFFSET 0) m
         GROUP BY m.lead_id) c`,
);

async function countLeft(
  tx: Sql,
  workspaceId: string,
  left: readonly Range[],
  { campaignId, lineId, userId }: CountFilter,
  /** Whether the numbers of contacts are asked for: alone, this part is all that is counted. */
  byNumber: boolean,
): Promise<Part> {
  await tx.query(MAKE_ROOM, []);
  const [part] = await tx.query<Part>(COUNT_LEFT, [
    workspaceId,
    left.map(({ since }) => (since === null ? '-infinity' : toIso(since))),
    left.map(({ until }) => (until === null ? 'infinity' : toIso(until))),
    campaignId,
    lineId,
    userId,
    byNumber,
  ]);
  return part ?? NOTHING;
}

const READ_DAYS = statement(
  'read_day_figures',
  `SELECT ${SUMS}, string_agg(c.reached_leads, '') AS "reachedLeads", string_agg(c.replied_leads, '') AS "repliedLeads",
     string_agg(c.positive_leads, '') AS "positiveLeads"
   FROM day_figures c
   WHERE c.workspace_id = $1 AND c.day >= $2 AND c.day < $3 AND c.day <> ALL($4::date[])
     AND ($5::text IS NULL OR c.campaign_id = $5) AND ($6::text IS NULL OR c.line_id = $6)
     AND ($7::text IS NULL OR c.user_id = $7)`,
);

async function readDays(
  tx: Sql,
  workspaceId: string,
  days: { since: number; until: number },
  touched: readonly number[],
  { campaignId, lineId, userId }: CountFilter,
): Promise<Part> {
  const [part] = await tx.query<Part>(READ_DAYS, [
    workspaceId,
    dateOf(days.since),
    dateOf(days.until),
    touched.map(dateOf),
    campaignId,
    lineId,
    userId,
  ]);
  return part ?? NOTHING;
}

const NOTHING: Part = {
  sent: 0,
  fallback: 0,
  failed: 0,
  replied: 0,
  reachedLeads: null,
  repliedLeads: null,
  positiveLeads: null,
};
