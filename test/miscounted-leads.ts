/** Where the kept counts of leads differ from a full count of the leads themselves, as of one instant: nowhere, ever. */
import { type Sql, statement } from '../src/store/database.ts';

const MISCOUNTED = statement(
  'miscounted_leads',
  `SELECT group_id AS "groupId", status, step_key AS "stepKey", reason, kept.count AS kept, real.count AS real FROM (
     SELECT workspace_id, group_id, status, step_key, reason, sum(leads)::int AS count FROM (
       SELECT workspace_id, group_id, status, step_key, reason, leads FROM lead_counts
       UNION ALL
       SELECT workspace_id, group_id, status, step_key, reason, change FROM fresh_lead_counts) each
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(leads) <> 0) kept
   FULL JOIN (
     SELECT workspace_id, list_id AS group_id, '' AS status, '' AS step_key, '' AS reason, count(*)::int AS count
     FROM leads GROUP BY 1, 2
     UNION ALL
     SELECT workspace_id, campaign_id, status, coalesce(step_key, ''), coalesce(reason, ''), count(*)::int
     FROM campaign_leads GROUP BY 1, 2, 3, 4, 5) real
   USING (workspace_id, group_id, status, step_key, reason)
   WHERE ($1::text IS NULL OR workspace_id = $1) AND kept.count IS DISTINCT FROM real.count`,
);

export interface Miscount {
  groupId: string;
  status: string;
  stepKey: string;
  reason: string;
  kept: number | null;
  real: number | null;
}

/** `workspaceId` null: of all of them. */
export function miscountedLeads(sql: Sql, workspaceId: string | null): Promise<Miscount[]> {
  return sql.query(MISCOUNTED, [workspaceId]);
}
