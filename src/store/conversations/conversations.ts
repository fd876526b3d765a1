/** One lead's messages, and who replied. The list of threads: inbox.ts. */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { MESSAGE_COLUMNS, type MessageRow, WAITING_SQL } from '../messages/messages.ts';

/**
 * Where a message stands in its thread: what waits comes last of all, what left stands where it left, and what ended otherwise
 * where it ended.
 */
export const STANDS_AT = (m: string) => `CASE WHEN ${m}.direction = 'received' THEN ${m}.created_at
  WHEN ${m}.status IN ${WAITING_SQL} THEN 'infinity'::timestamptz ELSE coalesce(${m}.sent_at, ${m}.updated_at) END`;

const READ_THREAD = statement(
  'read_thread',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.lead_id = $2 AND ($3::text IS NULL
     OR (${STANDS_AT('m')}, m.id) < (SELECT ${STANDS_AT('c')}, c.id FROM messages c WHERE c.workspace_id = $1 AND c.id = $3))
   ORDER BY ${STANDS_AT('m')} DESC, m.id DESC LIMIT $4`,
);

/** Newest first. `before`: the last message of the page before. */
export function readThread(
  sql: Sql,
  workspaceId: string,
  leadId: string,
  before: string | null,
  limit: number,
): Promise<MessageRow[]> {
  return sql.query(READ_THREAD, [workspaceId, leadId, before, limit]);
}

const HAS_CONVERSATION = statement(
  'has_conversation',
  'SELECT 1 FROM messages WHERE workspace_id = $1 AND lead_id = $2 LIMIT 1',
);

/** Also of a lead that was deleted. */
export async function hasConversation(sql: Sql, workspaceId: string, leadId: string): Promise<boolean> {
  return (await sql.query(HAS_CONVERSATION, [workspaceId, leadId])).length > 0;
}

export interface ReactionRow {
  messageId: string;
  address: string;
  reaction: string;
  at: number;
}

const READ_REACTIONS = statement(
  'read_reactions',
  `SELECT m.id AS "messageId", r.address, r.reaction, r.at
   FROM messages m JOIN reactions r ON r.workspace_id = $1 AND r.line_id = m.line_id AND r.target = m.external_message_id
   WHERE m.workspace_id = $1 AND m.id = ANY($2) AND NOT r.is_removed ORDER BY r.at, r.address`,
);

export function readReactions(
  sql: Sql,
  workspaceId: string,
  messageIds: readonly string[],
): Promise<ReactionRow[]> {
  return messageIds.length === 0 ? Promise.resolve([]) : sql.query(READ_REACTIONS, [workspaceId, messageIds]);
}

export interface ReplyFilters {
  leadId: string | null;
  campaignId: string | null;
  lineId: string | null;
  recipientPhone: string | null;
  recipientEmail: string | null;
  dateFrom: number | null;
  dateTo: number | null;
}

export interface ReplyRow {
  id: string;
  leadId: string;
  message: string;
  at: number;
  recipientPhone: string | null;
  recipientEmail: string | null;
  firstName: string | null;
  lastName: string | null;
  recipientName: string | null;
}

const MATCHES = `m.direction = 'received'
  AND ($2::text IS NULL OR m.lead_id = $2) AND ($3::text IS NULL OR m.campaign_id = $3) AND ($4::text IS NULL OR m.line_id = $4)
  AND ($5::text IS NULL OR m.address = $5) AND ($6::text IS NULL OR m.address = $6)
  AND ($7::timestamptz IS NULL OR m.created_at >= $7) AND ($8::timestamptz IS NULL OR m.created_at <= $8)`;

const LIST_REPLIERS = statement(
  'list_repliers',
  `SELECT r.id, r.lead_id AS "leadId", r.message, r.at, r.recipient_phone AS "recipientPhone",
     r.recipient_email AS "recipientEmail", l.first_name AS "firstName", l.last_name AS "lastName",
     r.recipient_name AS "recipientName"
   FROM (SELECT DISTINCT ON (m.lead_id) m.id, m.lead_id, m.message, m.created_at AS at, m.recipient_phone, m.recipient_email,
           m.recipient_name
         FROM messages m WHERE m.workspace_id = $1 AND ${MATCHES} ORDER BY m.lead_id, m.id DESC) r
   LEFT JOIN leads l ON l.workspace_id = $1 AND l.id = r.lead_id
   ORDER BY r.id DESC OFFSET $9 LIMIT $10`,
);
const COUNT_REPLIERS = statement(
  'count_repliers',
  `SELECT count(DISTINCT m.lead_id)::int AS total FROM messages m WHERE m.workspace_id = $1 AND ${MATCHES}`,
);

/** One row for each lead that replied: its latest reply that matches. */
export async function listRepliers(
  sql: Sql,
  workspaceId: string,
  filters: ReplyFilters,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ rows: ReplyRow[]; total: number }> {
  const asked = [
    workspaceId,
    filters.leadId,
    filters.campaignId,
    filters.lineId,
    filters.recipientPhone,
    filters.recipientEmail,
    toIsoOrNull(filters.dateFrom),
    toIsoOrNull(filters.dateTo),
  ];
  const rows = await sql.query<ReplyRow>(LIST_REPLIERS, [...asked, offset, limit]);
  const [counted] = await sql.query<{ total: number }>(COUNT_REPLIERS, asked);
  return { rows, total: counted?.total ?? 0 };
}

export interface ThreadRow {
  leadId: string;
  direction: 'sent' | 'received';
  id: string;
  message: string;
  at: number;
  sentAt: number | null;
  batchId: string | null;
  stepIndex: number | null;
}

const READ_THREADS = statement(
  'read_threads',
  `SELECT t."leadId", t.direction, t.id, t.message, t.at, t."sentAt", t."batchId", t."stepIndex"
   FROM json_to_recordset($2::json) AS asked(lead_id text, until timestamptz)
   CROSS JOIN (VALUES ('sent'), ('received')) AS way(direction)
   CROSS JOIN LATERAL (
     SELECT m.lead_id AS "leadId", m.direction, m.id, m.message, m.created_at AS at, m.sent_at AS "sentAt",
       m.batch_id AS "batchId", m.step_index AS "stepIndex"
     FROM messages m WHERE m.workspace_id = $1 AND m.lead_id = asked.lead_id AND m.direction = way.direction
       AND (m.direction = 'received' OR (m.sent_at IS NOT NULL AND m.sent_at <= asked.until))
     ORDER BY m.id DESC LIMIT $3) t`,
);

/** The latest messages of each lead: `depth` that came in, and as many of ours that left before `until`. */
export function readThreads(
  sql: Sql,
  workspaceId: string,
  leads: readonly { leadId: string; until: number }[],
  depth: number,
): Promise<ThreadRow[]> {
  if (leads.length === 0) return Promise.resolve([]);
  const asked = leads.map(({ leadId, until }) => ({ lead_id: leadId, until: toIso(until) }));
  return sql.query(READ_THREADS, [workspaceId, JSON.stringify(asked), depth]);
}
