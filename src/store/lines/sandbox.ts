/** The simulated phones: what they hold and what they will tell back. Written by channels/sandbox.ts, read by tests and users. */
import type { MessageType } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Database, type Sql, statement } from '../database.ts';

export interface NewSandboxCopy {
  id: string;
  lineId: string;
  reference: string;
  attempt: number;
  address: string;
  messageType: MessageType;
  message: string;
  subject: string | null;
  attachments: readonly { url: string; name: string | null }[];
  receivedAt: number;
}

export interface NewSandboxCallback {
  id: string;
  kind: 'delivered' | 'read' | 'bounced' | 'reply';
  dueAt: number;
  /** Text of a reply. */
  message: string | null;
}

// One statement, so that a copy and what follows from it are stored together and in one round trip.
const STORE_COPY = statement(
  'store_sandbox_copy',
  `WITH copy AS (
     INSERT INTO sandbox_copies (workspace_id, id, address, line_id, reference, attempt, message_type, message, subject,
                                 attachments, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::timestamptz)
   )
   INSERT INTO sandbox_callbacks (workspace_id, id, due_at, line_id, kind, reference, address, message)
   SELECT $1, c.id, c.due_at, $4, c.kind, $5, $3, c.message
   FROM json_to_recordset($12::json) AS c(id text, due_at timestamptz, kind text, message text)`,
);

/** `stillWanted` is asked when a connection is free; false: it no longer was, and nothing is stored. */
export async function storeCopy(
  database: Database,
  stillWanted: () => boolean,
  workspaceId: string,
  copy: NewSandboxCopy,
  callbacks: readonly NewSandboxCallback[],
): Promise<boolean> {
  const rows = callbacks.map(({ id, kind, dueAt, message }) => ({ id, kind, due_at: toIso(dueAt), message }));
  const stored = await database.queryIf(stillWanted, STORE_COPY, [
    workspaceId,
    copy.id,
    copy.address,
    copy.lineId,
    copy.reference,
    copy.attempt,
    copy.messageType,
    copy.message,
    copy.subject,
    copy.attachments.length === 0 ? null : JSON.stringify(copy.attachments),
    toIso(copy.receivedAt),
    JSON.stringify(rows),
  ]);
  return stored !== null;
}

const FIND_COPY = statement(
  'find_sandbox_copy',
  `SELECT id, address FROM sandbox_copies WHERE workspace_id = $1 AND reference = $2 ORDER BY id LIMIT 1`,
);

/** The first copy any phone received of this reference. */
export async function findCopy(
  sql: Sql,
  workspaceId: string,
  reference: string,
): Promise<{ id: string; address: string } | null> {
  const rows = await sql.query<{ id: string; address: string }>(FIND_COPY, [workspaceId, reference]);
  return rows[0] ?? null;
}

export interface SandboxCopyRow {
  id: string;
  lineId: string;
  reference: string;
  attempt: number;
  messageType: MessageType;
  message: string;
  subject: string | null;
  attachments: { url: string; name: string | null }[] | null;
  receivedAt: number;
}

const READ_PHONE = statement(
  'read_sandbox_phone',
  `SELECT id, line_id AS "lineId", reference, attempt, message_type AS "messageType", message, subject, attachments,
          received_at AS "receivedAt", count(*) OVER () AS total
   FROM sandbox_copies WHERE workspace_id = $1 AND address = $2 ORDER BY id DESC LIMIT $3`,
);

/** The newest `limit` copies that the phone or mailbox holds, oldest first, and how many there are in all. */
export async function readPhone(
  sql: Sql,
  workspaceId: string,
  address: string,
  limit: number,
): Promise<{ copies: SandboxCopyRow[]; total: number }> {
  const rows = await sql.query<SandboxCopyRow & { total: number }>(READ_PHONE, [workspaceId, address, limit]);
  const copies = rows.toReversed().map(({ total: _total, ...copy }) => copy);
  return { copies, total: rows[0]?.total ?? 0 };
}

export interface SandboxCallbackRow {
  workspaceId: string;
  id: string;
  lineId: string;
  kind: 'delivered' | 'read' | 'bounced' | 'reply';
  reference: string;
  address: string;
  message: string | null;
  dueAt: number;
}

// Scans all workspaces, so it locks nothing: who wins removeCallbacks is the one to act on it.
const SCAN_DUE_CALLBACKS = statement(
  'scan_due_sandbox_callbacks',
  `SELECT workspace_id AS "workspaceId", id, line_id AS "lineId", kind, reference, address, message, due_at AS "dueAt"
   FROM sandbox_callbacks WHERE due_at <= $1::timestamptz ORDER BY due_at, id LIMIT $2`,
);

export function scanDueCallbacks(sql: Sql, now: number, limit: number): Promise<SandboxCallbackRow[]> {
  return sql.query<SandboxCallbackRow>(SCAN_DUE_CALLBACKS, [toIso(now), limit]);
}

const REMOVE_CALLBACKS = statement(
  'remove_sandbox_callbacks',
  `DELETE FROM sandbox_callbacks WHERE workspace_id = $1 AND id = ANY($2) RETURNING id`,
);

/** Ids go to exactly one caller; in the transaction that records what they tell. */
export async function removeCallbacks(
  tx: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(REMOVE_CALLBACKS, [workspaceId, ids]);
  return new Set(rows.map((row) => row.id));
}
