/** Campaigns that have something to do: looked at one by one, each by one process at a time. */
import { apart } from '../actions/apart.ts';
import { runCampaign } from '../actions/campaigns/run-campaign.ts';
import type { Deps } from '../deps.ts';
import { putOffCampaign, scanDueCampaigns, takeCampaignWakes } from '../store/campaign-runs.ts';
import type { Question } from './chores.ts';

const SCAN_LIMIT = 200;
/** Then it goes to the end of the line: a launch of a million leads is not to keep the steps of others waiting. */
const LOOKS_IN_A_ROW = 10;
const PUT_OFF_MS = 60_000;

export async function campaignsDue(deps: Deps, stopping: AbortSignal): Promise<Question[]> {
  const due = await scanDueCampaigns(deps.database, deps.clock.now(), SCAN_LIMIT);
  return due.map(({ workspaceId, campaignId }) => ({
    name: campaignId,
    ask: () => runFor(deps, workspaceId, campaignId, stopping),
  }));
}

async function runFor(
  deps: Deps,
  workspaceId: string,
  campaignId: string,
  stopping: AbortSignal,
): Promise<void> {
  const run = async () => {
    for (let looks = 0; looks < LOOKS_IN_A_ROW && !stopping.aborted; looks += 1) {
      const look = await runCampaign(deps, workspaceId, campaignId);
      if (look?.more !== true) return;
    }
  };
  if (await apart(deps, { workspaceId, campaignId }, run)) return;
  await takeCampaignWakes(deps.database, workspaceId, campaignId);
  await putOffCampaign(deps.database, workspaceId, campaignId, deps.clock.now() + PUT_OFF_MS);
}
