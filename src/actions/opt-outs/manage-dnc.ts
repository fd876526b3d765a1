/** Whom the workspace may not write to, looked at and changed by people (contract 3.9, D29). */
import type {
  AddDnc,
  DncEntriesAnswer,
  DncEntry,
  DncEntryAnswer,
  DncLedgerAnswer,
  ListDnc,
  ReadDncHistory,
} from '../../contract/leads/dnc.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { isPhone } from '../../domain/address.ts';
import { LEAD_ADDRESS_FIELDS } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents } from '../../store/events/events.ts';
import { findLeadIdsByAddress, readLeads } from '../../store/leads/leads.ts';
import {
  type EnteredBy,
  findSuppressed,
  type LedgerRow,
  listSuppressed,
  readLedger,
  type SuppressedAddress,
} from '../../store/leads/suppressions.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { optIn, optOut } from './opt-out.ts';

export async function listDnc(
  deps: Deps,
  { workspaceId }: Caller,
  { page, limit, search }: ListDnc,
): Promise<DncEntriesAnswer> {
  const range = { offset: (page - 1) * limit, limit };
  const { rows, total } = await listSuppressed(deps.database, workspaceId, search, range);
  const entries = rows.map((row) => present(workspaceId, row));
  return { entries, total, page, limit, totalPages: Math.ceil(total / limit) };
}

/** One by one, all or none; the answer shows the first of them: of phone and email the phone. */
export async function addDnc(deps: Deps, caller: Caller, request: AddDnc): Promise<DncEntryAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const words = request.reason ?? 'manual';
  const entered = await deps.database.transaction(async (tx) => {
    const now = deps.clock.now();
    const addresses = await addressesMeant(tx, workspaceId, request);
    const entryIds: string[] = [];
    for (const address of addresses) {
      const leadIds = await findLeadIdsByAddress(tx, workspaceId, address);
      const wish = {
        address,
        leadIds,
        source: 'manual',
        words,
        lineId: null,
        by: enteredBy(caller),
      } as const;
      const { entryId, events } = await optOut(deps, tx, workspaceId, wish, now);
      await insertEvents(tx, workspaceId, events);
      const change = { entity: 'dnc_entry', entityId: entryId, action: 'created' } as const;
      await audit(deps, tx, caller, { ...change, before: null, after: { address, words } });
      entryIds.push(entryId);
    }
    const [first] = entryIds;
    const entry = first === undefined ? null : await findSuppressed(tx, workspaceId, first);
    if (entry === null) throw problem('LEAD_NOT_FOUND', { param: 'leadIds' });
    return { entry, count: entryIds.length };
  });
  deps.announceSettled();
  return { entry: present(workspaceId, entered.entry), enteredCount: entered.count };
}

async function addressesMeant(
  tx: Sql,
  workspaceId: string,
  { phone, email, leadIds }: AddDnc,
): Promise<string[]> {
  const leads = leadIds.length === 0 ? [] : await readLeads(tx, workspaceId, leadIds);
  const held = leads.flatMap((lead) => LEAD_ADDRESS_FIELDS.map((field) => lead[field]));
  // In one order, so that two who enter the same leads at once don't wait for each other in a circle.
  return [phone, email, ...new Set(held.sort())].filter((address) => address !== null);
}

/** Also of what was lifted since: whom it concerned, who said it, in which words. */
export async function readDncHistory(
  deps: Deps,
  { workspaceId }: Caller,
  { address, leadId, limit, cursor }: ReadDncHistory,
): Promise<DncLedgerAnswer> {
  const { database } = deps;
  const [lead] = leadId === null ? [] : await readLeads(database, workspaceId, [leadId]);
  const held = lead === undefined ? [] : LEAD_ADDRESS_FIELDS.flatMap((field) => lead[field] ?? []);
  const of =
    address === null && leadId === null ? null : { addresses: address === null ? held : [address], leadId };
  // One more than asked for tells whether there is a next page.
  const rows = await readLedger(database, workspaceId, of, { after: cursor, limit: limit + 1 });
  const page = rows.slice(0, limit);
  return {
    entries: page.map(({ id, action, source, ...row }) => ({
      _id: id,
      action,
      source,
      ...presentCircumstances(row),
      at: toIso(row.at),
    })),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

/** A person lifts anything, also what a carrier imposed; the carrier may well refuse again. */
export async function removeDnc(
  deps: Deps,
  caller: Caller,
  { id, reason }: { id: string; reason: string | null },
): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    const entered = await findSuppressed(tx, workspaceId, id);
    if (entered === null) throw problem('DNC_NOT_FOUND');
    const { address } = entered;
    const leadIds = await findLeadIdsByAddress(tx, workspaceId, address);
    const words = reason ?? 'lifted';
    const wish = { address, leadIds, source: 'manual', words, lineId: null, by: enteredBy(caller) } as const;
    await insertEvents(tx, workspaceId, await optIn(deps, tx, workspaceId, wish, deps.clock.now()));
    const change = { entity: 'dnc_entry', entityId: id, action: 'deleted' } as const;
    await audit(deps, tx, caller, { ...change, before: { address }, after: null });
  });
  return { success: true };
}

function enteredBy({ apiKeyId, personId }: Caller): EnteredBy {
  return { apiKeyId: apiKeyId === '' ? null : apiKeyId, personId: personId ?? null };
}

function present(workspaceId: string, row: SuppressedAddress): DncEntry {
  const { id, at, words } = row;
  // Whoever entered it gets back the reason that was given.
  const reason = row.reason === 'manual' ? (words ?? row.reason) : row.reason;
  return { _id: id, workspaceId, reason, ...presentCircumstances(row), createdAt: toIso(at) };
}

function presentCircumstances({
  address,
  words,
  channel,
  leadId,
  apiKeyId,
  personId,
  byName,
}: Omit<LedgerRow, 'id' | 'action' | 'source'>) {
  const isNumber = address !== null && isPhone(address);
  return {
    phone: isNumber ? address : null,
    email: isNumber ? null : address,
    words,
    channel,
    leadId,
    by: apiKeyId === null && personId === null ? null : { apiKeyId, personId, name: byName },
  };
}
