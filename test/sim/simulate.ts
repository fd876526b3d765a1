/** One seed from beginning to end: a town is built, hours of asking and failing pass, then calm until everything is settled. */

import { isSettled } from '../../src/domain/lifecycle.ts';
import { withClient } from '../database-server.ts';
import { keepAsking } from './asks.ts';
import { keepCampaigning, steer } from './campaigns.ts';
import { keepDispatching } from './dispatchers.ts';
import { Eyes } from './eyes.ts';
import { changeLine, keepFailing, setBilling } from './faults.ts';
import { Judge } from './judge.ts';
import { Process } from './process.ts';
import { buildTown, type Person, watchLine } from './town.ts';
import { type Violation, World } from './world.ts';

const HOUR_MS = 3_600_000;
/** Caps of three a day and weekly windows take their time. */
const LONGEST_CALM_HOURS = 40 * 24;
const CALM_LOOK_MS = 600_000;

export interface SimulationOptions {
  seed: number;
  /** Virtual hours of faults; the calm after them comes on top. */
  hours: number;
  databaseUrl: string;
  /** Whether the town runs campaigns; yes, unless told otherwise. */
  campaigns?: boolean;
  /** How long everything may take to end once it is calm. */
  calmHours?: number;
  /** After every step, behind everybody's back: what must make no difference. */
  disturb?(): Promise<void>;
  /** Breaks something behind the judge's back, after every step: shows that it would be noticed. */
  sabotage?: Sabotage;
}

export interface Sabotage {
  /** Names of the invariants that must notice; the run goes on until all of them have. */
  breaks: readonly string[];
  /** Before anything begins. */
  world?(world: World): void;
  /** Once there is a town: sets the scene in which the breach shows. */
  begin?(world: World, people: readonly Person[]): Promise<void>;
  /** After every step that may have changed something. */
  step?(world: World): Promise<void>;
}

export interface Totals {
  virtualHours: number;
  messages: number;
  copies: number;
  unknown: number;
  kills: number;
  steps: number;
}

export interface Simulation {
  seed: number;
  totals: Totals;
  /** Of everything that happened. */
  digest: string;
  violations: readonly Violation[];
  /** The last events around the first violation. */
  lastEvents: readonly string[];
}

export async function simulate(options: SimulationOptions): Promise<Simulation> {
  await keepPlans(options.databaseUrl);
  const world = new World(options);
  options.sabotage?.world?.(world);
  const judge = new Judge(world);
  world.processes.push(await Process.start(world, 'front'));
  void live(world, options).catch((error: unknown) =>
    world.blame('theWorldTurns', error instanceof Error ? (error.stack ?? '') : String(error)),
  );
  try {
    while (!hasSeenEnough(world, options.sabotage)) {
      const passed = world.gate.passed;
      await world.gate.quiet();
      if (world.gate.passed > passed) {
        await options.disturb?.();
        await options.sabotage?.step?.(world);
      }
      await judge.look(world.isOver);
      if (world.isOver) break;
      if (!world.clock.advance()) world.blame('theWorldTurns', 'nobody waits for anything any more');
    }
    return report(world);
  } finally {
    world.isOver = true;
    await Promise.all(world.processes.map((process) => process.close()));
    await world.database.close();
  }
}

function hasSeenEnough({ violations }: World, sabotage: Sabotage | undefined): boolean {
  if (sabotage === undefined) return violations.length > 0;
  return sabotage.breaks.every((name) => violations.some((violation) => violation.invariant === name));
}

/** Statistics gathered in the middle of a run may change a plan, and with it an order that nobody asked for. */
async function keepPlans(databaseUrl: string): Promise<void> {
  const forEachTable = `DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT c.oid::regclass::text FROM pg_class c
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name); END LOOP; END $$`;
  await withClient(databaseUrl, (client) => client.query(forEachTable));
}

async function live(world: World, { sabotage, calmHours, campaigns }: SimulationOptions): Promise<void> {
  const people = await buildTown(world);
  void sabotage?.begin?.(world, people);
  const until = world.clock.monotonic + world.hours * HOUR_MS;
  for (const name of ['one', 'two']) void keepDispatching(world, name);
  void keepAsking(world, people, until);
  if (campaigns !== false) void world.expect('campaigns', keepCampaigning(world, people, until));
  void keepFailing(world, people, until);
  await world.clock.sleep(world.hours * HOUR_MS);
  await calmDown(world);
  await settle(world, calmHours ?? LONGEST_CALM_HOURS);
}

/** Devices on, lines on, bills paid; carriers mostly answer. */
async function calmDown(world: World): Promise<void> {
  const { carrier, crm, history } = world;
  world.isCalm = true;
  crm.isWell = true;
  world.tell('calm begins', {});
  carrier.weather = 'fair';
  carrier.sick.clear();
  for (const id of history.workspaces.keys()) await setBilling(world, id, false);
  for (const line of history.lines.values()) await changeLine(world, line, { isActive: true });
  for (const campaign of history.campaigns.values()) campaign.paused.set(world.clock.now(), false);
}

async function settle(world: World, calmHours: number): Promise<void> {
  const { clock, history } = world;
  const giveUpAt = clock.monotonic + calmHours * HOUR_MS;
  // By way of a process, whose questions the clock waits for.
  const eyes = new Eyes(world.front.deps.database);
  const isDone = async () =>
    [...history.stories.values()].every((story) => isSettled(story.status)) &&
    (await eyes.onTheWay([...history.workspaces.keys()])).length === 0;
  while ((!(await isDone()) || clock.monotonic < world.quietUntil) && clock.monotonic < giveUpAt) {
    // Lines that went down by what they refused come back, and campaigns that paused for want of them go on.
    for (const line of history.lines.values())
      if (!line.isWatched && !line.healthy.latest) await watchLine(world, line);
    for (const campaign of history.campaigns.values()) await steer(world, campaign, 'resume');
    await clock.sleep(CALM_LOOK_MS);
  }
  world.isOver = true;
}

function report(world: World): Simulation {
  const { history, counts, clock, trace, violations, seed } = world;
  const stories = [...history.stories.values()];
  const handOvers = stories.flatMap((story) => history.handOversOf(story.id));
  const [first] = violations;
  return {
    seed,
    totals: {
      virtualHours: clock.monotonic / HOUR_MS,
      messages: stories.length,
      copies: handOvers.filter((handOver) => handOver.landedAt !== null).length,
      unknown: stories.flatMap((story) => story.events).filter((event) => event.type === 'message.unknown')
        .length,
      ...counts,
    },
    digest: trace.digest,
    violations,
    lastEvents: first === undefined ? [] : trace.last(first),
  };
}
