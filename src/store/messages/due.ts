/** What is due beside the lines: leases that ran out, outcomes to reconcile, messages that expired, lines to look after. */
import type { LineHealth } from '../../domain/line-health.ts';
import type { LineScore } from '../../domain/line-score.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface DueMessage {
  workspaceId: string;
  id: string;
}

/**
 * The scans leave out messages that were set `aside`. Of what is due at one instant the same comes first whoever looks, and not
 * whatever lies first on disk: sorted around the limit, so that the index is read no further.
 */
const SCAN_EXPIRED_LEASES = statement(
  'scan_expired_leases',
  `SELECT due."workspaceId", due.id FROM (
     SELECT workspace_id AS "workspaceId", id, lease_until AS at FROM messages
     WHERE lease_until IS NOT NULL AND lease_until <= $1 AND id <> ALL($2) ORDER BY lease_until LIMIT $3
   ) due ORDER BY due.at, due.id`,
);

export function scanExpiredLeases(
  sql: Sql,
  now: number,
  aside: readonly string[],
  limit: number,
): Promise<DueMessage[]> {
  return sql.query(SCAN_EXPIRED_LEASES, [toIso(now), aside, limit]);
}

const SCAN_RECONCILIATIONS = statement(
  'scan_reconciliations',
  `SELECT due."workspaceId", due.id FROM (
     SELECT workspace_id AS "workspaceId", id, reconcile_at AS at FROM messages
     WHERE reconcile_at IS NOT NULL AND reconcile_at <= $1 ORDER BY reconcile_at LIMIT $2
   ) due ORDER BY due.at, due.id`,
);

export function scanReconciliations(sql: Sql, now: number, limit: number): Promise<DueMessage[]> {
  return sql.query(SCAN_RECONCILIATIONS, [toIso(now), limit]);
}

const CLAIM_RECONCILIATION = statement(
  'claim_reconciliation',
  `UPDATE messages SET reconcile_at = $4
   WHERE workspace_id = $1 AND id = $2 AND status = 'unknown' AND reconcile_at <= $3 RETURNING id`,
);

/** Takes the question for this process until `until`; false when another process has it. */
export async function claimReconciliation(
  sql: Sql,
  workspaceId: string,
  id: string,
  now: number,
  until: number,
): Promise<boolean> {
  return (await sql.query(CLAIM_RECONCILIATION, [workspaceId, id, toIso(now), toIso(until)])).length > 0;
}

const SCAN_EXPIRED = statement(
  'scan_expired_messages',
  `SELECT due."workspaceId", due.id FROM (
     SELECT workspace_id AS "workspaceId", id, expires_at AS at FROM messages
     WHERE expires_at IS NOT NULL AND expires_at <= $1 AND status IN ('pending', 'scheduled', 'queued') AND id <> ALL($2)
     ORDER BY expires_at LIMIT $3
   ) due ORDER BY due.at, due.id`,
);

export function scanExpiredMessages(
  sql: Sql,
  now: number,
  aside: readonly string[],
  limit: number,
): Promise<DueMessage[]> {
  return sql.query(SCAN_EXPIRED, [toIso(now), aside, limit]);
}

const SCAN_UNCHECKED_LINES = statement(
  'scan_unchecked_lines',
  `SELECT due."workspaceId", due."lineId" FROM (
     SELECT workspace_id AS "workspaceId", id AS "lineId", health_checked_at AS at FROM lines
     WHERE is_active AND health_checked_at <= $1 ORDER BY health_checked_at LIMIT $2
   ) due ORDER BY due.at, due."lineId"`,
);

export function scanUncheckedLines(
  sql: Sql,
  before: number,
  limit: number,
): Promise<{ workspaceId: string; lineId: string }[]> {
  return sql.query(SCAN_UNCHECKED_LINES, [toIso(before), limit]);
}

const CLAIM_HEALTH_CHECK = statement(
  'claim_health_check',
  `UPDATE lines SET health_checked_at = $4 WHERE workspace_id = $1 AND id = $2 AND health_checked_at <= $3 RETURNING id`,
);

/** True for exactly one process. */
export async function claimHealthCheck(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  before: number,
  now: number,
): Promise<boolean> {
  return (await sql.query(CLAIM_HEALTH_CHECK, [workspaceId, lineId, toIso(before), toIso(now)])).length > 0;
}

const STORE_HEALTH = statement(
  'store_health',
  `UPDATE lines SET health_status = $3, health_failures = $4, refusals = $5, refusing_since = $6, refused_at = $7,
     risk = $8, score = $9,
     down_since = CASE WHEN $3 = 'down' OR NOT is_active THEN coalesce(down_since, $6, $10) ELSE NULL END
   WHERE workspace_id = $1 AND id = $2`,
);

export async function storeHealth(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  health: LineHealth,
  score: LineScore,
  now: number,
): Promise<void> {
  await tx.query(STORE_HEALTH, [
    workspaceId,
    lineId,
    health.status,
    health.failures,
    health.refusals,
    toIsoOrNull(health.refusingSince),
    toIsoOrNull(health.refusedAt),
    score.risk,
    JSON.stringify(score),
    toIso(now),
  ]);
}

const SCAN_OLD_KEYS = statement(
  'scan_old_idempotency_keys',
  `SELECT workspace_id AS "workspaceId", key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2`,
);
const FORGET_IDEMPOTENCY_KEYS = statement(
  'forget_idempotency_keys',
  'DELETE FROM idempotency_keys WHERE workspace_id = $1 AND key = ANY($2) AND created_at < $3',
);

/** One round: the oldest keys, at most `limit` of them, whosever they are. Answers how many it found (D4). */
export async function forgetIdempotencyKeys(sql: Sql, before: number, limit: number): Promise<number> {
  const old = await sql.query<{ workspaceId: string; key: string }>(SCAN_OLD_KEYS, [toIso(before), limit]);
  for (const [workspaceId, keys] of Map.groupBy(old, ({ workspaceId }) => workspaceId)) {
    const names = keys.map(({ key }) => key).sort();
    await sql.query(FORGET_IDEMPOTENCY_KEYS, [workspaceId, names, toIso(before)]);
  }
  return old.length;
}

const NEXT_DUE = statement(
  'next_due',
  `SELECT (SELECT min(next_send_at) FROM lines WHERE next_send_at IS NOT NULL) AS sends, least(
     (SELECT min(lease_until) FROM messages WHERE lease_until IS NOT NULL AND id <> ALL($1)),
     (SELECT min(reconcile_at) FROM messages WHERE reconcile_at IS NOT NULL),
     (SELECT min(expires_at) FROM messages WHERE expires_at IS NOT NULL AND status IN ('pending', 'scheduled', 'queued')
        AND id <> ALL($1)),
     (SELECT min(ask_at) FROM line_news),
     (SELECT min(look_at) FROM door_callbacks),
     (SELECT min(ask_at) FROM condition_answers WHERE ask_at IS NOT NULL),
     (SELECT min(look_at) FROM availability_jobs WHERE look_at IS NOT NULL),
     (SELECT min(next_try_at) FROM inbound_attachments WHERE next_try_at IS NOT NULL),
     (SELECT min(look_at) FROM campaigns WHERE look_at IS NOT NULL),
     (SELECT to_timestamp(0) FROM campaign_wakes LIMIT 1),
     (SELECT min(due_at) FROM sandbox_callbacks)) AS chores`,
);

/** The next instants at which there is something to send, and something else to do; null when nothing waits. */
export async function findNextDue(
  sql: Sql,
  aside: readonly string[],
): Promise<{ sends: number | null; chores: number | null }> {
  const [row] = await sql.query<{ sends: number | null; chores: number | null }>(NEXT_DUE, [aside]);
  return row ?? { sends: null, chores: null };
}

const LATEST_CLOCK = statement('latest_clock', 'SELECT clock_timestamp() AS at');

/** The database's own clock, to anchor ours to. */
export async function readDatabaseClock(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ at: number }>(LATEST_CLOCK, []);
  return row?.at ?? Number.NaN;
}
