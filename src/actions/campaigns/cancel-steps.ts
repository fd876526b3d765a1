/** Messages of entries that ended while they waited. */
import type { Deps } from '../../deps.ts';
import { isWaiting } from '../../domain/lifecycle.ts';
import type { EntryRow } from '../../store/campaigns/campaign-leads.ts';
import type { Sql } from '../../store/database.ts';
import { lockMessagesNow } from '../../store/messages/messages.ts';
import { cancel } from '../messages/cancel-messages.ts';

/**
 * `busy`: messages that somebody else is changing right now. Their entries are left as they were: what that change comes to
 * wakes them. To wait here for a message whose change waits for the entry would be to wait in a circle.
 */
export async function cancelWaiting(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  stopped: readonly EntryRow[],
): Promise<{ busy: Set<string> }> {
  const ids = stopped.flatMap(({ messageId }) => messageId ?? []);
  if (ids.length === 0) return { busy: new Set() };
  const rows = await lockMessagesNow(tx, workspaceId, ids);
  const waiting = rows.filter((row) => isWaiting(row.status));
  const because = new Map(stopped.map(({ messageId, detail }) => [messageId, detail]));
  for (const [detail, some] of Map.groupBy(waiting, ({ id }) => because.get(id) ?? 'Its campaign stopped'))
    await cancel(deps, tx, workspaceId, some, detail, 'campaign_stopped');
  const locked = new Set(rows.map(({ id }) => id));
  return { busy: new Set(ids.filter((id) => !locked.has(id))) };
}
