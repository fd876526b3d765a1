/** Conversations in which nobody wrote for long, and nothing of ours is on its way. */
import type { Direction } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { WAITING_SQL } from '../messages/messages.ts';

export interface DormantRow {
  leadId: string;
  phone: string;
  firstName: string | null;
  lastName: string | null;
  lastAt: number;
  lastDirection: Direction;
  messageCount: number;
}

/** Of the contacts with a number who did not opt out. The condition on the status is that of messages_counted. */
const SCAN_DORMANT = statement(
  'scan_dormant',
  `SELECT d.*, (SELECT m.direction FROM messages m WHERE m.workspace_id = $1 AND m.lead_id = d."leadId"
       AND m.created_at = d."lastAt" AND m.status IN ('sent', 'delivered', 'fallback', 'failed') ORDER BY m.id DESC LIMIT 1)
       AS "lastDirection"
   FROM (
     SELECT l.id AS "leadId", l.phone, l.first_name AS "firstName", l.last_name AS "lastName", t.last_at AS "lastAt",
       t.messages AS "messageCount", count(*) OVER () AS total
     FROM (SELECT m.lead_id, max(m.created_at) AS last_at, count(*)::int AS messages FROM messages m
           WHERE m.workspace_id = $1 AND m.status IN ('sent', 'delivered', 'fallback', 'failed')
           GROUP BY m.lead_id HAVING max(m.created_at) < $2) t
     JOIN leads l ON l.workspace_id = $1 AND l.id = t.lead_id
     WHERE l.phone IS NOT NULL AND l.opted_out_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM messages w WHERE w.workspace_id = $1 AND w.lead_id = t.lead_id
         AND (w.status IN ${WAITING_SQL} OR w.status IN ('sending', 'unknown')))
     ORDER BY t.last_at DESC, l.id DESC LIMIT $3) d
   ORDER BY d."lastAt" DESC, d."leadId" DESC`,
);

export async function scanDormant(
  sql: Sql,
  workspaceId: string,
  before: number,
  limit: number,
): Promise<{ rows: DormantRow[]; total: number }> {
  const rows = await sql.query<DormantRow & { total: number }>(SCAN_DORMANT, [
    workspaceId,
    toIso(before),
    limit,
  ]);
  return { rows, total: rows[0]?.total ?? 0 };
}

const FIND_CONVERSATIONS = statement(
  'find_conversations_of_phones',
  `SELECT DISTINCT ON (l.phone) l.phone, l.id AS "leadId", m.created_at AS "lastAt"
   FROM leads l JOIN messages m ON m.workspace_id = $1 AND m.lead_id = l.id
   WHERE l.workspace_id = $1 AND l.phone = ANY($2) AND m.status IN ('sent', 'delivered', 'fallback', 'failed')
     AND l.id IN (SELECT a.lead_id FROM lead_addresses a WHERE a.workspace_id = $1 AND a.address = ANY($2))
   ORDER BY l.phone, m.created_at DESC`,
);

/** Of each number the lead that was written with last. */
export function findConversations(
  sql: Sql,
  workspaceId: string,
  phones: readonly string[],
): Promise<{ phone: string; leadId: string; lastAt: number }[]> {
  return sql.query(FIND_CONVERSATIONS, [workspaceId, phones]);
}
