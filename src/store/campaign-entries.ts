/** Where leads stand in a campaign, as people look at it and steer it; running it: campaign-leads.ts. */
import type { CampaignLeadStatus } from '../domain/words.ts';
import { toIso } from '../lib/clock.ts';
import { type Sql, statement } from './database.ts';

/** Instants in epoch ms. */
export interface ListedEntry {
  leadId: string;
  entry: number;
  status: CampaignLeadStatus;
  lineId: string | null;
  stepKey: string | null;
  messageId: string | null;
  stepAt: number | null;
  nextStepKey: string | null;
  lookAt: number | null;
  reason: string | null;
  detail: string | null;
  conditionId: string | null;
  enteredAt: number;
  endedAt: number | null;
  updatedAt: number;
  /** Of the lead; null where it has none, or was deleted. */
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  email: string | null;
}

const COLUMNS = `e.lead_id AS "leadId", e.entry, e.status, e.line_id AS "lineId", e.step_key AS "stepKey",
  e.message_id AS "messageId", e.step_at AS "stepAt", e.next_step_key AS "nextStepKey", e.look_at AS "lookAt", e.reason, e.detail,
  e.condition_id AS "conditionId", e.entered_at AS "enteredAt", e.ended_at AS "endedAt", e.updated_at AS "updatedAt"`;
const LISTED = `SELECT ${COLUMNS}, l.first_name AS "firstName", l.last_name AS "lastName", l.phone, l.email
   FROM campaign_leads e LEFT JOIN leads l ON l.workspace_id = e.workspace_id AND l.id = e.lead_id`;

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
): Promise<ListedEntry[]> {
  const values = [workspaceId, campaignId, after?.leadId ?? '', after?.entry ?? 0, limit];
  return status === null
    ? sql.query(LIST_ENTRIES, values)
    : sql.query(LIST_ENTRIES_OF_STATUS, [...values, status]);
}

const FIND_LAST_ENTRY = statement(
  'find_last_listed_entry',
  `${LISTED} WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id = $3 ORDER BY e.entry DESC LIMIT 1`,
);

export async function findEntry(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
  leadId: string,
): Promise<ListedEntry | null> {
  return (await sql.query<ListedEntry>(FIND_LAST_ENTRY, [workspaceId, campaignId, leadId]))[0] ?? null;
}

const STOP_ENTRY = statement(
  'stop_campaign_entry',
  `UPDATE campaign_leads SET status = 'stopped', reason = $5, detail = $6, look_at = NULL, next_step_key = NULL, ended_at = $7,
     updated_at = $7
   WHERE workspace_id = $1 AND campaign_id = $2 AND lead_id = $3 AND entry = $4 AND status IN ('active', 'held')
     AND message_id IS NOT DISTINCT FROM $8 RETURNING entry`,
);

/** False: it has ended, or another message has been made for it since. */
export async function stopEntry(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  { leadId, entry, messageId }: Pick<ListedEntry, 'leadId' | 'entry' | 'messageId'>,
  { reason, detail }: { reason: string; detail: string },
  now: number,
): Promise<boolean> {
  const values = [workspaceId, campaignId, leadId, entry, reason, detail, toIso(now), messageId];
  return (await tx.query(STOP_ENTRY, values)).length > 0;
}

const COUNT_STANDING = statement(
  'count_standing_entries',
  `SELECT e.step_key AS key, count(*)::int AS count FROM campaign_leads e
   WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.status IN ('active', 'held') AND e.step_key IS NOT NULL
   GROUP BY e.step_key`,
);

/** How many leads on their way stand on each step. */
export async function countStanding(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
): Promise<Map<string, number>> {
  const rows = await tx.query<{ key: string; count: number }>(COUNT_STANDING, [workspaceId, campaignId]);
  return new Map(rows.map(({ key, count }) => [key, count]));
}

const WAKE_WAITING = statement(
  'wake_waiting_entries',
  `UPDATE campaign_leads SET look_at = $3, updated_at = $3
   WHERE workspace_id = $1 AND campaign_id = $2 AND status IN ('active', 'held') AND look_at > $3`,
);

/** Its steps were changed: all who wait for one are decided on anew. */
export async function wakeWaitingEntries(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  now: number,
): Promise<void> {
  await tx.query(WAKE_WAITING, [workspaceId, campaignId, toIso(now)]);
}

const HAS_LIVE = statement(
  'has_live_entries',
  `SELECT 1 FROM campaign_leads WHERE workspace_id = $1 AND campaign_id = $2 AND status IN ('active', 'held') LIMIT 1`,
);

/** Whether any lead is on its way through it. */
export async function hasLiveEntries(sql: Sql, workspaceId: string, campaignId: string): Promise<boolean> {
  return (await sql.query(HAS_LIVE, [workspaceId, campaignId])).length > 0;
}
