/** The SMS that stands in for an iMessage: a message of its own, tied to its original (D24). */
import type { LineDecision } from '../domain/line-choice.ts';
import type { NewMessage } from '../store/intake.ts';
import type { LineRow } from '../store/lines.ts';
import type { MessageRow } from '../store/messages.ts';

const NO_CRM = { hsContactId: null, hsPortalId: null, ghlContactId: null, ghlLocationId: null };

export interface FallbackWish {
  id: string;
  eventId: string;
  line: LineRow;
  /** The text the original would have shown; `rendered` false leaves its placeholders to the sending. */
  text: string;
  rendered: boolean;
  phone: string;
  /** Links to attachments go along only when the workspace allows it. */
  attachmentLinks: boolean;
  now: number;
}

/** It keeps the original's window, schedule and expiry: quiet hours bind every channel. */
export function fallbackMessage(original: MessageRow, wish: FallbackWish): NewMessage {
  const decision: LineDecision = {
    lineId: wish.line.id,
    reason: 'fallback',
    because: 'Fallback line of the workspace.',
  };
  const links = wish.attachmentLinks ? (original.attachments ?? []).map((attachment) => attachment.url) : [];
  return {
    id: wish.id,
    eventId: wish.eventId,
    eventType: 'message.accepted',
    eventData: { status: 'pending', fallbackOf: original.id, lineDecision: decision },
    direction: 'sent',
    status: 'pending',
    reason: null,
    errorMessage: null,
    messageType: 'sms',
    message: [wish.text, ...links].filter((part) => part !== '').join('\n'),
    rendered: wish.rendered,
    subject: null,
    attachments: [],
    leadId: original.leadId,
    recipientPhone: wish.phone,
    recipientEmail: null,
    recipientName: original.recipientName,
    recipientGiven: true,
    recipientDiffers: original.recipientDiffers,
    lineId: wish.line.id,
    linePinned: true,
    lineDecision: decision,
    priority: original.priority,
    firstTouch: true,
    dueAt: Math.max(wish.now, original.scheduledDate ?? wish.now),
    scheduledDate: original.scheduledDate,
    expiresAt: original.expiresAt,
    settings: original.settings,
    attempts: wish.line.attempts,
    retryGapMs: wish.line.retryGapMs,
    sendFallbackSmsOnFailed: false,
    forceFallback: false,
    fallbackSmsDispatched: false,
    fallbackOf: original.id,
    batchId: original.batchId,
    campaignId: original.campaignId,
    stepIndex: original.stepIndex,
    contactOwnerEmail: original.contactOwnerEmail,
    crm: original.crm ?? NO_CRM,
    correlationId: original.correlationId,
  };
}
