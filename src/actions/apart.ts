/** Many things of the same kind, each by itself: one that fails must not end the others. */
import type { Deps } from '../deps.ts';
import { isOutOfReach } from '../lib/out-of-reach.ts';

/** What fails is logged; false then. A database out of reach fails all of them alike, so that ends the pass. */
export async function apart(
  { log }: Deps,
  about: Readonly<Record<string, string>>,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isOutOfReach(error)) throw error;
    log.error({ err: error, ...about }, 'one of many could not be dealt with; the others go on');
    return false;
  }
}
