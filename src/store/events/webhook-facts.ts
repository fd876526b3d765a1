/** What the events of webhooks and of the feed tell about: messages, and what was sent to a contact before it answered. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { MESSAGE_COLUMNS, type MessageRow } from '../messages/messages.ts';

const READ_MESSAGES = statement(
  'read_messages',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.workspace_id = $1 AND m.id = ANY($2)`,
);

/** In no order. */
export function readMessages(sql: Sql, workspaceId: string, ids: readonly string[]): Promise<MessageRow[]> {
  return sql.query(READ_MESSAGES, [workspaceId, ids]);
}

export interface ParentMessage {
  replyId: string;
  id: string;
  message: string;
  sentAt: number;
  batchId: string | null;
  stepIndex: number | null;
}

const READ_PARENTS = statement(
  'read_parent_messages',
  `SELECT r.id AS "replyId", p.* FROM json_to_recordset($2::json) AS r(id text, lead_id text, at timestamptz)
   CROSS JOIN LATERAL (
     SELECT m.id, m.message, m.sent_at AS "sentAt", m.batch_id AS "batchId", m.step_index AS "stepIndex" FROM messages m
     WHERE m.workspace_id = $1 AND m.lead_id = r.lead_id AND m.direction = 'sent' AND m.sent_at <= r.at
     ORDER BY m.sent_at DESC, m.id DESC LIMIT $3) p`,
);

/** Of each reply the last messages that its lead had been sent by then, newest first. */
export function readParents(
  sql: Sql,
  workspaceId: string,
  replies: readonly { id: string; leadId: string; at: number }[],
  limit: number,
): Promise<ParentMessage[]> {
  const rows = replies.map(({ id, leadId, at }) => ({ id, lead_id: leadId, at: toIso(at) }));
  return sql.query(READ_PARENTS, [workspaceId, JSON.stringify(rows), limit]);
}

const READ_CAMPAIGN_NAMES = statement(
  'read_campaign_names',
  'SELECT c.id, c.name FROM campaigns c WHERE c.workspace_id = $1 AND c.id = ANY($2)',
);

/** In no order; without those that are gone. */
export function readCampaignNames(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> {
  return sql.query(READ_CAMPAIGN_NAMES, [workspaceId, ids]);
}
