/**
 * One clock for the whole process. Instants are numbers: epoch milliseconds, UTC.
 * In production it is anchored to the database's clock, so that processes on several machines agree.
 */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when `signal` fires; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const LONGEST_TIMER_MS = 2_147_483_647;

export function systemClock(): Clock & { anchor(offsetMs: number): void } {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    anchor(offsetMs) {
      offset = offsetMs;
    },
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.max(0, Math.min(ms, LONGEST_TIMER_MS)));
        signal?.addEventListener('abort', done, { once: true });
      });
    },
  };
}

/**
 * A signal that fires at `at`. Whoever asks whether it has is answered by the clock, not by the timer: a process that
 * stood still (a laptop asleep) goes on with what it was doing before its timers run.
 */
export function deadline(clock: Clock, at: number): { signal: AbortSignal; clear(): void } {
  const passed = new AbortController();
  const cleared = new AbortController();
  let fired = false;
  const fire = () => {
    if (fired || cleared.signal.aborted) return;
    fired = true;
    passed.abort();
  };
  const hasPassed = () => {
    if (clock.now() >= at) fire();
    return fired;
  };
  Object.defineProperty(passed.signal, 'aborted', { get: hasPassed });
  void clock.sleep(at - clock.now(), cleared.signal).then(fire);
  return { signal: passed.signal, clear: () => cleared.abort() };
}

/** Wire form of an instant. */
export function toIso(instant: number): string {
  return new Date(instant).toISOString();
}

export function toIsoOrNull(instant: number | null | undefined): string | null {
  return instant === null || instant === undefined ? null : toIso(instant);
}
