/** The same change of many leads. */
import { toIso } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { addLeadCounts, inLists } from './lead-counts.ts';
import type { LeadRow } from './leads.ts';

export type ChangedLead = Pick<LeadRow, 'id' | 'listId' | 'phone' | 'email' | 'tags'>;

const LOCK_FOR_CHANGE = statement(
  'lock_leads_for_change',
  `SELECT l.id, l.list_id AS "listId", l.phone, l.email, l.tags FROM leads l
   WHERE l.workspace_id = $1 AND l.id = ANY($2) ORDER BY l.id FOR NO KEY UPDATE`,
);

/** In the order of ids; without those that are gone. */
export function lockForChange(tx: Sql, workspaceId: string, ids: readonly string[]): Promise<ChangedLead[]> {
  return tx.query(LOCK_FOR_CHANGE, [workspaceId, ids]);
}

const STORE_CHANGES = statement(
  'store_lead_changes',
  `UPDATE leads l SET tags = r.tags, list_id = r.list_id, updated_at = $3
   FROM json_to_recordset($2::json) AS r(id text, list_id text, tags text[])
   WHERE l.workspace_id = $1 AND l.id = ANY($4) AND l.id = r.id`,
);
const ROWS_PER_STATEMENT = 1000;

/** The caller holds their locks; `before`: as they were then, and maybe others. */
export async function storeChanges(
  tx: Sql,
  workspaceId: string,
  { before, leads }: { before: readonly ChangedLead[]; leads: readonly ChangedLead[] },
  ids: Ids,
  now: number,
): Promise<void> {
  for (let from = 0; from < leads.length; from += ROWS_PER_STATEMENT) {
    const some = leads.slice(from, from + ROWS_PER_STATEMENT);
    const rows = some.map(({ id, listId, tags }) => ({ id, list_id: listId, tags }));
    const leadIds = some.map(({ id }) => id);
    await tx.query(STORE_CHANGES, [workspaceId, JSON.stringify(rows), toIso(now), leadIds]);
  }
  const changed = new Set(leads.map(({ id }) => id));
  const left = before.filter(({ id }) => changed.has(id));
  await addLeadCounts(tx, workspaceId, [...inLists(left, -1), ...inLists(leads, 1)], ids);
}
