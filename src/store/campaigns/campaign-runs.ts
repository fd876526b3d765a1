/** When a campaign is looked at: by its own time, or because somebody woke it. As lines are (store/lines/line-queue.ts). */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { CAMPAIGN_COLUMNS, type CampaignRow } from './campaigns.ts';

const WAKE_CAMPAIGNS = statement(
  'wake_campaigns',
  'INSERT INTO campaign_wakes (workspace_id, campaign_id, id) SELECT $1, w.campaign_id, w.id FROM unnest($2::text[], $3::text[]) AS w(campaign_id, id)',
);

/** "Look at these campaigns": in the commit that gave one of their leads something to do. */
export async function wakeCampaigns(
  tx: Sql,
  workspaceId: string,
  campaignIds: readonly string[],
  ids: Ids,
): Promise<void> {
  const each = [...new Set(campaignIds)];
  if (each.length > 0) await tx.query(WAKE_CAMPAIGNS, [workspaceId, each, each.map(() => ids())]);
}

const SCAN_CAMPAIGNS = statement(
  'scan_due_campaigns',
  `SELECT due.workspace_id AS "workspaceId", due.campaign_id AS "campaignId" FROM (
     (SELECT workspace_id, id AS campaign_id, look_at AS at FROM campaigns
      WHERE look_at IS NOT NULL AND look_at <= $1 ORDER BY look_at LIMIT $2)
     UNION ALL
     (SELECT DISTINCT workspace_id, campaign_id, $1::timestamptz FROM campaign_wakes LIMIT $2)
   ) due GROUP BY due.workspace_id, due.campaign_id ORDER BY min(due.at), due.campaign_id`,
);

/** Campaigns that may have something to do, over all workspaces, without locks; the longest due first. */
export function scanDueCampaigns(
  sql: Sql,
  now: number,
  limit: number,
): Promise<{ workspaceId: string; campaignId: string }[]> {
  return sql.query(SCAN_CAMPAIGNS, [toIso(now), limit]);
}

const TAKE_WAKES = statement(
  'take_campaign_wakes',
  'DELETE FROM campaign_wakes WHERE workspace_id = $1 AND campaign_id = $2',
);

/** Before anything else is read: a wake that can't be seen yet stays for the next look. */
export async function takeCampaignWakes(tx: Sql, workspaceId: string, campaignId: string): Promise<void> {
  await tx.query(TAKE_WAKES, [workspaceId, campaignId]);
}

const LOCK_TO_RUN = statement(
  'lock_campaign_to_run',
  `SELECT ${CAMPAIGN_COLUMNS} FROM campaigns c WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** null: it is gone, or in somebody else's hands. */
export async function lockCampaignToRun(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
): Promise<CampaignRow | null> {
  return (await tx.query<CampaignRow>(LOCK_TO_RUN, [workspaceId, campaignId]))[0] ?? null;
}

const PUT_OFF_CAMPAIGN = statement(
  'put_off_campaign',
  `WITH held AS MATERIALIZED (
     SELECT c.id FROM campaigns c WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE SKIP LOCKED)
   UPDATE campaigns c SET look_at = $3 FROM held WHERE c.workspace_id = $1 AND c.id = held.id`,
);

/** After a look that failed: not before `until`, or when it is woken; null: only then. */
export async function putOffCampaign(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
  until: number | null,
): Promise<void> {
  await sql.query(PUT_OFF_CAMPAIGN, [workspaceId, campaignId, toIsoOrNull(until)]);
}

const WAKE_ALL = statement(
  'wake_all_campaigns',
  `UPDATE campaigns SET look_at = $2 WHERE workspace_id = $1 AND status = 'active'`,
);

/** The workspace may write again. */
export async function wakeAllCampaigns(tx: Sql, workspaceId: string, now: number): Promise<void> {
  await tx.query(WAKE_ALL, [workspaceId, toIso(now)]);
}

const STORE_RUN = statement(
  'store_campaign_run',
  `UPDATE campaigns SET status = $3, next_line = $4, entering_after = $5, look_at = $6, is_waking = $7, pause_reason = $8,
     paused_at = $9, completed_at = $10, updated_at = $11, rechecking_after = $12
   WHERE workspace_id = $1 AND id = $2`,
);

/** What running changes of it. The caller holds the row's lock. */
export async function storeRun(tx: Sql, workspaceId: string, row: CampaignRow): Promise<void> {
  await tx.query(STORE_RUN, [
    workspaceId,
    row.id,
    row.status,
    row.nextLine,
    row.enteringAfter,
    toIsoOrNull(row.lookAt),
    row.isWaking,
    row.pauseReason,
    toIsoOrNull(row.pausedAt),
    toIsoOrNull(row.completedAt),
    toIso(row.updatedAt),
    row.recheckingAfter,
  ]);
}
