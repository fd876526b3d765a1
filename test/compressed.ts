/**
 * The real dispatcher over the real tables, on a clock that leaps from one due thing to the next: weeks of a campaign pass in
 * as long as its work takes, and nothing is late.
 */
import { createTicker } from '../src/dispatcher/tick.ts';
import { type Clock, systemClock } from '../src/lib/clock.ts';
import { openApp, type TestApp } from './harness.ts';

export interface CompressedClock extends Clock {
  goTo(at: number): void;
  /** True: whoever sleeps waits until the clock gets there. False: they come back every now and then, and time stands still. */
  isRunning: boolean;
}

export interface Compressed extends TestApp {
  clock: CompressedClock;
}

const LOOK_MS = 50;
const CAPACITY = 10_000;
const MAX_IN_VAIN = 1_000;

export function compressedClock(start: number): CompressedClock {
  const real = systemClock();
  const sleepers = new Set<{ until: number; wake: () => void }>();
  let now = start;
  const clock: CompressedClock = {
    isRunning: false,
    now: () => now,
    sleep(ms, signal) {
      if (!clock.isRunning) return real.sleep(Math.min(ms, LOOK_MS), signal);
      return new Promise((resolve) => {
        if (signal?.aborted === true || ms <= 0) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      });
    },
    goTo(at) {
      now = Math.max(now, at);
      for (const each of [...sleepers]) if (each.until <= now) each.wake();
    },
  };
  return clock;
}

/** An app that sends nothing until `run` lets its time pass. */
export async function openCompressed(
  start: number,
  options: { databaseUrl?: string } = {},
): Promise<Compressed> {
  const clock = compressedClock(start);
  return { ...(await openApp({ ...options, dispatches: false, clock })), clock };
}

/** Until nothing is due any more, or `isOver` says so: asked whenever time is about to pass. */
export async function run(
  { deps, clock }: Compressed,
  isOver: (now: number) => Promise<boolean> = async () => false,
): Promise<void> {
  const ticker = createTicker(deps);
  // As the dispatcher's own loop: whoever makes work says so, and it looks again at once.
  let isWoken = false;
  deps.wakeDispatchers = () => {
    isWoken = true;
  };
  clock.isRunning = true;
  try {
    for (let inVain = 0; inVain < MAX_IN_VAIN; ) {
      isWoken = false;
      const tasks: Promise<void>[] = [];
      const { leased, more } = await ticker.tick(CAPACITY, (task) => void tasks.push(task()));
      for (let done = 0; done < tasks.length; done += 1) await tasks[done];
      inVain = leased > 0 ? 0 : inVain + 1;
      if (leased > 0 || more || isWoken) continue;
      const next = await ticker.nextDue();
      if (next === null || (await isOver(clock.now()))) return;
      if (next > clock.now()) inVain = 0;
      clock.goTo(next);
    }
    throw new Error('something is due and nothing comes of it');
  } finally {
    clock.isRunning = false;
  }
}
