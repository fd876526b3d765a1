/** A clock that runs like any other and can leap ahead: a test that needs tomorrow does not wait for it. */
import { type Clock, systemClock } from '../src/lib/clock.ts';

export interface LeapingClock extends Clock {
  /** Whoever sleeps until an instant that is over by then wakes up. */
  leap(ms: number): void;
}

export function leapingClock(): LeapingClock {
  const real = systemClock();
  const sleepers = new Set<AbortController>();
  let ahead = 0;
  const now = () => real.now() + ahead;
  return {
    now,
    async sleep(ms, signal) {
      const until = now() + ms;
      while (now() < until && signal?.aborted !== true) {
        const stirred = new AbortController();
        sleepers.add(stirred);
        await real.sleep(
          until - now(),
          AbortSignal.any([stirred.signal, ...(signal === undefined ? [] : [signal])]),
        );
        sleepers.delete(stirred);
      }
    },
    leap(ms) {
      ahead += ms;
      for (const each of [...sleepers]) each.abort();
    },
  };
}
