/** What a simulation looks at before it copies anything, and what it asks of its copy. */
import type { Step } from '../../domain/campaign/campaign.ts';
import { passing, type Sql, statement } from '../database.ts';

export interface RunningCampaign {
  id: string;
  listId: string | null;
  lineIds: string[];
  steps: Step[];
  isEntering: boolean;
}

const READ_RUNNING = statement(
  'read_running_campaigns',
  `SELECT id, coalesce(entering_list_id, list_id) AS "listId", line_ids AS "lineIds", steps, entering_after IS NOT NULL AS "isEntering" FROM campaigns
   WHERE workspace_id = $1 AND status = 'active' ORDER BY id`,
);

/** Those that may send something from their lines. */
export function readRunningCampaigns(sql: Sql, workspaceId: string): Promise<RunningCampaign[]> {
  return sql.query(READ_RUNNING, [workspaceId]);
}

/** Addresses that a send would pass over. */
export async function readUnavailable(sql: Sql, schema: string): Promise<Set<string>> {
  const text = `SELECT address FROM ${schema}.addresses WHERE availability = 'unavailable'`;
  const rows = await sql.query<{ address: string }>(passing(text), []);
  return new Set(rows.map(({ address }) => address));
}
