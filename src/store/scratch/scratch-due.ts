/** When something happens next in a scratch schema: the one thing its clock goes by. */
import { toIso } from '../../lib/clock.ts';
import { instantOfId } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { WAITING_SQL } from '../messages/messages.ts';

/**
 * A line that was woken can send nothing before its device's gap has passed, so it need not be looked at earlier. The bound of
 * `expires_at` keeps the planner from the index of the queues, which holds all that waits.
 */
const NEXT_INSTANT = statement(
  'scratch_next_instant',
  `SELECT least(
     (SELECT min(next_send_at) FROM lines WHERE workspace_id = $1 AND next_send_at IS NOT NULL),
     (SELECT min(greatest($2::timestamptz, d.last_send_at + d.gap_ms * interval '1 ms'))
      FROM (SELECT DISTINCT line_id FROM line_wakes WHERE workspace_id = $1) w
      JOIN lines l ON l.workspace_id = $1 AND l.id = w.line_id
      JOIN devices d ON d.workspace_id = $1 AND d.id = l.device_id)) AS sends,
   (SELECT min(expires_at) FROM messages
    WHERE workspace_id = $1 AND expires_at > '-infinity' AND status IN ${WAITING_SQL}) AS expiries,
   (SELECT min(least(c.look_at, (SELECT min(e.look_at) FROM campaign_leads e
        WHERE e.workspace_id = $1 AND e.campaign_id = c.id AND e.look_at IS NOT NULL)))
    FROM campaigns c WHERE c.workspace_id = $1 AND c.status = 'active') AS campaigns,
   (SELECT min(id) FROM campaign_wakes WHERE workspace_id = $1) AS woken`,
);

export interface NextInstants {
  sends: number | null;
  expiries: number | null;
  /** By their own time, or that of their leads. */
  campaigns: number | null;
  /** Since when one waits that was woken. */
  wokenSince: number | null;
}

/** All null: nothing will ever happen again by itself. */
export async function nextInstants(sql: Sql, workspaceId: string, now: number): Promise<NextInstants> {
  const [row] = await sql.query<Omit<NextInstants, 'wokenSince'> & { woken: string | null }>(NEXT_INSTANT, [
    workspaceId,
    toIso(now),
  ]);
  const woken = row?.woken ?? null;
  return {
    sends: row?.sends ?? null,
    expiries: row?.expiries ?? null,
    campaigns: row?.campaigns ?? null,
    wokenSince: woken === null ? null : instantOfId(woken),
  };
}

const DROP_WAKES = statement(
  'scratch_drop_wakes',
  `WITH needed AS MATERIALIZED (
     SELECT DISTINCT o.line_id FROM messages s JOIN messages o ON o.workspace_id = $1 AND o.lead_id = s.lead_id
     WHERE s.workspace_id = $1 AND s.id = ANY($3) AND o.line_id = s.line_id AND (o.status IN ${WAITING_SQL}) IS TRUE)
   DELETE FROM line_wakes w WHERE w.workspace_id = $1 AND w.line_id = ANY($2) AND w.line_id <> ALL (ARRAY(SELECT line_id FROM needed))`,
);

/**
 * Whoever settles a message wakes its line, in case the next one to the same contact waits for it. Where none does, the pass
 * that sent it has left nothing to look at. (In the real world nobody can know: one may be accepted at that moment.)
 */
export async function dropWakes(
  sql: Sql,
  workspaceId: string,
  lineIds: readonly string[],
  sentIds: readonly string[],
): Promise<void> {
  if (lineIds.length > 0) await sql.query(DROP_WAKES, [workspaceId, lineIds, sentIds]);
}

const FIND_LIVE = statement(
  'scratch_find_live',
  `SELECT c.status, c.entering_after IS NOT NULL AS "isEntering", EXISTS (SELECT 1 FROM campaign_leads e
     WHERE e.workspace_id = $1 AND e.campaign_id = c.id AND e.status IN ('active', 'held')) AS "anyLive"
   FROM campaigns c WHERE c.workspace_id = $1 AND c.id = $2`,
);
const FIND_WAITING = statement(
  'scratch_find_waiting',
  `SELECT 1 FROM messages m WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND (m.status IN ${WAITING_SQL}) IS TRUE LIMIT 1`,
);

/** Whether all of its leads have gone their way, and all of its messages too. */
export async function isThrough(sql: Sql, workspaceId: string, campaignId: string): Promise<boolean> {
  const [row] = await sql.query<{ status: string; isEntering: boolean; anyLive: boolean }>(FIND_LIVE, [
    workspaceId,
    campaignId,
  ]);
  if (row === undefined) return true;
  if (row.status === 'draft' || row.isEntering || row.anyLive) return false;
  return (await sql.query(FIND_WAITING, [workspaceId, campaignId])).length === 0;
}
