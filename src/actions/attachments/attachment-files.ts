/** Files of messages, as callers of the API see them: uploaded, read back, and nobody else's. */
import type { Readable } from 'node:stream';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { safeFileName } from '../../lib/file-name.ts';
import { NoSuchObject } from '../../lib/object-store.ts';
import { TooLarge } from '../../lib/spool.ts';
import { type FileRow, findFile } from '../../store/messages/files.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { filePath, ownFile, readFileToken } from './file-address.ts';
import { EmptyFile, keepFile, objectKey } from './keep-file.ts';

export interface Upload {
  name: string;
  bytes: AsyncIterable<Buffer>;
}

export interface UploadedFile extends FileRow {
  name: string;
  /** From the root of the server. */
  path: string;
}

export async function uploadAttachment(deps: Deps, caller: Caller, upload: Upload): Promise<UploadedFile> {
  await refuseReadOnly(deps, caller);
  const { workspaceId } = caller;
  const name = safeFileName(upload.name);
  try {
    const file = await keepFile(deps, workspaceId, upload.bytes, { origin: 'uploaded', sourceUrl: null });
    return { ...file, name, path: filePath(deps, { workspaceId, fileId: file.id }, name) };
  } catch (error) {
    if (error instanceof TooLarge) throw problem('FILE_TOO_LARGE');
    if (error instanceof EmptyFile) throw problem('FILE_REQUIRED', { error: 'The file is empty' });
    throw error;
  }
}

export interface OpenedFile extends FileRow {
  /** The bytes, or those from `start` to `end` inclusive. */
  open(range?: { start: number; end: number }): Promise<Readable>;
}

/** Of whoever it is: the token itself is the permission. */
export async function openFile(deps: Deps, token: string): Promise<OpenedFile> {
  const own = readFileToken(deps, token);
  const file = own === null ? null : await findFile(deps.database, own.workspaceId, own.fileId);
  if (own === null || file === null) throw problem('FILE_NOT_FOUND');
  return {
    ...file,
    open: (range) =>
      deps.objects.open(objectKey(own.workspaceId, file.hash), range).catch((error: unknown) => {
        throw error instanceof NoSuchObject ? problem('FILE_NOT_FOUND', { cause: error }) : error;
      }),
  };
}

/** Whoever has the address of another workspace's file may look at it, and still not send it on as his own. */
export function refuseForeignFiles(
  deps: Pick<Deps, 'secrets' | 'config'>,
  workspaceId: string,
  attachments: readonly { url: string }[],
): void {
  for (const [index, { url }] of attachments.entries()) {
    const own = ownFile(deps, url);
    if (own === null || (own !== 'foreign' && own.workspaceId === workspaceId)) continue;
    throw problem('FOREIGN_ATTACHMENT', { param: `attachmentUrls[${index}]` });
  }
}
