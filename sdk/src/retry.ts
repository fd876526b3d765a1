/** When a call that failed is made again, and after how long. */
import type { TrunklineError } from './error.ts';

const FIRST_MS = 250;
const LONGEST_MS = 8_000;
/** What asks for more patience than this is told to the caller instead. */
const LONGEST_RETRY_AFTER_S = 30;

/** Refused before anything was done: any call may be made again. */
const NOT_DONE = [429];
/** May have been done or not: only what changes nothing when done twice is made again. */
const UNCERTAIN = [0, 502, 503, 504];

/** How long to wait before the next try; null: there should be none. `tries` is how many were made. */
export function pauseAfter(error: TrunklineError, tries: number, isRepeatable: boolean): number | null {
  const isWorthIt =
    NOT_DONE.includes(error.status) ||
    (isRepeatable && (UNCERTAIN.includes(error.status) || error.code === 'idempotency_in_flight'));
  if (!isWorthIt) return null;
  if (error.retryAfter !== null)
    return error.retryAfter > LONGEST_RETRY_AFTER_S ? null : error.retryAfter * 1000;
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  // Of many clients that were refused at once, not all come back at once.
  return most / 2 + (Math.random() * most) / 2;
}

/** Rejects with the signal's reason as soon as that is given. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
