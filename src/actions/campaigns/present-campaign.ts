/** Campaigns, and where leads stand in them, as the API shows them. */
import type {
  Campaign,
  CampaignLead,
  CampaignSchedule,
  CampaignStep,
  ConditionAnswer,
} from '../../contract/campaigns/campaigns.ts';
import type { Condition, Schedule, Step } from '../../domain/campaign/campaign.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import type { EntryRow } from '../../store/campaigns/campaign-leads.ts';
import type { StepMessage } from '../../store/campaigns/campaign-progress.ts';
import type { CampaignRow } from '../../store/campaigns/campaigns.ts';
import type { LeadCount } from '../../store/leads/lead-counts.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import type { ConditionHeaders } from './condition-headers.ts';
import { headersOf } from './merge-headers.ts';
import { contactOf } from './present-simulation.ts';

export function presentCampaign(
  workspaceId: string,
  row: CampaignRow,
  counts: readonly LeadCount[],
  headers: ConditionHeaders,
): Campaign {
  return {
    _id: row.id,
    workspaceId,
    name: row.name,
    status: row.status,
    listId: row.listId,
    lineIds: row.lineIds,
    messageType: row.messageType,
    schedule: row.schedule === null ? null : presentSchedule(row.schedule),
    onReply: row.onReply,
    allowReentry: row.allowReentry,
    newLeadsFirst: row.newLeadsFirst,
    sendFallbackSmsOnFailed: row.sendFallbackSmsOnFailed,
    steps: row.steps.map((step) => presentStep(step, headers)),
    progress: progressOf(row, counts),
    pauseReason: row.pauseReason,
    startedAt: toIsoOrNull(row.startedAt),
    pausedAt: toIsoOrNull(row.pausedAt),
    completedAt: toIsoOrNull(row.completedAt),
    archivedAt: toIsoOrNull(row.archivedAt),
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  };
}

function progressOf(
  { id, enteringAfter, enteringTotal }: CampaignRow,
  counts: readonly LeadCount[],
): Campaign['progress'] {
  const own = counts.filter(({ campaignId }) => campaignId === id);
  const sum = (some: readonly LeadCount[]) => some.reduce((total, { count }) => total + count, 0);
  const of = (status: LeadCount['status']) => sum(own.filter((each) => each.status === status));
  return {
    total: sum(own),
    entering: enteringAfter === null ? null : enteringTotal,
    active: of('active'),
    held: of('held'),
    finished: of('finished'),
    stopped: of('stopped'),
    failed: of('failed'),
  };
}

function presentSchedule({ timezone, fallbackTimezone, start, end, days }: Schedule): CampaignSchedule {
  return {
    timezone,
    fallbackTimezone,
    sendWindowStart: start,
    sendWindowEnd: end,
    allowedDaysOfWeek: days === null ? null : [...days],
  };
}

function presentStep(step: Step, headers: ConditionHeaders): CampaignStep {
  return {
    key: step.key,
    message: step.message,
    subject: step.subject,
    smsMessage: step.smsMessage,
    attachmentUrls: step.attachments.map(({ url }) => url),
    attachmentNames: step.attachments.map(({ name }) => name),
    wait: step.wait,
    onlyNonResponders: step.onlyNonResponders,
    stopConditions: step.stopConditions.map((each) => presentCondition(each, headers)),
    branches: step.branches.map(({ condition, to }) => ({
      condition: presentCondition(condition, headers),
      to,
    })),
    next: step.next,
  };
}

function presentCondition(condition: Condition, headers: ConditionHeaders): ConditionAnswer {
  if (condition.type === 'http')
    return { ...condition, headersSet: Object.keys(headersOf(headers, condition.id)).sort() };
  if (condition.type === 'replied_with') return { ...condition, keywords: [...condition.keywords] };
  return condition;
}

/** `lead` null: it was deleted. */
export function presentEntry(
  entry: EntryRow,
  lead: LeadRow | null,
  message: StepMessage | null,
): CampaignLead {
  return {
    leadId: entry.leadId,
    entry: entry.entry,
    status: entry.status,
    ...contactOf(lead),
    lineId: entry.lineId,
    stepKey: entry.stepKey,
    stepAt: toIsoOrNull(entry.stepAt),
    messageId: entry.messageId,
    message: message === null ? null : presentMessage(message),
    nextStepKey: entry.nextStepKey,
    nextLookAt: toIsoOrNull(entry.lookAt),
    reason: entry.reason,
    detail: entry.detail,
    conditionId: entry.conditionId,
    enteredAt: toIso(entry.enteredAt),
    endedAt: toIsoOrNull(entry.endedAt),
    updatedAt: toIso(entry.updatedAt),
  };
}

function presentMessage({ status, dueAt, sentAt, reason, error }: StepMessage): CampaignLead['message'] {
  return { status, dueAt: toIso(dueAt), sentAt: toIsoOrNull(sentAt), reason, error };
}
