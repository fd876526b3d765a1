/** Leads that enter a campaign; where they stand from then on: campaign-leads.ts. */
import { toIso } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { addLeadCounts, type Standing } from '../leads/lead-counts.ts';

const ENTER_LIST = statement(
  'enter_list',
  `WITH next AS MATERIALIZED (
     SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.list_id = $3 AND l.id > $4 ORDER BY l.id LIMIT $5
   ), entered AS (
     INSERT INTO campaign_leads (workspace_id, campaign_id, lead_id, entry, status, look_at, entered_at, updated_at)
     SELECT $1, $2, next.id, 1, 'active', $6, $7, $7 FROM next
     ON CONFLICT (workspace_id, campaign_id, lead_id, entry) DO NOTHING RETURNING 1
   )
   SELECT count(*)::int AS found, max(id) AS last, (SELECT count(*)::int FROM entered) AS entered FROM next`,
);

/** The next leads of a list, in the order of ids; who is in the campaign already stays as it is. */
export async function enterNextOfList(
  tx: Sql,
  workspaceId: string,
  { campaignId, listId, after }: { campaignId: string; listId: string; after: string },
  { lookAt, now, limit }: { lookAt: number; now: number; limit: number },
  ids: Ids,
): Promise<{ found: number; last: string | null }> {
  const values = [workspaceId, campaignId, listId, after, limit, toIso(lookAt), toIso(now)];
  const [row] = await tx.query<{ found: number; last: string | null; entered: number }>(ENTER_LIST, values);
  const { found, last, entered } = row ?? { found: 0, last: null, entered: 0 };
  await addLeadCounts(tx, workspaceId, [{ groupId: campaignId, standing: FRESH, change: entered }], ids);
  return { found, last };
}

const FRESH: Standing = { status: 'active', stepKey: null, reason: null };

const INSERT_ENTRY = statement(
  'insert_entry',
  `INSERT INTO campaign_leads (workspace_id, campaign_id, lead_id, entry, status, look_at, entered_at, updated_at)
   VALUES ($1, $2, $3, $4, 'active', $5, $6, $6)`,
);

export async function insertEntry(
  tx: Sql,
  workspaceId: string,
  {
    campaignId,
    leadId,
    entry,
    lookAt,
  }: { campaignId: string; leadId: string; entry: number; lookAt: number },
  ids: Ids,
  now: number,
): Promise<void> {
  await tx.query(INSERT_ENTRY, [workspaceId, campaignId, leadId, entry, toIso(lookAt), toIso(now)]);
  await addLeadCounts(tx, workspaceId, [{ groupId: campaignId, standing: FRESH, change: 1 }], ids);
}
