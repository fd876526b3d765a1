/** In which campaigns a lead is or was, and where it stands in each. */
import type { LeadCampaignsAnswer } from '../../contract/campaigns/campaigns.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { listEntriesOfLead } from '../../store/campaigns/campaign-entries.ts';
import { findCampaigns } from '../../store/campaigns/campaigns.ts';
import { findLead } from '../../store/leads/leads.ts';
import type { Caller } from '../access/authenticate.ts';
import { presentEntries } from './campaign-leads.ts';

const MAX_SHOWN = 100;

export async function listLeadCampaigns(
  deps: Deps,
  { workspaceId }: Caller,
  leadId: string,
): Promise<LeadCampaignsAnswer> {
  const { database } = deps;
  const lead = await findLead(database, workspaceId, leadId);
  if (lead === null) throw problem('LEAD_NOT_FOUND');
  const entries = await listEntriesOfLead(database, workspaceId, leadId, MAX_SHOWN);
  const ids = [...new Set(entries.map(({ campaignId }) => campaignId))];
  const campaigns = new Map(
    (await findCampaigns(database, workspaceId, ids)).map((campaign) => [campaign.id, campaign]),
  );
  const standing = await presentEntries(deps, workspaceId, entries);
  return {
    campaigns: entries.flatMap(({ campaignId }, n) => {
      const campaign = campaigns.get(campaignId);
      const where = standing[n];
      if (campaign === undefined || where === undefined) return [];
      return [{ campaignId, campaignName: campaign.name, campaignStatus: campaign.status, ...where }];
    }),
  };
}
