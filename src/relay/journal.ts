/**
 * What this Mac was asked to send and how far it came, on disk before the next step is taken. After a crash at any point
 * it tells "never begun" from "begun, outcome unknown" from "done", and so nothing is sent twice.
 *
 * A file of JSON lines that is only ever appended to, each line flushed (on macOS by F_FULLFSYNC, which is what Node's
 * fdatasync does there), rather than a database: there is one writer, a dozen lines per message and nothing to be looked
 * up that does not fit into memory; a line torn by a crash is recognised by its missing end; and node:sqlite is still
 * marked experimental. Old entries are left out when the file is rewritten at start.
 */
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { ReceiptNews } from '../domain/news.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { SendWork } from '../domain/relay-work.ts';
import type { Clock } from '../lib/clock.ts';
import { invariant } from '../lib/invariant.ts';
import type { Notes } from './driver.ts';

export interface Entry {
  jobId: string;
  /** The word by which it was taken; only who knows it may begin. */
  fence: string;
  work: SendWork;
  /** Epoch ms. */
  takenAt: number;
  /** `taken`: may not be begun before it is granted. `dropped`: will never be begun. */
  state: 'taken' | 'started' | 'settled' | 'dropped';
  notes: Notes | null;
  outcome: Outcome | null;
  /** The server knows the outcome. */
  isReported: boolean;
  /** The furthest receipt that the server has. */
  receipt: ReceiptNews['receipt'] | null;
}

type Line =
  | { step: 'taken'; jobId: string; fence: string; work: SendWork; at: number }
  | { step: 'started' | 'noted'; jobId: string; notes: Notes }
  | { step: 'settled'; jobId: string; outcome: Outcome }
  | { step: 'reported' | 'dropped'; jobId: string }
  | { step: 'receipt'; jobId: string; receipt: ReceiptNews['receipt'] }
  | { step: 'cursor'; cursor: unknown };

export interface Journal {
  entry(jobId: string): Entry | undefined;
  entries(): Entry[];
  /** Of the driver's news; null at first. */
  cursor(): unknown;
  /** Resolves when the line is on disk. */
  write(line: Line): Promise<void>;
  close(): Promise<void>;
}

/** The public sentence is `message`. */
export class JournalDamaged extends Error {
  override name = 'JournalDamaged';
}

const FILE = 'journal.jsonl';
/** Longer than any server asks after a message, and than receipts take. */
const KEEP_MS = 7 * 86_400_000;

export async function openJournal(dataDir: string, clock: Clock): Promise<Journal> {
  const file = path.join(dataDir, FILE);
  const entries = new Map<string, Entry>();
  let cursor: unknown = null;

  const apply = (line: Line): void => {
    if (line.step === 'cursor') {
      cursor = line.cursor;
      return;
    }
    if (line.step === 'taken') {
      const { jobId, fence, work, at } = line;
      const nothing = { notes: null, outcome: null, isReported: false, receipt: null };
      entries.set(jobId, { jobId, fence, work, takenAt: at, state: 'taken', ...nothing });
      return;
    }
    const entry = entries.get(line.jobId);
    invariant(entry !== undefined, `job ${line.jobId} was taken before ${line.step}`);
    switch (line.step) {
      case 'started':
      case 'noted':
        entry.state = 'started';
        entry.notes = line.notes;
        break;
      case 'settled':
        entry.state = 'settled';
        entry.outcome = line.outcome;
        break;
      case 'reported':
        entry.isReported = true;
        break;
      case 'dropped':
        entry.state = 'dropped';
        break;
      case 'receipt':
        entry.receipt = line.receipt;
        break;
    }
  };

  for (const line of await readLines(file)) apply(line);
  const oldest = clock.now() - KEEP_MS;
  for (const [jobId, entry] of entries) {
    const isOver = entry.state === 'dropped' || (entry.state === 'settled' && entry.isReported);
    if (isOver && entry.takenAt < oldest) entries.delete(jobId);
  }
  const handle = await rewrite(file, [...[...entries.values()].flatMap(linesOf), { step: 'cursor', cursor }]);

  // One after the other: what is written first is on disk first.
  let last: Promise<void> = Promise.resolve();
  return {
    entry: (jobId) => entries.get(jobId),
    entries: () => [...entries.values()],
    cursor: () => cursor,
    write(line) {
      last = last.then(async () => {
        await handle.write(`${JSON.stringify(line)}\n`);
        await handle.datasync();
        apply(line);
      });
      return last;
    },
    async close() {
      await last;
      await handle.close();
    },
  };
}

async function readLines(file: string): Promise<Line[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  // What has no end was never flushed, and nothing was done because of it.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      try {
        return JSON.parse(line) as Line;
      } catch {
        const what = `Line ${index + 1} of ${file} can't be read.`;
        throw new JournalDamaged(
          `${what} Without the journal nobody knows what was sent: restore the file, or pair this Mac anew in an empty folder.`,
        );
      }
    });
}

function linesOf(entry: Entry): Line[] {
  const { jobId, fence, work, takenAt, state, notes, outcome, isReported, receipt } = entry;
  const lines: Line[] = [{ step: 'taken', jobId, fence, work, at: takenAt }];
  if (notes !== null) lines.push({ step: 'started', jobId, notes });
  if (outcome !== null) lines.push({ step: 'settled', jobId, outcome });
  if (isReported) lines.push({ step: 'reported', jobId });
  if (receipt !== null) lines.push({ step: 'receipt', jobId, receipt });
  if (state === 'dropped') lines.push({ step: 'dropped', jobId });
  return lines;
}

/** The new file is whole before it takes the place of the old one. */
async function rewrite(file: string, lines: readonly Line[]): Promise<FileHandle> {
  const fresh = `${file}.new`;
  const handle = await open(fresh, 'w', 0o600);
  await handle.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await handle.sync();
  await handle.close();
  await rename(fresh, file);
  const folder = await open(path.dirname(file), 'r');
  await folder.sync();
  await folder.close();
  return open(file, 'a', 0o600);
}
