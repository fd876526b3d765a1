/** A stream onto the local disk for a moment: counted, hashed, and there to be looked at before it is stored. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LocalFile } from './object-store.ts';

export class TooLarge extends Error {
  override name = 'TooLarge';
  constructor(maxBytes: number) {
    super(`Larger than ${Math.floor(maxBytes / 1_000_000)} MB`);
  }
}

/** The file is gone when `use` is done, whatever comes of it. */
export async function spool<Result>(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
  use: (file: LocalFile) => Promise<Result>,
): Promise<Result> {
  const folder = path.join(os.tmpdir(), 'trunkline');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = path.join(folder, randomUUID());
  try {
    return await use(await write(source, place, maxBytes));
  } finally {
    await rm(place, { force: true });
  }
}

async function write(source: AsyncIterable<Buffer>, place: string, maxBytes: number): Promise<LocalFile> {
  const hash = createHash('sha256');
  const file = await open(place, 'wx', 0o600);
  let sizeBytes = 0;
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw new TooLarge(maxBytes);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  return { path: place, sizeBytes, hash: hash.digest('hex') };
}
