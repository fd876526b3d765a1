/**
 * One look at a campaign, one commit: the next leads of its list enter, messages that a pause held become due again, leads
 * whose time has come are moved on, and when nobody is left it is complete. Under the campaign's lock, so that however many
 * dispatchers look, each step is made once and lines take turns in order.
 */
import type { Deps } from '../../deps.ts';
import { wakeNextWaiting } from '../../store/campaigns/campaign-entries.ts';
import { readOutlook } from '../../store/campaigns/campaign-leads.ts';
import {
  lockCampaignToRun,
  putOffCampaign,
  storeRun,
  takeCampaignWakes,
} from '../../store/campaigns/campaign-runs.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import { insertEvents } from '../../store/events/events.ts';
import { lockLines, wakeLines } from '../../store/lines/line-queue.ts';
import { releaseHeld } from '../../store/messages/held-messages.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { ADVANCED_AT_ONCE, type Advanced, advanceLeads } from './advance-leads.ts';
import { complete } from './complete-campaign.ts';
import { endLeads } from './end-leads.ts';
import { enterNextLeads } from './enter-list.ts';
import { pauseWithoutLine } from './pause-without-line.ts';
import type { Run } from './run.ts';

export interface Look {
  /** There is more to do at once. */
  more: boolean;
  advanced: Advanced;
}

const RELEASED_AT_ONCE = 2_000;
const RECHECKED_AT_ONCE = 2_000;
const READ_ONLY_RECHECK_MS = 60_000;
const NOTHING: Advanced = { looked: 0, made: 0 };

/** null: somebody else is at it, or it is gone. */
export async function runCampaign(
  deps: Deps,
  workspaceId: string,
  campaignId: string,
  limit = ADVANCED_AT_ONCE,
): Promise<Look | null> {
  const snapshot = await deps.snapshots.read(workspaceId);
  if (snapshot === null) return forget(deps, workspaceId, campaignId);
  const looked = await deps.database.transaction(async (tx): Promise<(Look & { run: Run }) | null> => {
    const campaign = await lockCampaignToRun(tx, workspaceId, campaignId);
    if (campaign === null) return null;
    await takeCampaignWakes(tx, workspaceId, campaignId);
    const now = deps.clock.now();
    const run: Run = { deps, tx, snapshot, campaign, now, wokenLines: new Set(), events: [] };
    const look = await lookAt(run, snapshot, limit);
    await store(run, workspaceId);
    await deps.checkpoint('campaign.looked');
    return { ...look, run };
  });
  if (looked === null) {
    const isGone = (await findCampaign(deps.database, workspaceId, campaignId)) === null;
    return isGone ? forget(deps, workspaceId, campaignId) : null;
  }
  await deps.checkpoint('campaign.stored');
  if (looked.run.wokenLines.size > 0 || looked.run.events.length > 0) deps.wakeDispatchers();
  return { more: looked.more, advanced: looked.advanced };
}

async function lookAt(run: Run, { workspace }: WorkspaceSnapshot, limit: number): Promise<Look> {
  const { campaign, tx, deps, now } = run;
  const { workspaceId } = workspace;
  campaign.lookAt = null;
  switch (campaign.status) {
    case 'active':
      break;
    case 'completed':
    case 'archived':
      return { more: await endLeads(run), advanced: NOTHING };
    default:
      return { more: false, advanced: NOTHING };
  }
  if (workspace.billingStatus === 'past_due') {
    campaign.lookAt = now + READ_ONLY_RECHECK_MS;
    return { more: false, advanced: NOTHING };
  }
  if (campaign.isWaking) {
    campaign.isWaking = await releaseNext(run);
    campaign.lookAt = now;
    return { more: true, advanced: NOTHING };
  }
  if (campaign.recheckingAfter !== null) {
    const next = { after: campaign.recheckingAfter, now, limit: RECHECKED_AT_ONCE };
    campaign.recheckingAfter = await wakeNextWaiting(tx, workspaceId, campaign.id, next);
  }
  const isEntering = await enterNextLeads(run);
  await deps.checkpoint('campaign.entered');
  const advanced = await advanceLeads(run, limit);
  await deps.checkpoint('campaign.advanced');
  if (advanced === null) {
    pauseWithoutLine(campaign, now);
    return { more: false, advanced: NOTHING };
  }
  const outlook = await readOutlook(tx, workspaceId, campaign.id);
  if (!isEntering && !outlook.anyLive && campaign.listId !== null) complete(run);
  const isRechecking = campaign.recheckingAfter !== null;
  const more = isEntering || isRechecking || (outlook.lookAt !== null && outlook.lookAt <= now);
  campaign.lookAt = more ? now : outlook.lookAt;
  return { more, advanced };
}

/**
 * True while there are more. In a commit of its own, because it waits for the lines: a pass over one of them may have seen
 * the pause, and what it holds must be there to be released.
 */
async function releaseNext({ tx, snapshot, campaign, now, wokenLines }: Run): Promise<boolean> {
  const { id: campaignId, startedAt } = campaign;
  if (startedAt === null) return false;
  const { workspaceId } = snapshot.workspace;
  const lineIds = snapshot.lines.map(({ id }) => id);
  await lockLines(tx, workspaceId, lineIds, { skipLocked: false });
  const released = { campaignId, startedAt, lineIds };
  const lines = await releaseHeld(tx, workspaceId, released, now, RELEASED_AT_ONCE);
  for (const lineId of lines) wokenLines.add(lineId);
  return lines.length === RELEASED_AT_ONCE;
}

async function store({ deps, tx, campaign, wokenLines, events }: Run, workspaceId: string): Promise<void> {
  await insertEvents(tx, workspaceId, events);
  const lines = [...wokenLines];
  await wakeLines(tx, workspaceId, lines, lines.map(deps.ids));
  await storeRun(tx, workspaceId, campaign);
}

async function forget(deps: Deps, workspaceId: string, campaignId: string): Promise<null> {
  await takeCampaignWakes(deps.database, workspaceId, campaignId);
  await putOffCampaign(deps.database, workspaceId, campaignId, null);
  return null;
}
