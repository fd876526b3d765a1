/** A drafted message as it is stored, and as it reads once stored. */
import type { SendMessage } from '../../contract/messages/messages.ts';
import { memberNamed } from '../../domain/contact-owner.ts';
import { priorityIndex } from '../../domain/plan.ts';
import type { Ids } from '../../lib/ids.ts';
import type { NewMessage } from '../../store/messages/intake.ts';
import type { CrmLinks, MessageRow } from '../../store/messages/messages.ts';
import type { Draft } from './draft-message.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

const DNC_SENTENCE = 'The contact opted out: do not contact';
const FORCED_SENTENCE = 'Fallback was asked for; iMessage was not tried';

export function newMessage(
  ids: Ids,
  request: SendMessage,
  { correlationId, createdByUserId }: { correlationId: string; createdByUserId: string | null },
  draft: Draft,
  { memberEmails }: Pick<WorkspaceSnapshot, 'memberEmails'>,
): NewMessage {
  const { plan, lead, line, recipient } = draft;
  const owner = memberNamed(request.contactOwnerEmail, memberEmails);
  const eventType =
    plan.status === 'failed'
      ? 'message.failed'
      : plan.status === 'fallback'
        ? 'message.fallback'
        : 'message.accepted';
  return {
    id: ids(),
    eventId: ids(),
    eventType,
    eventData: { status: plan.status, reason: plan.reason ?? undefined, lineDecision: draft.decision },
    direction: 'sent',
    status: plan.status,
    reason: plan.reason,
    errorMessage:
      plan.status === 'failed' ? DNC_SENTENCE : plan.status === 'fallback' ? FORCED_SENTENCE : null,
    messageType: request.messageType,
    message: request.message,
    rendered: request.literal === true,
    subject: request.subject,
    attachments: request.attachments,
    leadId: lead.lead.id,
    recipientPhone: recipient.phone,
    recipientEmail: recipient.email,
    recipientName: request.recipientName ?? fullName(lead.lead),
    recipientGiven: recipient.given,
    recipientDiffers:
      differs(request.recipientPhone, lead.lead.phone) || differs(request.recipientEmail, lead.lead.email),
    lineId: line.id,
    linePinned: draft.pinned,
    lineDecision: draft.decision,
    priority: priorityIndex(plan.priority),
    firstTouch: draft.firstTouch,
    dueAt: plan.dueAt,
    scheduledDate: request.scheduledDate,
    expiresAt: request.expiresAt,
    settings: draft.window,
    attempts: line.attempts,
    retryGapMs: line.retryGapMs,
    sendFallbackSmsOnFailed: request.sendFallbackSmsOnFailed,
    forceFallback: request.forceFallback,
    fallbackSmsDispatched: false,
    fallbackOf: null,
    batchId: request.batchId,
    campaignId: null,
    stepIndex: null,
    stepKey: null,
    campaignEntry: null,
    campaignStartedAt: null,
    fallbackMessage: null,
    contactOwnerEmail: owner === undefined ? (lead.lead.contactOwnerEmail ?? memberEmails[0] ?? null) : owner,
    createdByUserId,
    crm: linksOf(request.crm, lead.lead),
    correlationId,
  };
}

function differs(given: string | null, own: string | null): boolean {
  return given !== null && given !== own;
}

/** Those given, else those of the lead: whoever matches a contact by its address wants to know which one of the CRM it is. */
function linksOf(given: CrmLinks, lead: CrmLinks): CrmLinks {
  return {
    hsContactId: given.hsContactId ?? lead.hsContactId,
    hsPortalId: given.hsPortalId ?? lead.hsPortalId,
    ghlContactId: given.ghlContactId ?? lead.ghlContactId,
    ghlLocationId: given.ghlLocationId ?? lead.ghlLocationId,
  };
}

/** True when the request names a link that the lead has none of yet. */
export function bringsLinks(given: CrmLinks, lead: CrmLinks): boolean {
  const names = ['hsContactId', 'hsPortalId', 'ghlContactId', 'ghlLocationId'] as const;
  return names.some((name) => given[name] !== null && lead[name] === null);
}

export function fullName(lead: { firstName: string | null; lastName: string | null }): string | null {
  return [lead.firstName, lead.lastName].filter((part) => part !== null && part !== '').join(' ') || null;
}

/** The row as the database will hold it; saves reading it back. */
export function rowOf(message: NewMessage, workspaceId: string, now: number): MessageRow {
  const { eventId: _eventId, eventType: _eventType, eventData: _eventData, attachments, ...stored } = message;
  return {
    ...stored,
    workspaceId,
    attachments: attachments.length > 0 ? [...attachments] : null,
    errorCode: null,
    address: null,
    attempt: 0,
    leaseUntil: null,
    isFetching: false,
    reserved: null,
    reconcileAt: null,
    receiptAt: null,
    inReplyTo: null,
    retryOf: null,
    retriedBy: null,
    unknownSince: null,
    checkedAddresses: null,
    externalMessageId: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    createdAt: now,
    updatedAt: now,
  };
}
