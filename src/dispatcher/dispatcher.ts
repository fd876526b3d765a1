/** The loop around `tick`: sleeps until something is due or somebody wakes it, and keeps count of what is in flight. */
import type { Deps } from '../deps.ts';
import type { Wake } from '../lib/wake.ts';
import { findNextDue } from '../store/due.ts';
import { createTicker } from './tick.ts';

export interface Dispatcher {
  /** Stops taking work, waits until everything in flight is settled. */
  stop(): Promise<void>;
}

/** Also after a line was locked by another process: by then it will have let go. */
const SHORTEST_PAUSE_MS = 5;
const AFTER_ERROR_MS = 1_000;

export function startDispatcher(deps: Deps, wake: Wake): Dispatcher {
  const ticker = createTicker(deps);
  const inFlight = new Set<Promise<void>>();
  let stopping = false;

  const launch = (task: () => Promise<void>) => {
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        // The lease runs out and reconciliation takes over.
        deps.log.error({ err: error }, 'a task of the dispatcher failed');
      })
      .finally(() => {
        inFlight.delete(running);
        wake.wake();
      });
    inFlight.add(running);
  };

  const pass = async (): Promise<number> => {
    const capacity = deps.config.sendsInFlight - inFlight.size;
    const { leased, more } = await ticker.tick(capacity, launch);
    if (leased > 0) return 0;
    if (more && capacity > 0) return SHORTEST_PAUSE_MS;
    const nextDue = capacity > 0 ? await findNextDue(deps.database) : null;
    const untilDue = nextDue === null ? deps.config.pollMs : nextDue - deps.clock.now();
    return Math.max(SHORTEST_PAUSE_MS, Math.min(untilDue, deps.config.pollMs));
  };

  const run = async () => {
    while (!stopping) {
      const pause = await pass().catch((error: unknown) => {
        deps.log.error({ err: error }, 'a pass of the dispatcher failed; trying again');
        return AFTER_ERROR_MS;
      });
      if (pause > 0 && !stopping) await wake.sleep(deps.clock, pause);
    }
  };

  const loop = run();
  return {
    async stop() {
      stopping = true;
      wake.wake();
      await loop;
      await Promise.allSettled(inFlight);
    },
  };
}
