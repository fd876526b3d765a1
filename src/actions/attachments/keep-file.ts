/** A stream becomes a file of the workspace: its bytes in the object store, one row for its content. */
import type { Deps } from '../../deps.ts';
import { fileKind } from '../../lib/file-kind.ts';
import { spool } from '../../lib/spool.ts';
import { ensureFile, type FileRow, type NewFile } from '../../store/messages/files.ts';

/** 25 MB, as the API promises (D27). */
export const MAX_FILE_BYTES = 25_000_000;

export type FileDeps = Pick<Deps, 'database' | 'objects' | 'ids' | 'clock'>;

/** A file without any bytes: no carrier takes it. */
export class EmptyFile extends Error {
  override name = 'EmptyFile';
  constructor() {
    super('The file is empty');
  }
}

/** @throws {TooLarge | EmptyFile} and whatever the source throws. */
export function keepFile(
  deps: FileDeps,
  workspaceId: string,
  source: AsyncIterable<Buffer>,
  about: Pick<NewFile, 'origin' | 'sourceUrl'> & { maxBytes?: number },
): Promise<FileRow> {
  const { maxBytes = MAX_FILE_BYTES, origin, sourceUrl } = about;
  return spool(source, maxBytes, async (file) => {
    if (file.sizeBytes === 0) throw new EmptyFile();
    const mimeType = await fileKind(file.path);
    // The bytes first: a row never speaks of what is not there. What a crash leaves behind is found by the next of its kind.
    await deps.objects.put(objectKey(workspaceId, file.hash), file);
    const { hash, sizeBytes } = file;
    const row = { id: deps.ids(), hash, sizeBytes, mimeType, origin, sourceUrl };
    return ensureFile(deps.database, workspaceId, row, deps.clock.now());
  });
}

export function objectKey(workspaceId: string, hash: string): string {
  return `${workspaceId}/${hash.slice(0, 2)}/${hash}`;
}

/** A row is a promise; whether the bytes are still there, only the store knows. */
export async function isThere(
  { objects }: Pick<Deps, 'objects'>,
  workspaceId: string,
  { hash, sizeBytes }: FileRow,
): Promise<boolean> {
  return (await objects.sizeOf(objectKey(workspaceId, hash))) === sizeBytes;
}
