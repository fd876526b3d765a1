/**
 * Does the simulations that are asked for, one after the other, beside the dispatcher: with two connections of its own, and
 * where messages are being sent for half of the time at most. A process that dies leaves its simulation to others.
 */
import type { Deps } from '../deps.ts';
import { isRecent } from '../lib/clock.ts';
import type { Wake } from '../lib/wake.ts';
import {
  claimSimulation,
  type DueSimulation,
  deleteSimulation,
  findUnderWay,
  finishSimulation,
  type Held,
  noteProgress,
  putBackSimulation,
  scanOldSimulations,
  scanSimulations,
} from '../store/campaigns/simulations.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { dropScratch, listScratch, scratchName } from '../store/scratch/scratch-schema.ts';
import { CannotSimulate, runSimulation } from './run-simulation.ts';

export interface Simulator {
  /** Leaves what it is at to others. */
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  databaseUrl: string;
  wake: Wake;
  /** Messages are on their way from this process. */
  isSending(): boolean;
}

const LEASE_MS = 30_000;
const NOTE_EVERY_MS = 2_000;
const TIDY_EVERY_MS = 600_000;
const KEEP_MS = 30 * 86_400_000;
const SCAN_LIMIT = 100;
/** Begun so often, and never finished: it takes the process with it, or more time than there is. */
const MAX_ATTEMPTS = 3;
const AFTER_ERROR_MS = 1_000;

export function startSimulator(deps: Deps, options: SimulatorOptions): Simulator {
  const stopping = new AbortController();
  const loop = run(deps, options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      options.wake.wake();
      await loop;
    },
  };
}

async function run(deps: Deps, options: SimulatorOptions, stopping: AbortSignal): Promise<void> {
  const { clock, config, log } = deps;
  let tidiedAt = 0;
  while (!stopping.aborted) {
    try {
      const due = await scanSimulations(deps.database, clock.now(), SCAN_LIMIT);
      for (const each of due) if (!stopping.aborted) await simulate(deps, options, each, stopping);
      if (!isRecent(tidiedAt, TIDY_EVERY_MS, clock.now())) {
        tidiedAt = clock.now();
        await tidy(deps);
      }
      if (due.length === 0) await options.wake.sleep(clock, config.pollMs);
    } catch (error) {
      log.error({ err: error }, 'simulations could not be looked for; trying again');
      await clock.sleep(AFTER_ERROR_MS, stopping);
    }
  }
}

async function simulate(
  deps: Deps,
  { databaseUrl, isSending }: SimulatorOptions,
  due: DueSimulation,
  stopping: AbortSignal,
): Promise<void> {
  const { clock, config, log } = deps;
  const now = clock.now();
  const claimed = await claimSimulation(deps.database, due, now, now + LEASE_MS);
  if (claimed === null) return;
  const { attempt, campaignId, asked } = claimed;
  const held: Held = { ...due, attempt };
  if (attempt > MAX_ATTEMPTS) {
    const error = 'It was begun several times and never came to its end';
    await finishSimulation(deps.database, held, { error }, clock.now());
    return;
  }
  const schema = scratchName(due.id, attempt);
  const { namedStatements } = config;
  const database = openDatabase({ url: databaseUrl, maxConnections: 1, namedStatements, log });
  const pace = keepPace(deps, held, isSending, stopping);
  const lease = keepLease(deps, held, pace);
  try {
    const isKept = await runSimulation(
      deps,
      { ...held, campaignId, asked, schema },
      { databaseUrl, database, goOn: pace.goOn },
    );
    if (!isKept && stopping.aborted) await putBackSimulation(deps.database, held, clock.now());
  } catch (error) {
    const isOurs = !(error instanceof CannotSimulate);
    if (isOurs) log.error({ err: error, ...held }, 'a simulation broke off');
    const told = isOurs ? 'It broke off; the log says why' : error.message;
    await finishSimulation(deps.database, held, { error: told }, clock.now());
  } finally {
    lease.end();
    await drop(database, schema, deps);
    await database.close();
    deps.announceSettled();
  }
}

interface Pace {
  progress: { messages: number; at: number };
  isHeld: boolean;
  goOn(messages: number, at: number): Promise<boolean>;
}

/** Others get their turn in between; while something is being sent, as much time as it took itself. */
function keepPace(deps: Deps, held: Held, isSending: () => boolean, stopping: AbortSignal): Pace {
  const { clock } = deps;
  let since = clock.now();
  const pace: Pace = {
    progress: { messages: 0, at: since },
    isHeld: true,
    async goOn(messages, at) {
      pace.progress = { messages, at };
      await clock.sleep(isSending() ? clock.now() - since : 0, stopping);
      await deps.checkpoint(`simulation.${held.attempt}`);
      since = clock.now();
      return pace.isHeld && !stopping.aborted;
    },
  };
  return pace;
}

/** Says every now and then that somebody is at it; once that is no longer so, the pace ends it. */
function keepLease(deps: Deps, held: Held, pace: Pace): { end(): void } {
  const over = new AbortController();
  void (async () => {
    const { clock, log } = deps;
    while (!over.signal.aborted) {
      await clock.sleep(NOTE_EVERY_MS, over.signal);
      if (over.signal.aborted) return;
      await noteProgress(deps.database, held, pace.progress, clock.now() + LEASE_MS).then(
        (isHeld) => {
          pace.isHeld = isHeld;
        },
        (error: Error) => log.warn({ error: error.message }, 'how far a simulation has come was not noted'),
      );
    }
  })();
  return { end: () => over.abort() };
}

/** What is left behind is found by `tidy`. */
async function drop(database: Database, schema: string, { log }: Deps): Promise<void> {
  await dropScratch(database, schema).catch((error: Error) =>
    log.warn({ error: error.message, schema }, 'a scratch schema was left behind'),
  );
}

/** Scratch schemas of processes that died, and simulations nobody reads any more. */
export async function tidy(deps: Deps): Promise<void> {
  const { database, clock } = deps;
  const found = await listScratch(database);
  const underWay = await findUnderWay(
    database,
    found.map(({ simulationId }) => simulationId),
  );
  for (const { schema, simulationId, attempt } of found)
    if (!underWay.some((each) => each.id === simulationId && each.attempt === attempt))
      await drop(database, schema, deps);
  for (const { workspaceId, campaignId, id } of await scanOldSimulations(
    database,
    clock.now() - KEEP_MS,
    SCAN_LIMIT,
  ))
    await database.transaction((tx) => deleteSimulation(tx, workspaceId, campaignId, id));
}
