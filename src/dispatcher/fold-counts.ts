/**
 * What was counted in the commits of the last seconds goes into the row of its minute, so that a day is few rows to read; and
 * into the row of its list or campaign.
 */
import { apart } from '../actions/apart.ts';
import type { Deps } from '../deps.ts';
import type { Sql } from '../store/database.ts';
import { foldCounts, forgetCounts, scanFreshCounts } from '../store/figures/counts.ts';
import { foldLeadCounts, scanFreshLeadCounts } from '../store/leads/lead-counts.ts';

const WORKSPACES_PER_ROUND = 1_000;
const ROWS_AT_ONCE = 1_000;
/** Today of every zone, and yesterday. */
const KEEP_MINUTES_MS = 3 * 86_400_000;

export async function foldFreshCounts(deps: Deps, stopping?: AbortSignal): Promise<void> {
  const { database, clock } = deps;
  for (const workspaceId of await scanFreshCounts(database, WORKSPACES_PER_ROUND))
    await apart(deps, { workspaceId }, async () => {
      await foldAll(foldCounts, database, workspaceId, stopping);
      await forgetCounts(database, workspaceId, clock.now() - KEEP_MINUTES_MS);
    });
}

export async function foldFreshLeadCounts(deps: Deps, stopping?: AbortSignal): Promise<void> {
  for (const workspaceId of await scanFreshLeadCounts(deps.database, WORKSPACES_PER_ROUND))
    await apart(deps, { workspaceId }, () => foldAll(foldLeadCounts, deps.database, workspaceId, stopping));
}

async function foldAll(
  fold: typeof foldCounts,
  sql: Sql,
  workspaceId: string,
  stopping: AbortSignal | undefined,
): Promise<void> {
  let folded = ROWS_AT_ONCE;
  while (folded === ROWS_AT_ONCE && stopping?.aborted !== true)
    folded = await fold(sql, workspaceId, ROWS_AT_ONCE);
}
