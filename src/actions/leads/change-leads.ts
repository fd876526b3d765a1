/** Leads, changed and deleted by their workspace (contract 3.2, D38). */
import type { LeadChanges } from '../../contract/leads/lead-requests.ts';
import type { LeadAnswer } from '../../contract/leads/leads.ts';
import { invalidField, problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { contactOwner } from '../../domain/contact-owner.ts';
import { LEAD_ADDRESS_FIELDS } from '../../domain/words.ts';
import { wakeLeads } from '../../store/campaigns/campaign-leads.ts';
import { isUniqueViolation, type Sql } from '../../store/database.ts';
import {
  findInList,
  lockLead,
  deleteLeads as remove,
  updateLead as store,
} from '../../store/leads/lead-import.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import { holdList } from '../../store/leads/lists.ts';
import { lockWaitingOfLeads } from '../../store/messages/messages.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { queueAvailabilityCheck } from '../availability/availability-jobs.ts';
import { cancel } from '../messages/cancel-messages.ts';
import { getLead } from './read-leads.ts';

export async function updateLead(
  deps: Deps,
  caller: Caller,
  id: string,
  changes: LeadChanges,
): Promise<LeadAnswer> {
  const { workspaceId } = caller;
  const { memberEmails } = await refuseReadOnly(deps, caller);
  const change = () =>
    deps.database.transaction(async (tx) => {
      const before = await lockLead(tx, workspaceId, id);
      if (before === null) throw problem('LEAD_NOT_FOUND');
      const lead: LeadRow = { ...before, ...changes };
      if (lead.contactOwnerEmail !== before.contactOwnerEmail)
        lead.contactOwnerEmail = contactOwner(lead.contactOwnerEmail, memberEmails);
      await checkChange(tx, workspaceId, before, lead);
      const isReachedElsewhere = LEAD_ADDRESS_FIELDS.some((name) => lead[name] !== before[name]);
      // What was known is of other addresses.
      if (isReachedElsewhere) lead.availabilityStatus = null;
      const now = deps.clock.now();
      await store(tx, workspaceId, before, lead, deps.ids, now);
      await wakeLeads(tx, workspaceId, [id], deps.ids, now);
      if (isReachedElsewhere) await queueAvailabilityCheck(deps, tx, workspaceId, [id]);
    });
  // Another lead got that phone or email in between: now it is found.
  await change().catch((error: unknown) => (isUniqueViolation(error) ? change() : Promise.reject(error)));
  deps.wakeDispatchers();
  return getLead(deps, caller, id);
}

async function checkChange(tx: Sql, workspaceId: string, before: LeadRow, lead: LeadRow): Promise<void> {
  const { listId, phone, email } = lead;
  if (phone === null && email === null)
    throw invalidField('phone', 'can only be cleared while there is an email, and the other way round');
  if (listId !== before.listId && !(await holdList(tx, workspaceId, listId)))
    throw problem('LIST_NOT_FOUND', { param: 'listId' });
  const holders = await findInList(tx, workspaceId, listId, [lead]);
  for (const param of ['phone', 'email'] as const) {
    const holder = holders.get(lead[param] ?? '');
    if (holder !== undefined && holder.id !== lead.id)
      throw problem('LEAD_EXISTS', { param, reason: holder.id });
  }
}

const MAX_IDS_AUDITED = 100;

/**
 * For good, and only those of the workspace. What waits for them is cancelled; what was written stays readable under the
 * lead's id. A message accepted at this very moment finds nobody when its turn comes, and fails.
 */
export async function deleteLeads(
  deps: Deps,
  caller: Caller,
  ids: readonly string[],
): Promise<{ deletedCount: number }> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const deleted = await deps.database.transaction(async (tx) => {
    const waiting = await lockWaitingOfLeads(tx, workspaceId, ids);
    await cancel(deps, tx, workspaceId, waiting, 'The contact was deleted');
    await wakeLeads(tx, workspaceId, ids, deps.ids, deps.clock.now());
    const removed = await remove(tx, workspaceId, ids, deps.ids);
    const change = { entity: 'leads', entityId: workspaceId, action: 'deleted', after: null } as const;
    const before = { deletedCount: removed.length, leadIds: removed.slice(0, MAX_IDS_AUDITED) };
    if (removed.length > 0) await audit(deps, tx, caller, { ...change, before });
    return removed;
  });
  deps.announceSettled();
  deps.wakeDispatchers();
  return { deletedCount: deleted.length };
}
