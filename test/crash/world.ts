/** One run: a database, processes on it, clients, mayhem; then quiet, and a look at what is left. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newApiKey } from '../../src/actions/workspace/bootstrap.ts';
import type { LinesAnswer } from '../../src/contract/lines/lines.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Random, seededRandom } from '../../src/lib/random.ts';
import { openClient } from '../client.ts';
import { withClient } from '../database-server.ts';
import { addLine } from '../workspaces.ts';
import { CrashCampaigns } from './campaigns.ts';
import { type CarrierLines, carrierMagic, carrierStrangers } from './carrier-people.ts';
import { type Carriers, type FarCopy, type Opened, startCarriers } from './carriers.ts';
import { drained, type Evidence, readEvidence } from './evidence.ts';
import { withFarSide } from './far-side.ts';
import { Fleet } from './fleet.ts';
import { type Claims, judge, type Violation } from './judge.ts';
import { type Deeds, Mayhem } from './mayhem.ts';
import { LEASE_MARGIN_MS, LEASE_MS, SEND_TIMEOUT_MS } from './orders.ts';
import { LONGEST_LEASE_MS } from './patience.ts';
import { People } from './people.ts';
import { SANDBOX_MAGIC, sandboxStrangers } from './sandbox-people.ts';
import type { Post } from './subject.ts';
import { Traffic } from './traffic.ts';

export interface CrashOptions {
  databaseUrl: string;
  seed: number;
  /** How long messages are sent and processes are killed; starting and draining come on top. */
  seconds: number;
  killsPerLabel: number;
  pausesPerLabel: number;
  /** True: also by every carrier, and the agents of relays are killed too. */
  carriers?: boolean;
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
  /** null: simulated phones only. */
  carrierLines: CarrierLines | null;
  /** Everything that came to carriers. */
  arrived: readonly FarCopy[];
}

/** Beyond its time, for labels that were not reached often enough. */
const EXTRA_MS = 240_000;
const DRAINED_WITHIN_MS = 180_000;
/** One is launched in so many. */
const SECONDS_PER_LIST = 5;
/** Macs are slow, and a line that met nothing but trouble is tried again after two minutes. */
const CARRIERS_DRAINED_WITHIN_MS = 360_000;
/** One dispatcher may stand still and another one start: a third goes on. */
const POSTS: readonly Post[] = [
  ...Array.from({ length: 2 }, (): Post => ({ role: 'api' })),
  ...Array.from({ length: 3 }, (): Post => ({ role: 'dispatcher' })),
];
/** The third attempt is the first that some recipients take; one more is for a process that dies on the way. */
const RETRIES = { attempts: 4, retryGapMs: 300 };
/** Until the message of somebody who stands still has gone out from elsewhere. */
const AFTER_LEASE_MS = SEND_TIMEOUT_MS + 1_500;
const clock = systemClock();

export async function runCrash(options: CrashOptions): Promise<CrashResult> {
  const { databaseUrl, seed } = options;
  const random = seededRandom(seed);
  const apiKey = newApiKey();
  const startedAt = clock.now();
  const cache = mkdtempSync(path.join(tmpdir(), 'trunkline-crash-'));
  const carriers = options.carriers === true ? await startCarriers() : null;
  const env = { ...environment(databaseUrl, apiKey), ...carriers?.env, NODE_COMPILE_CACHE: cache };
  const fleets = [new Fleet({ posts: POSTS, env })] as [Fleet, ...Fleet[]];
  const [servers] = fleets;
  try {
    await servers.complete();
    const lineIds = await prepareLines(servers, apiKey);
    const opened = carriers === null ? null : await connect(carriers, servers, databaseUrl);
    if (opened !== null) fleets.push(new Fleet({ posts: opened.posts, env }));
    for (const fleet of fleets) await fleet.complete();
    const endsAt = clock.now() + options.seconds * 1000;
    const doors = () => servers.doors();
    const lists = Math.ceil(options.seconds / SECONDS_PER_LIST);
    const campaigns = new CrashCampaigns({ doors, apiKey, random, lineIds, lists, endsAt });
    await campaigns.prepare();
    campaigns.start();
    const traffics = startTraffic(servers, random, endsAt, apiKey, opened);
    const connection = { name: 'connection cut', once: () => cutConnection(databaseUrl) };
    const link = { name: 'link cut', once: () => carriers?.front.cut() };
    const pauseMs = (carriers === null ? LEASE_MS : LONGEST_LEASE_MS) + AFTER_LEASE_MS;
    const mayhems = fleets.map(
      (fleet) =>
        new Mayhem({ ...options, fleet, random, pauseMs, cut: fleet === servers ? connection : link }),
    );
    await Promise.all(mayhems.map((mayhem) => mayhem.run(endsAt, endsAt + EXTRA_MS)));
    await Promise.all([...traffics, campaigns].map((each) => each.stop()));
    for (const fleet of fleets) await fleet.complete();
    // With everybody healthy. What does not come to an end in time is found by the judge.
    await drained(databaseUrl, carriers === null ? DRAINED_WITHIN_MS : CARRIERS_DRAINED_WITHIN_MS);
    for (const fleet of fleets.toReversed()) await fleet.stop();
    const arrived = (await carriers?.copies()) ?? [];
    const evidence = withFarSide(await readEvidence(databaseUrl), arrived);
    const claims: Claims = {
      asked: traffics.flatMap(({ asked }) => asked),
      refusals: sum(traffics.map(({ refusals }) => refusals)),
      promised: campaigns.promised,
      defects: [...fleets.flatMap(({ defects }) => defects), ...campaigns.refusals],
    };
    return {
      seed,
      seconds: (clock.now() - startedAt) / 1000,
      deeds: sum(mayhems.map(({ deeds }) => deeds)),
      evidence,
      claims,
      acknowledged: traffics.reduce((total, { acknowledged }) => total + acknowledged, 0),
      unanswered: traffics.reduce((total, { unanswered }) => total + unanswered, 0),
      violations: judge(evidence, claims),
      carrierLines: opened?.lines ?? null,
      arrived,
    };
  } finally {
    for (const fleet of fleets) fleet.abandon();
    await carriers?.close();
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

/** Beside the lines of the first start: three that have to keep gaps, two of them on one device, and two for campaigns. */
async function prepareLines(fleet: Fleet, apiKey: string): Promise<string[]> {
  const client = openClient(fleet.doors()[0] ?? '', apiKey);
  await addLine(client, { deviceGapMs: 40 });
  for (let n = 0; n < 2; n += 1)
    await addLine(client, { deviceId: 'shared', deviceGapMs: 30, contactGapMs: 50 });
  const quick = { deviceGapMs: 10, contactGapMs: 0 };
  const forCampaigns = [await addLine(client, quick), await addLine(client, quick)];
  const { body } = await client.call<LinesAnswer>('GET', '/api/lines');
  for (const { _id } of body.lines) await client.call('PATCH', `/api/lines/${_id}`, RETRIES);
  return forCampaigns.map(({ _id }) => _id);
}

function connect(carriers: Carriers, servers: Fleet, databaseUrl: string): Promise<Opened> {
  carriers.front.doors = () => servers.doors();
  return carriers.open(databaseUrl);
}

function startTraffic(
  servers: Fleet,
  random: Random,
  endsAt: number,
  apiKey: string,
  opened: Opened | null,
): Traffic[] {
  const base = { doors: () => servers.doors(), random };
  const phones = new People({ random, endsAt, magic: SANDBOX_MAGIC, others: sandboxStrangers });
  if (opened === null) return [new Traffic({ ...base, apiKey, people: phones })];
  const { lines } = opened;
  const magic = carrierMagic(lines);
  const far = new People({ random, endsAt, magic, others: carrierStrangers(lines) });
  return [
    new Traffic({ ...base, apiKey, people: phones, clients: 2 }),
    new Traffic({ ...base, apiKey: opened.apiKey, people: far, clients: 4, pauseMs: 1_000 }),
  ];
}

function cutConnection(databaseUrl: string): Promise<unknown> {
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'trunkline%'
    ORDER BY (state <> 'idle') DESC, random() LIMIT 1`;
  return withClient(databaseUrl, (client) => client.query(cut));
}

function sum<Key>(counts: readonly ReadonlyMap<Key, number>[]): Map<Key, number> {
  const total = new Map<Key, number>();
  for (const [key, count] of counts.flatMap((each) => [...each]))
    total.set(key, (total.get(key) ?? 0) + count);
  return total;
}
