/** How far a campaign has come, quick enough to be asked every second while it runs; its figures: read-campaign-analytics.ts. */
import type { CampaignProgressAnswer } from '../../contract/campaigns/campaign-progress.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import type { CampaignLeadStatus, MessageStatus } from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { readOutlook } from '../../store/campaigns/campaign-leads.ts';
import {
  countReplied,
  countSteps,
  readNextSends,
  type StepCount,
} from '../../store/campaigns/campaign-progress.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import { countStandings, type LeadCount } from '../../store/leads/lead-counts.ts';
import type { Caller } from '../access/authenticate.ts';

interface Counts {
  leads: LeadCount[];
  steps: StepCount[];
  replied: { stepKey: string; count: number }[];
}

export async function readCampaignProgress(
  { database, keptCounts }: Deps,
  { workspaceId }: Caller,
  id: string,
): Promise<CampaignProgressAnswer> {
  const campaign = await findCampaign(database, workspaceId, id);
  if (campaign === null) throw problem('CAMPAIGN_NOT_FOUND');
  const { counts, at } = await keptCounts.read<Counts>(
    `progress ${workspaceId} ${id}`,
    async () => ({
      leads: await countStandings(database, workspaceId, [id]),
      steps: await countSteps(database, workspaceId, id),
      replied: await countReplied(database, workspaceId, id),
    }),
    ({ leads, steps }) => sum(leads) + sum(steps),
  );
  const { lookAt } = await readOutlook(database, workspaceId, id);
  const places = new Map(campaign.steps.map(({ key }, index): [string, number] => [key, index]));
  const others = [...new Set(counts.steps.map(({ stepKey }) => stepKey))]
    .filter((key) => !places.has(key))
    .sort();
  const lineIds = [...new Set([...campaign.lineIds, ...counts.steps.map(({ lineId }) => lineId)])];
  const nextSends = await readNextSends(database, workspaceId, lineIds);
  const listId = campaign.enteringListId ?? campaign.listId;
  const onTheWay = counts.leads.filter(({ status }) => status === 'active' || status === 'held');
  return {
    campaignId: id,
    status: campaign.status,
    countedAt: toIso(at),
    entering:
      campaign.enteringAfter === null || listId === null ? null : { listId, total: campaign.enteringTotal },
    leads: standingOf(counts.leads),
    held: reasonsOf(counts.leads, 'held'),
    stopped: reasonsOf(counts.leads, 'stopped'),
    failed: reasonsOf(counts.leads, 'failed'),
    perStep: [...places.keys(), ...others].map((stepKey) => ({
      stepKey,
      stepIndex: places.get(stepKey) ?? null,
      leadsHere: sum(onTheWay.filter((each) => each.stepKey === stepKey)),
      ...statesOf(counts.steps.filter((each) => each.stepKey === stepKey)),
      replied: sum(counts.replied.filter((each) => each.stepKey === stepKey)),
    })),
    perLine: lineIds.map((lineId) => ({
      lineId,
      ...statesOf(counts.steps.filter((each) => each.lineId === lineId)),
      nextSendAt: toIsoOrNull(nextSends.get(lineId)),
    })),
    nextLookAt: toIsoOrNull(lookAt),
  };
}

function sum(rows: readonly { count: number }[]): number {
  return rows.reduce((total, { count }) => total + count, 0);
}

function standingOf(rows: readonly LeadCount[]): CampaignProgressAnswer['leads'] {
  const of = (status: CampaignLeadStatus) => sum(rows.filter((row) => row.status === status));
  return {
    entered: sum(rows),
    active: of('active'),
    held: of('held'),
    finished: of('finished'),
    stopped: of('stopped'),
    failed: of('failed'),
  };
}

function reasonsOf(
  rows: readonly LeadCount[],
  status: CampaignLeadStatus,
): CampaignProgressAnswer['stopped'] {
  const own = Map.groupBy(
    rows.filter((row) => row.status === status),
    ({ reason }) => reason ?? status,
  );
  return [...own]
    .map(([reason, some]) => ({ reason, leads: sum(some) }))
    .sort((a, b) => b.leads - a.leads || (a.reason < b.reason ? -1 : 1));
}

function statesOf(rows: readonly StepCount[]) {
  const of = (...statuses: MessageStatus[]) => sum(rows.filter(({ status }) => statuses.includes(status)));
  return {
    waiting: of('pending', 'scheduled', 'queued'),
    sending: of('sending', 'unknown'),
    sent: of('sent'),
    delivered: of('delivered'),
    fallback: of('fallback'),
    failed: of('failed'),
    cancelled: of('cancelled'),
  };
}
