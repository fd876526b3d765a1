/** The process of the driver is killed at every step of a send: the next one finds what left, and only that. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Notes } from '../../src/relay/driver.ts';
import { until } from '../until.ts';
import { type Mac, startMac } from './messages-app-mac.ts';

let here: Mac;
afterEach(() => here.close());

const notesIn = (dataDir: string): Notes[] => {
  const file = path.join(dataDir, 'notes.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Notes);
};

test.each([
  ['when it has noted what there was before', '+12025550100', () => notesIn(here.dataDir).length >= 1],
  ['when it has noted that it begins', '+12025550100', () => notesIn(here.dataDir).length >= 2],
  ['when Messages was told', '+12025550100', () => here.fake.scripts.length >= 1],
  ['when Messages was told and does nothing', '+12025550131', () => here.fake.scripts.length >= 1],
  [
    'when the row is there',
    '+12025550100',
    () => here.fake.rows.db.prepare('SELECT 1 FROM message').get() !== undefined,
  ],
  ['when it has left', '+12025550100', () => here.fake.left.length >= 1],
])('killed %s (%s)', async (_when, address, moment) => {
  here = await startMac();
  const job = here.job(address);
  const { home, osascript } = here.fake;
  const child = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'messages-app-child.ts'),
      JSON.stringify({ home, osascript, dataDir: here.dataDir, job }),
    ],
    { stdio: 'ignore' },
  );
  await until('the moment', moment);
  child.kill('SIGKILL');
  await once(child, 'exit');

  here.journal.set(job.jobId, notesIn(here.dataDir).at(-1) ?? {});
  const finding = await until('it is decided', async () => {
    const found = await here.find(job, here.startDriver({ quietMs: 500 }));
    return found.finding !== 'undecided' && found;
  });
  const [copy] = here.fake.left;
  expect(finding).toEqual(
    copy === undefined ? { finding: 'absent' } : { finding: 'found', externalMessageId: copy.guid, address },
  );
  expect(here.fake.left.length).toBeLessThanOrEqual(1);
});
