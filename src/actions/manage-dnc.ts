/** Whom the workspace may not write to, looked at and changed by people (contract 3.9, D29). */
import type { AddDnc, DncEntriesAnswer, DncEntry, DncEntryAnswer, ListDnc } from '../contract/dnc.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { isPhone } from '../domain/address.ts';
import { toIso } from '../lib/clock.ts';
import { insertEvents } from '../store/events.ts';
import { findLeadIdsByAddress } from '../store/leads.ts';
import { findSuppressedAddress, listSuppressed, type SuppressedAddress } from '../store/suppressions.ts';
import { audit } from './audit-log.ts';
import type { Caller } from './authenticate.ts';
import { optIn, optOut } from './opt-out.ts';
import { refuseReadOnly } from './read-only.ts';

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

/** Given both, both are entered; the answer shows the phone. */
export async function addDnc(deps: Deps, caller: Caller, request: AddDnc): Promise<DncEntryAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const addresses = [request.phone, request.email].filter((address) => address !== null);
  const words = request.reason ?? 'manual';
  const entered = await deps.database.transaction(async (tx) => {
    const now = deps.clock.now();
    const rows: SuppressedAddress[] = [];
    for (const address of addresses) {
      const leadIds = await findLeadIdsByAddress(tx, workspaceId, address);
      const wish = { address, leadIds, source: 'manual', words, lineId: null } as const;
      const { entryId, events } = await optOut(deps, tx, workspaceId, wish, now);
      await insertEvents(tx, workspaceId, events);
      const change = { entity: 'dnc_entry', entityId: entryId, action: 'created' } as const;
      await audit(deps, tx, caller, { ...change, before: null, after: { address, words } });
      rows.push({ id: entryId, address, reason: 'manual', words, at: now });
    }
    return rows;
  });
  deps.announceSettled();
  const [first] = entered;
  if (first === undefined) throw problem('DNC_TARGET_REQUIRED');
  return { entry: present(workspaceId, first) };
}

/** A person lifts anything, also what a carrier imposed; the carrier may well refuse again. */
export async function removeDnc(deps: Deps, caller: Caller, id: string): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    const address = await findSuppressedAddress(tx, workspaceId, id);
    if (address === null) throw problem('DNC_NOT_FOUND');
    const leadIds = await findLeadIdsByAddress(tx, workspaceId, address);
    const wish = { address, leadIds, source: 'manual', words: 'lifted', lineId: null } as const;
    await insertEvents(tx, workspaceId, await optIn(deps, tx, workspaceId, wish, deps.clock.now()));
    const change = { entity: 'dnc_entry', entityId: id, action: 'deleted' } as const;
    await audit(deps, tx, caller, { ...change, before: { address }, after: null });
  });
  return { success: true };
}

function present(workspaceId: string, { id, address, reason, words, at }: SuppressedAddress): DncEntry {
  const isNumber = isPhone(address);
  return {
    _id: id,
    workspaceId,
    phone: isNumber ? address : null,
    email: isNumber ? null : address,
    reason,
    words,
    createdAt: toIso(at),
  };
}
