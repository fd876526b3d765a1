/**
 * Days that are over, folded into a few rows each: what of every line, campaign and user was counted, and which contacts.
 * Contacts have numbers of their own for that, so that a set of them takes four bytes for each.
 */
import { DAY_MS, type Folds } from '../../domain/folded-days.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { COUNTED, FIGURES, LEAD_NUMBER, MAKE_ROOM, USER } from './counted.ts';

/** `YYYY-MM-DD` of a day's first instant. */
export function dateOf(day: number): string {
  return toIso(day).slice(0, 10);
}

const READ_FOLDS = statement(
  'read_figure_folds',
  `SELECT f.leads, f.folded_until AS "until",
     coalesce((SELECT min(d.day) FROM day_figures d WHERE d.workspace_id = $1), f.folded_until) AS since,
     ARRAY(SELECT DISTINCT t.day::text FROM touched_days t WHERE t.workspace_id = $1 ORDER BY 1) AS touched
   FROM figure_folds f WHERE f.workspace_id = $1`,
);

/** Which days are folded, and how many contacts have a number: these are below it. */
export async function readFolds(sql: Sql, workspaceId: string): Promise<Folds & { leads: number }> {
  const [row] = await sql.query<{ leads: number; since: string; until: string; touched: string[] }>(
    READ_FOLDS,
    [workspaceId],
  );
  if (row === undefined) return { leads: 0, since: 0, until: 0, touched: [] };
  const { leads, since, until, touched } = row;
  return {
    leads,
    since: Date.parse(since),
    until: Date.parse(until),
    touched: touched.map((day) => Date.parse(day)),
  };
}

/**
 * Belongs into the commit of whatever changes what is counted of some days, in a statement after its first write (why:
 * ARCHITECTURE.md). A row of its own each time, so that nobody waits for anybody. `days`: each
 * once; `id`: a new one.
 */
export function touching(days: string, id: string): string {
  return `INSERT INTO touched_days (workspace_id, day, id)
     SELECT $1, d.day, ${id} FROM unnest(${days}::date[]) AS d(day)
     WHERE d.day < (SELECT f.closed_until FROM figure_folds f WHERE f.workspace_id = $1)`;
}

const TOUCH_DAY = statement(
  'touch_day',
  `INSERT INTO touched_days (workspace_id, day, id) SELECT $1, $2::date, $3
   WHERE $2::date < (SELECT f.closed_until FROM figure_folds f WHERE f.workspace_id = $1)`,
);

export async function touchDay(tx: Sql, workspaceId: string, instant: number, id: string): Promise<void> {
  await tx.query(TOUCH_DAY, [workspaceId, dateOf(instant), id]);
}

const SCAN_UNCLOSED = statement(
  'scan_unclosed_workspaces',
  `SELECT w.workspace_id AS "workspaceId" FROM workspaces w
   WHERE NOT EXISTS (SELECT 1 FROM figure_folds f WHERE f.workspace_id = w.workspace_id AND f.closed_until >= $1)
   ORDER BY w.workspace_id LIMIT $2`,
);
const CLOSE_DAYS = statement(
  'close_days',
  `INSERT INTO figure_folds (workspace_id, closed_until, folded_until) VALUES ($1, $2, '1970-01-01')
   ON CONFLICT (workspace_id) DO UPDATE SET closed_until = greatest(figure_folds.closed_until, excluded.closed_until)`,
);

/** From now on whoever changes what is counted of a day before `until` tells so. */
export async function closeDays(sql: Sql, until: number, limit: number): Promise<void> {
  const unclosed = await sql.query<{ workspaceId: string }>(SCAN_UNCLOSED, [dateOf(until), limit]);
  for (const { workspaceId } of unclosed) await sql.query(CLOSE_DAYS, [workspaceId, dateOf(until)]);
}

export interface Unfolded {
  workspaceId: string;
  /** Its days before this one are closed: `YYYY-MM-DD`. */
  closedUntil: string;
}

const SCAN_UNFOLDED = statement(
  'scan_unfolded_days',
  `SELECT f.workspace_id AS "workspaceId", f.closed_until AS "closedUntil" FROM figure_folds f
   WHERE f.folded_until < f.closed_until OR EXISTS (SELECT 1 FROM touched_days t WHERE t.workspace_id = f.workspace_id)
   ORDER BY f.folded_until, f.workspace_id LIMIT $1`,
);

export function scanUnfolded(sql: Sql, limit: number): Promise<Unfolded[]> {
  return sql.query(SCAN_UNFOLDED, [limit]);
}

const NEXT_TRANSACTION = statement(
  'next_transaction',
  'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS id',
);

/** Whoever writes from now on is this transaction or a later one. */
export async function readNextTransaction(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ id: string }>(NEXT_TRANSACTION, []);
  return row?.id ?? '';
}

const IS_ALL_OVER = statement(
  'is_all_over',
  'SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8 AS "isOver"',
);

/** No transaction older than this one is under way. */
export async function isAllOverBefore(sql: Sql, transaction: string): Promise<boolean> {
  const [row] = await sql.query<{ isOver: boolean }>(IS_ALL_OVER, [transaction]);
  return row?.isOver === true;
}

const LOCK_FOLD = statement(
  'lock_figure_fold',
  `SELECT f.folded_until AS "foldedUntil", f.leads FROM figure_folds f WHERE f.workspace_id = $1 FOR NO KEY UPDATE SKIP LOCKED`,
);
// Touched days first: they are looked at soonest.
const FIND_DAY = statement(
  'find_day_to_fold',
  `SELECT coalesce(
     (SELECT min(t.day) FROM touched_days t WHERE t.workspace_id = $1 AND t.day < $2::date),
     (SELECT (min(m.created_at) AT TIME ZONE 'UTC')::date FROM messages m WHERE m.workspace_id = $1 AND ${COUNTED}
        AND m.created_at >= $2::date::timestamp AT TIME ZONE 'UTC'
        AND m.created_at < $3::date::timestamp AT TIME ZONE 'UTC')) AS day`,
);
const TAKE_TOUCHES = statement(
  'take_touches',
  'DELETE FROM touched_days t WHERE t.workspace_id = $1 AND t.day = $2',
);
const CLEAR_DAY = statement(
  'clear_day_figures',
  'DELETE FROM day_figures d WHERE d.workspace_id = $1 AND d.day = $2',
);
const FOLD_DAY = statement(
  'fold_day',
  `WITH counted AS MATERIALIZED (
     SELECT m.line_id, coalesce(m.campaign_id, '') AS campaign_id, coalesce(${USER}, '') AS user_id, m.lead_id,
       ${LEAD_NUMBER} AS n, ${FIGURES}
     FROM messages m
     WHERE m.workspace_id = $1 AND ${COUNTED} AND m.created_at >= $2::date::timestamp AT TIME ZONE 'UTC'
       AND m.created_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
     GROUP BY m.line_id, m.campaign_id, ${USER}, m.lead_id
   ), unknown AS MATERIALIZED (
     SELECT f.lead_id, $3::int - 1 + row_number() OVER () AS n FROM (SELECT DISTINCT lead_id FROM counted WHERE n IS NULL) f
   ), numbered AS (
     INSERT INTO counted_leads (workspace_id, lead_id, n) SELECT $1, lead_id, n FROM unknown
   ), known AS (
     SELECT c.*, coalesce(c.n, u.n)::int AS number FROM counted c LEFT JOIN unknown u ON u.lead_id = c.lead_id
   ), folded AS (
     INSERT INTO day_figures (workspace_id, day, line_id, campaign_id, user_id, sent, fallback, failed, replied,
       reached_leads, replied_leads, positive_leads)
     SELECT $1, $2::date, k.line_id, k.campaign_id, k.user_id, sum(k.sent), sum(k.fallback), sum(k.failed), sum(k.replied),
       string_agg(int4send(k.number), '') FILTER (WHERE k.sent > 0),
       string_agg(int4send(k.number), '') FILTER (WHERE k.replied > 0),
       string_agg(int4send(k.number), '') FILTER (WHERE k.positive)
     FROM known k GROUP BY k.line_id, k.campaign_id, k.user_id)
   SELECT count(*)::int AS "newLeads" FROM unknown`,
);
const STORE_FOLD = statement(
  'store_figure_fold',
  `UPDATE figure_folds SET folded_until = greatest(folded_until, $2::date), leads = $3 WHERE workspace_id = $1`,
);

/**
 * Folds one day, for the first time or anew; false: none is left, or somebody else is at it. Touches are taken before the
 * messages are read: a change that was not seen leaves its touch behind, and the day is folded again.
 */
export async function foldNextDay(tx: Sql, { workspaceId, closedUntil }: Unfolded): Promise<boolean> {
  const [fold] = await tx.query<{ foldedUntil: string; leads: number }>(LOCK_FOLD, [workspaceId]);
  if (fold === undefined) return false;
  const [next] = await tx.query<{ day: string | null }>(FIND_DAY, [
    workspaceId,
    fold.foldedUntil,
    closedUntil,
  ]);
  const day = next?.day ?? null;
  if (day === null) {
    await tx.query(STORE_FOLD, [workspaceId, closedUntil, fold.leads]);
    return false;
  }
  await tx.query(MAKE_ROOM, []);
  await tx.query(TAKE_TOUCHES, [workspaceId, day]);
  await tx.query(CLEAR_DAY, [workspaceId, day]);
  const [folded] = await tx.query<{ newLeads: number }>(FOLD_DAY, [workspaceId, day, fold.leads]);
  await tx.query(STORE_FOLD, [workspaceId, dayAfter(day), fold.leads + (folded?.newLeads ?? 0)]);
  return true;
}

function dayAfter(day: string): string {
  return dateOf(Date.parse(day) + DAY_MS);
}
