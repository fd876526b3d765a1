/** One run: a database, processes on it, a client, mayhem; then quiet, and a look at what is left. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newApiKey } from '../../src/actions/bootstrap.ts';
import type { LinesAnswer } from '../../src/contract/lines.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { openClient } from '../client.ts';
import { addLine } from '../workspaces.ts';
import { drained, type Evidence, readEvidence } from './evidence.ts';
import { Fleet } from './fleet.ts';
import { type Claims, judge, type Violation } from './judge.ts';
import { type Deeds, Mayhem } from './mayhem.ts';
import { LEASE_MARGIN_MS } from './orders.ts';
import { Traffic } from './traffic.ts';

export interface CrashOptions {
  databaseUrl: string;
  seed: number;
  /** How long messages are sent and processes are killed; starting and draining come on top. */
  seconds: number;
  killsPerLabel: number;
  pausesPerLabel: number;
}

export interface CrashResult {
  seed: number;
  seconds: number;
  deeds: Deeds;
  evidence: Evidence;
  claims: Claims;
  acknowledged: number;
  unanswered: number;
  violations: Violation[];
}

/** Beyond its time, for labels that were not reached often enough. */
const EXTRA_MS = 120_000;
const DRAINED_WITHIN_MS = 60_000;
/** One dispatcher may stand still and another one start: a third goes on. */
const SIZES = { api: 2, dispatcher: 3 } as const;
/** The third attempt is the first that some recipients take; one more is for a process that dies on the way. */
const RETRIES = { attempts: 4, retryGapMs: 300 };
const clock = systemClock();

export async function runCrash(options: CrashOptions): Promise<CrashResult> {
  const { databaseUrl, seed, killsPerLabel, pausesPerLabel } = options;
  const random = seededRandom(seed);
  const apiKey = newApiKey();
  const startedAt = clock.now();
  const cache = mkdtempSync(path.join(tmpdir(), 'trunkline-crash-'));
  const env = { ...environment(databaseUrl, apiKey), NODE_COMPILE_CACHE: cache };
  const fleet = new Fleet({ sizes: SIZES, env });
  try {
    await fleet.complete();
    await prepareLines(fleet, apiKey);
    const endsAt = clock.now() + options.seconds * 1000;
    const traffic = new Traffic({ doors: () => fleet.doors(), apiKey, random, endsAt });
    const mayhem = new Mayhem({ fleet, databaseUrl, random, killsPerLabel, pausesPerLabel });
    await mayhem.run(endsAt, endsAt + EXTRA_MS);
    await traffic.stop();
    await fleet.complete();
    // With everybody healthy. What does not come to an end in time is found by the judge.
    await drained(databaseUrl, DRAINED_WITHIN_MS);
    await fleet.stop();
    const evidence = await readEvidence(databaseUrl);
    const claims: Claims = { asked: traffic.asked, refusals: traffic.refusals, defects: fleet.defects };
    return {
      seed,
      seconds: (clock.now() - startedAt) / 1000,
      deeds: mayhem.deeds,
      evidence,
      claims,
      acknowledged: traffic.acknowledged,
      unanswered: traffic.unanswered,
      violations: judge(evidence, claims),
    };
  } finally {
    fleet.abandon();
    rmSync(cache, { recursive: true, force: true });
  }
}

/** Of a process under test. */
export function environment(databaseUrl: string, apiKey: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    TRUNKLINE_BOOTSTRAP_KEY: apiKey,
    TRUNKLINE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    TRUNKLINE_LEASE_MARGIN_MS: String(LEASE_MARGIN_MS),
    TRUNKLINE_SENDS_PER_MINUTE: '0',
    TRUNKLINE_DATABASE_CONNECTIONS: '8',
  };
}

/** Beside the lines of the first start: three that have to keep gaps, two of them on one device. */
async function prepareLines(fleet: Fleet, apiKey: string): Promise<void> {
  const client = openClient(fleet.doors()[0] ?? '', apiKey);
  await addLine(client, { deviceGapMs: 40 });
  for (let n = 0; n < 2; n += 1)
    await addLine(client, { deviceId: 'shared', deviceGapMs: 30, contactGapMs: 50 });
  const { body } = await client.call<LinesAnswer>('GET', '/api/lines');
  for (const { _id } of body.lines) await client.call('PATCH', `/api/lines/${_id}`, RETRIES);
}
