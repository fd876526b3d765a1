/**
 * What can be guessed (a pairing code, the token of a Mac) is tried few times a minute: by one address, and by all of them
 * together. Behind a proxy that is not trusted all callers have its address, and share what one may do.
 */
import { problem } from '../contract/problems.ts';
import type { Clock } from '../lib/clock.ts';
import { createRateLimiter } from './rate-limit.ts';

/** Counts one guess. Throws a Problem when there were too many. */
export type GuessLimit = (address: string) => void;

const OF_ONE_ADDRESS = 20;
const OF_ALL = 600;

export function createGuessLimit(clock: Clock, ofOneAddress = OF_ONE_ADDRESS): GuessLimit {
  const limits = { one: createRateLimiter(ofOneAddress), all: createRateLimiter(OF_ALL) };
  return (address) => {
    const now = clock.now();
    const own = limits.one.take(address, now);
    // Who is turned away alone takes nothing from what all may do.
    const { allowed, resetSeconds } = own.allowed ? limits.all.take('', now) : own;
    if (!allowed) throw problem('RATE_LIMITED', { error: 'Too many attempts', retryAfter: resetSeconds });
  };
}
