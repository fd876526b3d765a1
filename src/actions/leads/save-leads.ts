/**
 * Many leads in one call, all or none (contract 3.2, D4, D7). Whom the list has already, by phone or by email, is not made
 * again but told; so it is when the same person stands in the call twice, or in two calls at once: the list's unique
 * indexes decide who was first.
 */
import { mergeLead } from '../../contract/leads/lead-merge.ts';
import type { GivenLead, SaveLeads } from '../../contract/leads/lead-requests.ts';
import type { DuplicateLeadsAnswer, SavedLeadsAnswer } from '../../contract/leads/leads.ts';
import { type BadRow, problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { contactOwner, memberNamed } from '../../domain/contact-owner.ts';
import { invariant } from '../../lib/invariant.ts';
import { wakeLeads } from '../../store/campaigns/campaign-leads.ts';
import type { Sql } from '../../store/database.ts';
import { findInList, insertLeads } from '../../store/leads/lead-import.ts';
import { lockLeadRows, storeMerged } from '../../store/leads/lead-merge.ts';
import { ensureSpecialList, findSpecialList, type LeadRow } from '../../store/leads/leads.ts';
import { holdList } from '../../store/leads/lists.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { queueAvailabilityCheck } from '../availability/availability-jobs.ts';
import { answerOnce, type KeyedAnswer, type KeyedRequest } from '../idempotency.ts';
import { presentLead } from './read-leads.ts';

export type LeadsAnswered = (SavedLeadsAnswer | DuplicateLeadsAnswer) & { duplicateOnly?: true };

/** What the answer says beside what was saved. */
export interface SavingTold {
  warnings: string[];
  /** Rows of the file that were left out. */
  badRows: BadRow[];
}

export async function saveLeads(
  deps: Deps,
  caller: Caller,
  request: SaveLeads,
  options: KeyedRequest & SavingTold,
): Promise<KeyedAnswer<LeadsAnswered>> {
  const { workspaceId } = caller;
  const { memberEmails } = await refuseReadOnly(deps, caller);
  const status = (answer: LeadsAnswered) => (answer.savedCount > 0 ? 201 : 200);
  const answered = await answerOnce(deps, workspaceId, options, status, async (tx) => {
    const listId = await targetList(deps, tx, workspaceId, request.listId);
    const { made, known } = await store(deps, tx, workspaceId, memberEmails, listId, request);
    const ids = made.map(({ id }) => id);
    await queueAvailabilityCheck(deps, tx, workspaceId, ids);
    const updated =
      request.onDuplicate === 'update'
        ? await update(deps, tx, workspaceId, memberEmails, request, known)
        : null;
    await tell(deps, tx, caller, listId, request, { savedCount: made.length, duplicateCount: known.size });
    return answer(workspaceId, listId, request.leads, { made, known, updated }, options);
  });
  if (!answered.replayed) deps.wakeDispatchers();
  return answered;
}

/** Of many at once. A tool that saves them one by one would fill the log with what the leads say themselves. */
async function tell(
  deps: Deps,
  tx: Sql,
  caller: Caller,
  listId: string,
  { leads, source }: SaveLeads,
  counts: { savedCount: number; duplicateCount: number },
): Promise<void> {
  if (leads.length === 1 || counts.savedCount === 0) return;
  const change = { entity: 'leads', entityId: listId, action: 'saved', before: null } as const;
  await audit(deps, tx, caller, { ...change, after: { source, ...counts } });
}

/** What the call says of those whom the list has already; the later row of two has the last word. */
async function update(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  members: readonly string[],
  { leads }: SaveLeads,
  known: ReadonlyMap<number, LeadRow>,
): Promise<Map<string, LeadRow>> {
  const now = deps.clock.now();
  const ids = [...new Set([...known.values()].map(({ id }) => id))];
  const before = await lockLeadRows(tx, workspaceId, ids);
  const updated = new Map<string, LeadRow>();
  for (const [index, { id }] of [...known].sort(([a], [b]) => a - b)) {
    const input = leads[index]?.input;
    const row = updated.get(id) ?? before.get(id);
    if (input === undefined || row === undefined) continue;
    const contactOwnerEmail = memberNamed(input.contactOwnerEmail, members);
    const merged = mergeLead(row, { ...input, contactOwnerEmail });
    if (merged !== null) updated.set(id, { ...merged, updatedAt: now });
  }
  await storeMerged(tx, workspaceId, [...updated.values()], now);
  await wakeLeads(tx, workspaceId, [...updated.keys()], deps.ids, now);
  return updated;
}

async function targetList(deps: Deps, tx: Sql, workspaceId: string, listId: string | null): Promise<string> {
  if (listId === null) return ensureSpecialList(tx, workspaceId, 'quick_sends', deps.ids(), deps.clock.now());
  if (!(await holdList(tx, workspaceId, listId))) throw problem('LEAD_LIST_NOT_FOUND', { param: 'listId' });
  return listId;
}

interface Outcome {
  /** In the order given. */
  made: LeadRow[];
  /** By index: whom the list has already. */
  known: Map<number, LeadRow>;
}

/** What `saveLeads` would do with them just now. */
export async function dryRunLeads(
  deps: Deps,
  { workspaceId }: Caller,
  { leads, listId }: SaveLeads,
): Promise<{ newCount: number; duplicateCount: number }> {
  const { database } = deps;
  if (listId !== null && !(await holdList(database, workspaceId, listId)))
    throw problem('LEAD_LIST_NOT_FOUND', { param: 'listId' });
  const target = listId ?? (await findSpecialList(database, workspaceId, 'quick_sends'));
  const inputs = leads.map(({ input }) => input);
  const holders =
    target === null ? new Map<string, LeadRow>() : await findInList(database, workspaceId, target, inputs);
  const seen = new Set<string>(holders.keys());
  let newCount = 0;
  for (const { phone, email } of inputs) {
    const addresses = [phone, email].filter((address) => address !== null);
    if (addresses.some((address) => seen.has(address))) continue;
    newCount += 1;
    for (const address of addresses) seen.add(address);
  }
  return { newCount, duplicateCount: inputs.length - newCount };
}

const MAX_ROUNDS = 10;

async function store(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  members: readonly string[],
  listId: string,
  request: SaveLeads,
): Promise<Outcome> {
  const now = deps.clock.now();
  const made: LeadRow[] = [];
  const known = new Map<number, LeadRow>();
  const drafts = request.leads.map(({ input }) => draft(deps.ids(), listId, input, request, members, now));
  let open = drafts.map((lead, index) => ({ lead, index }));
  for (let round = 1; open.length > 0; round += 1) {
    invariant(round <= MAX_ROUNDS, 'who is not stored is found, or can be stored next time');
    const { fresh, repeats } = firstOfEach(open);
    const stored = await insertLeads(
      tx,
      workspaceId,
      fresh.map(({ lead }) => lead),
      deps.ids,
      now,
    );
    made.push(...fresh.flatMap(({ lead }) => (stored.has(lead.id) ? [lead] : [])));
    for (const { index, of } of repeats) if (stored.has(of.id)) known.set(index, of);
    open = open.filter(({ lead, index }) => !stored.has(lead.id) && !known.has(index));
    if (open.length === 0) break;
    const holders = await findInList(
      tx,
      workspaceId,
      listId,
      open.map(({ lead }) => lead),
    );
    for (const { lead, index } of open) {
      const holder = holders.get(lead.phone ?? '') ?? holders.get(lead.email ?? '');
      if (holder !== undefined) known.set(index, holder);
    }
    open = open.filter(({ index }) => !known.has(index));
  }
  return { made: made.toSorted((a, b) => (a.id < b.id ? -1 : 1)), known };
}

interface Draft {
  lead: LeadRow;
  index: number;
}

/** Who comes first with a phone and an email, and who shares one with somebody before. */
function firstOfEach(open: readonly Draft[]): { fresh: Draft[]; repeats: { index: number; of: LeadRow }[] } {
  const fresh: Draft[] = [];
  const repeats: { index: number; of: LeadRow }[] = [];
  const seen = new Map<string, LeadRow>();
  for (const each of open) {
    const { phone, email } = each.lead;
    const before = seen.get(phone ?? '') ?? seen.get(email ?? '');
    if (before !== undefined) {
      repeats.push({ index: each.index, of: before });
      continue;
    }
    fresh.push(each);
    for (const address of [phone, email]) if (address !== null) seen.set(address, each.lead);
  }
  return { fresh, repeats };
}

function draft(
  id: string,
  listId: string,
  input: GivenLead['input'],
  { source, ghlLocationId, contactOwnerEmail: ofAll }: SaveLeads,
  members: readonly string[],
  now: number,
): LeadRow {
  const { contactOwnerEmail: own, ...fields } = input;
  const named = memberNamed(own, members);
  return {
    ...fields,
    id,
    listId,
    source,
    ghlLocationId: fields.ghlLocationId ?? ghlLocationId,
    contactOwnerEmail: named === undefined ? contactOwner(ofAll, members) : named,
    availabilityStatus: null,
    optedOutAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

function answer(
  workspaceId: string,
  listId: string,
  leads: readonly GivenLead[],
  { made, known, updated }: Outcome & { updated: ReadonlyMap<string, LeadRow> | null },
  { warnings, badRows }: SavingTold,
): LeadsAnswered {
  const duplicates = [...known]
    .sort(([a], [b]) => a - b)
    .map(([index, lead]) => ({
      index: leads[index]?.index ?? index,
      input: leads[index]?.given,
      existingLead: presentLead(workspaceId, updated?.get(lead.id) ?? lead),
    }));
  const counts = {
    savedCount: made.length,
    duplicateCount: duplicates.length,
    totalProcessed: leads.length,
    ...(updated === null ? {} : { updatedCount: updated.size }),
    ...(badRows.length === 0 ? {} : { badRows }),
    listId,
  };
  const leadIds = made.map(({ id }) => id);
  const [first] = made;
  if (first !== undefined)
    return {
      message: 'Leads saved successfully',
      ...counts,
      leadId: first.id,
      leadIds,
      leadListIds: made.map((lead) => lead.listId),
      ...crmOf(first),
      ...(duplicates.length > 0 ? { duplicates } : {}),
      warnings,
    };
  const existingLeadIds = [...new Set(duplicates.map(({ existingLead }) => existingLead._id))];
  const existing = duplicates[0]?.existingLead;
  invariant(existing !== undefined, 'a lead is either made or there');
  return {
    message: 'Lead was a duplicate; existing lead ID returned.',
    duplicateOnly: true,
    ...counts,
    leadId: existing._id,
    existingLeadIds,
    leadIds: existingLeadIds,
    ...crmOf(existing),
    duplicates,
    warnings,
  };
}

type CrmLinks = Pick<LeadRow, 'ghlContactId' | 'ghlLocationId' | 'hsPortalId' | 'hsContactId'>;

function crmOf({ ghlContactId, ghlLocationId, hsPortalId, hsContactId }: CrmLinks): CrmLinks {
  return { ghlContactId, ghlLocationId, hsPortalId, hsContactId };
}
