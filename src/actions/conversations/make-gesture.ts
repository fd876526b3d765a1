/** Tapbacks and typing signs. They go at once or not at all: no message, no queue, nothing to reconcile (contract 3.1). */
import type { Channel, ChannelLine, OnDevice } from '../../channels/channel.ts';
import type { React, ReactAnswer, TypingAnswer } from '../../contract/messages/gestures.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { findLine } from '../../store/lines/lines.ts';
import { noteReaction } from '../../store/lines/news.ts';
import { findMessage, type MessageRow } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { channelLine } from '../lines/channel-line.ts';

export async function react(
  deps: Deps,
  caller: Caller,
  { messageId, reaction }: React,
): Promise<ReactAnswer> {
  const { message, line, channel } = await find(deps, caller, messageId);
  const address = addressOf(message);
  if (address === null) throw problem('NO_CONTACT_ADDRESS');
  const { externalMessageId } = message;
  if (externalMessageId === null) throw problem('NO_DEVICE_MESSAGE');
  if (channel.react === undefined) throw problem('GESTURE_NOT_CARRIED');
  const made = await channel.react(line, { externalMessageId, address }, reaction, false);
  if (!made.done) throw carrierError(made.message);
  await noteReaction(deps.database, caller.workspaceId, line.lineId, {
    target: externalMessageId,
    address: line.phone ?? line.email ?? '',
    reaction,
    isRemoved: false,
    at: deps.clock.now(),
  });
  return { ok: true, reaction };
}

/** To end the sign is best effort: it ends by itself. */
export async function showTyping(
  deps: Deps,
  caller: Caller,
  messageId: string,
  isTyping: boolean,
): Promise<TypingAnswer> {
  const { message, line, channel } = await find(deps, caller, messageId);
  const address = addressOf(message);
  if (address === null) throw problem('NO_CHAT_TARGET');
  if (channel.showTyping === undefined) throw problem('GESTURE_NOT_CARRIED');
  const to: OnDevice = { externalMessageId: message.externalMessageId, address };
  const made = await channel.showTyping(line, to, isTyping);
  if (!made.done && isTyping) throw carrierError(made.message);
  return { ok: true, typing: isTyping, note: noteOf(isTyping, made.done) };
}

async function find(
  deps: Deps,
  caller: Caller,
  messageId: string,
): Promise<{ message: MessageRow; line: ChannelLine; channel: Channel }> {
  await refuseReadOnly(deps, caller);
  const { workspaceId } = caller;
  const message = await findMessage(deps.database, workspaceId, messageId);
  if (message === null) throw problem('MESSAGE_NOT_FOUND');
  const line = await findLine(deps.database, workspaceId, message.lineId);
  const channel = line === null ? undefined : deps.channels.get(line.transport);
  if (line === null || channel === undefined) throw problem('LINE_UNUSABLE');
  return { message, line: channelLine(deps.secrets, line), channel };
}

function addressOf({ address, recipientPhone, recipientEmail }: MessageRow): string | null {
  return address ?? recipientPhone ?? recipientEmail;
}

function carrierError(message: string) {
  return problem('CARRIER_ERROR', { error: `BlueBubbles error: ${message}` });
}

function noteOf(isTyping: boolean, done: boolean): string {
  if (isTyping) return 'Shown until a message goes, the sign is taken back, or a minute has passed';
  return done ? 'Taken back' : 'The device did not answer; the sign ends by itself';
}
