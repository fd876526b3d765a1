/**
 * Deliveries that are due: which webhooks have any, taking some, noting what came of one. Of the events of one subject the
 * first that is pending is the only one that may go.
 */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface DueWebhook {
  workspaceId: string;
  id: string;
  isFailing: boolean;
}

const DUE = `SELECT d.due_at FROM webhook_deliveries d
   WHERE d.workspace_id = w.workspace_id AND d.webhook_id = w.id AND d.status = 'pending'`;
const SCAN_WEBHOOKS = statement(
  'scan_due_webhooks',
  `SELECT w.workspace_id AS "workspaceId", w.id, w.failure_count > 0 AS "isFailing"
   FROM webhooks w CROSS JOIN LATERAL (${DUE} AND d.due_at <= $1 ORDER BY d.due_at LIMIT 1) first
   WHERE w.is_active AND (w.hold_until IS NULL OR w.hold_until <= $1) AND w.id <> ALL($2) ORDER BY first.due_at LIMIT $3`,
);

/** Active webhooks with something due, longest due first; without those that are `busy`. One look into an index for each. */
export function scanDueWebhooks(
  sql: Sql,
  now: number,
  busy: readonly string[],
  limit: number,
): Promise<DueWebhook[]> {
  return sql.query(SCAN_WEBHOOKS, [toIso(now), busy, limit]);
}

const NEXT_DUE = statement(
  'next_due_webhook',
  `SELECT min(greatest(first.due_at, w.hold_until)) AS at
   FROM webhooks w CROSS JOIN LATERAL (${DUE} ORDER BY d.due_at LIMIT 1) first WHERE w.is_active`,
);

/** null when nothing waits. */
export async function findNextWebhookDue(sql: Sql): Promise<number | null> {
  const [row] = await sql.query<{ at: number | null }>(NEXT_DUE, []);
  return row?.at ?? null;
}

export interface ClaimedDelivery {
  eventId: string;
  attempt: number;
  attemptBase: number;
}

/**
 * Whoever stands behind an earlier event of its subject is put off until after that one; should the earlier one be over
 * sooner, it brings the next one forward itself (`bringForward`). That cannot be missed: a later event is written after the
 * earlier one is committed, and both sides write the later one's row, one after the other.
 */
const CLAIM_DELIVERIES = statement(
  'claim_webhook_deliveries',
  `WITH due AS MATERIALIZED (
     SELECT d.event_id, d.subject FROM webhook_deliveries d
     WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.status = 'pending' AND d.due_at <= $3
     ORDER BY d.due_at, d.event_id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED
   ), judged AS MATERIALIZED (
     SELECT due.event_id, (
       SELECT b.due_at FROM webhook_deliveries b
       WHERE b.workspace_id = $1 AND b.webhook_id = $2 AND b.subject = due.subject AND b.status = 'pending'
         AND b.event_id < due.event_id ORDER BY b.event_id LIMIT 1) AS behind
     FROM due
   )
   UPDATE webhook_deliveries d SET
     due_at = CASE WHEN j.behind IS NULL THEN $5::timestamptz ELSE greatest(j.behind, $3) + interval '1 second' END,
     leased = j.behind IS NULL,
     attempt = d.attempt + CASE WHEN j.behind IS NULL THEN 1 ELSE 0 END
   FROM judged j WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.event_id = j.event_id
   RETURNING d.event_id AS "eventId", d.attempt, d.attempt_base AS "attemptBase", j.behind IS NULL AS leased`,
);

/**
 * Takes up to `limit` for this process until `until`, in no order. `more`: others were only put off, and there may be some
 * behind them.
 */
export async function claimDeliveries(
  sql: Sql,
  workspaceId: string,
  webhookId: string,
  now: number,
  until: number,
  limit: number,
): Promise<{ claimed: ClaimedDelivery[]; more: boolean }> {
  const rows = await sql.query<ClaimedDelivery & { leased: boolean }>(CLAIM_DELIVERIES, [
    workspaceId,
    webhookId,
    toIso(now),
    limit,
    toIso(until),
  ]);
  return { claimed: rows.filter(({ leased }) => leased), more: rows.some(({ leased }) => !leased) };
}

/** One line of a delivery's log. */
export interface AttemptNote {
  /** ISO 8601. */
  at: string;
  statusCode: number | null;
  error: string | null;
  durationMs: number;
}

/** Of the notes of earlier attempts the last 20 stay. */
const NOTES = `CASE WHEN jsonb_array_length(attempts) >= 20 THEN attempts - 0 ELSE attempts END || $5::jsonb`;
const MINE = `workspace_id = $1 AND webhook_id = $2 AND event_id = $3 AND attempt = $4 AND leased AND status = 'pending'`;
const NOTE_DELIVERED = statement(
  'note_webhook_delivered',
  `UPDATE webhook_deliveries SET status = 'delivered', leased = false, delivered_at = $6, attempts = ${NOTES}
   WHERE workspace_id = $1 AND ${MINE} RETURNING subject`,
);
const NOTE_FAILED = statement(
  'note_webhook_failed',
  `UPDATE webhook_deliveries SET status = CASE WHEN $6::timestamptz IS NULL THEN 'exhausted' ELSE 'pending' END, leased = false,
     due_at = coalesce($6, due_at), attempts = ${NOTES}
   WHERE workspace_id = $1 AND ${MINE} RETURNING subject`,
);

interface Attempt {
  webhookId: string;
  eventId: string;
  attempt: number;
  note: AttemptNote;
}

/** The subject; null when the attempt is not the current one any more. */
export async function noteDelivered(
  tx: Sql,
  workspaceId: string,
  { webhookId, eventId, attempt, note }: Attempt,
  now: number,
): Promise<string | null> {
  const values = [workspaceId, webhookId, eventId, attempt, JSON.stringify([note]), toIso(now)];
  const [row] = await tx.query<{ subject: string }>(NOTE_DELIVERED, values);
  return row?.subject ?? null;
}

/** `retryAt` null: given up. The subject; null when the attempt is not the current one any more. */
export async function noteFailed(
  tx: Sql,
  workspaceId: string,
  { webhookId, eventId, attempt, note }: Attempt,
  retryAt: number | null,
): Promise<string | null> {
  const at = retryAt === null ? null : toIso(retryAt);
  const values = [workspaceId, webhookId, eventId, attempt, JSON.stringify([note]), at];
  const [row] = await tx.query<{ subject: string }>(NOTE_FAILED, values);
  return row?.subject ?? null;
}

const BRING_FORWARD = statement(
  'bring_forward_webhook_delivery',
  `UPDATE webhook_deliveries SET due_at = least(due_at, $5)
   WHERE workspace_id = $1 AND webhook_id = $2 AND status = 'pending' AND NOT leased AND event_id = (
     SELECT n.event_id FROM webhook_deliveries n
     WHERE n.workspace_id = $1 AND n.webhook_id = $2 AND n.subject = $3 AND n.status = 'pending' AND n.event_id > $4
     ORDER BY n.event_id LIMIT 1)`,
);

/** An event is over: the next one of its subject need not wait any longer. A statement after the one that ended it. */
export async function bringForward(
  tx: Sql,
  workspaceId: string,
  webhookId: string,
  after: { subject: string; eventId: string },
  now: number,
): Promise<void> {
  await tx.query(BRING_FORWARD, [workspaceId, webhookId, after.subject, after.eventId, toIso(now)]);
}

const GIVE_UP = statement(
  'give_up_webhook_deliveries',
  `UPDATE webhook_deliveries SET status = 'exhausted'
   WHERE workspace_id = $1 AND webhook_id = $2 AND status = 'pending' AND NOT (leased AND due_at > $3)`,
);

/** Of a webhook that was switched off: everything but what is under way. */
export async function giveUpDeliveries(
  tx: Sql,
  workspaceId: string,
  webhookId: string,
  now: number,
): Promise<void> {
  await tx.query(GIVE_UP, [workspaceId, webhookId, toIso(now)]);
}

const GIVE_UP_LEFT = statement(
  'give_up_left_webhook_deliveries',
  `UPDATE webhook_deliveries SET status = 'exhausted', leased = false
   WHERE workspace_id = $1 AND webhook_id = $2 AND status = 'pending'
     AND CASE WHEN leased THEN due_at <= $3 ELSE due_at = created_at END`,
);

/**
 * Some time after that, what it could not see: written by a commit that had not seen the webhook go, or under way in a
 * process that died. What was asked for again since then waits, as it was asked for.
 */
export async function giveUpLeftDeliveries(
  sql: Sql,
  workspaceId: string,
  webhookId: string,
  now: number,
): Promise<void> {
  await sql.query(GIVE_UP_LEFT, [workspaceId, webhookId, toIso(now)]);
}
