/** Many wait for the same kind of thing to happen, in several processes; each looks by himself whether it was his. */
import type { Clock } from './clock.ts';

export interface Bell {
  /** It happened here: everybody hears of it, here and elsewhere. Cheap, never awaited. */
  announce(): void;
  /** Somebody else announced it. */
  ring(): void;
  /** To be read before looking: whatever rings after that ends the wait at once. */
  rings(): number;
  /** Resolves at the first ring after the `since`-th, after `ms`, or when `signal` fires. */
  wait(since: number, ms: number, signal?: AbortSignal): Promise<void>;
}

export function createBell(clock: Clock, tellOthers: () => void = () => {}): Bell {
  let rings = 0;
  let next = new AbortController();
  const ring = () => {
    rings += 1;
    const rung = next;
    next = new AbortController();
    rung.abort();
  };
  return {
    announce() {
      ring();
      tellOthers();
    },
    ring,
    rings: () => rings,
    async wait(since, ms, signal) {
      if (rings !== since) return;
      await clock.sleep(ms, signal === undefined ? next.signal : AbortSignal.any([next.signal, signal]));
    },
  };
}
