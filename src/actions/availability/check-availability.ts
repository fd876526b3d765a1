/** Availability asked for by callers who wait for the answer (contract 3.3); many leads are left to the background. */
import type {
  AskedAddress,
  CheckAddressAnswer,
  CheckedAddress,
  CheckedLead,
  CheckLeadAnswer,
  LeadsCheckedAnswer,
  ReachContactAnswer,
} from '../../contract/leads/availability.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { chooseChecker } from '../../domain/availability.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { readCheckers } from '../../store/leads/availability.ts';
import { findListLeadIds } from '../../store/leads/leads.ts';
import type { Caller } from '../access/authenticate.ts';
import { startBulkCheck } from './availability-jobs.ts';
import { tryCheck, untilChecked } from './check-address.ts';
import { type LeadChecked, tryLead } from './check-lead.ts';

/** Leads that are checked while the caller waits; more go to the background. */
const WAITED_FOR_LEADS = 10;
const NOT_AVAILABLE = 'Contact not available on iMessage';
const NOTHING_KNOWN = { cached: false, checkedAt: null, lineId: null } as const;

export async function checkAddress(
  deps: Deps,
  { workspaceId }: Caller,
  asked: AskedAddress,
  gone: AbortSignal,
): Promise<CheckAddressAnswer> {
  const checked = await checkOne(deps, workspaceId, asked, gone);
  return { success: checked.error === null, ...checked };
}

/** One after another. What was found out stays known: the same request again goes on where this one ended. */
export async function checkAddresses(
  deps: Deps,
  { workspaceId }: Caller,
  addresses: readonly AskedAddress[],
  gone: AbortSignal,
): Promise<CheckedAddress[]> {
  const results: CheckedAddress[] = [];
  for (const asked of addresses) results.push(await checkOne(deps, workspaceId, asked, gone));
  return results;
}

/** Until one of them is available. */
export async function reachContact(
  deps: Deps,
  { workspaceId }: Caller,
  addresses: readonly AskedAddress[],
  gone: AbortSignal,
): Promise<ReachContactAnswer> {
  let failure: string | null = null;
  for (const asked of addresses) {
    const { available, address, cached, checkedAt, lineId, error } = await checkOne(
      deps,
      workspaceId,
      asked,
      gone,
    );
    if (available) return { available, address, cached, checkedAt, lineId };
    failure ??= error;
  }
  const reason = failure === null ? NOT_AVAILABLE : `The availability check failed: ${failure}`;
  return { available: false, reason };
}

/** `id` null: no id of ours. */
export async function checkLead(
  deps: Deps,
  { workspaceId }: Caller,
  id: string | null,
  gone: AbortSignal,
): Promise<CheckLeadAnswer> {
  const step = id === null ? null : await untilChecked(deps, gone, () => tryLead(deps, workspaceId, id));
  if (step === null || step.step === 'missing') throw problem('LEAD_NOT_FOUND');
  const { ghlContactId, ghlLocationId, hsPortalId, hsContactId } = step.lead;
  return { success: true, ...presentLead(step), ghlContactId, ghlLocationId, hsPortalId, hsContactId };
}

export async function checkLeads(
  deps: Deps,
  { workspaceId }: Caller,
  which: { leadIds: string[] } | { listId: string },
  gone: AbortSignal,
): Promise<LeadsCheckedAnswer> {
  const leadIds =
    'leadIds' in which ? which.leadIds : await findListLeadIds(deps.database, workspaceId, which.listId);
  if (leadIds === null) throw problem('LIST_NOT_FOUND', { param: 'listId' });
  if (leadIds.length > WAITED_FOR_LEADS) {
    // A day that is used up only makes it wait; without any line it would wait for nothing.
    const choice = chooseChecker(await readCheckers(deps.database, workspaceId), deps.clock.now());
    if ('none' in choice && choice.none === 'no_line') throw problem('CHECK_NOT_CONFIGURED');
    return {
      success: true,
      message: 'Bulk availability check started in background',
      jobId: await startBulkCheck(deps, workspaceId, leadIds),
      checked: leadIds.length,
      processingMode: 'background',
    };
  }
  const results: CheckedLead[] = [];
  for (const id of leadIds) {
    const step = await untilChecked(deps, gone, () => tryLead(deps, workspaceId, id));
    results.push(step.step === 'missing' ? missingLead(id) : presentLead(step));
  }
  if ('leadIds' in which && results.every(({ error }) => error === NOT_FOUND))
    throw problem('LEAD_NOT_FOUND');
  const errors = results.filter(({ status }) => status === 'error').length;
  const checked = results.length;
  return {
    success: true,
    checked,
    successful: checked - errors,
    errors,
    results,
    processingMode: 'synchronous',
  };
}

async function checkOne(
  deps: Deps,
  workspaceId: string,
  { asked, address }: AskedAddress,
  gone: AbortSignal,
): Promise<CheckedAddress> {
  const step = await untilChecked(deps, gone, () => tryCheck(deps, workspaceId, address));
  if (step.step === 'error')
    return { address: asked, available: false, ...NOTHING_KNOWN, lineId: step.lineId, error: step.message };
  const { available, cached, checkedAt, lineId } = step.result;
  return { address: asked, available, cached, checkedAt: toIso(checkedAt), lineId, error: null };
}

function presentLead({ lead, status, result, error }: LeadChecked): CheckedLead {
  return {
    leadId: lead.id,
    available: status === 'available',
    status,
    address: result?.address ?? null,
    cached: result?.cached ?? false,
    checkedAt: toIsoOrNull(result?.checkedAt),
    lineId: result?.lineId ?? null,
    error,
  };
}

const NOT_FOUND = 'Lead not found';

function missingLead(leadId: string): CheckedLead {
  return { leadId, available: false, status: 'error', address: null, ...NOTHING_KNOWN, error: NOT_FOUND };
}
