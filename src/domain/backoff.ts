/** How often and when an attempt is made again. */

/** `attempts` counts the first one too; `gapMs` is the pause between two of them. */
export interface RetryPolicy {
  attempts: number;
  gapMs: number;
}

/**
 * A fault that is not the message's (its line refuses everything, its process died) costs it no attempt; but nothing is
 * tried more often than this, whoever is at fault.
 */
export const MAX_FREE_ATTEMPTS = 100;

/** When to try again after attempt number `attempt` (from 1) failed at `now` (ms UTC); null when none is left (D21). */
export function nextRetryAt(policy: RetryPolicy, attempt: number, now: number): number | null {
  return attempt < policy.attempts ? now + policy.gapMs : null;
}
