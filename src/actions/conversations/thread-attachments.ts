/** The files of messages, as far as they lie here: what somebody looks at comes from this server, and from nowhere else. */
import { createHash } from 'node:crypto';
import type { ThreadAttachment } from '../../contract/conversations/conversations.ts';
import type { Deps } from '../../deps.ts';
import { readCameIn, readFetchedFiles, readFiles } from '../../store/conversations/thread-facts.ts';
import type { FileRow } from '../../store/messages/files.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import { filePath, ownFile } from '../attachments/file-address.ts';

type Place = { messageId: string; name: string | null } & (
  | { fileId: string }
  | { urlHash: string }
  | { status: 'awaited' | 'lost' }
);

export async function threadAttachments(
  deps: Deps,
  workspaceId: string,
  messages: readonly MessageRow[],
): Promise<ThreadAttachment[]> {
  const places = [...sentPlaces(deps, workspaceId, messages), ...(await cameIn(deps, workspaceId, messages))];
  const ids = places.flatMap((place) => ('fileId' in place ? [place.fileId] : []));
  const hashes = places.flatMap((place) => ('urlHash' in place ? [place.urlHash] : []));
  const files = await readFiles(deps.database, workspaceId, ids);
  const fetched = await readFetchedFiles(deps.database, workspaceId, hashes);
  const byPlace = new Map<string, FileRow>([
    ...files.map((file) => [file.id, file] as const),
    ...fetched.map((file) => [file.urlHash, file] as const),
  ]);
  return places.map((place) => {
    if ('status' in place) return { ...place, path: null, mimeType: null, sizeBytes: null };
    const { messageId, name } = place;
    const file = byPlace.get('fileId' in place ? place.fileId : place.urlHash);
    if (file === undefined)
      return { messageId, name, status: 'elsewhere', path: null, mimeType: null, sizeBytes: null };
    const path = filePath(deps, { workspaceId, fileId: file.id }, name ?? 'file');
    return { messageId, name, status: 'stored', path, mimeType: file.mimeType, sizeBytes: file.sizeBytes };
  });
}

function sentPlaces(deps: Deps, workspaceId: string, messages: readonly MessageRow[]): Place[] {
  return messages.flatMap(({ id: messageId, direction, attachments }) =>
    direction === 'received'
      ? []
      : (attachments ?? []).map(({ url, name }) => {
          const own = ownFile(deps, url);
          return own !== null && own !== 'foreign' && own.workspaceId === workspaceId
            ? { messageId, name, fileId: own.fileId }
            : { messageId, name, urlHash: createHash('sha256').update(url).digest('hex') };
        }),
  );
}

async function cameIn(
  { database }: Deps,
  workspaceId: string,
  messages: readonly MessageRow[],
): Promise<Place[]> {
  const received = messages.filter(({ direction }) => direction === 'received').map(({ id }) => id);
  const rows = await readCameIn(database, workspaceId, received);
  return rows.map(({ messageId, name, fileId, isAwaited }) =>
    fileId === null
      ? { messageId, name, status: isAwaited ? 'awaited' : 'lost' }
      : { messageId, name, fileId },
  );
}
