/** Whether a lead is on iMessage: address by address in the order of sends, until one is; written to the lead (contract 3.3). */
import type { Deps } from '../../deps.ts';
import { judgeLead } from '../../domain/availability.ts';
import { cascade, type KnownAvailability } from '../../domain/cascade.ts';
import type { AvailabilityStatus } from '../../domain/words.ts';
import { type KnownAddress, readKnownAddresses } from '../../store/leads/availability.ts';
import { findLead, type LeadRow } from '../../store/leads/leads.ts';
import { noteLeadAvailability } from '../../store/messages/settlements.ts';
import { type CheckResult, type CheckWait, isWait, tryCheck } from './check-address.ts';

export interface LeadChecked {
  step: 'checked';
  lead: LeadRow;
  status: AvailabilityStatus;
  /** The address that decides; null when there is none, or its check failed. */
  result: CheckResult | null;
  /** With `error`: what the check met. */
  error: string | null;
}

export type LeadStep = LeadChecked | { step: 'missing' } | CheckWait;

export interface LeadPatience {
  /** Stays that far behind the gap of devices. */
  spareMs?: number;
  /** True: asks of one address at most, and answers `wait` until now when there are more. */
  asksOnce?: boolean;
}

/** What was found out stays known, so that whoever waits in between goes on where it stopped. */
export async function tryLead(
  deps: Deps,
  workspaceId: string,
  leadId: string,
  { spareMs = 0, asksOnce = false }: LeadPatience = {},
): Promise<LeadStep> {
  const lead = await findLead(deps.database, workspaceId, leadId);
  if (lead === null) return { step: 'missing' };
  const addresses = addressesOf(lead);
  const asked = new Set<string>();
  for (;;) {
    const known = await readKnownAddresses(deps.database, workspaceId, addresses);
    const verdict = judgeLead(reachOf(addresses, known), deps.clock.now());
    if (!('ask' in verdict)) {
      const row = known.find(({ address }) => address === verdict.address);
      return note(deps, workspaceId, lead, verdict.status, resultOf(row, asked));
    }
    if (asksOnce && asked.size > 0) return { step: 'wait', until: deps.clock.now() };
    const step = await tryCheck(deps, workspaceId, verdict.ask, spareMs);
    if (isWait(step)) return step;
    asked.add(verdict.ask);
    // As on the way of a send: nobody can tell, so the addresses behind it are not asked either.
    if (step.step === 'error') return note(deps, workspaceId, lead, 'error', null, step.message);
  }
}

async function note(
  deps: Deps,
  workspaceId: string,
  lead: LeadRow,
  status: AvailabilityStatus,
  result: CheckResult | null,
  error: string | null = null,
): Promise<LeadChecked> {
  await noteLeadAvailability(deps.database, workspaceId, new Map([[lead.id, status]]), deps.clock.now());
  return { step: 'checked', lead, status, result, error };
}

function addressesOf(lead: LeadRow): string[] {
  const { phone, email } = lead;
  const altPhones = [lead.altPhone1, lead.altPhone2, lead.altPhone3];
  const altEmails = [lead.altEmail1, lead.altEmail2, lead.altEmail3];
  return cascade('imessage', { phone, altPhones, email, altEmails }, { phone: null, email: null });
}

function reachOf(addresses: readonly string[], rows: readonly KnownAddress[]) {
  const known = new Map<string, KnownAvailability>();
  for (const { address, availability, checkedAt } of rows)
    if (availability !== null && checkedAt !== null) known.set(address, { status: availability, checkedAt });
  const suppressed = rows.filter(({ suppressedAt }) => suppressedAt !== null).map(({ address }) => address);
  return { addresses, known, suppressed: new Set(suppressed) };
}

function resultOf(row: KnownAddress | undefined, asked: ReadonlySet<string>): CheckResult | null {
  if (row === undefined || row.availability === null || row.checkedAt === null) return null;
  const { address, availability, checkedAt, lineId } = row;
  return { address, available: availability === 'available', checkedAt, lineId, cached: !asked.has(address) };
}
