/** The append-only record of transitions: what timelines and webhooks read. */
import { toIso } from '../lib/clock.ts';
import { type Sql, statement } from './database.ts';

export interface NewEvent {
  id: string;
  type: string;
  messageId: string | null;
  leadId: string | null;
  lineId: string | null;
  at: number;
  data: Readonly<Record<string, unknown>>;
}

export interface EventRow {
  id: string;
  type: string;
  messageId: string | null;
  at: number;
  data: Record<string, unknown>;
}

const INSERT_EVENTS = statement(
  'insert_events',
  `INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data)
   SELECT $1, e.id, e.type, e.message_id, e.lead_id, e.line_id, e.at, e.data
   FROM json_to_recordset($2::json) AS e(id text, type text, message_id text, lead_id text, line_id text, at timestamptz, data jsonb)`,
);

export async function insertEvents(tx: Sql, workspaceId: string, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    id: event.id,
    type: event.type,
    message_id: event.messageId,
    lead_id: event.leadId,
    line_id: event.lineId,
    at: toIso(event.at),
    data: event.data,
  }));
  await tx.query(INSERT_EVENTS, [workspaceId, JSON.stringify(rows)]);
}

const READ_TIMELINE = statement(
  'read_timeline',
  `SELECT id, type, message_id AS "messageId", at, data FROM events
   WHERE workspace_id = $1 AND message_id = $2 ORDER BY id LIMIT 1000`,
);

export function readTimeline(sql: Sql, workspaceId: string, messageId: string): Promise<EventRow[]> {
  return sql.query<EventRow>(READ_TIMELINE, [workspaceId, messageId]);
}
