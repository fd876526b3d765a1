/** Messages that a paused campaign holds: out of every queue's way until it is resumed. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { dueBehind, type Waiting } from './deliveries.ts';
import { CLASSES_SQL, MESSAGE_COLUMNS, type MessageRow, WAITING_SQL } from './messages.ts';

/** When they are due: never by themselves. */
export const HELD_UNTIL = Date.UTC(9999, 0, 1);

/**
 * By line and class, because that is how the queue's index lies: all that is held has one due time, and one campaign's stands
 * together behind it.
 */
const RELEASE_HELD = statement(
  'release_held',
  `WITH held AS MATERIALIZED (
     SELECT m.id FROM messages m WHERE m.workspace_id = $1 AND m.status IN ${WAITING_SQL} AND m.id = ANY(ARRAY(
       SELECT h.id FROM unnest($2::text[]) AS line(id)
       CROSS JOIN ${CLASSES_SQL}
       CROSS JOIN LATERAL (
         SELECT w.id FROM messages w
         WHERE w.workspace_id = $1 AND w.line_id = line.id AND w.first_touch = class.first_touch AND w.priority = class.priority
           AND w.status IN ${WAITING_SQL} AND w.due_at = $4 AND w.campaign_started_at = $5 AND w.campaign_id = $3
         ORDER BY w.id LIMIT $6
       ) h LIMIT $6))
     ORDER BY m.id FOR NO KEY UPDATE)
   UPDATE messages m SET due_at = $7, updated_at = $7 FROM held
   WHERE m.workspace_id = $1 AND m.id = held.id RETURNING m.line_id AS "lineId"`,
);

/** Makes them due now, at most `limit`. Answers the line of each. */
export async function releaseHeld(
  tx: Sql,
  workspaceId: string,
  { campaignId, startedAt, lineIds }: { campaignId: string; startedAt: number; lineIds: readonly string[] },
  now: number,
  limit: number,
): Promise<string[]> {
  const values = [workspaceId, lineIds, campaignId, toIso(HELD_UNTIL), toIso(startedAt), limit, toIso(now)];
  const rows = await tx.query<{ lineId: string }>(RELEASE_HELD, values);
  return rows.map(({ lineId }) => lineId);
}

const LOCK_CAMPAIGN_BEHIND = statement(
  'lock_campaign_behind',
  `SELECT m.id, m.status, m.lead_id AS "leadId", m.line_id AS "lineId" FROM messages m
   WHERE m.workspace_id = $1 AND m.status IN ${WAITING_SQL} AND m.id = ANY(ARRAY(
     ${dueBehind('w.campaign_id')}))
   ORDER BY m.id FOR NO KEY UPDATE SKIP LOCKED`,
);

/** Messages of the campaign that are due on the line, up to `limit` of each class. */
export function lockCampaignBehind(
  tx: Sql,
  workspaceId: string,
  { lineId, campaignId }: { lineId: string; campaignId: string },
  now: number,
  limit: number,
): Promise<Waiting[]> {
  return tx.query(LOCK_CAMPAIGN_BEHIND, [workspaceId, lineId, campaignId, toIso(now), limit]);
}

// `IS TRUE` keeps the planner from the index of the queues: a campaign's messages stand on many lines.
const LOCK_WAITING_OF_CAMPAIGN = statement(
  'lock_waiting_of_campaign',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND (m.status IN ${WAITING_SQL}) IS TRUE
   ORDER BY m.id LIMIT $3 FOR NO KEY UPDATE`,
);

/** Steps and fallback SMS of a campaign that has ended. */
export function lockWaitingOfCampaign(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  limit: number,
): Promise<MessageRow[]> {
  return tx.query(LOCK_WAITING_OF_CAMPAIGN, [workspaceId, campaignId, limit]);
}
