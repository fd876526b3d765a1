/** Sending again what failed: a message of its own, with the same words to the same contact, by the rules of today. */
import { hash } from 'node:crypto';
import type { RetryAnswer, SendMessage } from '../../contract/messages/messages.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { insertEvents } from '../../store/events/events.ts';
import { findMessage, linkRetry, type MessageRow } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { acceptMessage } from './accept-message.ts';
import { dryRunMessage } from './dry-run-message.ts';
import { getMessage } from './read-messages.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

const NO_ALTERNATES = [undefined, undefined, undefined];
const NO_LINKS = { ghlContactId: null, ghlLocationId: null, hsContactId: null, hsPortalId: null };

/** However often it is asked for, one message is sent in place of another: `isNew` false is the one that was. */
export async function retryMessage(
  deps: Deps,
  caller: Caller,
  id: string,
): Promise<RetryAnswer & { isNew: boolean }> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
  const failed = await findMessage(deps.database, workspaceId, id);
  if (failed === null) throw problem('MESSAGE_NOT_FOUND');
  if (failed.retriedBy !== null) {
    const answer = await getMessage(deps, caller, failed.retriedBy);
    return { ...answer, warnings: [], isNew: false };
  }
  if (failed.status !== 'failed' || failed.direction !== 'sent')
    throw problem('MESSAGE_NOT_RETRIABLE', { reason: failed.status });
  const request = requestOf(failed, snapshot, deps.clock.now());
  const foreseen = await dryRunMessage(deps, caller, request);
  if (foreseen.reason === 'dnc') throw problem('MESSAGE_NOT_RETRIABLE', { reason: 'dnc' });
  const accepted = await acceptMessage(deps, caller, request, {
    // Two clicks at once are one: the key is of the message, whoever clicks.
    idempotencyKey: `retry of ${id}`,
    requestHash: hash('sha256', `retry of ${id}`),
    correlationId: failed.correlationId,
    waitMs: 0,
    warnings: [],
    alongside: async (tx, retryId, now) => {
      await linkRetry(tx, workspaceId, id, retryId, now);
      const { leadId, lineId } = failed;
      const event = { id: deps.ids(), type: 'message.retried', messageId: id, leadId, lineId, at: now };
      await insertEvents(tx, workspaceId, [{ ...event, data: { status: 'failed', retriedBy: retryId } }]);
    },
  });
  const { message } = await getMessage(deps, caller, accepted.body.message._id);
  return { message, warnings: accepted.body.warnings, isNew: !accepted.replayed };
}

/**
 * As it was asked for, but now: what was given for this send only is given again, and the window still binds. It belongs to
 * no campaign: that one has gone on without it. A line it was bound to is kept while it is active.
 */
function requestOf(failed: MessageRow, { lines }: WorkspaceSnapshot, now: number): SendMessage {
  const line = lines.find((each) => each.id === failed.lineId);
  const window = failed.settings;
  return {
    message: failed.message,
    ...(failed.rendered ? { literal: true } : {}),
    subject: failed.subject,
    attachments: failed.attachments ?? [],
    messageType: failed.messageType,
    recipientPhone: failed.recipientGiven ? failed.recipientPhone : null,
    recipientEmail: failed.recipientGiven ? failed.recipientEmail : null,
    recipientName: failed.recipientName,
    fromLineId: failed.linePinned && line?.isActive === true ? failed.lineId : null,
    leadId: failed.leadId,
    altPhones: NO_ALTERNATES,
    altEmails: NO_ALTERNATES,
    scheduledDate: null,
    timezone: window?.timezone ?? null,
    sendWindowStart: window?.start ?? null,
    sendWindowEnd: window?.end ?? null,
    allowedDaysOfWeek: window?.days === undefined || window.days === null ? null : [...window.days],
    expiresAt: failed.expiresAt !== null && failed.expiresAt > now ? failed.expiresAt : null,
    sendFallbackSmsOnFailed: failed.sendFallbackSmsOnFailed && !failed.fallbackSmsDispatched,
    forceFallback: false,
    batchId: failed.batchId,
    crm: failed.crm ?? NO_LINKS,
    contactOwnerEmail: failed.contactOwnerEmail,
    correlationId: null,
  };
}
