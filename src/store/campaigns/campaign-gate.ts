/** What the gate before a step's departure reads and writes of campaigns and of where their leads stand. */
import type { Hold, Stop } from '../../domain/campaign/next-step.ts';
import { toIso } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { countMoved, MOVED, type MovedEntry, STOOD } from '../leads/lead-counts.ts';
import { ENTRY_COLUMNS, type EntryRow, LIVE_SQL, type SettledStep } from './campaign-leads.ts';
import { wakeCampaigns } from './campaign-runs.ts';

const READ_STANDINGS = statement(
  'read_standings',
  `SELECT ${ENTRY_COLUMNS} FROM json_to_recordset($2::json) AS r(campaign_id text, lead_id text, entry int)
   JOIN campaign_leads e ON e.workspace_id = $1 AND e.campaign_id = r.campaign_id AND e.lead_id = r.lead_id AND e.entry = r.entry
   WHERE e.lead_id = ANY($3)`,
);

/** Without those that are not there. */
export function readStandings(
  sql: Sql,
  workspaceId: string,
  keys: readonly { campaignId: string; leadId: string; entry: number }[],
): Promise<EntryRow[]> {
  const rows = keys.map(({ campaignId, leadId, entry }) => ({
    campaign_id: campaignId,
    lead_id: leadId,
    entry,
  }));
  const leadIds = keys.map(({ leadId }) => leadId);
  return sql.query(READ_STANDINGS, [workspaceId, JSON.stringify(rows), leadIds]);
}

/**
 * Those of `ruled` that are still under way: where they stood, and what was ruled. Locked in one order, so that two who rule on the
 * same leads don't wait for each other in a circle.
 */
const RULED_ENTRIES = `WITH own AS MATERIALIZED (
     SELECT e.campaign_id, e.lead_id, e.entry, ${STOOD}, r.reason, r.detail, r.condition_id FROM campaign_leads e
     JOIN json_to_recordset($2::json)
       AS r(campaign_id text, lead_id text, entry int, message_id text, reason text, detail text, condition_id text)
       ON r.campaign_id = e.campaign_id AND r.lead_id = e.lead_id AND r.entry = e.entry AND r.message_id = e.message_id
     WHERE e.workspace_id = $1 AND e.lead_id = ANY($4) AND e.status IN ${LIVE_SQL}
     ORDER BY e.campaign_id, e.lead_id, e.entry FOR NO KEY UPDATE OF e)`;

const END_ENTRIES = statement(
  'end_entries',
  `${RULED_ENTRIES}
   UPDATE campaign_leads e SET status = 'stopped', reason = own.reason, detail = own.detail, condition_id = own.condition_id,
     look_at = NULL, next_step_key = NULL, ended_at = $3, updated_at = $3
   FROM own
   WHERE e.workspace_id = $1 AND e.campaign_id = own.campaign_id AND e.lead_id = own.lead_id AND e.entry = own.entry
   RETURNING ${MOVED}`,
);

/** Their step was stopped at the last moment. Their campaigns may be complete now. */
export async function endEntries(
  tx: Sql,
  workspaceId: string,
  stopped: readonly (SettledStep & { stop: Stop })[],
  ids: Ids,
  now: number,
): Promise<void> {
  if (stopped.length === 0) return;
  const values = ruled(
    workspaceId,
    stopped.map((each) => ({ ...each, why: each.stop })),
    now,
  );
  const ended = await tx.query<MovedEntry>(END_ENTRIES, values);
  await countMoved(tx, workspaceId, ended, ids);
  await wakeCampaigns(
    tx,
    workspaceId,
    ended.map(({ campaignId }) => campaignId),
    ids,
  );
}

const HOLD_ENTRIES = statement(
  'hold_entries',
  `${RULED_ENTRIES}
   UPDATE campaign_leads e SET status = 'held', reason = own.reason, detail = own.detail, condition_id = own.condition_id, updated_at = $3
   FROM own
   WHERE e.workspace_id = $1 AND e.campaign_id = own.campaign_id AND e.lead_id = own.lead_id AND e.entry = own.entry
   RETURNING ${MOVED}`,
);

/** Their step waits, and so do they; its own due time brings it up again. */
export async function holdEntries(
  tx: Sql,
  workspaceId: string,
  held: readonly (SettledStep & { hold: Hold })[],
  ids: Ids,
  now: number,
): Promise<void> {
  if (held.length === 0) return;
  const values = ruled(
    workspaceId,
    held.map((each) => ({ ...each, why: each.hold })),
    now,
  );
  await countMoved(tx, workspaceId, await tx.query<MovedEntry>(HOLD_ENTRIES, values), ids);
}

function ruled(
  workspaceId: string,
  steps: readonly (SettledStep & { why: Stop | Hold })[],
  now: number,
): unknown[] {
  const rows = steps.map(({ campaignId, leadId, entry, messageId, why }) => ({
    campaign_id: campaignId,
    lead_id: leadId,
    entry,
    message_id: messageId,
    reason: why.reason,
    detail: why.detail,
    condition_id: why.conditionId ?? undefined,
  }));
  return [workspaceId, JSON.stringify(rows), toIso(now), rows.map((row) => row.lead_id)];
}
