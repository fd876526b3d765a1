/**
 * A latch that loops sleep on. `wake` is remembered when nobody sleeps, so a wake between "nothing to do" and
 * "sleep" is never lost.
 */
import type { Clock } from './clock.ts';

export interface Wake {
  wake(): void;
  /** Resolves at the next wake, or after `ms`. */
  sleep(clock: Clock, ms: number): Promise<void>;
}

export function createWake(): Wake {
  let pending = false;
  let sleeper: AbortController | null = null;
  return {
    wake() {
      pending = true;
      sleeper?.abort();
    },
    async sleep(clock, ms) {
      if (!pending) {
        sleeper = new AbortController();
        await clock.sleep(ms, sleeper.signal);
        sleeper = null;
      }
      pending = false;
    },
  };
}
