/** One lead enters a campaign (contract 3.5): whoever is named, or whoever has the given phone or email, or somebody new. */
import type { EnterTarget } from '../../contract/campaigns/campaign-requests.ts';
import type { EnteredLeadAnswer } from '../../contract/campaigns/campaigns.ts';
import type { LeadInput } from '../../contract/leads/lead-fields.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { waitMs } from '../../domain/campaign/campaign.ts';
import { contactOwner } from '../../domain/contact-owner.ts';
import { insertEntry } from '../../store/campaigns/campaign-entering.ts';
import { findLastEntry } from '../../store/campaigns/campaign-leads.ts';
import { wakeCampaigns } from '../../store/campaigns/campaign-runs.ts';
import { type CampaignRow, lockCampaign, storeCampaign } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import { insertLeads } from '../../store/leads/lead-import.ts';
import { ensureSpecialList, findLead, findLeadIdsByAddress, type LeadRow } from '../../store/leads/leads.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { queueAvailabilityCheck } from '../availability/availability-jobs.ts';
import { answerOnce, type KeyedAnswer, type KeyedRequest } from '../idempotency.ts';
import { refuseWhileEnding } from './end-leads.ts';
import { isReachable } from './make-step.ts';

export async function enterLead(
  deps: Deps,
  caller: Caller,
  campaignId: string,
  target: EnterTarget,
  options: KeyedRequest & { warnings: string[] },
): Promise<KeyedAnswer<EnteredLeadAnswer>> {
  const { workspaceId } = caller;
  const { memberEmails } = await refuseReadOnly(deps, caller);
  const status = ({ alreadyInCampaign }: EnteredLeadAnswer) => (alreadyInCampaign ? 200 : 201);
  const entered = await answerOnce(deps, workspaceId, options, status, async (tx) => {
    const campaign = await lockCampaign(tx, workspaceId, campaignId);
    if (campaign === null) throw problem('CAMPAIGN_NOT_FOUND');
    if (campaign.status === 'archived') throw problem('CAMPAIGN_ARCHIVED');
    const lead = await resolveLead(deps, tx, workspaceId, target, memberEmails);
    const last = await findLastEntry(tx, workspaceId, campaignId, lead.id);
    const answer = (alreadyInCampaign: boolean): EnteredLeadAnswer => ({
      success: true,
      leadId: lead.id,
      campaignId,
      messageCount: alreadyInCampaign ? 0 : campaign.steps.length,
      message: alreadyInCampaign
        ? 'Lead already in campaign (re-entry not allowed).'
        : 'Lead added to campaign and sequence started',
      alreadyInCampaign,
      ...(alreadyInCampaign ? { existingLeadIds: [lead.id] } : {}),
      ghlContactId: lead.ghlContactId,
      ghlLocationId: lead.ghlLocationId,
      hsPortalId: lead.hsPortalId,
      hsContactId: lead.hsContactId,
      warnings: options.warnings,
    });
    if (last !== null && (last.endedAt === null || !campaign.allowReentry)) return answer(true);
    await refuseWhileEnding(tx, workspaceId, campaign);
    const obstacle = obstacleOf(campaign, lead);
    if (obstacle !== null) throw problem('LEAD_NOT_ENTERED', { reason: obstacle });
    const now = deps.clock.now();
    const [first] = campaign.steps;
    const lookAt = now + (first === undefined ? 0 : waitMs(first.wait));
    const entry = (last?.entry ?? 0) + 1;
    await insertEntry(tx, workspaceId, { campaignId, leadId: lead.id, entry, lookAt }, deps.ids, now);
    if (campaign.status === 'completed')
      await storeCampaign(tx, workspaceId, { ...campaign, status: 'active', completedAt: null }, now);
    await wakeCampaigns(tx, workspaceId, [campaignId], deps.ids);
    return answer(false);
  });
  if (!entered.replayed) deps.wakeDispatchers();
  return entered;
}

const MAX_ROUNDS = 5;

/** Why nothing would ever be sent to it. */
function obstacleOf(campaign: CampaignRow, lead: LeadRow): string | null {
  if (lead.optedOutAt !== null) return 'the lead opted out';
  return isReachable(campaign, lead) ? null : `the lead has no address for ${campaign.messageType}`;
}

async function resolveLead(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  target: EnterTarget,
  members: readonly string[],
): Promise<LeadRow> {
  if ('leadId' in target) {
    const lead = await findLead(tx, workspaceId, target.leadId);
    if (lead === null) throw problem('LEAD_NOT_FOUND');
    return lead;
  }
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const found = await findByAddress(tx, workspaceId, target.lead);
    if (found !== null) return found;
    const made = await makeLead(deps, tx, workspaceId, target.lead, members);
    // Somebody else was quicker with one of its addresses: it is found in the next round.
    if (made !== null) return made;
  }
  throw problem('LEAD_NOT_RESOLVED');
}

/** Who has its phone; else who has its email. */
async function findByAddress(
  tx: Sql,
  workspaceId: string,
  { phone, email }: LeadInput,
): Promise<LeadRow | null> {
  for (const address of [phone, email]) {
    const [id] = address === null ? [] : await findLeadIdsByAddress(tx, workspaceId, address);
    const lead = id === undefined ? null : await findLead(tx, workspaceId, id);
    if (lead !== null) return lead;
  }
  return null;
}

async function makeLead(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  { contactOwnerEmail, ...given }: LeadInput,
  members: readonly string[],
): Promise<LeadRow | null> {
  const now = deps.clock.now();
  const lead: LeadRow = {
    ...given,
    id: deps.ids(),
    listId: await ensureSpecialList(tx, workspaceId, 'quick_sends', deps.ids(), now),
    source: 'api',
    contactOwnerEmail: contactOwner(contactOwnerEmail, members),
    availabilityStatus: null,
    optedOutAt: null,
    createdAt: now,
    updatedAt: now,
  };
  const made = await insertLeads(tx, workspaceId, [lead], deps.ids, now);
  if (!made.has(lead.id)) return null;
  await queueAvailabilityCheck(deps, tx, workspaceId, [lead.id]);
  return lead;
}
