/** A step becomes a message when its turn has come: an ordinary one, in its line's queue, on the one road. */
import type { Step } from '../../domain/campaign/campaign.ts';
import { windowFor } from '../../domain/campaign/schedule.ts';
import { cascade } from '../../domain/cascade.ts';
import type { LineDecision } from '../../domain/line-choice.ts';
import { planWait, priorityIndex } from '../../domain/plan.ts';
import type { Ids } from '../../lib/ids.ts';
import { invariant } from '../../lib/invariant.ts';
import type { EntryRow } from '../../store/campaigns/campaign-leads.ts';
import type { CampaignRow } from '../../store/campaigns/campaigns.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { NewMessage } from '../../store/messages/intake.ts';
import { fullName } from '../messages/new-message.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';

export interface StepWish {
  campaign: CampaignRow;
  snapshot: WorkspaceSnapshot;
  entry: EntryRow;
  lead: LeadRow;
  step: Step;
  stepIndex: number;
  line: LineRow;
  decision: LineDecision;
  now: number;
}

/** One attempt on each line (D21). */
const ATTEMPTS = 1;

export function makeStep(ids: Ids, wish: StepWish): NewMessage {
  const { campaign, snapshot, entry, lead, step, stepIndex, line, decision, now } = wish;
  const window = windowFor(campaign.schedule, lead.customFields.timezone, snapshot.workspace.timezone);
  // A window that never opens is told by the gates, as of any message that waits.
  const wait = planWait(now, null, window) ?? { status: 'pending', dueAt: now };
  invariant(campaign.startedAt !== null, 'a campaign that runs was started');
  return {
    id: ids(),
    eventId: ids(),
    eventType: 'message.accepted',
    eventData: { status: wait.status, lineDecision: decision },
    direction: 'sent',
    ...wait,
    reason: null,
    errorMessage: null,
    messageType: campaign.messageType,
    message: step.message,
    rendered: false,
    subject: step.subject,
    attachments: step.attachments,
    leadId: lead.id,
    recipientPhone: lead.phone,
    recipientEmail: lead.email,
    recipientName: fullName(lead),
    recipientGiven: false,
    recipientDiffers: false,
    lineId: line.id,
    linePinned: false,
    lineDecision: decision,
    priority: priorityIndex(campaign.newLeadsFirst && stepIndex > 0 ? 'campaign_follow_up' : 'campaign'),
    // The statement that stores it looks whether the line has written to the contact before.
    firstTouch: true,
    scheduledDate: null,
    expiresAt: null,
    settings: window,
    attempts: ATTEMPTS,
    retryGapMs: line.retryGapMs,
    sendFallbackSmsOnFailed: campaign.sendFallbackSmsOnFailed,
    forceFallback: false,
    fallbackSmsDispatched: false,
    fallbackOf: null,
    batchId: `campaign_${campaign.id}_${stepIndex}`,
    campaignId: campaign.id,
    stepIndex,
    stepKey: step.key,
    campaignEntry: entry.entry,
    campaignStartedAt: campaign.startedAt,
    fallbackMessage: step.smsMessage,
    contactOwnerEmail: lead.contactOwnerEmail ?? snapshot.memberEmails[0] ?? null,
    createdByUserId: null,
    crm: {
      hsContactId: lead.hsContactId,
      hsPortalId: lead.hsPortalId,
      ghlContactId: lead.ghlContactId,
      ghlLocationId: lead.ghlLocationId,
    },
    correlationId: `app_${ids()}`,
  };
}

/** Whether the campaign has any address of the lead to write to. */
export function isReachable({ messageType }: CampaignRow, lead: LeadRow): boolean {
  const { phone, email, altPhone1, altPhone2, altPhone3, altEmail1, altEmail2, altEmail3 } = lead;
  const addresses = {
    phone,
    email,
    altPhones: [altPhone1, altPhone2, altPhone3],
    altEmails: [altEmail1, altEmail2, altEmail3],
  };
  return cascade(messageType, addresses, { phone: null, email: null }).length > 0;
}
