/** The leads of a list enter its campaign in the order of their ids, so many per commit: however many there are, and whoever is killed. */
import { waitMs } from '../../domain/campaign/campaign.ts';
import { enterNextOfList } from '../../store/campaigns/campaign-entering.ts';
import type { Run } from './run.ts';

export const ENTERED_AT_ONCE = 1_000;

/** True while there are more. The place that was reached commits with the rows. */
export async function enterNextLeads({ deps, tx, snapshot, campaign, now }: Run): Promise<boolean> {
  const { enteringAfter: after } = campaign;
  if (after === null) return false;
  const listId = campaign.enteringListId ?? campaign.listId;
  const [first] = campaign.steps;
  if (listId === null || first === undefined) {
    campaign.enteringAfter = null;
    return false;
  }
  const { found, last } = await enterNextOfList(
    tx,
    snapshot.workspace.workspaceId,
    { campaignId: campaign.id, listId, after },
    { now, lookAt: now + waitMs(first.wait), limit: ENTERED_AT_ONCE },
    deps.ids,
  );
  campaign.enteringAfter = found < ENTERED_AT_ONCE ? null : last;
  return campaign.enteringAfter !== null;
}
