/**
 * An event as webhooks and the feed tell of it (contract 5.2, D32): rendered when it is told, from the row of the event and the rows
 * it speaks of, and yet it shows the message as it stood in the event. That needs no copy of the message in every commit: after
 * an event that is told of, a message changes only by further such events, and what those add is known (`messageAsOf`).
 * The lead is shown as it is when the event is told.
 */
import type { Envelope } from '../../contract/webhooks/webhooks.ts';
import { isInbound, isWebhookEvent, type WebhookEvent } from '../../domain/webhook-events.ts';
import type { MessageStatus } from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { invariant } from '../../lib/invariant.ts';
import type { EventRow } from '../../store/events/events.ts';
import type { ParentMessage } from '../../store/events/webhook-facts.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { CrmLinks, MessageRow } from '../../store/messages/messages.ts';
import { presentLead } from '../leads/read-leads.ts';
import { presentMessage } from '../messages/present-message.ts';

export interface EventFacts {
  event: EventRow;
  message: MessageRow | null;
  lead: LeadRow | null;
  line: LineRow | null;
  /** Of the message's campaign, or the one the event is about, as it is called when the event is told. */
  campaignName: string | null;
  /** Of an inbound message: what its lead had been sent before, newest first. */
  parents: readonly ParentMessage[];
  /** Of an inbound message: the message it answers, where the carrier could tell. */
  original: MessageRow | null;
}

/** How many messages before a reply are shown. */
export const PARENTS = 2;

export function presentEvent(workspaceId: string, facts: EventFacts): Envelope {
  const { event, message, lead } = facts;
  const { type } = event;
  invariant(isWebhookEvent(type), `${type} is an event for customers`);
  const common = commonOf(workspaceId, type, facts);
  if (message === null)
    return {
      ...common,
      message: null,
      ...leadOf(workspaceId, lead),
      ...campaignOf(facts),
      data: dataOf(type, event),
    };
  if (isInbound(type)) return { ...common, ...inboundOf(workspaceId, { ...facts, message }) };
  const past = messageAsOf(message, event);
  return {
    ...common,
    message: presentMessage(past, facts.line),
    ...leadOf(workspaceId, lead),
    campaignId: message.campaignId,
    campaignName: facts.campaignName,
    data: messageData(type, past, event),
  };
}

/** The message as the event left it. */
export function messageAsOf(row: MessageRow, { type, at, data }: EventRow): MessageRow {
  const status = typeof data.status === 'string' ? (data.status as MessageStatus) : row.status;
  const past = { ...row, status, updatedAt: Math.min(row.updatedAt, at) };
  if (typeof data.attempt === 'number') past.attempt = data.attempt;
  if (status !== 'sent' && status !== 'delivered') return past;
  // It may have bounced, or turned out not to be on iMessage, since.
  past.reason = null;
  past.errorMessage = null;
  past.errorCode = null;
  past.fallbackSmsDispatched = false;
  if (status === 'sent') past.deliveredAt = null;
  if (status === 'sent' || type === 'message.delivered' || (past.readAt ?? 0) > at) past.readAt = null;
  return past;
}

function commonOf(workspaceId: string, type: WebhookEvent, { event, message, lead }: EventFacts): Envelope {
  const crm: CrmLinks | null = message?.crm ?? null;
  return {
    event: type,
    timestamp: toIso(event.at),
    workspaceId,
    messageId: event.messageId,
    leadId: event.leadId,
    contactOwnerEmail: message?.contactOwnerEmail ?? lead?.contactOwnerEmail ?? null,
    ghlContactId: crm?.ghlContactId ?? lead?.ghlContactId ?? null,
    ghlLocationId: crm?.ghlLocationId ?? lead?.ghlLocationId ?? null,
    hsPortalId: crm?.hsPortalId ?? lead?.hsPortalId ?? null,
    hsContactId: crm?.hsContactId ?? lead?.hsContactId ?? null,
    data: {},
  };
}

/** Events that are about a campaign, and tell of no message. */
function campaignOf({ event, campaignName }: EventFacts): {
  campaignId?: string;
  campaignName?: string | null;
} {
  const { campaignId } = event.data;
  return typeof campaignId === 'string' ? { campaignId, campaignName } : {};
}

/** Left out when there is none, as documented. */
function leadOf(workspaceId: string, lead: LeadRow | null): { lead?: ReturnType<typeof presentLead> } {
  return lead === null ? {} : { lead: presentLead(workspaceId, lead) };
}

function messageData(type: WebhookEvent, message: MessageRow, event: EventRow): Record<string, unknown> {
  switch (type) {
    case 'message.sent':
      return {};
    case 'message.failed':
      return { error: message.errorMessage };
    case 'message.fallback':
      return {
        reason: message.errorMessage ?? message.reason,
        checkedAddresses: message.checkedAddresses ?? [],
      };
    case 'message.opened':
      return { readAt: toIsoOrNull(message.readAt) };
    case 'message.delivered':
      return { deliveredAt: toIsoOrNull(message.deliveredAt) };
    case 'message.cancelled':
      return { reason: event.data.because ?? null };
    default:
      return dataOf(type, event);
  }
}

/** Of events that tell of no message: what the event itself holds. */
function dataOf(type: WebhookEvent, { lineId, leadId, data }: EventRow): Record<string, unknown> {
  if (type === 'line.health_changed') return { lineId, ...data };
  if (type === 'lead.opted_out') return { leadId, lineId, ...data };
  return data;
}

/** Flat, and in `data` both the row of `GET /api/replies` and the keys of the older form (D32). */
function inboundOf(
  workspaceId: string,
  { event, message, lead, parents, original, campaignName }: EventFacts & { message: MessageRow },
): Record<string, unknown> {
  const repliedAtUtc = toIso(message.createdAt);
  const parentMessages = parents.map((parent) => ({
    messageId: parent.id,
    message: parent.message,
    sentAtUtc: toIso(parent.sentAt),
    batchId: parent.batchId,
    stepIndex: parent.stepIndex,
  }));
  const answered = original ?? parents[0] ?? null;
  const { recipientPhone, recipientEmail, leadId, id: messageId, message: text } = message;
  const name = message.recipientName ?? nameOf(lead);
  const shared = { messageId, leadId, recipientPhone, recipientEmail };
  return {
    message: text,
    ...leadOf(workspaceId, lead),
    firstName: lead?.firstName ?? null,
    lastName: lead?.lastName ?? null,
    phone: lead?.phone ?? recipientPhone,
    listId: lead?.listId ?? null,
    campaignId: message.campaignId,
    campaignName,
    fromLineId: message.lineId,
    recipientName: name,
    recipientPhone,
    recipientEmail,
    repliedAtUtc,
    parentMessages,
    originalMessageId: answered?.id ?? null,
    originalMessage: answered?.message ?? null,
    data: {
      reply: { ...shared, respondedAtUtc: repliedAtUtc, name, parentMessages },
      repliedAtUtc,
      parentMessages,
      ...shared,
      message: text,
      messageType: message.messageType,
      status: 'received',
      lineId: message.lineId,
      recipientName: name,
      attachments: (message.attachments ?? []).map((each) => ({ url: each.url, name: each.name })),
      receivedAt: toIso(event.at),
    },
  };
}

function nameOf(lead: LeadRow | null): string | null {
  const name = [lead?.firstName, lead?.lastName].filter((part) => part != null && part !== '').join(' ');
  return name === '' ? null : name;
}
