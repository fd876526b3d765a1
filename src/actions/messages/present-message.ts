/** Rows to wire shapes: messages and the answer to a send (contract 2.6, 4.7). */
import type { Message, MessageSettings, SendAnswer } from '../../contract/messages/messages.ts';
import type { SendWindow } from '../../domain/window.ts';
import { type MessageStatus, PRIORITIES } from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import { HELD_UNTIL } from '../../store/messages/held-messages.ts';
import type { MessageRow } from '../../store/messages/messages.ts';

type LineIdentity = Pick<LineRow, 'phone' | 'email'>;

export function presentMessage(row: MessageRow, line: LineIdentity | null): Message {
  return {
    _id: row.id,
    message: row.message,
    subject: row.subject,
    messageType: row.messageType,
    status: row.status,
    reason: row.reason,
    direction: row.direction,
    fromLineId: row.lineId,
    fromLinePhone: line?.phone ?? null,
    fromLineEmail: line?.email ?? null,
    recipientPhone: row.recipientPhone,
    recipientEmail: row.recipientEmail,
    recipientName: row.recipientName,
    address: row.address,
    leadId: row.leadId,
    workspaceId: row.workspaceId,
    createdByUserId: row.createdByUserId,
    scheduledDate: toIsoOrNull(row.scheduledDate),
    dueAt: row.dueAt >= HELD_UNTIL ? null : toIso(row.dueAt),
    expiresAt: toIsoOrNull(row.expiresAt),
    priority: PRIORITIES[row.priority] ?? 'single',
    attempt: row.attempt,
    attempts: row.attempts,
    lineDecision: row.lineDecision,
    batchId: row.batchId,
    campaignId: row.campaignId,
    stepIndex: row.stepIndex,
    contactOwnerEmail: row.contactOwnerEmail,
    settings: row.settings === null ? null : presentSettings(row.settings),
    sentAt: toIsoOrNull(row.sentAt),
    deliveredAt: toIsoOrNull(row.deliveredAt),
    readAt: toIsoOrNull(row.readAt),
    externalMessageId: row.externalMessageId,
    errorMessage: row.errorMessage,
    checkedAddresses: row.checkedAddresses ?? [],
    sendFallbackSmsOnFailed: row.sendFallbackSmsOnFailed,
    fallbackSmsDispatched: row.fallbackSmsDispatched,
    fallbackOf: row.fallbackOf,
    retryOf: row.retryOf,
    retriedBy: row.retriedBy,
    attachmentUrls: (row.attachments ?? []).map((attachment) => attachment.url),
    attachmentNames: (row.attachments ?? []).map((attachment) => attachment.name),
    hsContactId: row.crm?.hsContactId ?? null,
    hsPortalId: row.crm?.hsPortalId ?? null,
    ghlContactId: row.crm?.ghlContactId ?? null,
    ghlLocationId: row.crm?.ghlLocationId ?? null,
    ghlConversationMessageId: null,
    correlationId: row.correlationId,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  };
}

function presentSettings({ timezone, start, end, days }: SendWindow): MessageSettings {
  return {
    timezone,
    sendWindowStart: start,
    sendWindowEnd: end,
    allowedDaysOfWeek: days === null ? null : [...days],
  };
}

/** What the answer to a send calls each state; it never says `queued` (contract §8, 15). */
const ANSWER_STATUS: Readonly<Record<MessageStatus, SendAnswer['status']>> = {
  pending: 'pending',
  queued: 'pending',
  sending: 'pending',
  unknown: 'pending',
  scheduled: 'scheduled',
  sent: 'sent',
  delivered: 'sent',
  fallback: 'fallback',
  failed: 'failed',
  cancelled: 'failed',
};

type AnswerState = Pick<SendAnswer, 'success' | 'status' | 'reason' | 'error' | 'scheduledDate' | 'message'>;

/**
 * `success` speaks of acceptance, as the HTTP status does; `status` says what became of the message so far (D3). The message
 * within the answer says it in the same word.
 */
export function answerState(row: MessageRow, line: LineIdentity | null): AnswerState {
  const status = ANSWER_STATUS[row.status];
  const answer: AnswerState = {
    success: true,
    status,
    message: { ...presentMessage(row, line), status },
  };
  if (row.reason !== null) answer.reason = row.reason;
  if (row.status === 'cancelled') answer.reason = 'cancelled';
  if (row.errorMessage !== null) answer.error = row.errorMessage;
  if (row.scheduledDate !== null) answer.scheduledDate = toIso(row.scheduledDate);
  return answer;
}

/** `matched`: no leadId was given and an existing lead fitted the recipient (D1). */
export function sendAnswer(
  row: MessageRow,
  line: LineIdentity,
  { matched, warnings }: { matched: boolean; warnings: string[] },
): SendAnswer {
  const { message, ...state } = answerState(row, line);
  return {
    ...state,
    leadId: row.leadId,
    ghlContactId: message.ghlContactId,
    ghlLocationId: message.ghlLocationId,
    hsPortalId: message.hsPortalId,
    hsContactId: message.hsContactId,
    ...(matched
      ? {
          duplicateOnly: true,
          existingLeadIds: [row.leadId],
          leadIds: [row.leadId],
          duplicateMessage: 'Lead was duplicate; message sent using existing lead.',
        }
      : {}),
    message,
    warnings,
  };
}
