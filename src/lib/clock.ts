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

export interface Deadline {
  /**
   * Asked of the clock, and fires `signal` when it is so. A process that stood still (a laptop asleep) goes on with what
   * it was doing before its timers run: whoever is about to do what can't be undone asks here and not the signal.
   */
  hasPassed(): boolean;
  /** Fires by itself, to interrupt what is under way. */
  readonly signal: AbortSignal;
}

const CLEARED = 'cleared';

export function deadline(clock: Clock, at: number): Deadline & { clear(): void } {
  const passed = new AbortController();
  const cleared = new AbortController();
  const fire = () => {
    if (!cleared.signal.aborted) passed.abort();
  };
  void clock.sleep(at - clock.now(), cleared.signal).then(fire);
  return {
    signal: passed.signal,
    hasPassed() {
      if (clock.now() >= at) fire();
      return passed.signal.aborted;
    },
    // With a reason of our own none has to be made, stack and all, for every send.
    clear: () => cleared.abort(CLEARED),
  };
}

/**
 * What `work` brings, or `late` when that takes longer than `ms`. The work may still go on: nobody hears of it any more.
 */
export async function within<Result, Late>(
  clock: Clock,
  ms: number,
  work: Promise<Result>,
  late: Late,
): Promise<Result | Late> {
  const over = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(ms, over.signal).then(() => late)]);
  } finally {
    over.abort();
  }
}

/** Less than `ms` ago. A clock that was set back makes the past long ago: it must not stop us until it has caught up. */
export function isRecent(then: number, ms: number, now: number): boolean {
  return now >= then && now - then < ms;
}

let lastTold = { instant: Number.NaN, text: '' };

/** Wire form of an instant. What is stored at once happens at one instant, so the last one is kept. */
export function toIso(instant: number): string {
  if (instant !== lastTold.instant) lastTold = { instant, text: new Date(instant).toISOString() };
  return lastTold.text;
}

/** As mails and Twilio write it: `Thu, 24 Aug 2023 05:01:45 +0000`. */
export function toRfc2822(instant: number): string {
  return new Date(instant).toUTCString().replace('GMT', '+0000');
}

/** For JSON, where what is undefined is left out. */
export function toIsoOrAbsent(instant: number | null): string | undefined {
  return instant === null ? undefined : toIso(instant);
}

export function toIsoOrNull(instant: number | null | undefined): string | null {
  return instant === null || instant === undefined ? null : toIso(instant);
}
