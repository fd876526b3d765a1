/** Messages that people send to us. */
import type { MessageType } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { WAITING_SQL } from '../messages/messages.ts';

export interface ReceivedMessage {
  id: string;
  messageType: MessageType;
  message: string;
  leadId: string;
  lineId: string;
  address: string;
  phone: string | null;
  email: string | null;
  externalMessageId: string | null;
  correlationId: string;
  subject: string | null;
  inReplyTo: string | null;
  isPositive: boolean;
  /** When it was written, epoch ms. */
  writtenAt: number;
}

const INSERT_RECEIVED = statement(
  'insert_received',
  `WITH answered AS (
     SELECT o.campaign_id, o.created_by_user_id FROM messages o
     WHERE o.workspace_id = $1 AND o.lead_id = $5 AND o.direction = 'sent' AND o.sent_at IS NOT NULL
     ORDER BY o.sent_at DESC, o.id DESC LIMIT 1)
   INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, recipient_email,
     address, line_id, priority, due_at, attempts, retry_gap_ms, correlation_id, external_message_id, sent_at, delivered_at,
     created_at, updated_at, subject, in_reply_to, is_positive, campaign_id, answers_user_id)
   VALUES ($1, $2, 'received', 'delivered', $3, $4, $5, $6, $7, $8, $9, 0, $12, 1, 0, $10, $11, $13, $12, $12, $12, $14, $15, $16,
     (SELECT campaign_id FROM answered), (SELECT created_by_user_id FROM answered))
   ON CONFLICT (workspace_id, line_id, external_message_id) WHERE direction = 'received' AND external_message_id IS NOT NULL
   DO NOTHING RETURNING id`,
);

/** Counts for the campaign and the user of what was sent to the contact last. False: the device's message was stored before (D28). */
export async function insertReceived(
  tx: Sql,
  workspaceId: string,
  received: ReceivedMessage,
  now: number,
): Promise<boolean> {
  const rows = await tx.query(INSERT_RECEIVED, [
    workspaceId,
    received.id,
    received.messageType,
    received.message,
    received.leadId,
    received.phone,
    received.email,
    received.address,
    received.lineId,
    received.correlationId,
    received.externalMessageId,
    toIso(now),
    toIso(received.writtenAt),
    received.subject,
    received.inReplyTo,
    received.isPositive,
  ]);
  return rows.length > 0;
}

const FIND_WRITERS = statement(
  'find_writers',
  `SELECT a.lead_id AS id FROM lead_addresses a WHERE a.workspace_id = $1 AND a.address = $2
   ORDER BY (SELECT t.last_at FROM touches t WHERE t.workspace_id = $1 AND t.lead_id = a.lead_id AND t.line_id = $3)
     DESC NULLS LAST, a.lead_id`,
);
const FIND_WRITTEN_TO = statement(
  'find_written_to',
  `SELECT m.lead_id AS id FROM messages m
   WHERE m.workspace_id = $1 AND m.recipient_differs AND (m.recipient_phone = $2 OR m.recipient_email = $2)
     AND m.line_id = $3 AND m.address = $2 AND m.sent_at IS NOT NULL AND m.direction = 'sent'
   ORDER BY m.sent_at DESC, m.id DESC LIMIT 1`,
);

/**
 * Whose words these are (D28): every lead that holds the address, first the one the line spoke with last, then the
 * oldest. Of an address that is nobody's: the lead for whom our last message from this line was sent there.
 */
export async function findWriters(
  tx: Sql,
  workspaceId: string,
  address: string,
  lineId: string,
): Promise<string[]> {
  const asked = [workspaceId, address, lineId];
  const holders = await tx.query<{ id: string }>(FIND_WRITERS, asked);
  const found = holders.length > 0 ? holders : await tx.query<{ id: string }>(FIND_WRITTEN_TO, asked);
  return found.map((row) => row.id);
}

// One that waited for its commit may be older than what is known of, and than the last reading: who read then has not seen it.
const NOTE_REPLY = statement(
  'note_reply',
  `INSERT INTO touches AS t (workspace_id, lead_id, line_id, message_id, first_at, last_at, last_reply_at)
   VALUES ($1, $2, $3, $4, $5, $5, $5)
   ON CONFLICT (workspace_id, lead_id, line_id) DO UPDATE SET last_at = excluded.last_at,
     last_reply_at = greatest(t.last_reply_at, excluded.last_reply_at),
     read_at = CASE WHEN t.read_at >= $5 THEN $5 - interval '1 millisecond' ELSE t.read_at END`,
);

/** Who writes to a line is in a conversation with it: what we send back is no first touch. */
export async function noteReply(
  tx: Sql,
  workspaceId: string,
  reply: { leadId: string; lineId: string; messageId: string },
  now: number,
): Promise<void> {
  await tx.query(NOTE_REPLY, [workspaceId, reply.leadId, reply.lineId, reply.messageId, toIso(now)]);
}

// `IS TRUE` keeps the planner from the index of the queues: a line's may hold a million, a lead has a few.
const ANSWER_SOONER = statement(
  'answer_sooner',
  `UPDATE messages m SET first_touch = false, priority = CASE WHEN m.priority = $4 THEN $5 ELSE m.priority END
   WHERE m.workspace_id = $1 AND m.lead_id = $2 AND m.line_id = $3 AND m.direction = 'sent'
     AND (m.first_touch OR m.priority = $4) AND (m.status IN ${WAITING_SQL}) IS TRUE`,
);

/** What waits for this contact on this line is no first touch any more, and a single send has become an answer (D11). */
export async function answerSooner(
  tx: Sql,
  workspaceId: string,
  { leadId, lineId }: { leadId: string; lineId: string },
  { single, reply }: { single: number; reply: number },
): Promise<void> {
  await tx.query(ANSWER_SOONER, [workspaceId, leadId, lineId, single, reply]);
}
