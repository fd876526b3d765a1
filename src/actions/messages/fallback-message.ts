/** The SMS that stands in for an iMessage: a message of its own, tied to its original (D24). */
import { isLongerThan } from '../../contract/fields.ts';
import { MAX_SMS_CHARACTERS } from '../../contract/messages/messages.ts';
import type { LineDecision } from '../../domain/line-choice.ts';
import { planWait } from '../../domain/plan.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { NewMessage } from '../../store/messages/intake.ts';
import type { MessageRow } from '../../store/messages/messages.ts';

const NO_CRM = { hsContactId: null, hsPortalId: null, ghlContactId: null, ghlLocationId: null };

export interface FallbackOptions {
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

/** It keeps the original's window, schedule and expiry, and waits for them: quiet hours bind every channel. */
export function fallbackMessage(original: MessageRow, wish: FallbackOptions): NewMessage {
  const decision = fallbackDecision(wish.line);
  const { text, cutFrom } = fallbackText(wish.text, original.attachments ?? [], wish.attachmentLinks);
  // A window that never opens again is told by the gates, as of any message that waits.
  const { status, dueAt } = planWait(wish.now, original.scheduledDate, original.settings) ?? {
    status: 'pending',
    dueAt: wish.now,
  };
  return {
    id: wish.id,
    eventId: wish.eventId,
    eventType: 'message.accepted',
    eventData: {
      status,
      fallbackOf: original.id,
      lineDecision: decision,
      cutFrom: cutFrom ?? undefined,
    },
    direction: 'sent',
    status,
    reason: null,
    errorMessage: null,
    messageType: 'sms',
    message: text,
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
    dueAt,
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
    // It is the same step, not one more.
    stepKey: null,
    campaignEntry: original.campaignEntry,
    campaignStartedAt: original.campaignStartedAt,
    fallbackMessage: null,
    contactOwnerEmail: original.contactOwnerEmail,
    createdByUserId: original.createdByUserId,
    crm: original.crm ?? NO_CRM,
    correlationId: original.correlationId,
  };
}

export function fallbackDecision(line: LineRow): LineDecision {
  return { lineId: line.id, reason: 'fallback', because: 'Fallback line of the workspace.' };
}

/**
 * What the SMS says, within the bounds of one (D7): the text first, then the links that still fit, because half a link
 * leads nowhere. `cutFrom`: how many characters there would have been; null when all of it is there.
 */
export function fallbackText(
  text: string,
  attachments: readonly { url: string }[],
  withLinks: boolean,
): { text: string; cutFrom: number | null } {
  const links = withLinks ? attachments.map(({ url }) => url) : [];
  const whole = joinLines([text, ...links]);
  if (!isLongerThan(whole, MAX_SMS_CHARACTERS)) return { text: whole, cutFrom: null };
  let cut = isLongerThan(text, MAX_SMS_CHARACTERS)
    ? `${[...text].slice(0, MAX_SMS_CHARACTERS - 1).join('')}…`
    : text;
  for (const link of links) {
    const longer = joinLines([cut, link]);
    if (!isLongerThan(longer, MAX_SMS_CHARACTERS)) cut = longer;
  }
  return { text: cut, cutFrom: [...whole].length };
}

function joinLines(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}
