/**
 * Counts that pages ask for again and again: where there are many to be counted, a count serves for ten seconds, and who asks
 * later is given it once more while the next one is made. Few are counted each time. Whoever asks meanwhile shares one count.
 */
import { type Clock, isRecent } from '../lib/clock.ts';

export interface KeptCounts {
  /** `size` tells of how many it was counted. `at`: when, epoch ms. */
  read<Counts>(
    key: string,
    count: () => Promise<Counts>,
    size: (counts: Counts) => number,
  ): Promise<Counted<Counts>>;
}

export interface Counted<Counts> {
  counts: Counts;
  at: number;
}

/** So many take long to be counted. */
export const MANY = 20_000;
const MAX_AGE_MS = 10_000;
/** So long nobody asked: whoever comes back is not told of the past. */
const FORGOTTEN_MS = 60_000;
const MAX_REMEMBERED = 1_000;

export function createKeptCounts({ clock }: { clock: Clock }): KeptCounts {
  const kept = new Map<string, Counted<unknown>>();
  const underWay = new Map<string, Promise<Counted<unknown>>>();

  function countOnce<Counts>(key: string, count: () => Promise<Counts>, size: (counts: Counts) => number) {
    const already = underWay.get(key);
    if (already !== undefined) return already as Promise<Counted<Counts>>;
    const at = clock.now();
    const counting = count()
      .then((counts) => {
        kept.delete(key);
        if (kept.size >= MAX_REMEMBERED) kept.clear();
        if (size(counts) >= MANY) kept.set(key, { counts, at });
        return { counts, at };
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, counting);
    return counting;
  }

  return {
    async read(key, count, size) {
      const known = kept.get(key) as Counted<Awaited<ReturnType<typeof count>>> | undefined;
      const now = clock.now();
      if (known === undefined || !isRecent(known.at, FORGOTTEN_MS, now)) return countOnce(key, count, size);
      // Should it fail, whoever asks once the kept one is forgotten is told.
      if (!isRecent(known.at, MAX_AGE_MS, now)) countOnce(key, count, size).catch(() => {});
      return known;
    },
  };
}
