/** Lines that are down or deleted (D18): which have messages that must not wait for them any longer, and which messages those are. */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { MESSAGE_COLUMNS, type MessageRow, WAITING_SQL } from '../messages/messages.ts';

/** What its campaign says of itself; null where there is none. Asked message by message: a join would begin with the campaigns. */
const ITS_CAMPAIGN = `(SELECT c.status FROM campaigns c WHERE c.workspace_id = m.workspace_id AND c.id = m.campaign_id)`;
const IS_NOT_PAUSED = `coalesce(${ITS_CAMPAIGN} <> 'paused', true)`;

const WAITS_ON_IT = `m.workspace_id = l.workspace_id AND m.line_id = l.id AND m.status IN ('pending', 'scheduled', 'queued')`;
const SCAN_DOWN_LINES = statement(
  'scan_down_lines',
  `SELECT l.workspace_id AS "workspaceId", l.id AS "lineId", l.down_since AS "downSince", l.deleted_at IS NOT NULL AS "isDeleted"
   FROM lines l JOIN workspaces w ON w.workspace_id = l.workspace_id
   CROSS JOIN LATERAL (SELECT
     EXISTS (SELECT 1 FROM lines o WHERE o.workspace_id = l.workspace_id AND o.message_type = l.message_type
       AND o.is_active AND o.health_status = 'healthy' AND o.id <> l.id) AS move,
     w.line_down_policy = 'sms' AND w.fallback_enabled AND EXISTS (SELECT 1 FROM lines f
       WHERE f.workspace_id = l.workspace_id AND f.id = w.fallback_line_id AND f.message_type = 'sms') AS go_by_sms) may
   WHERE l.down_since IS NOT NULL AND (
     (l.deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM messages m WHERE ${WAITS_ON_IT})) OR
     (l.down_since <= $1 AND EXISTS (SELECT 1 FROM messages m WHERE ${WAITS_ON_IT} AND m.due_at <= $1 AND ${IS_NOT_PAUSED}))
     OR (may.move AND EXISTS (SELECT 1 FROM messages m WHERE ${WAITS_ON_IT} AND m.first_touch AND NOT m.line_pinned
       AND m.campaign_id IS NULL))
     OR (may.move AND w.line_down_policy = 'move' AND EXISTS (
       SELECT 1 FROM messages m WHERE ${WAITS_ON_IT} AND NOT m.line_pinned AND m.campaign_id IS NULL))
     OR EXISTS (SELECT 1 FROM messages m WHERE ${WAITS_ON_IT} AND (m.first_touch OR w.line_down_policy = 'move') AND NOT m.line_pinned
       AND m.step_key IS NOT NULL AND ${ITS_CAMPAIGN} = 'active')
     OR (may.go_by_sms AND EXISTS (SELECT 1 FROM messages m WHERE ${WAITS_ON_IT} AND NOT m.first_touch
       AND NOT m.line_pinned AND m.message_type = 'imessage' AND m.recipient_phone IS NOT NULL AND ${IS_NOT_PAUSED})))
   ORDER BY l.down_since DESC, l.id LIMIT $2`,
);

export interface LostLine {
  workspaceId: string;
  lineId: string;
  downSince: number;
  /** It comes back never: nothing waits for it. */
  isDeleted: boolean;
}

/**
 * Lines that can't send, and on which messages wait that are to move, to go on by SMS, or have waited since before
 * `waitedSince`: whose messages have to wait there are many more, and nothing is to be done about them. Newly down first.
 */
export function scanDownLines(sql: Sql, waitedSince: number, limit: number): Promise<LostLine[]> {
  return sql.query(SCAN_DOWN_LINES, [toIso(waitedSince), limit]);
}

const LOCK_FIRST_TOUCHES_OF_LINE = statement(
  'lock_first_touches_of_line',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.status IN ${WAITING_SQL} AND m.first_touch AND NOT m.line_pinned
     AND m.campaign_id IS NULL
   ORDER BY m.lead_id, m.id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED`,
);
const LOCK_WAITING_OF_LINE = statement(
  'lock_waiting_of_line',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.status IN ${WAITING_SQL} AND NOT m.line_pinned AND m.campaign_id IS NULL
   ORDER BY m.lead_id, m.id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** `first_touches`: to people the line never wrote to. Never those tied to it by fromLineId, nor those of campaigns. A lead's stand together. */
export function lockWaitingOfLine(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  which: 'first_touches' | 'all',
  limit: number,
): Promise<MessageRow[]> {
  const found = which === 'all' ? LOCK_WAITING_OF_LINE : LOCK_FIRST_TOUCHES_OF_LINE;
  return tx.query<MessageRow>(found, [workspaceId, lineId, limit]);
}

const LOCK_ENDING_OF_LINE = statement(
  'lock_ending_of_line',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.status IN ${WAITING_SQL}
     AND ($6 OR m.due_at <= $3 OR ($4 AND NOT m.first_touch AND NOT m.line_pinned AND m.message_type = 'imessage'
       AND m.recipient_phone IS NOT NULL))
     AND ${IS_NOT_PAUSED}
   ORDER BY m.id LIMIT $5 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** Messages that wait no longer for a line that is down. Of a campaign that is paused nothing ends. */
export function lockEndingOfLine(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  /** `dueBy`: those due by then; null = none. `all`: whenever they are due. `bySms`: conversations that can go on by SMS, unless they name the line. */
  { dueBy, bySms, all }: { dueBy: number | null; bySms: boolean; all: boolean },
  limit: number,
): Promise<MessageRow[]> {
  return tx.query<MessageRow>(LOCK_ENDING_OF_LINE, [
    workspaceId,
    lineId,
    toIsoOrNull(dueBy),
    bySms,
    limit,
    all,
  ]);
}

const SCAN_CAMPAIGNS_OF_LINE = statement(
  'scan_campaigns_of_line',
  `SELECT DISTINCT m.campaign_id AS id FROM messages m
   WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.status IN ${WAITING_SQL} AND (m.first_touch OR $3) AND NOT m.line_pinned
     AND m.step_key IS NOT NULL AND ${ITS_CAMPAIGN} = 'active' ORDER BY m.campaign_id LIMIT $4`,
);

/** Campaigns that run and have steps waiting on the line that may leave it. */
export async function scanCampaignsOfLine(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  which: 'first_touches' | 'all',
  limit: number,
): Promise<string[]> {
  const values = [workspaceId, lineId, which === 'all', limit];
  return (await sql.query<{ id: string }>(SCAN_CAMPAIGNS_OF_LINE, values)).map(({ id }) => id);
}

const LOCK_STEPS_OF_LINE = statement(
  'lock_steps_of_line',
  `SELECT ${MESSAGE_COLUMNS} FROM messages m
   WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.status IN ${WAITING_SQL} AND (m.first_touch OR $3) AND NOT m.line_pinned
     AND m.step_key IS NOT NULL AND m.campaign_id = ANY($4)
   ORDER BY m.id LIMIT $5 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** Of these campaigns, those that may leave the line. */
export function lockStepsOfLine(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  campaignIds: readonly string[],
  which: 'first_touches' | 'all',
  limit: number,
): Promise<MessageRow[]> {
  return tx.query(LOCK_STEPS_OF_LINE, [workspaceId, lineId, which === 'all', campaignIds, limit]);
}
