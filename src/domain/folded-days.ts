/** What of a range of time is read from folded days, and what is left to be counted message by message. */

export const DAY_MS = 86_400_000;

/** Days are their first instants, UTC, in epoch ms. */
export interface Folds {
  /** From this day on, */
  since: number;
  /** and up to the one before this, days are folded, */
  until: number;
  /** but for those in which something changed since. */
  touched: readonly number[];
}

/** Without `until` itself; null = open. */
export interface Range {
  since: number | null;
  until: number | null;
}

export interface Split {
  /** Folded days, of which those touched count as left; null: none. */
  days: { since: number; until: number } | null;
  left: Range[];
}

export function splitRange(asked: Range, folds: Folds): Split {
  const since = Math.max(folds.since, Math.ceil((asked.since ?? folds.since) / DAY_MS) * DAY_MS);
  const until = Math.min(folds.until, Math.floor((asked.until ?? folds.until) / DAY_MS) * DAY_MS);
  if (since >= until) return { days: null, left: [asked] };
  const touched = folds.touched.filter((day) => day >= since && day < until);
  const left = [
    { since: asked.since, until: since },
    ...touched.map((day) => ({ since: day, until: day + DAY_MS })),
    { since: until, until: asked.until },
  ];
  return { days: { since, until }, left: left.filter((range) => range.since !== range.until) };
}
