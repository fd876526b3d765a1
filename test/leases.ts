/** Leases for tests that talk to a channel without a dispatcher. */
import type { Deadline } from '../src/lib/clock.ts';

/** Passes when `controller` is aborted; without one, never. */
export function leaseOf({ signal }: AbortController = new AbortController()): Deadline {
  return { signal, hasPassed: () => signal.aborted };
}

/** Of a process that stood still: by the clock it has passed, but no timer has run and nobody has asked yet. */
export function leaseSleptThrough(): Deadline {
  const passed = new AbortController();
  return {
    signal: passed.signal,
    hasPassed() {
      passed.abort();
      return true;
    },
  };
}
