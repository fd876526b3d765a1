/** Messages as clients of other services see them: each with the SMS that took over from it. */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { findMessage, MESSAGE_COLUMNS, type MessageRow } from './messages.ts';

export interface DoorMessage {
  message: MessageRow;
  sms: MessageRow | null;
}

const FIND_FALLBACKS_OF = statement(
  'find_fallbacks_of',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.workspace_id = $1 AND m.fallback_of = ANY($2)`,
);

/** null also for emails, and for an SMS that took over: that is told under the name of its original. */
export async function findDoorMessage(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<DoorMessage | null> {
  const message = await findMessage(sql, workspaceId, id);
  if (message === null || message.messageType === 'email' || message.fallbackOf !== null) return null;
  const [found] = await withSms(sql, workspaceId, [message]);
  return found ?? null;
}

export interface DoorFilters {
  to: { address: string; lineIds: readonly string[] } | null;
  from: { address: string; lineIds: readonly string[] } | null;
  sentFrom: number | null;
  sentTo: number | null;
  after: string | null;
  limit: number;
}

const LIST_DOOR_MESSAGES = statement(
  'list_door_messages',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.message_type <> 'email' AND m.fallback_of IS NULL
     AND ($2::text IS NULL OR (m.direction = 'sent' AND m.recipient_phone = $2)
       OR (m.direction = 'received' AND m.line_id = ANY($3)))
     AND ($4::text IS NULL OR (m.direction = 'sent' AND m.line_id = ANY($5))
       OR (m.direction = 'received' AND m.recipient_phone = $4))
     AND ($6::timestamptz IS NULL OR coalesce(m.sent_at, m.created_at) >= $6)
     AND ($7::timestamptz IS NULL OR coalesce(m.sent_at, m.created_at) <= $7)
     AND ($8::text IS NULL OR m.id < $8)
   ORDER BY m.id DESC LIMIT $9`,
);

/** Newest first. */
export async function listDoorMessages(
  sql: Sql,
  workspaceId: string,
  { to, from, sentFrom, sentTo, after, limit }: DoorFilters,
): Promise<DoorMessage[]> {
  const messages = await sql.query<MessageRow>(LIST_DOOR_MESSAGES, [
    workspaceId,
    to?.address ?? null,
    to?.lineIds ?? [],
    from?.address ?? null,
    from?.lineIds ?? [],
    toIsoOrNull(sentFrom),
    toIsoOrNull(sentTo),
    after,
    limit,
  ]);
  return withSms(sql, workspaceId, messages);
}

const READ_DOOR_MESSAGES = statement(
  'read_door_messages',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.workspace_id = $1 AND m.id = ANY($2)`,
);

export async function readDoorMessages(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<DoorMessage[]> {
  return withSms(sql, workspaceId, await sql.query<MessageRow>(READ_DOOR_MESSAGES, [workspaceId, ids]));
}

async function withSms(
  sql: Sql,
  workspaceId: string,
  messages: readonly MessageRow[],
): Promise<DoorMessage[]> {
  const ids = messages.filter(({ status }) => status === 'fallback').map(({ id }) => id);
  const found = ids.length === 0 ? [] : await sql.query<MessageRow>(FIND_FALLBACKS_OF, [workspaceId, ids]);
  const byOriginal = new Map(found.map((sms) => [sms.fallbackOf, sms]));
  return messages.map((message) => ({ message, sms: byOriginal.get(message.id) ?? null }));
}

/** Whom to tell what becomes of a message, until all of it is told. */
export interface DoorCallback {
  workspaceId: string;
  messageId: string;
  door: string;
  url: string;
  /** As the client called itself. */
  account: string;
  /** What it signs with, sealed; null where nothing is signed. */
  secret: Buffer | null;
  /** How many steps were told. */
  told: number;
  failures: number;
}

const INSERT_DOOR_CALLBACK = statement(
  'insert_door_callback',
  `INSERT INTO door_callbacks (workspace_id, message_id, door, url, account, secret, look_at, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
);

export async function insertDoorCallback(
  tx: Sql,
  callback: Omit<DoorCallback, 'told' | 'failures'>,
  now: number,
): Promise<void> {
  const { workspaceId, messageId, door, url, account, secret } = callback;
  await tx.query(INSERT_DOOR_CALLBACK, [workspaceId, messageId, door, url, account, secret, toIso(now)]);
}

const SCAN_DOOR_CALLBACKS = statement(
  'scan_door_callbacks',
  `SELECT workspace_id AS "workspaceId", message_id AS "messageId", door, url, account, secret, told, failures
   FROM door_callbacks WHERE look_at <= $1 ORDER BY look_at LIMIT $2`,
);

export function scanDoorCallbacks(sql: Sql, now: number, limit: number): Promise<DoorCallback[]> {
  return sql.query<DoorCallback>(SCAN_DOOR_CALLBACKS, [toIso(now), limit]);
}

const CLAIM_DOOR_CALLBACK = statement(
  'claim_door_callback',
  `UPDATE door_callbacks SET look_at = $4
   WHERE workspace_id = $1 AND message_id = $2 AND told = $3 AND failures = $6 AND look_at <= $5
   RETURNING message_id`,
);

/** True for exactly one process; should it die, the row comes up again at `until`. */
export async function claimDoorCallback(
  sql: Sql,
  { workspaceId, messageId, told, failures }: DoorCallback,
  until: number,
  now: number,
): Promise<boolean> {
  const values = [workspaceId, messageId, told, toIso(until), toIso(now), failures];
  return (await sql.query(CLAIM_DOOR_CALLBACK, values)).length > 0;
}

const PUT_OFF_DOOR_CALLBACKS = statement(
  'put_off_door_callbacks',
  `UPDATE door_callbacks c SET look_at = r.look_at, told = r.told, failures = r.failures
   FROM json_to_recordset($2::json) AS r(message_id text, look_at timestamptz, told int, failures int)
   WHERE c.workspace_id = $1 AND c.message_id = r.message_id AND c.told <= r.told`,
);

/** What was told so far, and when to look again. */
export async function putOffDoorCallbacks(
  sql: Sql,
  workspaceId: string,
  rows: readonly { messageId: string; lookAt: number; told: number; failures: number }[],
): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map(({ messageId, lookAt, told, failures }) => ({
    message_id: messageId,
    look_at: toIso(lookAt),
    told,
    failures,
  }));
  await sql.query(PUT_OFF_DOOR_CALLBACKS, [workspaceId, JSON.stringify(records)]);
}

const REMOVE_DOOR_CALLBACKS = statement(
  'remove_door_callbacks',
  'DELETE FROM door_callbacks WHERE workspace_id = $1 AND message_id = ANY($2)',
);

/** All is told, or nobody wants to hear it. */
export async function removeDoorCallbacks(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await sql.query(REMOVE_DOOR_CALLBACKS, [workspaceId, ids]);
}
