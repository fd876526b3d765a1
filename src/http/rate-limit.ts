/**
 * How many requests a workspace may make per minute, in this process. A sliding window made of two counters: the last
 * minute's count fades out as the present one fills, so there is no double burst at the turn of a minute, and a
 * workspace costs three numbers. (@fastify/rate-limit was looked at: it counts in fixed windows, and before it is known
 * whose request it is.)
 */
export interface RateLimiter {
  take(key: string, now: number): RateVerdict;
}

export interface RateVerdict {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Seconds until something is left again, or until the window is empty. */
  resetSeconds: number;
}

interface Usage {
  window: number;
  previous: number;
  current: number;
}

const WINDOW_MS = 60_000;

/** `limit`: requests per minute and key, at least 1. */
export function createRateLimiter(limit: number): RateLimiter {
  const usages = new Map<string, Usage>();
  let sweptAt = 0;
  return {
    take(key, now) {
      const window = Math.floor(now / WINDOW_MS);
      if (window > sweptAt) {
        sweptAt = window;
        for (const [each, usage] of usages) if (usage.window < window - 1) usages.delete(each);
      }
      const usage = roll(usages.get(key), window);
      usages.set(key, usage);
      const elapsed = (now - window * WINDOW_MS) / WINDOW_MS;
      const used = usage.previous * (1 - elapsed) + usage.current;
      const allowed = used + 1 <= limit;
      if (allowed) usage.current += 1;
      return {
        allowed,
        limit,
        remaining: Math.max(0, Math.floor(limit - used - (allowed ? 1 : 0))),
        resetSeconds: Math.max(
          1,
          Math.ceil(allowed ? (1 - elapsed) * 60 : secondsUntilOne(usage, elapsed, limit)),
        ),
      };
    },
  };
}

function roll(usage: Usage | undefined, window: number): Usage {
  if (usage === undefined || usage.window < window - 1) return { window, previous: 0, current: 0 };
  return usage.window === window ? usage : { window, previous: usage.current, current: 0 };
}

/** The window before fades by `previous` a minute; where the present one alone is full, it must first become that. */
function secondsUntilOne({ previous, current }: Usage, elapsed: number, limit: number): number {
  if (current + 1 <= limit) return (1 - elapsed - (limit - 1 - current) / previous) * 60;
  return (1 - elapsed + 1 - (limit - 1) / current) * 60;
}
