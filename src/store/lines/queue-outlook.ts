/** A line's queue as forecasts look at it. */
import type { SendWindow } from '../../domain/window.ts';
import { type Sql, statement } from '../database.ts';
import { CLASSES_SQL, WAITING_SQL } from '../messages/messages.ts';

const READ_LINE_QUEUE = statement(
  'read_line_queue',
  `SELECT h.* FROM ${CLASSES_SQL}
   CROSS JOIN LATERAL (
     SELECT m.id, m.lead_id AS "leadId", m.priority, m.first_touch AS "firstTouch", m.due_at AS "dueAt",
       m.campaign_started_at AS "campaignStartedAt", m.settings AS "window"
     FROM messages m
     WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.first_touch = class.first_touch AND m.priority = class.priority
       AND m.status IN ${WAITING_SQL}
     ORDER BY m.due_at, m.campaign_started_at, m.id LIMIT $3
   ) h`,
);

export interface QueueRow {
  id: string;
  leadId: string;
  priority: number;
  firstTouch: boolean;
  dueAt: number;
  campaignStartedAt: number | null;
  window: SendWindow | null;
}

/** The line's queue, at most `limit` messages of each class; for forecasts. */
export function readLineQueue(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  limit: number,
): Promise<QueueRow[]> {
  return sql.query<QueueRow>(READ_LINE_QUEUE, [workspaceId, lineId, limit]);
}
