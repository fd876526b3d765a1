/** The one statement that depends on what is asked: the list of messages by filters. */
import type { Direction, MessageStatus, MessageType } from '../domain/words.ts';
import { toIsoOrNull } from '../lib/clock.ts';
import { type Sql, statement } from './database.ts';
import { MESSAGE_COLUMNS, type MessageRow } from './messages.ts';

export interface MessageFilters {
  status: readonly MessageStatus[] | null;
  lineId: string | null;
  leadId: string | null;
  campaignId: string | null;
  batchId: string | null;
  messageType: MessageType | null;
  direction: Direction | null;
  dateFrom: number | null;
  dateTo: number | null;
  /** Part of the text, the recipient's name or an address. */
  search: string | null;
  /** Id of the last message of the page before. */
  after: string | null;
  limit: number;
}

/** Newest first. The filters given decide the statement, so it is prepared anew for each combination. */
export function listMessages(sql: Sql, workspaceId: string, filters: MessageFilters): Promise<MessageRow[]> {
  const values: unknown[] = [workspaceId];
  const conditions = ['m.workspace_id = $1'];
  const names: string[] = [];
  const where = (name: string, condition: (parameter: string) => string, value: unknown) => {
    if (value === null) return;
    values.push(value);
    names.push(name);
    conditions.push(condition(`$${values.length}`));
  };
  where('status', (p) => `m.status = ANY(${p})`, filters.status);
  where('line', (p) => `m.line_id = ${p}`, filters.lineId);
  where('lead', (p) => `m.lead_id = ${p}`, filters.leadId);
  where('campaign', (p) => `m.campaign_id = ${p}`, filters.campaignId);
  where('batch', (p) => `m.batch_id = ${p}`, filters.batchId);
  where('type', (p) => `m.message_type = ${p}`, filters.messageType);
  where('direction', (p) => `m.direction = ${p}`, filters.direction);
  where('from', (p) => `m.created_at >= ${p}`, toIsoOrNull(filters.dateFrom));
  where('to', (p) => `m.created_at <= ${p}`, toIsoOrNull(filters.dateTo));
  where(
    'search',
    (p) =>
      `(m.message ILIKE ${p} OR m.recipient_name ILIKE ${p} OR m.recipient_phone ILIKE ${p} OR m.recipient_email ILIKE ${p})`,
    filters.search === null ? null : `%${filters.search.replace(/[\\%_]/g, '\\$&')}%`,
  );
  where('after', (p) => `m.id < ${p}`, filters.after);
  values.push(filters.limit);
  return sql.query<MessageRow>(
    statement(
      // PostgreSQL tells names apart by their first 63 characters: two of each filter's do.
      `list_messages_${names.map((name) => name.slice(0, 2)).join('_')}`,
      `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE ${conditions.join(' AND ')}
       ORDER BY m.id DESC LIMIT $${values.length}`,
    ),
    values,
  );
}
