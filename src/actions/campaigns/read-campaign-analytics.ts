/** Figures of one campaign: whole, by step, by line and by day, and who left it why. */

import {
  CAMPAIGN_EXPLAINER,
  type CampaignAnalyticsAnswer,
  type Figures,
} from '../../contract/campaigns/campaign-analytics.ts';
import { problem } from '../../contract/problems.ts';
import { withShares } from '../../contract/workspace/analytics.ts';
import type { Deps } from '../../deps.ts';
import {
  type CampaignCounts,
  type CampaignCountsRow,
  countCampaign,
  type StandingCount,
} from '../../store/campaigns/campaign-analytics.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import type { Caller } from '../access/authenticate.ts';

export async function readCampaignAnalytics(
  deps: Deps,
  { workspaceId }: Caller,
  id: string,
): Promise<CampaignAnalyticsAnswer> {
  const campaign = await findCampaign(deps.database, workspaceId, id);
  const snapshot = await deps.snapshots.read(workspaceId);
  if (campaign === null || snapshot === null) throw problem('CAMPAIGN_NOT_FOUND');
  const { timezone } = snapshot.workspace;
  const { counts, standing } = await countCampaign(deps.database, workspaceId, id, timezone);
  const of = (view: CampaignCountsRow['view']) => counts.filter((row) => row.view === view);
  const ofSteps = of('step');
  const places = new Map(campaign.steps.map(({ key }, index): [string | null, number] => [key, index]));
  const seen = new Set([...ofSteps, ...standing].map(({ stepKey }) => stepKey));
  const others = [...seen].filter((key) => key !== null && !places.has(key)).sort();
  return {
    success: true,
    campaignId: id,
    status: campaign.status,
    timezone,
    totals: figuresOf(of('all')[0]),
    leads: standingOf(standing),
    stopped: standing.filter(({ status }) => status === 'stopped').map(presentStop),
    perStep: [...places.keys(), ...others].map((stepKey) => ({
      stepKey,
      stepIndex: places.get(stepKey) ?? null,
      figures: figuresOf(ofSteps.find((row) => row.stepKey === stepKey)),
      leads: standingOf(standing.filter((row) => row.stepKey === stepKey)),
    })),
    perLine: of('line').map((row) => ({ lineId: row.lineId ?? '', figures: figuresOf(row) })),
    perDay: of('day').map((row) => ({ day: row.day ?? '', figures: figuresOf(row) })),
    explainer: CAMPAIGN_EXPLAINER,
  };
}

const NONE: CampaignCounts = {
  reached: 0,
  sent: 0,
  fallback: 0,
  failed: 0,
  replied: 0,
  uniqueReplied: 0,
  positiveReplied: 0,
  waiting: 0,
  cancelled: 0,
};

function figuresOf({
  reached,
  sent,
  fallback,
  failed,
  replied,
  uniqueReplied,
  positiveReplied,
  waiting,
  cancelled,
}: CampaignCounts = NONE): Figures {
  const counts = { reached, sent, fallback, failed, replied, uniqueReplied, positiveReplied };
  return { ...withShares(counts).metrics, waiting, cancelled };
}

function standingOf(rows: readonly StandingCount[]): CampaignAnalyticsAnswer['leads'] {
  const sum = (some: readonly StandingCount[]) => some.reduce((total, { leads }) => total + leads, 0);
  const of = (status: StandingCount['status']) => sum(rows.filter((row) => row.status === status));
  return {
    total: sum(rows),
    active: of('active'),
    held: of('held'),
    finished: of('finished'),
    stopped: of('stopped'),
    failed: of('failed'),
  };
}

function presentStop({
  reason,
  conditionId,
  detail,
  stepKey,
  leads,
}: StandingCount): CampaignAnalyticsAnswer['stopped'][number] {
  return { reason: reason ?? 'stopped', conditionId, detail, stepKey, leads };
}
