/** The log of deliveries: reading it, sending something again, and clearing up. */
import type { DeliveryStatus } from '../../domain/webhook-events.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import type { AttemptNote } from './webhook-queue.ts';

export interface DeliveryRow {
  eventId: string;
  webhookId: string;
  event: string;
  messageId: string | null;
  status: DeliveryStatus;
  dueAt: number;
  attempt: number;
  attempts: AttemptNote[];
  deliveredAt: number | null;
  createdAt: number;
}

const COLUMNS = `d.event_id AS "eventId", d.webhook_id AS "webhookId", d.event, d.message_id AS "messageId", d.status,
  d.due_at AS "dueAt", d.attempt, d.attempts, d.delivered_at AS "deliveredAt", d.created_at AS "createdAt"`;

const LIST_DELIVERIES = statement(
  'list_webhook_deliveries',
  `SELECT ${COLUMNS} FROM webhook_deliveries d WHERE d.workspace_id = $1 AND d.webhook_id = $2
     AND ($3::text IS NULL OR d.event_id < $3) AND ($4::text IS NULL OR d.status = $4) AND ($5::text IS NULL OR d.event = $5)
   ORDER BY d.event_id DESC LIMIT $6`,
);

export interface DeliveryFilters {
  /** Id of the last one of the page before. */
  after: string | null;
  status: DeliveryStatus | null;
  event: string | null;
  limit: number;
}

/** Newest first. */
export function listDeliveries(
  sql: Sql,
  workspaceId: string,
  webhookId: string,
  { after, status, event, limit }: DeliveryFilters,
): Promise<DeliveryRow[]> {
  return sql.query(LIST_DELIVERIES, [workspaceId, webhookId, after, status, event, limit]);
}

/** Attempts are counted anew; the number goes on, it is the fence. What is under way stays as it is. */
const AGAIN = `status = 'pending', attempt_base = d.attempt, due_at = $4, leased = false, delivered_at = NULL`;
const REPLAY_DELIVERY = statement(
  'replay_webhook_delivery',
  `UPDATE webhook_deliveries d SET ${AGAIN}
   WHERE workspace_id = $1 AND webhook_id = $2 AND event_id = $3 AND NOT (status = 'pending' AND leased AND due_at > $4)`,
);
const FIND_DELIVERY = statement(
  'find_webhook_delivery',
  `SELECT ${COLUMNS} FROM webhook_deliveries d WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.event_id = $3`,
);

/** null when there is none. */
export async function replayDelivery(
  tx: Sql,
  workspaceId: string,
  webhookId: string,
  eventId: string,
  now: number,
): Promise<DeliveryRow | null> {
  await tx.query(REPLAY_DELIVERY, [workspaceId, webhookId, eventId, toIso(now)]);
  const [row] = await tx.query<DeliveryRow>(FIND_DELIVERY, [workspaceId, webhookId, eventId]);
  return row ?? null;
}

const READ_REPLAY_PAGE = statement(
  'read_replay_page',
  `SELECT id, type FROM events WHERE workspace_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4`,
);

/** The next events of a replay, oldest first, of all kinds. */
export function readReplayPage(
  tx: Sql,
  workspaceId: string,
  after: string,
  until: string,
  limit: number,
): Promise<{ id: string; type: string }[]> {
  return tx.query(READ_REPLAY_PAGE, [workspaceId, after, until, limit]);
}

const REPLAY_EVENTS = statement(
  'replay_webhook_events',
  `INSERT INTO webhook_deliveries AS d (workspace_id, webhook_id, event_id, event, message_id, subject, status, due_at, created_at)
   SELECT $1, $2, e.id, e.type, e.message_id, coalesce(e.message_id, e.lead_id, e.line_id, e.id), 'pending', $4, e.at
   FROM events e WHERE e.workspace_id = $1 AND e.id = ANY($3) ORDER BY e.id
   ON CONFLICT (workspace_id, webhook_id, event_id) DO UPDATE SET ${AGAIN}
   WHERE d.status = 'exhausted' OR (d.status = 'delivered' AND NOT $5)`,
);

/** Also events that the webhook was never told of. What is pending anyway stays as it is. */
export async function replayEvents(
  tx: Sql,
  workspaceId: string,
  webhookId: string,
  eventIds: readonly string[],
  undeliveredOnly: boolean,
  now: number,
): Promise<void> {
  await tx.query(REPLAY_EVENTS, [workspaceId, webhookId, eventIds, toIso(now), undeliveredOnly]);
}

const SCAN_WEBHOOKS = statement(
  'scan_webhooks_to_trim',
  `SELECT workspace_id AS "workspaceId", id, is_active AS "isActive", disabled_reason IS NOT NULL AS "isGivenUp",
     deleted_at AS "deletedAt"
   FROM webhooks WHERE (workspace_id, id) > ($1, $2) ORDER BY workspace_id, id LIMIT $3`,
);

export interface WebhookToTrim {
  workspaceId: string;
  id: string;
  isActive: boolean;
  /** We switched it off. */
  isGivenUp: boolean;
  deletedAt: number | null;
}

/** All of them, page by page, also those that were deleted. */
export function scanWebhooksToTrim(
  sql: Sql,
  after: { workspaceId: string; id: string },
  limit: number,
): Promise<WebhookToTrim[]> {
  return sql.query(SCAN_WEBHOOKS, [after.workspaceId, after.id, limit]);
}

const TRIM_DELIVERIES = statement(
  'trim_webhook_deliveries',
  `DELETE FROM webhook_deliveries d USING (
     SELECT o.event_id FROM webhook_deliveries o WHERE o.workspace_id = $1 AND o.webhook_id = $2 AND o.event_id < $3
       AND (o.status <> 'pending' OR $4) ORDER BY o.event_id LIMIT $5) old
   WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.event_id = old.event_id AND (d.status <> 'pending' OR $4)
   RETURNING d.event_id`,
);

/** The oldest of before `before` (an id): those that are over, or all. Answers how many. */
export async function trimDeliveries(
  sql: Sql,
  workspaceId: string,
  webhookId: string,
  before: string,
  pendingToo: boolean,
  limit: number,
): Promise<number> {
  return (await sql.query(TRIM_DELIVERIES, [workspaceId, webhookId, before, pendingToo, limit])).length;
}

const FORGET_WEBHOOK = statement(
  'forget_webhook',
  'DELETE FROM webhooks WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NOT NULL',
);

export async function forgetWebhook(sql: Sql, workspaceId: string, id: string): Promise<void> {
  await sql.query(FORGET_WEBHOOK, [workspaceId, id]);
}
