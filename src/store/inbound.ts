/** Messages that people send to us. */
import type { MessageType } from '../domain/words.ts';
import { toIso } from '../lib/clock.ts';
import { type Sql, statement } from './database.ts';

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
}

const INSERT_RECEIVED = statement(
  'insert_received',
  `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, recipient_email,
     address, line_id, priority, due_at, attempts, retry_gap_ms, correlation_id, external_message_id, sent_at, delivered_at,
     created_at, updated_at)
   VALUES ($1, $2, 'received', 'delivered', $3, $4, $5, $6, $7, $8, $9, 0, $12, 1, 0, $10, $11, $12, $12, $12, $12)
   ON CONFLICT (workspace_id, line_id, external_message_id) WHERE direction = 'received' AND external_message_id IS NOT NULL
   DO NOTHING RETURNING id`,
);

/** False: the device's message was stored before (D28). */
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
  ]);
  return rows.length > 0;
}

const NOTE_REPLY = statement(
  'note_reply',
  `INSERT INTO touches AS t (workspace_id, lead_id, line_id, message_id, first_at, last_at, last_reply_at)
   VALUES ($1, $2, $3, $4, $5, $5, $5)
   ON CONFLICT (workspace_id, lead_id, line_id) DO UPDATE SET last_at = excluded.last_at, last_reply_at = excluded.last_reply_at`,
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
