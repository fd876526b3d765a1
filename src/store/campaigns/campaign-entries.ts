/** Where leads stand in a campaign, as people look at it and steer it; running it: campaign-leads.ts. */
import type { CampaignLeadStatus } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { countMoved, countStandings, MOVED, type MovedEntry, STOOD } from '../leads/lead-counts.ts';
import { ENTRY_COLUMNS, type EntryRow, LIVE_SQL } from './campaign-leads.ts';

const LISTED = `SELECT ${ENTRY_COLUMNS} FROM campaign_leads e`;

const LIST_ENTRIES = statement(
  'list_campaign_entries',
  `${LISTED} WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND (e.lead_id, e.entry) > ($3, $4)
   ORDER BY e.lead_id, e.entry LIMIT $5`,
);
const LIST_ENTRIES_OF_STATUS = statement(
  'list_campaign_entries_of_status',
  `${LISTED} WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.status = $6 AND (e.lead_id, e.entry) > ($3, $4)
   ORDER BY e.lead_id, e.entry LIMIT $5`,
);

export interface EntryPage {
  status: CampaignLeadStatus | null;
  /** The last one of the page before. */
  after: { leadId: string; entry: number } | null;
  limit: number;
}

/** By lead, then by entry. */
export function listEntries(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
  { status, after, limit }: EntryPage,
): Promise<EntryRow[]> {
  const values = [workspaceId, campaignId, after?.leadId ?? '', after?.entry ?? 0, limit];
  return status === null
    ? sql.query(LIST_ENTRIES, values)
    : sql.query(LIST_ENTRIES_OF_STATUS, [...values, status]);
}

const LIST_ENTRIES_OF_LEAD = statement(
  'list_campaign_entries_of_lead',
  `${LISTED} WHERE e.workspace_id = $1 AND e.lead_id = $2 ORDER BY e.entered_at DESC, e.campaign_id, e.entry LIMIT $3`,
);

/** The latest entry first. */
export function listEntriesOfLead(
  sql: Sql,
  workspaceId: string,
  leadId: string,
  limit: number,
): Promise<EntryRow[]> {
  return sql.query(LIST_ENTRIES_OF_LEAD, [workspaceId, leadId, limit]);
}

const STOP_ENTRY = statement(
  'stop_campaign_entry',
  `WITH own AS MATERIALIZED (
     SELECT e.lead_id, e.entry, ${STOOD} FROM campaign_leads e
     WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id = $3 AND e.entry = $4 AND e.status IN ${LIVE_SQL}
       AND e.message_id IS NOT DISTINCT FROM $8 FOR NO KEY UPDATE)
   UPDATE campaign_leads e SET status = 'stopped', reason = $5, detail = $6, look_at = NULL, next_step_key = NULL, ended_at = $7,
     updated_at = $7 FROM own
   WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id = own.lead_id AND e.entry = own.entry
   RETURNING ${MOVED}`,
);

/** False: it has ended, or another message has been made for it since. */
export async function stopEntry(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  { leadId, entry, messageId }: Pick<EntryRow, 'leadId' | 'entry' | 'messageId'>,
  { reason, detail }: { reason: string; detail: string },
  ids: Ids,
  now: number,
): Promise<boolean> {
  const values = [workspaceId, campaignId, leadId, entry, reason, detail, toIso(now), messageId];
  const stopped = await tx.query<MovedEntry>(STOP_ENTRY, values);
  await countMoved(tx, workspaceId, stopped, ids);
  return stopped.length > 0;
}

/** How many leads are on their way, by the last step they had; null: none yet. */
export async function countOnTheWay(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
): Promise<Map<string | null, number>> {
  const onTheWay = new Map<string | null, number>();
  for (const { status, stepKey, count } of await countStandings(sql, workspaceId, [campaignId]))
    if (status === 'active' || status === 'held') onTheWay.set(stepKey, (onTheWay.get(stepKey) ?? 0) + count);
  return onTheWay;
}

const WAKE_NEXT_WAITING = statement(
  'wake_next_waiting_entries',
  `WITH part AS MATERIALIZED (
     SELECT e.lead_id FROM campaign_leads e
     WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id > $4 ORDER BY e.lead_id LIMIT $5
   ), woken AS (
     UPDATE campaign_leads e SET look_at = $3, updated_at = $3
     WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id > $4 AND e.lead_id <= (SELECT max(part.lead_id) FROM part)
       AND e.status IN ('active', 'held') AND e.look_at > $3)
   SELECT count(*)::int AS found, max(part.lead_id) AS last FROM part`,
);

/** The next so many, by id of their leads: those that wait for something are decided on anew. null: there are no more. */
export async function wakeNextWaiting(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  { after, now, limit }: { after: string; now: number; limit: number },
): Promise<string | null> {
  const values = [workspaceId, campaignId, toIso(now), after, limit];
  const [row] = await tx.query<{ found: number; last: string | null }>(WAKE_NEXT_WAITING, values);
  return row === undefined || row.found < limit ? null : row.last;
}

const HAS_LIVE = statement(
  'has_live_entries',
  `SELECT 1 FROM campaign_leads WHERE workspace_id = $1 AND campaign_id = $2 AND status IN ('active', 'held') LIMIT 1`,
);

/** Whether any lead is on its way through it. */
export async function hasLiveEntries(sql: Sql, workspaceId: string, campaignId: string): Promise<boolean> {
  return (await sql.query(HAS_LIVE, [workspaceId, campaignId])).length > 0;
}
