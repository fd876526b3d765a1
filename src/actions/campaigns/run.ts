/** What one look at a campaign works with: its row, locked, changed in place and stored at the end; and one transaction. */
import type { Deps } from '../../deps.ts';
import type { CampaignRow } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import type { NewEvent } from '../../store/events/events.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';

export interface Run {
  deps: Deps;
  tx: Sql;
  snapshot: WorkspaceSnapshot;
  campaign: CampaignRow;
  now: number;
  /** Lines that got work. */
  wokenLines: Set<string>;
  events: NewEvent[];
}
