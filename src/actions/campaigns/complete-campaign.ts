/** Nobody is on the way any more: the campaign is complete, and customers who want to know are told. */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import type { Run } from './run.ts';

/** Whoever adds a lead later makes it active again. */
export function complete({
  deps,
  campaign,
  now,
  events,
}: Pick<Run, 'deps' | 'campaign' | 'now' | 'events'>): void {
  Object.assign(campaign, { status: 'completed', completedAt: now, updatedAt: now });
  events.push({
    id: deps.ids(),
    type: 'campaign.completed',
    messageId: null,
    leadId: null,
    lineId: null,
    at: now,
    data: {
      campaignId: campaign.id,
      campaignName: campaign.name,
      startedAt: toIsoOrNull(campaign.startedAt),
      completedAt: toIso(now),
    },
  });
}
