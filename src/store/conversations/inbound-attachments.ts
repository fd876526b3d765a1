/** Files that came in with a message and are still to be had from its carrier or device (D28). */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface NewInboundAttachment {
  id: string;
  name: string;
  /** Plain JSON by which the channel finds the bytes. */
  source: unknown;
}

const INSERT_INBOUND_ATTACHMENTS = statement(
  'insert_inbound_attachments',
  `INSERT INTO inbound_attachments (workspace_id, id, message_id, line_id, position, name, source, next_try_at, created_at)
   SELECT $1, a.id, $2, $3, a.position, a.name, coalesce(a.source, 'null'::jsonb), $5, $5
   FROM json_to_recordset($4::json) AS a(id text, position smallint, name text, source jsonb)
   ON CONFLICT DO NOTHING`,
);

/** In the commit that stores the message; the dispatcher gets them afterwards, in their order. */
export async function insertInboundAttachments(
  tx: Sql,
  workspaceId: string,
  messageId: string,
  lineId: string,
  attachments: readonly NewInboundAttachment[],
  now: number,
): Promise<void> {
  if (attachments.length === 0) return;
  const rows = attachments.map((each, position) => ({ ...each, position }));
  const values = [workspaceId, messageId, lineId, JSON.stringify(rows), toIso(now)];
  await tx.query(INSERT_INBOUND_ATTACHMENTS, values);
}

// Scans all workspaces, so it locks nothing: who claims one is the one to get it.
const SCAN_INBOUND_ATTACHMENTS = statement(
  'scan_inbound_attachments',
  `SELECT workspace_id AS "workspaceId", id FROM inbound_attachments WHERE next_try_at <= $1 ORDER BY next_try_at LIMIT $2`,
);

export function scanInboundAttachments(
  sql: Sql,
  now: number,
  limit: number,
): Promise<{ workspaceId: string; id: string }[]> {
  return sql.query(SCAN_INBOUND_ATTACHMENTS, [toIso(now), limit]);
}

export interface InboundAttachmentRow {
  id: string;
  messageId: string;
  lineId: string;
  position: number;
  name: string;
  source: unknown;
  failures: number;
  createdAt: number;
}

const CLAIM_INBOUND_ATTACHMENT = statement(
  'claim_inbound_attachment',
  `UPDATE inbound_attachments SET next_try_at = $4
   WHERE workspace_id = $1 AND id = $2 AND next_try_at <= $3
   RETURNING id, message_id AS "messageId", line_id AS "lineId", position, name, source, failures, created_at AS "createdAt"`,
);

/** Takes it for this process until `until`; null when another process has it. Should this one die, it comes up again. */
export async function claimInboundAttachment(
  sql: Sql,
  workspaceId: string,
  id: string,
  now: number,
  until: number,
): Promise<InboundAttachmentRow | null> {
  const values = [workspaceId, id, toIso(now), toIso(until)];
  const [row] = await sql.query<InboundAttachmentRow>(CLAIM_INBOUND_ATTACHMENT, values);
  return row ?? null;
}

const STORE_INBOUND_ATTACHMENT = statement(
  'store_inbound_attachment',
  `UPDATE inbound_attachments SET file_id = $3, error = NULL, next_try_at = NULL
   WHERE workspace_id = $1 AND id = $2 AND next_try_at IS NOT NULL RETURNING id`,
);

/** False: another process stored it, or gave it up. */
export async function storeInboundAttachment(
  tx: Sql,
  workspaceId: string,
  id: string,
  fileId: string,
): Promise<boolean> {
  return (await tx.query(STORE_INBOUND_ATTACHMENT, [workspaceId, id, fileId])).length > 0;
}

const MISS_INBOUND_ATTACHMENT = statement(
  'miss_inbound_attachment',
  `UPDATE inbound_attachments SET failures = failures + 1, error = $3, next_try_at = $4
   WHERE workspace_id = $1 AND id = $2 AND next_try_at IS NOT NULL RETURNING id`,
);

/** A try in vain. `nextTryAt` null: it is given up. False: another process stored it, or gave it up. */
export async function missInboundAttachment(
  tx: Sql,
  workspaceId: string,
  id: string,
  error: string,
  nextTryAt: number | null,
): Promise<boolean> {
  const values = [workspaceId, id, error, toIsoOrNull(nextTryAt)];
  return (await tx.query(MISS_INBOUND_ATTACHMENT, values)).length > 0;
}

const LINK_INBOUND_ATTACHMENTS = statement(
  'link_inbound_attachments',
  `UPDATE messages m SET attachments = $3, updated_at = $4 WHERE m.workspace_id = $1 AND m.id = $2 RETURNING m.lead_id AS "leadId"`,
);
const READ_STORED_ATTACHMENTS = statement(
  'read_stored_attachments',
  `SELECT file_id AS "fileId", name FROM inbound_attachments
   WHERE workspace_id = $1 AND message_id = $2 AND file_id IS NOT NULL ORDER BY position`,
);
const LOCK_RECEIVED = statement(
  'lock_received',
  'SELECT m.id FROM messages m WHERE m.workspace_id = $1 AND m.id = $2 FOR NO KEY UPDATE',
);

/**
 * Puts what is stored by now on the message, in the order it came in; answers whose message it is. The lock comes first,
 * so that of two stored at once the second sees both.
 */
export async function linkInboundAttachments(
  tx: Sql,
  workspaceId: string,
  messageId: string,
  urlOf: (file: { fileId: string; name: string }) => string,
  now: number,
): Promise<{ leadId: string } | null> {
  await tx.query(LOCK_RECEIVED, [workspaceId, messageId]);
  const stored = await tx.query<{ fileId: string; name: string }>(READ_STORED_ATTACHMENTS, [
    workspaceId,
    messageId,
  ]);
  const attachments = stored.map((file) => ({ url: urlOf(file), name: file.name }));
  const values = [workspaceId, messageId, JSON.stringify(attachments), toIso(now)];
  const [row] = await tx.query<{ leadId: string }>(LINK_INBOUND_ATTACHMENTS, values);
  return row ?? null;
}
