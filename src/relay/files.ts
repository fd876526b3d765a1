/**
 * The bytes of attachments, both ways. What goes out is fetched once and kept under its hash, up to a limit, so that the same
 * picture for a thousand people is fetched once; what came in is brought up in pieces.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FILE_PIECE_BYTES, MAX_FILE_BYTES } from '../contract/lines/relay.ts';
import type { Fetched, JobFile } from '../domain/relay-work.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { LocalFile } from './driver.ts';
import type { ServerCalls } from './server-calls.ts';

export interface RelayFiles {
  /** Tries to have them all here. What can't be fetched is missing later. */
  fetchAll(jobId: string, files: readonly JobFile[], stopping: AbortSignal): Promise<void>;
  /** null: one of them is not here. */
  localFiles(files: readonly JobFile[]): Promise<LocalFile[] | null>;
  bringUp(jobId: string, bytes: Readable, signal: AbortSignal): Promise<Fetched>;
}

export interface RelayFilesOptions {
  dataDir: string;
  calls: ServerCalls;
  clock: Clock;
  log: Log;
  maxCacheBytes?: number;
}

const MAX_CACHE_BYTES = 1024 ** 3;
const TRIES = 3;
const AGAIN_MS = 2_000;
const DAY_MS = 86_400_000;

export async function openRelayFiles(options: RelayFilesOptions): Promise<RelayFiles> {
  const { calls, clock, log, maxCacheBytes = MAX_CACHE_BYTES } = options;
  const folder = path.join(options.dataDir, 'files');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await makeRoom();

  return {
    async fetchAll(jobId, files, stopping) {
      for (const [n, file] of files.entries()) {
        for (let tries = 1; tries <= TRIES && !stopping.aborted && !(await isHere(file)); tries += 1) {
          try {
            await fetchOne(jobId, n, file, stopping);
          } catch (error) {
            log.warn({ err: error, jobId, n }, 'a file could not be fetched');
            if (tries < TRIES) await clock.sleep(AGAIN_MS, stopping);
          }
        }
      }
    },

    async localFiles(files) {
      const local: LocalFile[] = [];
      for (const file of files) {
        if (!(await isHere(file))) return null;
        const now = clock.now() / 1000;
        await utimes(pathOf(file), now, now);
        local.push({ ...file, path: pathOf(file) });
      }
      return local;
    },

    async bringUp(jobId, bytes, signal) {
      let total = 0;
      let pieces = 0;
      for await (const piece of inPieces(bytes)) {
        total += piece.length;
        if (total > MAX_FILE_BYTES) {
          bytes.destroy();
          return { fetched: false, message: 'The attachment is larger than 25 MB' };
        }
        await calls.putPiece(jobId, pieces, piece, signal);
        pieces += 1;
      }
      return { fetched: true, pieces, sizeBytes: total };
    },
  };

  function pathOf({ hash }: JobFile): string {
    return path.join(folder, hash);
  }

  async function isHere(file: JobFile): Promise<boolean> {
    const found = await stat(pathOf(file)).catch(() => null);
    return found?.size === file.sizeBytes;
  }

  /** Only what has the promised hash gets the name of it. */
  async function fetchOne(jobId: string, n: number, file: JobFile, signal: AbortSignal): Promise<void> {
    const part = `${pathOf(file)}.part`;
    const hash = createHash('sha256');
    const body = await calls.getFile(jobId, n, signal);
    async function* counted() {
      let total = 0;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        total += chunk.length;
        if (total > file.sizeBytes) throw new Error('The file is larger than promised');
        hash.update(chunk);
        yield chunk;
      }
    }
    await pipeline(Readable.from(counted()), createWriteStream(part, { mode: 0o600 }), { signal });
    if (hash.digest('hex') !== file.hash) {
      await rm(part, { force: true });
      throw new Error('The file is not the one that was promised');
    }
    await rename(part, pathOf(file));
    await makeRoom();
  }

  /** The longest unused go first; none of the last day, which a driver may still be reading. */
  async function makeRoom(): Promise<void> {
    const found = [];
    for (const name of await readdir(folder)) {
      const at = path.join(folder, name);
      const { size, mtimeMs } = await stat(at);
      found.push({ at, size, mtimeMs });
    }
    let total = found.reduce((sum, { size }) => sum + size, 0);
    for (const { at, size, mtimeMs } of found.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= maxCacheBytes || clock.now() - mtimeMs < DAY_MS) return;
      await rm(at, { force: true });
      total -= size;
    }
  }
}

async function* inPieces(bytes: Readable): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (size + rest.length >= FILE_PIECE_BYTES) {
      const taken = rest.subarray(0, FILE_PIECE_BYTES - size);
      yield Buffer.concat([...held, taken]);
      rest = rest.subarray(taken.length);
      held = [];
      size = 0;
    }
    if (rest.length > 0) {
      held.push(rest);
      size += rest.length;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}
