/** The append-only record of transitions: what timelines, webhooks and the feed read. */
import { isWebhookEvent } from '../../domain/webhook-events.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { counting, countsOf } from '../figures/counts.ts';

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
  leadId: string | null;
  lineId: string | null;
  at: number;
  data: Record<string, unknown>;
}

export const EVENT_COLUMNS = `e.id, e.type, e.message_id AS "messageId", e.lead_id AS "leadId", e.line_id AS "lineId", e.at, e.data`;

/**
 * A delivery for every active webhook that wants one of the events in `source` (id, type, message_id, lead_id, line_id, at), part of
 * the statement that writes them. For a workspace without webhooks it is one look into an index.
 */
export function deliveriesOf(source: string): string {
  return `INSERT INTO webhook_deliveries (workspace_id, webhook_id, event_id, event, message_id, subject, status, due_at, created_at)
     SELECT $1, w.id, e.id, e.type, e.message_id, coalesce(e.message_id, e.lead_id, e.line_id, e.id), 'pending', e.at, e.at
     FROM webhooks w CROSS JOIN ${source} e WHERE w.workspace_id = $1 AND w.is_active AND e.type = ANY(w.events)`;
}

const RECORD = `json_to_recordset($2::json) AS e(id text, type text, message_id text, lead_id text, line_id text, at timestamptz,
     data jsonb, sequence bigint)`;
const INSERT_EVENTS = statement(
  'insert_events',
  `WITH counted AS (${counting('$3')})
   INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data)
   SELECT $1, e.id, e.type, e.message_id, e.lead_id, e.line_id, e.at, e.data FROM ${RECORD}`,
);
const INSERT_TOLD_EVENTS = statement(
  'insert_told_events',
  `WITH e AS MATERIALIZED (SELECT * FROM ${RECORD}), deliveries AS (${deliveriesOf('e')}), counted AS (${counting('$3')})
   INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data, sequence)
   SELECT $1, e.id, e.type, e.message_id, e.lead_id, e.line_id, e.at, e.data, e.sequence FROM e`,
);

/** With those that customers can ask for go their deliveries, and with all of them what they count as: in one commit. */
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
    sequence: isWebhookEvent(event.type) ? 0 : undefined,
  }));
  const isTold = events.some(({ type }) => isWebhookEvent(type));
  await tx.query(isTold ? INSERT_TOLD_EVENTS : INSERT_EVENTS, [
    workspaceId,
    JSON.stringify(rows),
    JSON.stringify(countsOf(events)),
  ]);
}

const READ_TIMELINE = statement(
  'read_timeline',
  `SELECT ${EVENT_COLUMNS} FROM events e
   WHERE e.workspace_id = $1 AND e.message_id = $2 ORDER BY e.id LIMIT 1000`,
);

export function readTimeline(sql: Sql, workspaceId: string, messageId: string): Promise<EventRow[]> {
  return sql.query<EventRow>(READ_TIMELINE, [workspaceId, messageId]);
}

const READ_EVENTS = statement(
  'read_events',
  `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.workspace_id = $1 AND e.id = ANY($2)`,
);

/** In no order. */
export function readEvents(sql: Sql, workspaceId: string, ids: readonly string[]): Promise<EventRow[]> {
  return sql.query<EventRow>(READ_EVENTS, [workspaceId, ids]);
}

const READ_TRIED_LINES = statement(
  'read_tried_lines',
  `SELECT e.message_id AS "messageId", e.line_id AS "lineId" FROM events e
   WHERE e.workspace_id = $1 AND e.message_id = ANY($2) AND e.type = 'message.sending'`,
);

/** From which lines these messages were tried. */
export function readTriedLines(
  sql: Sql,
  workspaceId: string,
  messageIds: readonly string[],
): Promise<{ messageId: string; lineId: string }[]> {
  return sql.query(READ_TRIED_LINES, [workspaceId, messageIds]);
}
