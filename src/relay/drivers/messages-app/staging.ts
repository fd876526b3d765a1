/**
 * Messages is sandboxed: it reads files only where it may. Its own attachments folder is such a place on every version (the
 * pictures folder is another, but people look into it), and we may write there since chat.db needs the same permission.
 * Copies stay: from macOS 12 on Messages shows a sent file from where it was, and on APFS a copy takes no space.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { LocalFile } from '../../driver.ts';

export interface StagedFile {
  path: string;
  /** By which Messages will know it. */
  name: string;
}

/** Where the files of a job will be, in the order in which they are sent. */
export function placesFor(
  jobId: string,
  files: readonly Pick<LocalFile, 'name'>[],
  messagesFolder: string,
): StagedFile[] {
  const job = path.join(messagesFolder, 'Attachments', 'trunkline', safeName(jobId));
  return files.map((file, index) => {
    const name = safeName(file.name);
    // Two files may have one name.
    return { name, path: path.join(job, String(index + 1), name) };
  });
}

export async function stage(files: readonly LocalFile[], places: readonly StagedFile[]): Promise<void> {
  for (const [index, place] of places.entries()) {
    const file = files[index];
    if (file === undefined) continue;
    await mkdir(path.dirname(place.path), { recursive: true });
    await copyFile(file.path, place.path, constants.COPYFILE_FICLONE);
  }
}

const LONGEST_NAME_BYTES = 200;

/** One name within one folder, visible, its ending kept. */
function safeName(wanted: string): string {
  const clean = wanted
    .normalize('NFC')
    .replaceAll(/[/\\:\p{Cc}\p{Cs}]/gu, '_')
    .replace(/^\.+/, '_')
    .trim();
  const ending = path.extname(clean).slice(0, 20);
  let stem = [...clean.slice(0, clean.length - path.extname(clean).length)];
  while (Buffer.byteLength(stem.join('') + ending) > LONGEST_NAME_BYTES) stem = stem.slice(0, -1);
  return stem.join('') + ending || 'file';
}
