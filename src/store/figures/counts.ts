/**
 * What happened, minute by minute. Rows are added in the commits of the events they count (`counting`), folded by
 * dispatchers, and read as of one instant: what is folded and what is not make up the whole.
 */
import {
  HAPPENED,
  type Happened,
  type Happenings,
  happenedBy,
  NOTHING_HAPPENED,
} from '../../domain/happened.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

const MINUTE_MS = 60_000;

type CountRecord = Record<string, unknown>;

/** One record for each minute in which something of it is counted; for `counting`. */
export function countsOf(
  events: readonly { id: string; type: string; at: number; data: Readonly<Record<string, unknown>> }[],
): CountRecord[] {
  const byMinute = new Map<number, { id: string; counts: Happenings }>();
  for (const { id, type, at, data } of events) {
    for (const happened of happenedBy(type, data)) {
      const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
      const record = byMinute.get(minute) ?? { id, counts: { ...NOTHING_HAPPENED } };
      record.counts[happened] += 1;
      byMinute.set(minute, record);
    }
  }
  return [...byMinute].map(([minute, { id, counts }]) => ({
    id,
    minute: toIso(minute),
    ...Object.fromEntries(HAPPENED.map((happened) => [COLUMN_OF[happened], counts[happened]])),
  }));
}

const COLUMN_OF: Readonly<Record<Happened, string>> = {
  accepted: 'accepted',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  fallback: 'fallback',
  failed: 'failed',
  replies: 'replies',
  optOuts: 'opt_outs',
  other: 'other',
};
const NAMES = Object.values(COLUMN_OF);
const COLUMNS = NAMES.join(', ');
const TYPES = NAMES.map((name) => `${name} int`).join(', ');
const EACH_SUM = NAMES.map((name) => `sum(c.${name})`).join(', ');
const EACH_ADDED = NAMES.map((name) => `${name} = m.${name} + excluded.${name}`).join(', ');
const SUMS = HAPPENED.map(
  (happened) => `coalesce(sum(c.${COLUMN_OF[happened]}), 0)::int AS "${happened}"`,
).join(', ');

/** Part of a statement that writes events of the workspace `$1`; `records`: the parameter that holds `countsOf` them. */
export function counting(records: string): string {
  return `INSERT INTO fresh_counts (workspace_id, id, minute, ${COLUMNS})
     SELECT $1, c.id, c.minute, ${COLUMNS} FROM json_to_recordset(${records}::json) AS c(id text, minute timestamptz, ${TYPES})`;
}

// From one workspace to the next, so that the rows of one are not walked to find the other.
const SCAN_FRESH_COUNTS = statement(
  'scan_fresh_counts',
  `WITH RECURSIVE seen AS (
     (SELECT c.workspace_id FROM fresh_counts c ORDER BY c.workspace_id LIMIT 1)
     UNION ALL
     SELECT (SELECT c.workspace_id FROM fresh_counts c WHERE c.workspace_id > s.workspace_id ORDER BY c.workspace_id LIMIT 1)
     FROM seen s WHERE s.workspace_id IS NOT NULL)
   SELECT s.workspace_id AS "workspaceId" FROM seen s WHERE s.workspace_id IS NOT NULL LIMIT $1`,
);

export async function scanFreshCounts(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql.query<{ workspaceId: string }>(SCAN_FRESH_COUNTS, [limit]);
  return rows.map(({ workspaceId }) => workspaceId);
}

const FOLD_COUNTS = statement(
  'fold_counts',
  `WITH taken AS (
     DELETE FROM fresh_counts f WHERE f.workspace_id = $1 AND f.id = ANY(ARRAY(
       SELECT t.id FROM fresh_counts t WHERE t.workspace_id = $1 ORDER BY t.id LIMIT $2 FOR UPDATE SKIP LOCKED))
     RETURNING f.*
   ), folded AS (
     INSERT INTO minute_counts AS m (workspace_id, minute, ${COLUMNS})
     SELECT $1, c.minute, ${EACH_SUM} FROM taken c GROUP BY c.minute ORDER BY c.minute
     ON CONFLICT (workspace_id, minute) DO UPDATE SET ${EACH_ADDED})
   SELECT count(*)::int AS "folded" FROM taken`,
);

/** At most `limit` rows; answers how many they were. */
export async function foldCounts(sql: Sql, workspaceId: string, limit: number): Promise<number> {
  const [row] = await sql.query<{ folded: number }>(FOLD_COUNTS, [workspaceId, limit]);
  return row?.folded ?? 0;
}

const FORGET_COUNTS = statement(
  'forget_counts',
  'DELETE FROM minute_counts m WHERE m.workspace_id = $1 AND m.minute < $2',
);

/** A probe of the primary key when nothing is that old. */
export async function forgetCounts(sql: Sql, workspaceId: string, before: number): Promise<void> {
  await sql.query(FORGET_COUNTS, [workspaceId, toIso(before)]);
}

const READ_COUNTS = statement(
  'read_counts',
  `WITH c AS MATERIALIZED (
     SELECT m.minute, ${COLUMNS} FROM minute_counts m
       WHERE m.workspace_id = $1 AND m.minute >= least($2::timestamptz, $3::timestamptz, $4::timestamptz)
     UNION ALL
     SELECT f.minute, ${COLUMNS} FROM fresh_counts f WHERE f.workspace_id = $1)
   SELECT 'day' AS per, NULL::timestamptz AS at, ${SUMS} FROM c WHERE c.minute >= $2
   UNION ALL
   SELECT 'hour', date_trunc('hour', c.minute, 'UTC'), ${SUMS} FROM c WHERE c.minute >= $3 GROUP BY 2
   UNION ALL
   SELECT 'minute', c.minute, ${SUMS} FROM c WHERE c.minute >= $4 GROUP BY 2`,
);

export interface CountsRead {
  day: Happenings;
  /** By the first instant of the hour, or minute; those in which nothing happened are not there. */
  hours: ReadonlyMap<number, Happenings>;
  minutes: ReadonlyMap<number, Happenings>;
}

/** As of one instant: of the day that began at `day`, and by hour and by minute from then on. */
export async function readCounts(
  sql: Sql,
  workspaceId: string,
  since: { day: number; hours: number; minutes: number },
): Promise<CountsRead> {
  const rows = await sql.query<Happenings & { per: 'day' | 'hour' | 'minute'; at: number }>(READ_COUNTS, [
    workspaceId,
    toIso(since.day),
    toIso(since.hours),
    toIso(since.minutes),
  ]);
  const of = (per: 'hour' | 'minute') =>
    new Map(rows.filter((row) => row.per === per).map((row) => [row.at, row]));
  return {
    day: rows.find((row) => row.per === 'day') ?? { ...NOTHING_HAPPENED },
    hours: of('hour'),
    minutes: of('minute'),
  };
}
