/**
 * How many leads each list has, for the pages of `GET /api/leads` that show it beside: counting a million takes longer than
 * finding one of them. Where there are many, a count serves for ten seconds; `GET /api/lists` always counts.
 */
import { type Clock, isRecent } from '../lib/clock.ts';
import type { Sql } from '../store/database.ts';
import { countByList } from '../store/lists.ts';

export interface ListCounts {
  /** By list; those without leads are not among them. */
  read(tx: Sql, workspaceId: string): Promise<ReadonlyMap<string, number>>;
}

/** So many take long to be counted. */
export const MANY = 20_000;
const MAX_AGE_MS = 10_000;
const MAX_REMEMBERED = 1_000;

export function createListCounts({ clock }: { clock: Clock }): ListCounts {
  const remembered = new Map<string, { counts: ReadonlyMap<string, number>; at: number }>();
  return {
    async read(tx, workspaceId) {
      const known = remembered.get(workspaceId);
      if (known !== undefined && isRecent(known.at, MAX_AGE_MS, clock.now())) return known.counts;
      const at = clock.now();
      const counts = await countByList(tx, workspaceId);
      remembered.delete(workspaceId);
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      if (totalOf(counts) >= MANY) remembered.set(workspaceId, { counts, at });
      return counts;
    },
  };
}

export function totalOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
