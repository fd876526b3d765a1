/**
 * How many leads a list has, and how many of a campaign's leads stand where. Whoever adds, moves or removes some adds rows of
 * what changed, in the same commit, so that nobody waits for anybody; a dispatcher folds them; whoever reads adds both up in
 * one statement. So the sum is what a count of the leads themselves would be, at any instant.
 */
import type { CampaignLeadStatus } from '../../domain/words.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';

/** Where a lead stands in a campaign. */
export interface Standing {
  status: CampaignLeadStatus;
  stepKey: string | null;
  reason: string | null;
}

/** So many more, or fewer, in a list (`standing` null), or standing there in a campaign. */
export interface CountChange {
  groupId: string;
  standing: Standing | null;
  change: number;
}

/** A campaign's lead has moved on. */
export function moved(campaignId: string, from: Standing, to: Standing): CountChange[] {
  return [
    { groupId: campaignId, standing: from, change: -1 },
    { groupId: campaignId, standing: to, change: 1 },
  ];
}

/** Each lead of these one more, or one less, in its list. */
export function inLists(leads: readonly { listId: string }[], change: 1 | -1): CountChange[] {
  return leads.map(({ listId }) => ({ groupId: listId, standing: null, change }));
}

/** One record for each list or standing that has more or fewer now; for `countingLeads`. */
export function countChanges(changes: readonly CountChange[], ids: Ids): Record<string, unknown>[] {
  const records = new Map<string, { group_id: string; change: number }>();
  for (const { groupId, standing, change } of changes) {
    const { status = '', stepKey = null, reason = null } = standing ?? {};
    const key = [groupId, status, stepKey, reason].join('\n');
    const record = records.get(key) ?? {
      group_id: groupId,
      status,
      step_key: stepKey ?? '',
      reason: reason ?? '',
      change: 0,
    };
    record.change += change;
    records.set(key, record);
  }
  return [...records.values()].filter(({ change }) => change !== 0).map((each) => ({ ...each, id: ids() }));
}

const ADD_LEAD_COUNTS = statement(
  'add_lead_counts',
  `INSERT INTO fresh_lead_counts (workspace_id, group_id, id, status, step_key, reason, change)
   SELECT $1, c.group_id, c.id, c.status, c.step_key, c.reason, c.change FROM json_to_recordset($2::json)
     AS c(id text, group_id text, status text, step_key text, reason text, change int)`,
);

/** Part of a statement of the workspace `$1`; `changes`: the parameter that holds `countChanges`. */
export function countingLeads(changes: string): string {
  return ADD_LEAD_COUNTS.text.replace('$2', changes);
}

/** In the commit of the change. */
export async function addLeadCounts(
  tx: Sql,
  workspaceId: string,
  changes: readonly CountChange[],
  ids: Ids,
): Promise<void> {
  const records = countChanges(changes, ids);
  if (records.length > 0) await tx.query(ADD_LEAD_COUNTS, [workspaceId, JSON.stringify(records)]);
}

/** Of an entry that is locked as `own`, to be overwritten: where it stands. */
export const STOOD = 'e.status AS stood_status, e.step_key AS stood_step_key, e.reason AS stood_reason';
/** Of an entry that was overwritten, with `own` as it was: where it stood, and where it stands. */
export const MOVED = `e.campaign_id AS "campaignId", own.stood_status AS "stoodStatus", own.stood_step_key AS "stoodStepKey",
  own.stood_reason AS "stoodReason", e.status, e.step_key AS "stepKey", e.reason`;

export interface MovedEntry extends Standing {
  campaignId: string;
  stoodStatus: CampaignLeadStatus;
  stoodStepKey: string | null;
  stoodReason: string | null;
}

export async function countMoved(
  tx: Sql,
  workspaceId: string,
  entries: readonly MovedEntry[],
  ids: Ids,
): Promise<void> {
  const changes = entries.flatMap((entry) => {
    const { stoodStatus: status, stoodStepKey: stepKey, stoodReason: reason } = entry;
    return moved(entry.campaignId, { status, stepKey, reason }, entry);
  });
  await addLeadCounts(tx, workspaceId, changes, ids);
}

const READ_LEAD_COUNTS = statement(
  'read_lead_counts',
  `SELECT c.group_id AS "groupId", c.status, nullif(c.step_key, '') AS "stepKey", nullif(c.reason, '') AS reason, sum(c.leads)::int AS count
   FROM (
     SELECT l.group_id, l.status, l.step_key, l.reason, l.leads FROM lead_counts l WHERE l.workspace_id = $1 AND l.group_id = ANY($2)
     UNION ALL
     SELECT f.group_id, f.status, f.step_key, f.reason, f.change FROM fresh_lead_counts f WHERE f.workspace_id = $1 AND f.group_id = ANY($2)
   ) c GROUP BY 1, 2, 3, 4 HAVING sum(c.leads) <> 0`,
);

export interface LeadCount extends Standing {
  campaignId: string;
  count: number;
}

/** Where the leads of these campaigns stand: each time that one has entered counts. */
export async function countStandings(
  sql: Sql,
  workspaceId: string,
  campaignIds: readonly string[],
): Promise<LeadCount[]> {
  const rows = await readCounts(sql, workspaceId, campaignIds);
  return rows.map(({ groupId, ...each }) => ({ campaignId: groupId, ...each }));
}

/** Of those lists that have leads. */
export async function countByList(
  sql: Sql,
  workspaceId: string,
  listIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await readCounts(sql, workspaceId, listIds);
  return new Map(rows.map(({ groupId, count }) => [groupId, count]));
}

function readCounts(
  sql: Sql,
  workspaceId: string,
  groupIds: readonly string[],
): Promise<(Standing & { groupId: string; count: number })[]> {
  return sql.query(READ_LEAD_COUNTS, [workspaceId, groupIds]);
}

const FORGET_FRESH = statement(
  'forget_fresh_lead_counts',
  'DELETE FROM fresh_lead_counts WHERE workspace_id = $1 AND group_id = $2',
);
const FORGET_FOLDED = statement(
  'forget_lead_counts',
  'DELETE FROM lead_counts WHERE workspace_id = $1 AND group_id = $2',
);

/** Of a list or campaign that is deleted. A fold that is under way is waited for by the first, so that the second sees what it wrote. */
export async function forgetLeadCounts(tx: Sql, workspaceId: string, groupId: string): Promise<void> {
  await tx.query(FORGET_FRESH, [workspaceId, groupId]);
  await tx.query(FORGET_FOLDED, [workspaceId, groupId]);
}

// From one workspace to the next, so that the rows of one are not walked to find the other.
const SCAN_FRESH_LEAD_COUNTS = statement(
  'scan_fresh_lead_counts',
  `WITH RECURSIVE seen AS (
     (SELECT c.workspace_id FROM fresh_lead_counts c ORDER BY c.workspace_id LIMIT 1)
     UNION ALL
     SELECT (SELECT c.workspace_id FROM fresh_lead_counts c WHERE c.workspace_id > s.workspace_id ORDER BY c.workspace_id LIMIT 1)
     FROM seen s WHERE s.workspace_id IS NOT NULL)
   SELECT s.workspace_id AS "workspaceId" FROM seen s WHERE s.workspace_id IS NOT NULL LIMIT $1`,
);

export async function scanFreshLeadCounts(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql.query<{ workspaceId: string }>(SCAN_FRESH_LEAD_COUNTS, [limit]);
  return rows.map(({ workspaceId }) => workspaceId);
}

const FOLD_LEAD_COUNTS = statement(
  'fold_lead_counts',
  `WITH next AS MATERIALIZED (
     SELECT t.group_id, t.id FROM fresh_lead_counts t WHERE t.workspace_id = $1 ORDER BY t.group_id, t.id LIMIT $2 FOR UPDATE SKIP LOCKED
   ), taken AS (
     DELETE FROM fresh_lead_counts f USING next n
     WHERE f.workspace_id = $1 AND f.group_id = n.group_id AND f.id = n.id
     RETURNING f.*
   ), folded AS (
     INSERT INTO lead_counts AS l (workspace_id, group_id, status, step_key, reason, leads)
     SELECT $1, c.group_id, c.status, c.step_key, c.reason, sum(c.change) FROM taken c
     GROUP BY c.group_id, c.status, c.step_key, c.reason ORDER BY c.group_id, c.status, c.step_key, c.reason
     ON CONFLICT (workspace_id, group_id, status, step_key, reason) DO UPDATE SET leads = l.leads + excluded.leads)
   SELECT count(*)::int AS "folded" FROM taken`,
);

/** At most `limit` rows; answers how many they were. */
export async function foldLeadCounts(sql: Sql, workspaceId: string, limit: number): Promise<number> {
  const [row] = await sql.query<{ folded: number }>(FOLD_LEAD_COUNTS, [workspaceId, limit]);
  return row?.folded ?? 0;
}
