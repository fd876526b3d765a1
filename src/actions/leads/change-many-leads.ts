/**
 * Tags and lists of many leads in one call: all that can be changed are, in one commit; the others are told. A list has each
 * phone and each email once (contract 3.2), so somebody who is there already is not moved a second time.
 */
import type { ChangedLeadsAnswer, ChangeLeads, SkippedLead } from '../../contract/leads/lead-changes.ts';
import { MAX_TAGS } from '../../contract/leads/lead-fields.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { wakeLeads } from '../../store/campaigns/campaign-leads.ts';
import { isUniqueViolation, type Sql } from '../../store/database.ts';
import { type ChangedLead, lockForChange, storeChanges } from '../../store/leads/lead-changes.ts';
import { findInList } from '../../store/leads/lead-import.ts';
import { holdList } from '../../store/leads/lists.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';

const MAX_IDS_AUDITED = 100;

export async function changeLeads(
  deps: Deps,
  caller: Caller,
  request: ChangeLeads,
): Promise<ChangedLeadsAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const change = () =>
    deps.database.transaction(async (tx) => {
      const { listId } = request;
      if (listId !== null && !(await holdList(tx, workspaceId, listId)))
        throw problem('LIST_NOT_FOUND', { param: 'listId' });
      const leads = await lockForChange(tx, workspaceId, request.ids);
      const { changed, skipped } = decide(leads, request, await holdersOf(tx, workspaceId, leads, listId));
      const now = deps.clock.now();
      await storeChanges(tx, workspaceId, { before: leads, leads: changed }, deps.ids, now);
      const ids = changed.map(({ id }) => id);
      await wakeLeads(tx, workspaceId, ids, deps.ids, now);
      if (changed.length > 0) await tell(deps, tx, caller, request, ids);
      const unchangedCount = leads.length - changed.length - skipped.length;
      return { changedCount: changed.length, unchangedCount, skipped };
    });
  // The list got somebody with that phone or email in between: now it is found.
  const answer = await change().catch((error: unknown) =>
    isUniqueViolation(error) ? change() : Promise.reject(error),
  );
  deps.wakeDispatchers();
  return answer;
}

/** By phone and by email, who is in the list that they are to be moved to. */
async function holdersOf(
  tx: Sql,
  workspaceId: string,
  leads: readonly ChangedLead[],
  listId: string | null,
): Promise<Map<string, string>> {
  const moved = leads.filter((lead) => lead.listId !== listId);
  if (listId === null || moved.length === 0) return new Map();
  const holders = await findInList(tx, workspaceId, listId, moved);
  return new Map([...holders].map(([address, { id }]) => [address, id]));
}

function decide(
  leads: readonly ChangedLead[],
  { addTags, removeTags, listId }: ChangeLeads,
  holders: Map<string, string>,
): { changed: ChangedLead[]; skipped: SkippedLead[] } {
  const changed: ChangedLead[] = [];
  const skipped: SkippedLead[] = [];
  for (const lead of leads) {
    const { id: leadId, phone, email } = lead;
    const tags = [...new Set([...lead.tags.filter((tag) => !removeTags.includes(tag)), ...addTags])];
    const moves = listId !== null && lead.listId !== listId;
    const holder = moves ? (holders.get(phone ?? '') ?? holders.get(email ?? '')) : undefined;
    if (holder !== undefined) skipped.push({ leadId, because: 'in_list', existingLeadId: holder });
    else if (tags.length > MAX_TAGS && tags.length > lead.tags.length)
      skipped.push({ leadId, because: 'too_many_tags', existingLeadId: null });
    else if (moves || tags.join('\n') !== lead.tags.join('\n')) {
      changed.push({ ...lead, tags, listId: listId ?? lead.listId });
      // Two who are moved may share an address: the second one finds the first.
      if (moves) for (const address of [phone, email]) if (address !== null) holders.set(address, leadId);
    }
  }
  return { changed, skipped };
}

async function tell(
  deps: Deps,
  tx: Sql,
  caller: Caller,
  { addTags, removeTags, listId }: ChangeLeads,
  ids: readonly string[],
): Promise<void> {
  const change = { entity: 'leads', entityId: caller.workspaceId, action: 'updated', before: null } as const;
  const leadIds = ids.slice(0, MAX_IDS_AUDITED);
  const after = { addTags, removeTags, listId, changedCount: ids.length, leadIds };
  await audit(deps, tx, caller, { ...change, after });
}
