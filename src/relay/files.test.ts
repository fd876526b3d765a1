import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FILE_PIECE_BYTES } from '../contract/lines/relay.ts';
import type { JobFile } from '../domain/relay-work.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { openRelayFiles } from './files.ts';
import type { ServerCalls } from './server-calls.ts';

let dataDir: string;
const never = new AbortController().signal;
/** What the server would answer, by job. */
const served = new Map<string, Buffer>();
let fetches = 0;
const pieces: Buffer[] = [];
const calls: ServerCalls = {
  poll: async () => [],
  async getFile(jobId) {
    fetches += 1;
    return Readable.from([served.get(jobId) ?? Buffer.alloc(0)]);
  },
  async putPiece(_jobId, n, bytes) {
    pieces[n] = bytes;
  },
};

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'files-'));
  served.clear();
  pieces.length = 0;
  fetches = 0;
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function serve(jobId: string, bytes: Buffer): JobFile {
  served.set(jobId, bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { name: 'a.png', mimeType: 'image/png', sizeBytes: bytes.length, hash };
}

const open = (maxCacheBytes?: number) =>
  openRelayFiles({
    dataDir,
    calls,
    // Does not wait between tries.
    clock: { ...systemClock(), sleep: async () => {} },
    log: silentLog(),
    ...(maxCacheBytes === undefined ? {} : { maxCacheBytes }),
  });

describe('the files of a relay', () => {
  test('are fetched once for each content, whatever job they belong to, also by a later process', async () => {
    const file = serve('job-1', Buffer.from('picture'));
    const files = await open();
    await files.fetchAll('job-1', [file], never);
    await (await open()).fetchAll('job-2', [{ ...file, name: 'b.png' }], never);
    expect(fetches).toBe(1);
    expect(await files.localFiles([file])).toEqual([
      { ...file, path: path.join(dataDir, 'files', file.hash) },
    ]);
  });

  test('that are not what was promised are not there', async () => {
    const files = await open();
    const promised = serve('job-1', Buffer.from('picture'));
    for (const bytes of [Buffer.from('pictura'), Buffer.from('picture!'), Buffer.from('pic')]) {
      served.set('job-1', bytes);
      await files.fetchAll('job-1', [promised], never);
      expect(await files.localFiles([promised])).toBeNull();
    }
  });

  test('make room: the longest unused go first, and none of the last day', async () => {
    const first = await open(10);
    const [old, older, fresh] = ['old old!', 'older!!!', 'fresh!!!'].map((text, n) =>
      serve(`job-${n}`, Buffer.from(text)),
    ) as [JobFile, JobFile, JobFile];
    for (const [n, file] of [old, older].entries()) {
      await first.fetchAll(`job-${n}`, [file], never);
      const daysAgo = systemClock().now() / 1000 - 86_400 * (n + 2);
      await utimes(path.join(dataDir, 'files', file.hash), daysAgo, daysAgo);
    }
    await first.fetchAll('job-2', [fresh], never);
    expect(await readdir(path.join(dataDir, 'files'))).toEqual([fresh.hash]);
    const second = serve('job-3', Buffer.from('fresh too'));
    await first.fetchAll('job-3', [second], never);
    expect(await first.localFiles([fresh, second])).toHaveLength(2);
  });

  test('go up in pieces of equal size, whatever chunks they come in', async () => {
    const files = await open();
    const bytes = Buffer.alloc(FILE_PIECE_BYTES * 2 + 17, 'x');
    const chunks = [
      bytes.subarray(0, 3),
      bytes.subarray(3, FILE_PIECE_BYTES + 9),
      bytes.subarray(FILE_PIECE_BYTES + 9),
    ];
    expect(await files.bringUp('job', Readable.from(chunks), never)).toEqual({
      fetched: true,
      pieces: 3,
      sizeBytes: bytes.length,
    });
    expect(pieces.map(({ length }) => length)).toEqual([FILE_PIECE_BYTES, FILE_PIECE_BYTES, 17]);
    expect(await files.bringUp('empty', Readable.from([]), never)).toMatchObject({ pieces: 0, sizeBytes: 0 });
  });
});
