/** Campaigns that have something to do: looked at one by one, each by one process at a time. */
import { ADVANCED_AT_ONCE } from '../actions/campaigns/advance-leads.ts';
import { runCampaign } from '../actions/campaigns/run-campaign.ts';
import type { Deps } from '../deps.ts';
import { isOutOfReach } from '../lib/out-of-reach.ts';
import { holdFirstDue } from '../store/campaigns/campaign-leads.ts';
import { putOffCampaign, scanDueCampaigns, takeCampaignWakes } from '../store/campaigns/campaign-runs.ts';
import type { Question } from './chores.ts';

const SCAN_LIMIT = 200;
/** Then it goes to the end of the line: a launch of a million leads is not to keep the steps of others waiting. */
const LOOKS_IN_A_ROW = 10;
/** From all that are due down to a single one, and some more. */
const FAILURES_IN_A_ROW = 30;
const PUT_OFF_MS = 60_000;
const HELD_MS = 300_000;

export async function campaignsDue(deps: Deps, stopping: AbortSignal): Promise<Question[]> {
  const due = await scanDueCampaigns(deps.database, deps.clock.now(), SCAN_LIMIT);
  return due.map(({ workspaceId, campaignId }) => ({
    name: campaignId,
    ask: () => runInTurn(deps, workspaceId, campaignId, stopping),
  }));
}

/**
 * A look that fails is tried again with half as many leads, down to the one that it fails for: that one is held, and the
 * others go on.
 */
async function runInTurn(
  deps: Deps,
  workspaceId: string,
  campaignId: string,
  stopping: AbortSignal,
): Promise<void> {
  let limit = ADVANCED_AT_ONCE;
  let failures = 0;
  for (let looks = 0; looks < LOOKS_IN_A_ROW && !stopping.aborted; ) {
    try {
      const look = await runCampaign(deps, workspaceId, campaignId, limit);
      if (look?.more !== true) return;
      looks += 1;
    } catch (error) {
      if (isOutOfReach(error)) throw error;
      deps.log.error({ err: error, workspaceId, campaignId, limit }, 'a look at a campaign failed');
      failures += 1;
      const isAlone = limit === 1;
      limit = isAlone ? ADVANCED_AT_ONCE : Math.floor(limit / 2);
      if (isAlone && (await holdOne(deps, workspaceId, campaignId))) continue;
      if (isAlone || failures > FAILURES_IN_A_ROW) return putOff(deps, workspaceId, campaignId);
    }
  }
}

function holdOne(deps: Deps, workspaceId: string, campaignId: string): Promise<boolean> {
  const now = deps.clock.now();
  return deps.database.transaction((tx) =>
    holdFirstDue(tx, workspaceId, campaignId, deps.ids, { now, until: now + HELD_MS }),
  );
}

async function putOff(deps: Deps, workspaceId: string, campaignId: string): Promise<void> {
  await takeCampaignWakes(deps.database, workspaceId, campaignId);
  await putOffCampaign(deps.database, workspaceId, campaignId, deps.clock.now() + PUT_OFF_MS);
}
