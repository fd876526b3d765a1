/** What belongs to a conversation beside its messages: its files, opt-outs, changes of line, campaigns. */
import type { LineDecision } from '../../domain/line-choice.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import type { SuppressedAddress } from '../leads/suppressions.ts';
import { FILE_COLUMNS, type FileRow } from '../messages/files.ts';

const READ_FILES = statement(
  'read_files',
  `SELECT ${FILE_COLUMNS} FROM files f WHERE f.workspace_id = $1 AND f.id = ANY($2)`,
);

export function readFiles(sql: Sql, workspaceId: string, ids: readonly string[]): Promise<FileRow[]> {
  return ids.length === 0 ? Promise.resolve([]) : sql.query(READ_FILES, [workspaceId, ids]);
}

const READ_FETCHED = statement(
  'read_fetched_files',
  `SELECT u.url_hash AS "urlHash", ${FILE_COLUMNS} FROM fetched_urls u
   JOIN files f ON f.workspace_id = u.workspace_id AND f.id = u.file_id
   WHERE u.workspace_id = $1 AND u.url_hash = ANY($2)`,
);

/** What lay at these addresses when they were last asked for. */
export function readFetchedFiles(
  sql: Sql,
  workspaceId: string,
  urlHashes: readonly string[],
): Promise<(FileRow & { urlHash: string })[]> {
  return urlHashes.length === 0 ? Promise.resolve([]) : sql.query(READ_FETCHED, [workspaceId, urlHashes]);
}

export interface CameInRow {
  messageId: string;
  name: string;
  /** Null while it is still to be had, and when it was given up. */
  fileId: string | null;
  isAwaited: boolean;
}

const READ_CAME_IN = statement(
  'read_came_in',
  `SELECT a.message_id AS "messageId", a.name, a.file_id AS "fileId", a.next_try_at IS NOT NULL AS "isAwaited"
   FROM inbound_attachments a WHERE a.workspace_id = $1 AND a.message_id = ANY($2) ORDER BY a.message_id, a.position`,
);

/** Files that came with these messages, whether they could be had or not. */
export function readCameIn(
  sql: Sql,
  workspaceId: string,
  messageIds: readonly string[],
): Promise<CameInRow[]> {
  return messageIds.length === 0 ? Promise.resolve([]) : sql.query(READ_CAME_IN, [workspaceId, messageIds]);
}

export interface LedgerRow {
  action: 'opt_out' | 'opt_in';
  address: string | null;
  source: string;
  words: string | null;
  at: number;
}

const READ_LEDGER_OF = statement(
  'read_ledger_of_lead',
  `SELECT s.action, s.address, s.source, s.words, s.at FROM suppressions s
   WHERE s.workspace_id = $1 AND (s.lead_id = $2 OR s.address = ANY(ARRAY(
       SELECT a.address FROM lead_addresses a WHERE a.workspace_id = $1 AND a.lead_id = $2)))
     AND ($3::timestamptz IS NULL OR s.at >= $3) AND ($4::timestamptz IS NULL OR s.at < $4)
   ORDER BY s.id DESC LIMIT $5`,
);

/** Opt-outs and opt-ins of a lead and of its addresses, newest first. */
export function readLedgerOf(
  sql: Sql,
  workspaceId: string,
  leadId: string,
  { from, until, limit }: { from: number | null; until: number | null; limit: number },
): Promise<LedgerRow[]> {
  return sql.query(READ_LEDGER_OF, [workspaceId, leadId, toIsoOrNull(from), toIsoOrNull(until), limit]);
}

const READ_SUPPRESSED_OF = statement(
  'read_suppressed_of_lead',
  `SELECT a.suppressed_by AS id, a.address, a.suppressed_reason AS reason, a.suppressed_at AS at,
     (SELECT s.words FROM suppressions s WHERE s.workspace_id = $1 AND s.id = a.suppressed_by) AS words
   FROM lead_addresses la JOIN addresses a ON a.workspace_id = $1 AND a.address = la.address
   WHERE la.workspace_id = $1 AND la.lead_id = $2 AND a.suppressed_by IS NOT NULL ORDER BY a.suppressed_by DESC`,
);

/** Those of a lead's addresses that must not be written to. */
export function readSuppressedOf(
  sql: Sql,
  workspaceId: string,
  leadId: string,
): Promise<SuppressedAddress[]> {
  return sql.query(READ_SUPPRESSED_OF, [workspaceId, leadId]);
}

export interface MoveRow {
  messageId: string;
  at: number;
  data: { from: string; lineDecision: LineDecision };
}

const READ_MOVES = statement(
  'read_moves',
  `SELECT e.message_id AS "messageId", e.at, e.data FROM events e
   WHERE e.workspace_id = $1 AND e.message_id = ANY($2) AND e.type = 'message.moved' ORDER BY e.id`,
);

/** How these messages came to leave from another line. */
export function readMoves(sql: Sql, workspaceId: string, messageIds: readonly string[]): Promise<MoveRow[]> {
  return messageIds.length === 0 ? Promise.resolve([]) : sql.query(READ_MOVES, [workspaceId, messageIds]);
}

const FIND_CREATED_AT = statement(
  'find_created_at',
  'SELECT m.created_at AS at FROM messages m WHERE m.workspace_id = $1 AND m.id = $2 AND m.lead_id = $3',
);

/** When a message of this lead was stored; null when it has none of this id. */
export async function findCreatedAt(
  sql: Sql,
  workspaceId: string,
  leadId: string,
  messageId: string,
): Promise<number | null> {
  const [row] = await sql.query<{ at: number }>(FIND_CREATED_AT, [workspaceId, messageId, leadId]);
  return row?.at ?? null;
}

const FIND_SEEN_UNTIL = statement(
  'find_seen_until',
  `SELECT CASE m.direction WHEN 'sent' THEN coalesce(m.sent_at, m.created_at) ELSE m.created_at END AS at
   FROM messages m WHERE m.workspace_id = $1 AND m.id = $2 AND m.lead_id = $3`,
);

/** When this message of the lead came in or left: what came in before was seen with it. null: it has none of this id. */
export async function findSeenUntil(
  sql: Sql,
  workspaceId: string,
  leadId: string,
  messageId: string,
): Promise<number | null> {
  const [row] = await sql.query<{ at: number }>(FIND_SEEN_UNTIL, [workspaceId, messageId, leadId]);
  return row?.at ?? null;
}
