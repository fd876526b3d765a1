/**
 * A clock that runs like any other and can leap ahead: a test that needs tomorrow does not wait for it. It begins at the
 * next noon, UTC, so that the hour at which a test runs does not decide which day it leaps into.
 */
import { type Clock, systemClock } from '../src/lib/clock.ts';

export interface LeapingClock extends Clock {
  /** Whoever sleeps until an instant that is over by then wakes up. */
  leap(ms: number): void;
}

const DAY_MS = 86_400_000;

/** From `now` for those who share their time with somebody outside. */
export function leapingClock(from: 'noon' | 'now' = 'noon'): LeapingClock {
  const real = systemClock();
  const sleepers = new Set<AbortController>();
  let ahead = from === 'now' ? 0 : DAY_MS - ((real.now() + DAY_MS / 2) % DAY_MS);
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
