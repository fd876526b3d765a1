/** Reading and steering single messages. */
import type { LineDecision } from '../../domain/line-choice.ts';
import type { Reservation } from '../../domain/pacing.ts';
import type { SendWindow } from '../../domain/window.ts';
import {
  type Direction,
  type MessageStatus,
  type MessageType,
  PRIORITIES,
  type Reason,
} from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface CrmLinks {
  hsContactId: string | null;
  hsPortalId: string | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
}

/** A message as stored; instants in epoch ms. */
export interface MessageRow {
  id: string;
  workspaceId: string;
  direction: Direction;
  status: MessageStatus;
  reason: Reason | null;
  errorMessage: string | null;
  errorCode: string | null;
  messageType: MessageType;
  message: string;
  rendered: boolean;
  subject: string | null;
  attachments: { url: string; name: string | null }[] | null;
  leadId: string;
  recipientPhone: string | null;
  recipientEmail: string | null;
  recipientName: string | null;
  recipientGiven: boolean;
  recipientDiffers: boolean;
  address: string | null;
  lineId: string;
  linePinned: boolean;
  lineDecision: LineDecision | null;
  priority: number;
  firstTouch: boolean;
  dueAt: number;
  scheduledDate: number | null;
  expiresAt: number | null;
  settings: SendWindow | null;
  attempt: number;
  attempts: number;
  retryGapMs: number;
  leaseUntil: number | null;
  isFetching: boolean;
  reserved: Reservation | null;
  reconcileAt: number | null;
  receiptAt: number | null;
  unknownSince: number | null;
  checkedAddresses: string[] | null;
  sendFallbackSmsOnFailed: boolean;
  forceFallback: boolean;
  fallbackSmsDispatched: boolean;
  fallbackOf: string | null;
  retryOf: string | null;
  retriedBy: string | null;
  inReplyTo: string | null;
  batchId: string | null;
  campaignId: string | null;
  stepIndex: number | null;
  /** Which step of its campaign it is, and of which time the lead went through it; null for all other messages. */
  stepKey: string | null;
  campaignEntry: number | null;
  /** Older campaigns go first where messages are due at the same instant. */
  campaignStartedAt: number | null;
  /** What a fallback SMS says instead of the message's own text. */
  fallbackMessage: string | null;
  createdByUserId: string | null;
  contactOwnerEmail: string | null;
  crm: CrmLinks | null;
  correlationId: string;
  externalMessageId: string | null;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  createdAt: number;
  updatedAt: number;
}

const COLUMNS: Readonly<Record<keyof MessageRow, string>> = {
  id: 'id',
  workspaceId: 'workspace_id',
  direction: 'direction',
  status: 'status',
  reason: 'reason',
  errorMessage: 'error_message',
  errorCode: 'error_code',
  messageType: 'message_type',
  message: 'message',
  rendered: 'rendered',
  subject: 'subject',
  attachments: 'attachments',
  leadId: 'lead_id',
  recipientPhone: 'recipient_phone',
  recipientEmail: 'recipient_email',
  recipientName: 'recipient_name',
  recipientGiven: 'recipient_given',
  recipientDiffers: 'recipient_differs',
  address: 'address',
  lineId: 'line_id',
  linePinned: 'line_pinned',
  lineDecision: 'line_decision',
  priority: 'priority',
  firstTouch: 'first_touch',
  dueAt: 'due_at',
  scheduledDate: 'scheduled_date',
  expiresAt: 'expires_at',
  settings: 'settings',
  attempt: 'attempt',
  attempts: 'attempts',
  retryGapMs: 'retry_gap_ms',
  leaseUntil: 'lease_until',
  isFetching: 'is_fetching',
  reserved: 'reserved',
  reconcileAt: 'reconcile_at',
  receiptAt: 'receipt_at',
  unknownSince: 'unknown_since',
  checkedAddresses: 'checked_addresses',
  sendFallbackSmsOnFailed: 'send_fallback_sms_on_failed',
  forceFallback: 'force_fallback',
  fallbackSmsDispatched: 'fallback_sms_dispatched',
  fallbackOf: 'fallback_of',
  retryOf: 'retry_of',
  retriedBy: 'retried_by',
  inReplyTo: 'in_reply_to',
  batchId: 'batch_id',
  campaignId: 'campaign_id',
  stepIndex: 'step_index',
  stepKey: 'step_key',
  campaignEntry: 'campaign_entry',
  campaignStartedAt: 'campaign_started_at',
  fallbackMessage: 'fallback_message',
  createdByUserId: 'created_by_user_id',
  contactOwnerEmail: 'contact_owner_email',
  crm: 'crm',
  correlationId: 'correlation_id',
  externalMessageId: 'external_message_id',
  sentAt: 'sent_at',
  deliveredAt: 'delivered_at',
  readAt: 'read_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};

/** `m.line_id AS "lineId", …` for a table aliased `m`. */
export const MESSAGE_COLUMNS = Object.entries(COLUMNS)
  .map(([name, column]) => (name === column ? `m.${column}` : `m.${column} AS "${name}"`))
  .join(', ');

/** Every queue of a line: each class, for first touches and for follow-ups. */
export const CLASSES_SQL = `(VALUES ${[true, false]
  .flatMap((firstTouch) => PRIORITIES.map((_, priority) => `(${firstTouch}, ${priority})`))
  .join(', ')}) AS class(first_touch, priority)`;

export const WAITING_SQL = `('pending', 'scheduled', 'queued')`;
export const UNDER_WAY_SQL = `('sending', 'unknown')`;

const FIND_MESSAGE = statement(
  'find_message',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.workspace_id = $1 AND m.id = $2`,
);

export async function findMessage(sql: Sql, workspaceId: string, id: string): Promise<MessageRow | null> {
  const [row] = await sql.query<MessageRow>(FIND_MESSAGE, [workspaceId, id]);
  return row ?? null;
}

const LOCK_MESSAGES = statement(
  'lock_messages',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.workspace_id = $1 AND m.id = ANY($2)
   ORDER BY m.id FOR NO KEY UPDATE`,
);

/** Locks in the order of ids, so that two lockers of the same messages cannot wait for each other. */
export function lockMessages(tx: Sql, workspaceId: string, ids: readonly string[]): Promise<MessageRow[]> {
  return tx.query<MessageRow>(LOCK_MESSAGES, [workspaceId, ids]);
}

const LOCK_MESSAGES_NOW = statement(
  'lock_messages_now',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.workspace_id = $1 AND m.id = ANY($2)
   ORDER BY m.id FOR NO KEY UPDATE SKIP LOCKED`,
);

/** Without waiting: those that somebody else holds are left out. */
export function lockMessagesNow(tx: Sql, workspaceId: string, ids: readonly string[]): Promise<MessageRow[]> {
  return tx.query<MessageRow>(LOCK_MESSAGES_NOW, [workspaceId, ids]);
}

const READ_STATUSES = statement(
  'read_message_statuses',
  'SELECT id, status FROM messages WHERE workspace_id = $1 AND id = ANY($2)',
);

export function readStatuses(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<{ id: string; status: MessageStatus }[]> {
  return sql.query(READ_STATUSES, [workspaceId, ids]);
}

const LOCK_WAITING_OF_LEAD = statement(
  'lock_waiting_of_lead',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.lead_id = ANY($2) AND m.status IN ${WAITING_SQL} AND m.direction = 'sent'
   ORDER BY m.id FOR NO KEY UPDATE`,
);

export function lockWaitingOfLeads(
  tx: Sql,
  workspaceId: string,
  leadIds: readonly string[],
): Promise<MessageRow[]> {
  return tx.query<MessageRow>(LOCK_WAITING_OF_LEAD, [workspaceId, leadIds]);
}

// `IS TRUE` keeps the planner from the index of the queues, which holds all that waits.
const LOCK_WAITING_FOR = statement(
  'lock_waiting_for',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1
     AND (m.lead_id = ANY($2) OR (m.recipient_differs AND (m.recipient_phone = $3 OR m.recipient_email = $4)))
     AND (m.status IN ${WAITING_SQL}) IS TRUE AND m.direction = 'sent'
   ORDER BY m.id FOR NO KEY UPDATE`,
);

/** For these leads, or to these addresses; what names its lead's own address is found by the lead. */
export function lockWaitingFor(
  tx: Sql,
  workspaceId: string,
  leadIds: readonly string[],
  { phone, email }: { phone: string | null; email: string | null },
): Promise<MessageRow[]> {
  return tx.query<MessageRow>(LOCK_WAITING_FOR, [workspaceId, leadIds, phone, email]);
}

const MOVE_MESSAGES = statement(
  'move_messages',
  `UPDATE messages m SET line_id = r.line_id, line_decision = r.line_decision, updated_at = $3,
     first_touch = NOT EXISTS (SELECT 1 FROM touches t
       WHERE t.workspace_id = $1 AND t.lead_id = m.lead_id AND t.line_id = r.line_id)
   FROM json_to_recordset($2::json) AS r(id text, line_id text, line_decision jsonb)
   WHERE m.workspace_id = $1 AND m.id = ANY($4) AND m.id = r.id`,
);

/** The caller holds the rows' locks. */
export async function moveMessages(
  tx: Sql,
  workspaceId: string,
  moves: readonly { message: { id: string }; decision: LineDecision }[],
  now: number,
): Promise<void> {
  if (moves.length === 0) return;
  const rows = moves.map(({ message, decision }) => ({
    id: message.id,
    line_id: decision.lineId,
    line_decision: decision,
  }));
  await tx.query(MOVE_MESSAGES, [workspaceId, JSON.stringify(rows), toIso(now), rows.map((row) => row.id)]);
}

const LINK_RETRY = statement(
  'link_retry',
  `UPDATE messages SET retry_of = CASE WHEN id = $3 THEN $2 ELSE retry_of END,
     retried_by = CASE WHEN id = $2 THEN $3 ELSE retried_by END, updated_at = $4
   WHERE workspace_id = $1 AND id IN ($2, $3)`,
);

/** A failed message and the one in its place know each other. */
export async function linkRetry(
  tx: Sql,
  workspaceId: string,
  failed: string,
  retry: string,
  now: number,
): Promise<void> {
  await tx.query(LINK_RETRY, [workspaceId, failed, retry, toIso(now)]);
}

const CANCEL_MESSAGES = statement(
  'cancel_messages',
  `UPDATE messages SET status = 'cancelled', updated_at = $3, reason = coalesce($4, reason), error_message = coalesce($5, error_message)
   WHERE workspace_id = $1 AND id = ANY($2)`,
);

/** The caller holds the rows' locks and has seen that they wait. */
export async function markCancelled(
  tx: Sql,
  workspaceId: string,
  ids: readonly string[],
  why: { reason: Reason; sentence: string } | null,
  now: number,
): Promise<void> {
  await tx.query(CANCEL_MESSAGES, [workspaceId, ids, toIso(now), why?.reason ?? null, why?.sentence ?? null]);
}

export interface EditedMessage {
  id: string;
  status: MessageStatus;
  message: string;
  subject: string | null;
  scheduledDate: number | null;
  settings: SendWindow | null;
  expiresAt: number | null;
  dueAt: number;
  lineId: string;
  linePinned: boolean;
  lineDecision: LineDecision | null;
}

const EDIT_MESSAGE = statement(
  'edit_message',
  `UPDATE messages SET status = $3, message = $4, subject = $5, scheduled_date = $6, settings = $7, expires_at = $8,
     due_at = $9, line_id = $10, line_pinned = $11, line_decision = $12, updated_at = $13,
     first_touch = NOT EXISTS (SELECT 1 FROM touches t
       WHERE t.workspace_id = $1 AND t.lead_id = messages.lead_id AND t.line_id = $10)
   WHERE workspace_id = $1 AND id = $2`,
);

/** The caller holds the row's lock and has seen that it waits. */
export async function storeEdit(
  tx: Sql,
  workspaceId: string,
  edited: EditedMessage,
  now: number,
): Promise<void> {
  await tx.query(EDIT_MESSAGE, [
    workspaceId,
    edited.id,
    edited.status,
    edited.message,
    edited.subject,
    toIsoOrNull(edited.scheduledDate),
    edited.settings === null ? null : JSON.stringify(edited.settings),
    toIsoOrNull(edited.expiresAt),
    toIso(edited.dueAt),
    edited.lineId,
    edited.linePinned,
    edited.lineDecision === null ? null : JSON.stringify(edited.lineDecision),
    toIso(now),
  ]);
}
