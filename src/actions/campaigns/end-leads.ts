/** A campaign that was completed or archived by hand: whoever is still on the way is stopped, and what waits is cancelled. */
import { problem } from '../../contract/problems.ts';
import { hasLiveEntries } from '../../store/campaigns/campaign-entries.ts';
import { lockLiveEntries, storeEntries } from '../../store/campaigns/campaign-leads.ts';
import type { CampaignRow } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import { lockWaitingOfCampaign } from '../../store/messages/held-messages.ts';
import { cancel } from '../messages/cancel-messages.ts';
import { cancelWaiting } from './cancel-steps.ts';
import type { Run } from './run.ts';

const ENDED_AT_ONCE = 500;
const RETRY_MS = 1_000;

/** True while there are more. */
export async function endLeads(run: Run): Promise<boolean> {
  const { deps, tx, snapshot, campaign, now } = run;
  const { workspaceId } = snapshot.workspace;
  const live = await lockLiveEntries(tx, workspaceId, campaign.id, ENDED_AT_ONCE);
  if (live.length === 0) {
    if (!(await hasLiveEntries(tx, workspaceId, campaign.id))) return cancelRest(run);
    // They are in somebody's hands.
    campaign.lookAt = now + RETRY_MS;
    return false;
  }
  const reason = campaign.status;
  const detail = sentenceOf(run);
  for (const entry of live)
    Object.assign(entry, {
      status: 'stopped',
      reason,
      detail,
      lookAt: null,
      nextStepKey: null,
      endedAt: now,
    });
  const { busy } = await cancelWaiting(deps, tx, workspaceId, live);
  const ended = live.filter(({ messageId }) => !busy.has(messageId ?? ''));
  await storeEntries(tx, workspaceId, campaign.id, ended, deps.ids, now);
  campaign.lookAt = ended.length > 0 ? now : now + RETRY_MS;
  return ended.length > 0;
}

/** Whoever is still on the way would go on in a campaign that is made active again, and be forgotten in one that is deleted. */
export async function refuseWhileEnding(
  tx: Sql,
  workspaceId: string,
  { id, status }: CampaignRow,
): Promise<void> {
  if (status !== 'completed' && status !== 'archived') return;
  if (await hasLiveEntries(tx, workspaceId, id))
    throw problem('CAMPAIGN_STATE', {
      reason: status,
      error: 'The campaign is being ended: what still waits is cancelled first; ask again in a moment',
    });
}

/** What nobody's way stands at: fallback SMS of steps before. */
async function cancelRest(run: Run): Promise<boolean> {
  const { deps, tx, snapshot, campaign, now } = run;
  const { workspaceId } = snapshot.workspace;
  const waiting = await lockWaitingOfCampaign(tx, workspaceId, campaign.id, ENDED_AT_ONCE);
  if (waiting.length > 0) await cancel(deps, tx, workspaceId, waiting, sentenceOf(run), 'campaign_stopped');
  if (waiting.length < ENDED_AT_ONCE) return false;
  campaign.lookAt = now;
  return true;
}

function sentenceOf({ campaign }: Run): string {
  return campaign.status === 'archived' ? 'Its campaign was archived' : 'Its campaign was completed';
}
