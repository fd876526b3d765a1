import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SendWork } from '../domain/relay-work.ts';
import type { Clock } from '../lib/clock.ts';
import { JournalDamaged, openJournal } from './journal.ts';

const DAY_MS = 86_400_000;
const work: SendWork = { kind: 'send', reference: 'm', attempt: 1, address: '+1', text: 'Hi\n“', files: [] };
let dataDir: string;
let now = 1_000 * DAY_MS;
const clock: Clock = { now: () => now, sleep: async () => {} };

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'journal-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const file = () => path.join(dataDir, 'journal.jsonl');
const taken = (jobId: string) => ({ step: 'taken' as const, jobId, fence: 'fence-one', work, at: now });

async function reopened() {
  const journal = await openJournal(dataDir, clock);
  await journal.close();
  return journal;
}

describe('the journal of a relay', () => {
  test('knows after a crash how far each job came, and what was noted last', async () => {
    const journal = await openJournal(dataDir, clock);
    for (const jobId of ['a', 'b', 'c', 'd']) await journal.write(taken(jobId));
    await journal.write({ step: 'started', jobId: 'b', notes: { row: 1 } });
    await journal.write({ step: 'noted', jobId: 'b', notes: { row: 2 } });
    await journal.write({ step: 'dropped', jobId: 'c' });
    await journal.write({ step: 'started', jobId: 'd', notes: {} });
    const outcome = { outcome: 'accepted', externalMessageId: 'guid' } as const;
    await journal.write({ step: 'settled', jobId: 'd', outcome });
    await journal.write({ step: 'reported', jobId: 'd' });
    await journal.write({ step: 'receipt', jobId: 'd', receipt: 'delivered' });
    await journal.write({ step: 'cursor', cursor: { row: 17 } });
    // Nothing is closed: as a process that was killed leaves it. Read twice, since reading rewrites it.
    for (let n = 0; n < 2; n += 1) {
      const after = await reopened();
      expect(after.entry('a')).toMatchObject({ state: 'taken', fence: 'fence-one', work, notes: null });
      expect(after.entry('b')).toMatchObject({ state: 'started', notes: { row: 2 }, outcome: null });
      expect(after.entry('c')).toMatchObject({ state: 'dropped' });
      expect(after.entry('d')).toMatchObject({
        state: 'settled',
        outcome,
        isReported: true,
        receipt: 'delivered',
      });
      expect(after.cursor()).toEqual({ row: 17 });
    }
    await journal.close();
  });

  test('takes a line that a crash tore for one that was never written', async () => {
    const journal = await openJournal(dataDir, clock);
    await journal.write(taken('a'));
    await journal.close();
    await appendFile(file(), '{"step":"started","jobId":"a","no');
    const after = await openJournal(dataDir, clock);
    expect(after.entry('a')).toMatchObject({ state: 'taken' });
    // And what follows it is whole.
    await after.write({ step: 'dropped', jobId: 'a' });
    await after.close();
    expect((await reopened()).entry('a')).toMatchObject({ state: 'dropped' });
  });

  test('that is damaged in its middle stops the relay with a sentence', async () => {
    await writeFile(file(), '{"step":"taken"\n{"step":"cursor","cursor":1}\n');
    await expect(openJournal(dataDir, clock)).rejects.toThrow(JournalDamaged);
    await expect(openJournal(dataDir, clock)).rejects.toThrow(/^Line 1 of .+ can't be read/);
  });

  test('forgets what is over after a week, and never what is not', async () => {
    const journal = await openJournal(dataDir, clock);
    for (const jobId of ['over', 'dropped', 'open', 'untold']) await journal.write(taken(jobId));
    const outcome = { outcome: 'unknown', message: 'Who knows' } as const;
    for (const jobId of ['over', 'untold']) await journal.write({ step: 'settled', jobId, outcome });
    await journal.write({ step: 'reported', jobId: 'over' });
    await journal.write({ step: 'dropped', jobId: 'dropped' });
    await journal.close();
    now += 6 * DAY_MS;
    expect((await reopened()).entries()).toHaveLength(4);
    now += 2 * DAY_MS;
    expect((await reopened()).entries().map(({ jobId }) => jobId)).toEqual(['open', 'untold']);
    expect(await readFile(file(), 'utf8')).not.toContain('"dropped"');
  });

  test('is read by its owner alone, and written in the order in which it was asked to', async () => {
    const journal = await openJournal(dataDir, clock);
    const ids = Array.from({ length: 50 }, (_, n) => `job-${n}`);
    await Promise.all(ids.map((jobId) => journal.write(taken(jobId))));
    await journal.close();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    const lines = (await readFile(file(), 'utf8')).trim().split('\n').slice(1);
    expect(lines.map((line) => JSON.parse(line).jobId)).toEqual(ids);
  });
});
