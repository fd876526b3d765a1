/**
 * How often a password may be tried. Counted in the database, over all processes: from one address few times, from all addresses
 * together more often, so that a stranger who tries one person's password from one place does not lock that person out.
 */
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { countAttempt, forgetAttempts } from '../../store/people/sign-in-attempts.ts';

const WINDOW_MS = 15 * 60_000;
const FROM_ONE_ADDRESS = 10;
const FROM_ALL = 50;

/** Counts one attempt. Throws a Problem when there were too many. */
export async function limitAttempts(deps: Deps, about: string, address: string): Promise<void> {
  const now = deps.clock.now();
  const own = await countAttempt(deps.database, fromAddress(about, address), now, WINDOW_MS);
  // Who is turned away alone takes nothing from what all may do.
  if (own.count > FROM_ONE_ADDRESS) throw tooMany(own.since, now);
  const all = await countAttempt(deps.database, about, now, WINDOW_MS);
  if (all.count > FROM_ALL) throw tooMany(all.since, now);
}

/** It was right. The attempts of all stay counted: whoever guesses must not be helped by the person signing in. */
export async function clearAttempts(deps: Deps, about: string, address: string): Promise<void> {
  await forgetAttempts(deps.database, [fromAddress(about, address)]);
}

function fromAddress(about: string, address: string): string {
  return `${about} from ${address}`;
}

function tooMany(since: number, now: number) {
  const retryAfter = Math.max(1, Math.ceil((since + WINDOW_MS - now) / 1000));
  return problem('RATE_LIMITED', { error: 'Too many attempts to sign in: try again later', retryAfter });
}
