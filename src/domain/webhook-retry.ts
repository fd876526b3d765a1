/** What follows an attempt to tell a receiver of an event: when to try again, when to give up, when to switch it off (D31). */
import type { DisabledReason } from './webhook-events.ts';

export interface ReceiverAnswer {
  /** null: nothing came back, for a fault of the network or because it took too long. */
  statusCode: number | null;
  /** What `Retry-After` asked for. */
  retryAfterMs: number | null;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From one attempt to the next: ten attempts within 75 h 35 min. */
export const RETRY_PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
export const WEBHOOK_ATTEMPTS = RETRY_PAUSES_MS.length + 1;
/** What failed together must not come back together. */
const JITTER = 0.1;

/** Nobody postpones a single event further than this. */
export const LONGEST_RETRY_AFTER_MS = DAY_MS;
/** Nor all of its events for longer than this: by then it is asked again. */
export const LONGEST_HOLD_MS = HOUR_MS;

export const DISABLE_AFTER_MS = 5 * DAY_MS;
/** A receiver that hears little is not judged by one failure long ago and one today. */
export const DISABLE_AFTER_FAILURES = 10;

/** Only 2xx says that the event arrived; a redirect is not followed (D33). */
export function hasArrived({ statusCode }: ReceiverAnswer): boolean {
  return statusCode !== null && statusCode >= 200 && statusCode < 300;
}

/**
 * When the next attempt is due after `attempt` (the first is 1) failed; null: that was the last.
 * `chance` in [0, 1) decides the jitter.
 */
export function nextAttemptAt(
  attempt: number,
  { retryAfterMs }: ReceiverAnswer,
  chance: number,
  now: number,
): number | null {
  const pause = RETRY_PAUSES_MS[attempt - 1];
  if (pause === undefined) return null;
  const jittered = Math.round(pause * (1 - JITTER + 2 * JITTER * chance));
  return now + Math.max(jittered, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
}

const ASKS_FOR_PATIENCE: readonly number[] = [429, 502, 503, 504];

/** Until when the receiver wants to hear of nothing at all; null: it did not say so. */
export function holdUntil({ statusCode, retryAfterMs }: ReceiverAnswer, now: number): number | null {
  if (statusCode === null || retryAfterMs === null || !ASKS_FOR_PATIENCE.includes(statusCode)) return null;
  return now + Math.min(retryAfterMs, LONGEST_HOLD_MS);
}

/** `failureCount` and `failingSince` with this failure counted. */
export function whyDisable(
  { statusCode }: ReceiverAnswer,
  { failureCount, failingSince }: { failureCount: number; failingSince: number },
  now: number,
): DisabledReason | null {
  if (statusCode === 410) return 'gone';
  return failureCount >= DISABLE_AFTER_FAILURES && now - failingSince >= DISABLE_AFTER_MS ? 'failing' : null;
}

/** Seconds, or a date (RFC 9110, 10.2.3); null when absent, unreadable or over. */
export function readRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now;
  return ms > 0 ? ms : null;
}

/** In [0, 1), the same for the same text: chance that a simulation can repeat (FNV-1a, mixed). */
export function chanceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
