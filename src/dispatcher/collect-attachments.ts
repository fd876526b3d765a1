/**
 * Before a message is handed over its attachments are had: from our own store, or fetched into it. All of it happens under
 * a lease of its own, during which the message certainly does not leave: should the process die, the message is simply
 * tried again and no carrier need be asked. The last step turns that lease into the one of the hand-over.
 */

import { fetchFile, type NotFetched } from '../actions/attachments/fetch-file.ts';
import { filePath, ownFile } from '../actions/attachments/file-address.ts';
import { isThere, objectKey } from '../actions/attachments/keep-file.ts';
import { channelLine } from '../actions/lines/channel-line.ts';
import type { Channel, OutgoingAttachment } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import { nameWithExtension } from '../lib/file-name.ts';
import { leaseHandOver } from '../store/messages/fetch-leases.ts';
import { type FileRow, findFile } from '../store/messages/files.ts';
import { handOverUntil, settleMs } from './lease-times.ts';
import type { Leased } from './prepare.ts';

interface Found {
  file: FileRow;
  how: Exclude<AttachmentNote['result'], 'failed'>;
}

/** What became of each, for the timeline. */
export interface AttachmentNote {
  url: string;
  result: 'own' | 'cached' | 'unchanged' | 'downloaded' | 'failed';
  ms: number;
  error?: string;
}

export type Collected = { notes: AttachmentNote[] } & (
  | { attachments: OutgoingAttachment[]; leaseUntil: number }
  | { refusal: NotFetched }
  /** Nothing is wrong: it waits again. */
  | { until: number; because: string }
);

const BUSY_PAUSE_MS = 2_000;
const BUSY = 'The workspace fetches as many attachments at once as it may';
const STOPPING = 'The process that was getting its attachments was told to stop';
const TOO_LATE = 'The time for getting its attachments ran out';

export async function collectAttachments(
  deps: Deps,
  leased: Leased,
  channel: Channel,
  stopping: AbortSignal,
): Promise<Collected> {
  const { line, attempt } = leased;
  const { id, attachments: wanted } = leased.facts.message;
  const notes: AttachmentNote[] = [];
  const finding = Promise.all((wanted ?? []).map(({ url }) => find(deps, line.workspaceId, url, notes)));
  const found = await unlessStopped(finding, stopping);
  if (found === null) return { notes, until: deps.clock.now(), because: STOPPING };
  // As the message names them, whichever was there first.
  const places = new Map((wanted ?? []).map(({ url }, index) => [url, index]));
  notes.sort((one, other) => (places.get(one.url) ?? 0) - (places.get(other.url) ?? 0));
  const attachments: OutgoingAttachment[] = [];
  for (const [index, each] of found.entries()) {
    const { url = '', name = null } = wanted?.[index] ?? {};
    if (each === 'busy') return { notes, until: deps.clock.now() + BUSY_PAUSE_MS, because: BUSY };
    if ('code' in each) return { notes, refusal: { ...each, message: `Attachment ${url}: ${each.message}` } };
    attachments.push(outgoing(deps, line.workspaceId, each.file, url, name));
  }
  const sentence = channel.refuseAttachments?.(channelLine(deps.secrets, line), attachments) ?? null;
  if (sentence !== null)
    return { notes, refusal: { permanent: true, code: 'attachment_not_carried', message: sentence } };
  await deps.checkpoint('attachments.collected');
  const now = deps.clock.now();
  const leaseUntil = handOverUntil(deps, line, now);
  const isOurs = await leaseHandOver(
    deps.database,
    line.workspaceId,
    { id, attempt },
    now + settleMs(deps),
    leaseUntil,
  );
  return isOurs ? { notes, attachments, leaseUntil } : { notes, until: now, because: TOO_LATE };
}

/** null: it was told to stop first. What is under way then ends by itself. */
export async function unlessStopped<Result>(
  work: Promise<Result>,
  stopping: AbortSignal,
): Promise<Result | null> {
  const over = new AbortController();
  const stopped = new Promise<null>((resolve) => {
    if (stopping.aborted) resolve(null);
    else stopping.addEventListener('abort', () => resolve(null), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    over.abort();
    work.catch(() => {});
  }
}

async function find(
  deps: Deps,
  workspaceId: string,
  url: string,
  notes: AttachmentNote[],
): Promise<Found | NotFetched | 'busy'> {
  const { clock } = deps;
  const startedAt = clock.now();
  const found = (await findOwn(deps, workspaceId, url)) ?? (await fetchFile(deps, workspaceId, url));
  if (found === 'busy') return found;
  const ms = clock.now() - startedAt;
  if ('code' in found) notes.push({ url, result: 'failed', ms, error: found.message });
  else notes.push({ url, result: found.how, ms });
  return found;
}

/** null: it lies elsewhere. */
async function findOwn(deps: Deps, workspaceId: string, url: string): Promise<Found | NotFetched | null> {
  const own = ownFile(deps, url);
  if (own === null) return null;
  const file =
    own === 'foreign' || own.workspaceId !== workspaceId
      ? null
      : await findFile(deps.database, workspaceId, own.fileId);
  if (file !== null && (await isThere(deps, workspaceId, file))) return { file, how: 'own' };
  return { permanent: true, code: 'attachment_gone', message: 'There is no such file' };
}

function outgoing(
  deps: Deps,
  workspaceId: string,
  file: FileRow,
  url: string,
  given: string | null,
): OutgoingAttachment {
  const { publicUrl } = deps.config;
  const { id: fileId, mimeType, sizeBytes, hash } = file;
  const name = nameWithExtension(given, mimeType);
  return {
    url,
    name,
    mimeType,
    sizeBytes,
    hash,
    publicUrl: publicUrl === null ? null : publicUrl + filePath(deps, { workspaceId, fileId }, name),
    open: () => deps.objects.open(objectKey(workspaceId, hash)),
  };
}
