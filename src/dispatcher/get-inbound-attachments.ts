/**
 * Files that came in with a message are got from its carrier or device, stored, and put on the message (D28). The device
 * may be asleep and the carrier slow, so each is tried for a day; what can't be had by then is given up, with the reason
 * on the timeline.
 */

import { filePath } from '../actions/attachments/file-address.ts';
import { EmptyFile, keepFile } from '../actions/attachments/keep-file.ts';
import { channelLine } from '../actions/lines/channel-line.ts';
import type { Deps } from '../deps.ts';
import { TooLarge } from '../lib/spool.ts';
import {
  claimInboundAttachment,
  type InboundAttachmentRow,
  linkInboundAttachments,
  missInboundAttachment,
  scanInboundAttachments,
  storeInboundAttachment,
} from '../store/conversations/inbound-attachments.ts';
import { insertEvents } from '../store/events/events.ts';
import { findLine } from '../store/lines/lines.ts';
import type { FileRow } from '../store/messages/files.ts';
import { findMessage } from '../store/messages/messages.ts';
import type { Question } from './chores.ts';

const SCAN_LIMIT = 200;
/** What phones send each other; more than we send ourselves. */
const MAX_BYTES = 100_000_000;
const DOWNLOAD_MS = 300_000;
/** A process that has one keeps the others off it for so long. */
const CLAIM_MS = DOWNLOAD_MS + 60_000;
/** Each pause twice as long as the one before. */
const PAUSE_MS = { first: 5_000, longest: 3_600_000 } as const;
const GIVE_UP_MS = 24 * 3_600_000;

export async function inboundAttachmentsDue(deps: Deps): Promise<Question[]> {
  const due = await scanInboundAttachments(deps.database, deps.clock.now(), SCAN_LIMIT);
  return due.map(({ workspaceId, id }) => ({ name: id, ask: () => get(deps, workspaceId, id) }));
}

async function get(deps: Deps, workspaceId: string, id: string): Promise<void> {
  const { database, clock } = deps;
  const now = clock.now();
  const attachment = await claimInboundAttachment(database, workspaceId, id, now, now + CLAIM_MS);
  if (attachment === null) return;
  try {
    const file = await download(deps, workspaceId, attachment);
    await deps.checkpoint('inbound-attachment.kept');
    await link(deps, workspaceId, attachment, file);
  } catch (error) {
    await miss(deps, workspaceId, attachment, error);
  }
}

async function download(
  deps: Deps,
  workspaceId: string,
  { lineId, source }: InboundAttachmentRow,
): Promise<FileRow> {
  const line = await findLine(deps.database, workspaceId, lineId);
  const channel = line === null ? undefined : deps.channels.get(line.transport);
  if (line === null || channel?.openInboundAttachment === undefined)
    throw new Error('Its line brings no attachments');
  const late = new AbortController();
  const done = new AbortController();
  void deps.clock.sleep(DOWNLOAD_MS, done.signal).then(() => {
    if (!done.signal.aborted) late.abort(new Error('It did not come in time'));
  });
  try {
    const bytes = await channel.openInboundAttachment(channelLine(deps.secrets, line), source, late.signal);
    // It may fail before anybody reads it; whoever does hears of it all the same.
    bytes.on('error', () => {});
    const stop = () => bytes.destroy(late.signal.reason);
    late.signal.addEventListener('abort', stop, { once: true });
    return await keepFile(deps, workspaceId, bytes, {
      origin: 'received',
      sourceUrl: null,
      maxBytes: MAX_BYTES,
    });
  } finally {
    done.abort();
  }
}

/** The file, and the message that shows it: one commit. */
async function link(
  deps: Deps,
  workspaceId: string,
  { id, messageId, lineId, name }: InboundAttachmentRow,
  file: FileRow,
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const now = deps.clock.now();
    if (!(await storeInboundAttachment(tx, workspaceId, id, file.id))) return;
    const urlOf = (stored: { fileId: string; name: string }) =>
      (deps.config.publicUrl ?? '') + filePath(deps, { workspaceId, fileId: stored.fileId }, stored.name);
    const message = await linkInboundAttachments(tx, workspaceId, messageId, urlOf, now);
    const { mimeType, sizeBytes } = file;
    await insertEvents(tx, workspaceId, [
      {
        id: deps.ids(),
        type: 'message.attachment_stored',
        messageId,
        leadId: message?.leadId ?? null,
        lineId,
        at: now,
        data: { name, mimeType, sizeBytes },
      },
    ]);
  });
}

async function miss(
  deps: Deps,
  workspaceId: string,
  attachment: InboundAttachmentRow,
  error: unknown,
): Promise<void> {
  const { id, messageId, lineId, name, failures, createdAt } = attachment;
  const now = deps.clock.now();
  const next = now + Math.min(PAUSE_MS.first * 2 ** failures, PAUSE_MS.longest);
  // Neither grows better by waiting.
  const isHopeless = error instanceof TooLarge || error instanceof EmptyFile || next > createdAt + GIVE_UP_MS;
  const sentence = (error as Error).message.toWellFormed().replaceAll('\0', '').slice(0, 500);
  deps.log.warn(
    { err: error, workspaceId, lineId, messageId },
    'an attachment that came in was not to be had',
  );
  const message = await findMessage(deps.database, workspaceId, messageId);
  await deps.database.transaction(async (tx) => {
    const isNoted = await missInboundAttachment(tx, workspaceId, id, sentence, isHopeless ? null : next);
    if (!isNoted || !isHopeless) return;
    await insertEvents(tx, workspaceId, [
      {
        id: deps.ids(),
        type: 'message.attachment_failed',
        messageId,
        leadId: message?.leadId ?? null,
        lineId,
        at: now,
        data: { name, error: sentence },
      },
    ]);
  });
}
