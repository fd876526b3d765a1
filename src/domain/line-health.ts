/**
 * Whether a line is up, by two witnesses: the check of every minute, and the sends themselves (D18, D19). A server may
 * answer every check and still refuse all that is sent; then the sends decide, and only a send can clear the line again.
 * Instants in epoch ms.
 */
import type { HealthStatus } from './words.ts';

export interface LineHealth {
  status: HealthStatus;
  /** Checks in a row that found something wrong. */
  failures: number;
  /** Sends in a row that failed for a fault of the line's own. */
  refusals: number;
  /** The first and the last of those; null when there is none. */
  refusingSince: number | null;
  refusedAt: number | null;
}

/** `refused` and `accepted` are what a send met; `fine` and `wrong` what a check found. */
export type HealthNews = 'fine' | 'wrong' | 'refused' | 'accepted';

/** In a row, of either kind, until a line counts as down. */
export const FAILURES_UNTIL_DOWN = 7;
/** A line that only sends find fault with is tried again by a single send after this. */
export const PROBE_AFTER_MS = 120_000;

export function healthAfter(health: LineHealth, news: HealthNews, now: number): LineHealth {
  switch (news) {
    case 'accepted':
      return { ...health, refusals: 0, refusingSince: null, refusedAt: null };
    case 'refused': {
      const refusals = health.refusals + 1;
      const status = refusals >= FAILURES_UNTIL_DOWN ? 'down' : health.status;
      return { ...health, status, refusals, refusingSince: health.refusingSince ?? now, refusedAt: now };
    }
    case 'wrong': {
      // The check sees the trouble too, so from here on it can tell when that is over.
      const failures = Math.max(health.failures, health.refusals) + 1;
      const status = failures >= FAILURES_UNTIL_DOWN ? 'down' : health.status;
      return { status, failures, refusals: 0, refusingSince: null, refusedAt: null };
    }
    case 'fine': {
      if (health.refusals < FAILURES_UNTIL_DOWN) return { ...health, status: 'healthy', failures: 0 };
      const isProbeTime = now - (health.refusedAt ?? now) >= PROBE_AFTER_MS;
      if (!isProbeTime) return { ...health, failures: 0 };
      // One more refusal brings it down again.
      return { ...health, status: 'healthy', failures: 0, refusals: FAILURES_UNTIL_DOWN - 1 };
    }
  }
}
