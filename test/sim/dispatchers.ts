/** Two dispatchers on one database, each looking as the product's own loop does, and each replaced some time after it dies. */
import type { Launch } from '../../src/dispatcher/chores.ts';
import { createTicker } from '../../src/dispatcher/tick.ts';
import { createWake } from '../../src/lib/wake.ts';
import { ScriptedFailure } from './carrier.ts';
import { type Chance, createChance } from './chance.ts';
import { Process } from './process.ts';
import type { World } from './world.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Between two looks that follow on each other; in production the next one is at once. */
const NEXT_LOOK_MS = 1;
/** Due things that are looked after every 100 ms only. */
const BUSY_LOOK_MS = 60;
/** Looks in a row at something due that changed nothing. */
const MAX_IDLE_LOOKS = 500;

/** One after the other under one name, for as long as the world turns. */
export async function keepDispatching(world: World, name: string): Promise<void> {
  const chance = createChance(world.chance.seed());
  for (let number = 1; !world.isOver; number += 1) {
    const process = await Process.start(world, `${name}.${number}`);
    world.processes.push(process);
    const death = new Promise<void>((resolve) => {
      process.onDeath = resolve;
    });
    await Promise.race([dispatch(world, process, chance), death]);
    world.processes.splice(world.processes.indexOf(process), 1);
    if (!world.isOver)
      await world.clock.sleep(world.isCalm ? SECOND_MS : chance.spread(SECOND_MS, 15 * MINUTE_MS));
  }
}

async function dispatch(world: World, process: Process, chance: Chance): Promise<void> {
  const { deps } = process;
  const ticker = createTicker(deps);
  const wake = createWake();
  const capacity = chance.pick([1, 3, 20, 200]);
  let inFlight = 0;
  let idleLooks = 0;
  process.onWork = () => wake.wake();

  const launch: Launch = (task, kind) => {
    const places = kind === 'send' ? 1 : 0;
    inFlight += places;
    void task()
      .catch((error: unknown) => {
        if (!(error instanceof ScriptedFailure))
          world.blame('taskNeverFails', `${process.name}: ${String(error)}`);
      })
      .finally(() => {
        inFlight -= places;
        if (inFlight + places >= capacity) wake.wake();
      });
  };

  while (!world.isOver) {
    const free = capacity - inFlight;
    const { leased, more } = await ticker.tick(free, launch);
    if (leased > 0) {
      idleLooks = 0;
      await deps.clock.sleep(NEXT_LOOK_MS);
      continue;
    }
    const nextDue = free > 0 && !more ? await ticker.nextDue() : null;
    const pause = more && free > 0 ? 5 : (nextDue ?? Number.POSITIVE_INFINITY) - deps.clock.now();
    idleLooks = pause < BUSY_LOOK_MS ? idleLooks + 1 : 0;
    if (idleLooks > MAX_IDLE_LOOKS) {
      world.blame(
        'dispatchersRest',
        `${process.name} has looked ${idleLooks} times at something due and did nothing`,
      );
      return;
    }
    await wake.sleep(deps.clock, Math.min(Math.max(pause, BUSY_LOOK_MS), longestPause(world, chance)));
  }
}

/** Until the app has noticed that a device failed or came back its line is asked how it is; else hours without anything due are skipped. */
function longestPause(world: World, chance: Chance): number {
  const { carrier, history } = world;
  const isWatching = [...history.lines.values()].some(
    (line) => line.isWatched && carrier.sick.has(line.id) === line.healthy.latest,
  );
  if (world.clock.monotonic - history.steppedAt < MINUTE_MS) return 2 * SECOND_MS;
  if (isWatching) return MINUTE_MS;
  return world.isCalm ? chance.between(60, 300) * MINUTE_MS : chance.between(5, 20) * MINUTE_MS;
}
