/** Figures of what was sent and what came back (contract 3.8). */
import {
  type AnalyticsAnswer,
  type AnalyticsFilter,
  withShares,
} from '../../contract/workspace/analytics.ts';
import type { Deps } from '../../deps.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import { countMessages } from '../../store/figures/analytics.ts';
import type { Caller } from '../access/authenticate.ts';

export async function readAnalytics(
  deps: Deps,
  { workspaceId }: Caller,
  filter: AnalyticsFilter,
): Promise<AnalyticsAnswer> {
  const counts = await countMessages(deps.database, workspaceId, filter);
  return {
    success: true,
    filter: { ...filter, dateFrom: toIsoOrNull(filter.dateFrom), dateTo: toIsoOrNull(filter.dateTo) },
    ...withShares(counts),
  };
}
