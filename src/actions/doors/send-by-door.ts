/** The road that all doors share: what a client of another service asks for becomes an ordinary message. */

import type { DoorSend } from '../../contract/doors/twilio-door.ts';
import { checkLength } from '../../contract/messages/message-rules.ts';
import type { SendMessage } from '../../contract/messages/messages.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import type { Door } from '../../domain/door-states.ts';
import type { SendsAs } from '../../domain/words.ts';
import { invariant } from '../../lib/invariant.ts';
import { type DoorMessage, findDoorMessage, insertDoorCallback } from '../../store/messages/door-messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import type { KeyedRequest } from '../idempotency.ts';
import { acceptMessage } from '../messages/accept-message.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';

export interface DoorOptions extends KeyedRequest {
  door: Door;
  /** As the client calls itself. */
  account: string;
  /** The key it came with: what callbacks are signed with where the door signs. */
  apiKey: string;
  correlationId: string;
}

export async function sendByDoor(
  deps: Deps,
  caller: Caller,
  send: DoorSend,
  options: DoorOptions,
): Promise<DoorMessage & { snapshot: WorkspaceSnapshot }> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
  const request = toRequest(snapshot, caller.sendsAs, send);
  const { callbackUrl } = send;
  const { idempotencyKey, requestHash, correlationId } = options;
  const accepted = await acceptMessage(deps, caller, request, {
    idempotencyKey,
    requestHash,
    correlationId,
    waitMs: 0,
    warnings: [],
    ...(callbackUrl === null
      ? {}
      : {
          alongside: (tx, messageId, now) =>
            insertDoorCallback(
              tx,
              { workspaceId, messageId, ...callbackOf(deps, workspaceId, callbackUrl, options) },
              now,
            ),
        }),
  });
  const found = await findDoorMessage(deps.database, workspaceId, accepted.body.message._id);
  invariant(found !== null, 'an accepted message is stored');
  return { ...found, snapshot };
}

export function doorContext(workspaceId: string): string {
  return `door:${workspaceId}`;
}

/** The key lies sealed beside the message for as long as there is something to sign. */
function callbackOf(deps: Deps, workspaceId: string, url: string, { door, account, apiKey }: DoorOptions) {
  const secret = door === 'twilio' ? deps.secrets.seal(apiKey, doorContext(workspaceId)) : null;
  // Twilio's clients put settings for its callbacks into the fragment, which is neither sent nor signed.
  return { door, account, secret, url: url.replace(/#.*$/s, '') };
}

function toRequest(snapshot: WorkspaceSnapshot, sendsAs: SendsAs, send: DoorSend): SendMessage {
  const { messageType, fromLineId } = routeOf(snapshot, sendsAs, send.from);
  checkLength(send.text, messageType);
  return {
    message: send.text,
    literal: true,
    subject: null,
    attachments: send.attachments,
    messageType,
    recipientPhone: send.to,
    recipientEmail: null,
    recipientName: null,
    fromLineId,
    leadId: null,
    altPhones: [undefined, undefined, undefined],
    altEmails: [undefined, undefined, undefined],
    scheduledDate: send.scheduledDate,
    timezone: null,
    sendWindowStart: null,
    sendWindowEnd: null,
    allowedDaysOfWeek: null,
    expiresAt: send.expiresAt,
    sendFallbackSmsOnFailed: messageType === 'imessage' && snapshot.fallbackLine?.isActive === true,
    forceFallback: false,
    batchId: send.batchId,
    crm: { ghlContactId: null, ghlLocationId: null, hsContactId: null, hsPortalId: null },
    contactOwnerEmail: undefined,
    correlationId: null,
  };
}

/**
 * iMessage first: from the iMessage line with that number; a number that only an SMS line has says nothing of iMessage, so that
 * any such line may take it. Without an iMessage line, and for keys that send SMS only, the SMS line itself.
 */
function routeOf(
  { lines }: WorkspaceSnapshot,
  sendsAs: SendsAs,
  from: string | null,
): { messageType: 'imessage' | 'sms'; fromLineId: string | null } {
  const has = (type: string) =>
    lines.find((line) => line.messageType === type && line.phone !== null && line.phone === from);
  const isIMessage =
    sendsAs === 'imessage_first' && lines.some((line) => line.messageType === 'imessage' && line.isActive);
  if (from === null) return { messageType: isIMessage ? 'imessage' : 'sms', fromLineId: null };
  const ownLine = isIMessage ? has('imessage') : undefined;
  if (ownLine !== undefined) return { messageType: 'imessage', fromLineId: ownLine.id };
  const smsLine = has('sms');
  if (smsLine === undefined)
    throw problem('DOOR_SENDER_UNKNOWN', {
      error: `${from.slice(0, 64)} is the number of no line that could send this`,
    });
  return isIMessage
    ? { messageType: 'imessage', fromLineId: null }
    : { messageType: 'sms', fromLineId: smsLine.id };
}
