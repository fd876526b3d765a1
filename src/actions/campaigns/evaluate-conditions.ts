/** Conditions asked of a lead as a campaign would ask them now, with what they were asked of. Nothing follows from it. */
import type { EvaluateConditions } from '../../contract/campaigns/campaign-requests.ts';
import type { ConditionsEvaluatedAnswer } from '../../contract/campaigns/campaigns.ts';
import { problem } from '../../contract/problems.ts';
import { invalidCampaign } from '../../contract/reading.ts';
import type { Deps } from '../../deps.ts';
import type { Condition } from '../../domain/campaign/campaign.ts';
import { checkConditions } from '../../domain/campaign/check-steps.ts';
import {
  CONDITION_FIELDS,
  type ConditionFacts,
  holds,
  holdsOfAnswer,
} from '../../domain/campaign/conditions.ts';
import { toIso } from '../../lib/clock.ts';
import { readEntryFacts } from '../../store/campaigns/campaign-facts.ts';
import { findLastEntry } from '../../store/campaigns/campaign-leads.ts';
import { type CampaignRow, findCampaign } from '../../store/campaigns/campaigns.ts';
import { findLead, type LeadRow } from '../../store/leads/leads.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { openHeaders } from './condition-headers.ts';
import { askServer, inPlace } from './http-conditions.ts';
import { headersToKeep } from './merge-headers.ts';

export async function evaluateConditions(
  deps: Deps,
  caller: Caller,
  { campaignId, leadId, since, conditions, headers }: EvaluateConditions,
): Promise<ConditionsEvaluatedAnswer> {
  const { workspaceId } = caller;
  // It calls servers in the name of the workspace.
  await refuseReadOnly(deps, caller);
  const faults = checkConditions(conditions);
  if (faults.length > 0) throw invalidCampaign(faults);
  const campaign = campaignId === null ? null : await findCampaign(deps.database, workspaceId, campaignId);
  if (campaignId !== null && campaign === null) throw problem('CAMPAIGN_NOT_FOUND');
  const row = await findLead(deps.database, workspaceId, leadId);
  const facts = await readConditionFacts(deps, workspaceId, campaign, leadId, since);
  if (row === null || facts === null) throw problem('LEAD_NOT_FOUND');
  const { lead, replies, contactedBefore } = facts;
  const kept = campaign === null ? () => ({}) : keptHeaders(deps, workspaceId, campaign);
  const evaluate = (condition: Condition) =>
    condition.type === 'http'
      ? askOutside(deps, workspaceId, headers.get(condition.id) ?? kept(condition), row, condition)
      : { id: condition.id, type: condition.type, holds: holds(condition, facts), error: null };
  return {
    leadId,
    campaignId,
    results: await Promise.all(conditions.map(evaluate)),
    facts: {
      lead: {
        ...Object.fromEntries(CONDITION_FIELDS.map((name) => [name, lead[name]])),
        tags: lead.tags,
        customFields: lead.customFields,
        isDnc: lead.isDnc,
      },
      since: toIso(facts.since),
      replies: replies.map(({ at, text }) => ({ at: toIso(at), text })),
      contactedBefore,
    },
    warnings: [],
  };
}

/** As if it had entered at `since`; null: when it did, or now. */
async function readConditionFacts(
  deps: Deps,
  workspaceId: string,
  campaign: CampaignRow | null,
  leadId: string,
  since: number | null,
): Promise<ConditionFacts | null> {
  const now = deps.clock.now();
  const entry =
    campaign === null ? null : await findLastEntry(deps.database, workspaceId, campaign.id, leadId);
  const enteredAt = since ?? entry?.enteredAt ?? now;
  const [facts] = await readEntryFacts(
    deps.database,
    workspaceId,
    { messageType: campaign?.messageType ?? 'imessage' },
    [
      {
        campaignId: campaign?.id ?? '',
        leadId,
        entry: entry?.entry ?? 1,
        enteredAt,
        stepKey: null,
        stepAt: null,
        nextStepKey: null,
        messageId: null,
      },
    ],
    now,
  );
  const lead = facts?.lead ?? null;
  return facts === undefined || lead === null ? null : { ...facts, lead, since: enteredAt };
}

/** Those that the campaign's condition of the same id sends to the same server. */
function keptHeaders(
  { secrets }: Deps,
  workspaceId: string,
  { id, secret, steps }: CampaignRow,
): (condition: Condition) => Readonly<Record<string, string>> {
  const before = { steps, headers: openHeaders(secrets, workspaceId, id, secret) };
  return (condition) => headersToKeep(condition, before) ?? {};
}

const BUSY = 'The workspace asks as many servers at once as it may; try again in a moment';

async function askOutside(
  deps: Deps,
  workspaceId: string,
  headers: Readonly<Record<string, string>>,
  lead: LeadRow,
  condition: Extract<Condition, { type: 'http' }>,
) {
  const { id, type } = condition;
  const asking = inPlace(deps, workspaceId, () => askServer(deps, headers, lead, condition));
  const found = asking === null ? { failed: BUSY } : await asking;
  return 'failed' in found
    ? { id, type, holds: null, error: found.failed }
    : { id, type, holds: holdsOfAnswer(condition, found.json), error: null };
}
