import type { Lead, LeadAnswer } from '../contract/leads.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { toIso, toIsoOrNull } from '../lib/clock.ts';
import { findLead, type LeadRow } from '../store/leads.ts';
import type { Caller } from './authenticate.ts';

export async function getLead(deps: Deps, { workspaceId }: Caller, id: string): Promise<LeadAnswer> {
  const lead = await findLead(deps.database, workspaceId, id);
  if (lead === null) throw problem('LEAD_NOT_FOUND');
  return { lead: presentLead(workspaceId, lead) };
}

export function presentLead(workspaceId: string, lead: LeadRow): Lead {
  const { id: _id, optedOutAt, createdAt, updatedAt, ...rest } = lead;
  return {
    _id,
    workspaceId,
    ...rest,
    optedOutAt: toIsoOrNull(optedOutAt),
    createdAt: toIso(createdAt),
    updatedAt: toIso(updatedAt),
  };
}
