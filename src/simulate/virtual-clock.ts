/**
 * Time that passes only when nothing is left to do. Two clocks in one, as on a real machine: sleepers follow the
 * monotonic one, `now` follows the wall, and a step of the wall (a laptop that slept, a corrected clock) wakes nobody.
 */
import type { Clock } from '../lib/clock.ts';

interface Sleeper {
  at: number;
  order: number;
  wake: (() => void) | null;
}

export class VirtualClock implements Clock {
  #monotonic = 0;
  #offset: number;
  #order = 0;
  /** Latest first, so that the next one is taken from the end. */
  readonly #sleepers: Sleeper[] = [];

  constructor(start: number) {
    this.#offset = start;
  }

  now(): number {
    return this.#monotonic + this.#offset;
  }

  /** Never steps: for how long something took. */
  get monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        at: this.#monotonic + Math.max(0, Math.ceil(ms)),
        order: this.#order++,
        wake: () => {
          sleeper.wake = null;
          signal?.removeEventListener('abort', wake);
          resolve();
        },
      };
      const wake = () => sleeper.wake?.();
      signal?.addEventListener('abort', wake, { once: true });
      this.#sleepers.splice(this.#placeOf(sleeper), 0, sleeper);
    });
  }

  /** Moves the wall clock forward; nobody wakes earlier for it. */
  step(ms: number): void {
    this.#offset += ms;
  }

  /** Goes to the next sleeper and wakes it; false when nobody sleeps. */
  advance(): boolean {
    for (let next = this.#sleepers.pop(); next !== undefined; next = this.#sleepers.pop()) {
      if (next.wake === null) continue;
      this.#monotonic = next.at;
      next.wake();
      return true;
    }
    return false;
  }

  /** Lets time pass until `at` on the wall clock, waking whoever sleeps until then or earlier, in order. Time never goes back. */
  goTo(at: number): void {
    const until = at - this.#offset;
    for (
      let next = this.#sleepers.at(-1);
      next !== undefined && next.at <= until;
      next = this.#sleepers.at(-1)
    ) {
      this.#sleepers.pop();
      this.#monotonic = Math.max(this.#monotonic, next.at);
      next.wake?.();
    }
    this.#monotonic = Math.max(this.#monotonic, until);
  }

  #placeOf(sleeper: Sleeper): number {
    let low = 0;
    let high = this.#sleepers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#sleepers[middle];
      const later =
        other !== undefined &&
        (other.at > sleeper.at || (other.at === sleeper.at && other.order > sleeper.order));
      if (later) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
