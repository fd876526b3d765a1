/** Where customers want to be told of events. A webhook that was deleted is gone for all but the clearing up. */
import type { DisabledReason } from '../../domain/webhook-events.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface WebhookRow {
  id: string;
  url: string;
  events: string[];
  name: string;
  description: string | null;
  isActive: boolean;
  secret: Buffer;
  previousSecret: Buffer | null;
  previousSecretUntil: number | null;
  failureCount: number;
  failingSince: number | null;
  disabledReason: DisabledReason | null;
  holdUntil: number | null;
  lastTriggeredAt: number | null;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  replayAfter: string | null;
  replayUntil: string | null;
  replayUndelivered: boolean;
  createdAt: number;
  updatedAt: number;
}

const COLUMNS = `w.id, w.url, w.events, w.name, w.description, w.is_active AS "isActive", w.secret,
  w.previous_secret AS "previousSecret", w.previous_secret_until AS "previousSecretUntil", w.failure_count AS "failureCount",
  w.failing_since AS "failingSince", w.disabled_reason AS "disabledReason", w.hold_until AS "holdUntil",
  w.last_triggered_at AS "lastTriggeredAt", w.last_success_at AS "lastSuccessAt", w.last_failure_at AS "lastFailureAt",
  w.replay_after AS "replayAfter", w.replay_until AS "replayUntil", w.replay_undelivered AS "replayUndelivered",
  w.created_at AS "createdAt", w.updated_at AS "updatedAt"`;

const LIST_WEBHOOKS = statement(
  'list_webhooks',
  `SELECT ${COLUMNS} FROM webhooks w WHERE w.workspace_id = $1 AND w.deleted_at IS NULL ORDER BY w.id DESC`,
);

/** Newest first. */
export function listWebhooks(sql: Sql, workspaceId: string): Promise<WebhookRow[]> {
  return sql.query(LIST_WEBHOOKS, [workspaceId]);
}

const FIND_WEBHOOK = statement(
  'find_webhook',
  `SELECT ${COLUMNS} FROM webhooks w WHERE w.workspace_id = $1 AND w.id = $2 AND w.deleted_at IS NULL`,
);

export async function findWebhook(sql: Sql, workspaceId: string, id: string): Promise<WebhookRow | null> {
  const [row] = await sql.query<WebhookRow>(FIND_WEBHOOK, [workspaceId, id]);
  return row ?? null;
}

const LOCK_WEBHOOK = statement(
  'lock_webhook',
  `SELECT ${COLUMNS} FROM webhooks w WHERE w.workspace_id = $1 AND w.id = $2 AND w.deleted_at IS NULL FOR NO KEY UPDATE`,
);

export async function lockWebhook(tx: Sql, workspaceId: string, id: string): Promise<WebhookRow | null> {
  const [row] = await tx.query<WebhookRow>(LOCK_WEBHOOK, [workspaceId, id]);
  return row ?? null;
}

const INSERT_WEBHOOK = statement(
  'insert_webhook',
  `INSERT INTO webhooks (workspace_id, id, url, events, name, description, secret, created_at, updated_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
);

export async function insertWebhook(
  tx: Sql,
  workspaceId: string,
  webhook: Pick<WebhookRow, 'id' | 'url' | 'events' | 'name' | 'description' | 'secret'>,
  now: number,
): Promise<void> {
  const { id, url, events, name, description, secret } = webhook;
  await tx.query(INSERT_WEBHOOK, [workspaceId, id, url, events, name, description, secret, toIso(now)]);
}

const STORE_WEBHOOK = statement(
  'store_webhook',
  `UPDATE webhooks SET url = $3, events = $4, name = $5, description = $6, is_active = $7, secret = $8, previous_secret = $9,
     previous_secret_until = $10, failure_count = $11, failing_since = $12, disabled_reason = $13, hold_until = $14,
     replay_after = $15, replay_until = $16, replay_undelivered = $17, updated_at = $18
   WHERE workspace_id = $1 AND id = $2`,
);

/** Everything but when it was triggered. The caller holds the row's lock. */
export async function storeWebhook(
  tx: Sql,
  workspaceId: string,
  row: WebhookRow,
  now: number,
): Promise<void> {
  await tx.query(STORE_WEBHOOK, [
    workspaceId,
    row.id,
    row.url,
    row.events,
    row.name,
    row.description,
    row.isActive,
    row.secret,
    row.previousSecret,
    toIsoOrNull(row.previousSecretUntil),
    row.failureCount,
    toIsoOrNull(row.failingSince),
    row.disabledReason,
    toIsoOrNull(row.holdUntil),
    row.replayAfter,
    row.replayUntil,
    row.replayUndelivered,
    toIso(now),
  ]);
}

const NOTE_FAILURE = statement(
  'note_webhook_failure',
  `UPDATE webhooks SET failure_count = failure_count + 1, failing_since = coalesce(failing_since, $3), last_triggered_at = $3,
     last_failure_at = $3, hold_until = greatest(hold_until, $4) WHERE workspace_id = $1 AND id = $2`,
);

/** The caller holds the row's lock. */
export async function noteWebhookFailure(
  tx: Sql,
  workspaceId: string,
  id: string,
  holdUntil: number | null,
  now: number,
): Promise<void> {
  await tx.query(NOTE_FAILURE, [workspaceId, id, toIso(now), toIsoOrNull(holdUntil)]);
}

const NOTE_SUCCESS = statement(
  'note_webhook_success',
  `UPDATE webhooks SET failure_count = 0, failing_since = NULL, hold_until = NULL, last_triggered_at = $3, last_success_at = $3
   WHERE workspace_id = $1 AND id = $2
     AND (failure_count > 0 OR last_success_at IS NULL OR last_success_at > $3 OR last_success_at <= $4)`,
);

const SUCCESS_STEP_MS = 1_000;

/** Where one success follows another, they are noted once a second: the row would be written for each event otherwise. */
export async function noteWebhookSuccess(
  sql: Sql,
  workspaceId: string,
  id: string,
  now: number,
): Promise<void> {
  await sql.query(NOTE_SUCCESS, [workspaceId, id, toIso(now), toIso(now - SUCCESS_STEP_MS)]);
}

const DELETE_WEBHOOK = statement(
  'delete_webhook',
  `UPDATE webhooks SET deleted_at = $3, is_active = false, replay_after = NULL
   WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING id`,
);

/** Its deliveries stay for a while: a commit under way may be adding one. */
export async function deleteWebhook(
  sql: Sql,
  workspaceId: string,
  id: string,
  now: number,
): Promise<boolean> {
  return (await sql.query(DELETE_WEBHOOK, [workspaceId, id, toIso(now)])).length > 0;
}

const SCAN_REPLAYS = statement(
  'scan_webhook_replays',
  `SELECT workspace_id AS "workspaceId", id FROM webhooks WHERE replay_after IS NOT NULL LIMIT $1`,
);

export function scanReplays(sql: Sql, limit: number): Promise<{ workspaceId: string; id: string }[]> {
  return sql.query(SCAN_REPLAYS, [limit]);
}
