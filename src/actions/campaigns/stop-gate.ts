/**
 * What a campaign has against a step that is about to leave, by facts read at this instant: the contact left the campaign,
 * replied, a stop condition came true. Asked in the pass that leases a message, again whenever what it knew grew old, and
 * by `explain`.
 */
import type { Step } from '../../domain/campaign/campaign.ts';
import { neededToStop } from '../../domain/campaign/facts-needed.ts';
import { firstStop, type StepGate, type Stop, type StopReason } from '../../domain/campaign/next-step.ts';
import { isDnc, type KnownFacts, type Question, readFacts } from '../../store/campaigns/campaign-facts.ts';
import { readStandings } from '../../store/campaigns/campaign-gate.ts';
import type { EntryRow } from '../../store/campaigns/campaign-leads.ts';
import { type CampaignRow, findCampaigns } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import type { DeliveryFacts } from '../../store/messages/deliveries.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import { suppressedAddresses } from '../messages/delivery-facts.ts';

/** Writes `stop` into facts of steps. Where none of the messages is one, nothing is asked of the database. */
export async function addStops(
  sql: Sql,
  workspaceId: string,
  facts: readonly DeliveryFacts[],
  now: number,
): Promise<void> {
  const steps = facts.filter(({ message }) => isStep(message));
  if (steps.length === 0) return;
  const found = await askStops(sql, workspaceId, steps, now);
  for (const each of steps) each.stop = found.get(each.message.id) ?? null;
}

/** Of whom lead and addresses are known already, they are not read again. */
type StepFacts = Pick<DeliveryFacts, 'message'> & Partial<Pick<DeliveryFacts, 'lead' | 'addresses'>>;

/** By id of the message. */
export async function askStops(
  sql: Sql,
  workspaceId: string,
  asked: readonly StepFacts[],
  now: number,
): Promise<Map<string, StepGate>> {
  const messages = asked.map(({ message }) => message);
  const campaignIds = [...new Set(messages.flatMap(({ campaignId }) => campaignId ?? []))];
  const campaigns = new Map(
    (await findCampaigns(sql, workspaceId, campaignIds)).map((campaign) => [campaign.id, campaign]),
  );
  const entries = new Map(
    (await readStandings(sql, workspaceId, messages.map(keyOfMessage))).map((entry) => [keyOf(entry), entry]),
  );
  const gates = new Map<string, StepGate>();
  const going: Going[] = [];
  for (const each of asked) {
    const { message } = each;
    const campaign = campaigns.get(message.campaignId ?? '');
    const entry = entries.get(keyOf(keyOfMessage(message)));
    if (campaign === undefined) gates.set(message.id, left('Its campaign was deleted'));
    else if (entry === undefined) gates.set(message.id, left('The contact is not in the campaign'));
    else {
      const gone = whyLeft(message, campaign, entry);
      gates.set(message.id, gone);
      if (gone === null) going.push({ ...each, campaign, entry, step: stepOf(message, campaign) });
    }
  }
  const facts = await readFacts(sql, workspaceId, going.map(questionOf), now);
  for (const [index, each] of going.entries()) {
    const known = facts[index];
    if (known !== undefined)
      gates.set(each.message.id, firstStop(each.campaign, each.step, withLead(each, known)));
  }
  return gates;
}

type Going = StepFacts & {
  campaign: CampaignRow;
  entry: EntryRow;
  step: Pick<Step, 'key' | 'stopConditions'>;
};

function questionOf({ campaign, entry, step, lead }: Going): Question {
  const { replies, contacts, answers } = neededToStop(campaign, step);
  const asked = { lead: lead === undefined, messages: contacts, replies, answers };
  return { ...entry, messageType: campaign.messageType, asked };
}

function withLead({ campaign, lead, addresses }: Going, known: KnownFacts): KnownFacts {
  if (lead === undefined) return known;
  const suppressed = [...suppressedAddresses({ addresses: addresses ?? null })];
  return {
    ...known,
    lead: lead === null ? null : { ...lead, isDnc: isDnc(lead, suppressed, campaign.messageType) },
  };
}

/** Or its fallback SMS, which is the same step and has no key of its own. */
function isStep({ campaignId, campaignEntry }: MessageRow): boolean {
  return campaignId !== null && campaignEntry !== null;
}

/**
 * A step that was edited away keeps its message as it is, but nothing else of it; so does a fallback SMS, whose conditions
 * were asked before it was tried.
 */
function stepOf(
  { stepKey, stepIndex }: MessageRow,
  { steps }: CampaignRow,
): Pick<Step, 'key' | 'stopConditions'> {
  const key = stepKey ?? (stepIndex === 0 ? steps[0]?.key : null) ?? '';
  const step = stepKey === null ? undefined : steps.find((each) => each.key === stepKey);
  return step ?? { key, stopConditions: [] };
}

/** null: the contact is on its way. */
function whyLeft(message: MessageRow, campaign: CampaignRow, entry: EntryRow): Stop | null {
  if (message.stepKey === null) return whyWithoutSms(message, entry);
  if (entry.status !== 'active' && entry.status !== 'held')
    return left(entry.detail ?? 'The contact has left the campaign');
  // Whoever ended it by hand does not wait until every contact has been taken out.
  if (campaign.status === 'completed') return left('Its campaign was completed', 'completed');
  return campaign.status === 'archived' ? left('Its campaign was archived', 'archived') : null;
}

/** Its contact may have come to the end meanwhile; the first step goes out also to those who replied before it. */
function whyWithoutSms({ stepIndex }: MessageRow, { status, reason, detail }: EntryRow): Stop | null {
  if (status !== 'stopped' || (reason === 'replied' && stepIndex === 0)) return null;
  return left(detail ?? 'The contact has left the campaign');
}

function left(detail: string, reason: StopReason = 'cancelled'): Stop {
  return { do: 'stop', reason, detail, conditionId: null };
}

interface EntryKey {
  campaignId: string;
  leadId: string;
  entry: number;
}

function keyOfMessage({ campaignId, leadId, campaignEntry }: MessageRow): EntryKey {
  return { campaignId: campaignId ?? '', leadId, entry: campaignEntry ?? 0 };
}

function keyOf({ campaignId, leadId, entry }: EntryKey): string {
  return `${campaignId} ${leadId} ${entry}`;
}
