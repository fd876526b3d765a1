/** Looking at leads: one, or those that match (contract 3.2). */
import type { ListLeads } from '../contract/lead-requests.ts';
import type { Lead, LeadAnswer, LeadsAnswer } from '../contract/leads.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { toIso, toIsoOrNull } from '../lib/clock.ts';
import { sqlState } from '../store/database.ts';
import { searchLeads } from '../store/lead-search.ts';
import { findLead, type LeadRow } from '../store/leads.ts';
import { readLists } from '../store/lists.ts';
import type { Caller } from './authenticate.ts';
import { presentList } from './manage-lists.ts';

const SEARCH_MS = 5_000;
const QUERY_CANCELLED = '57014';

export async function getLead(deps: Deps, { workspaceId }: Caller, id: string): Promise<LeadAnswer> {
  const lead = await findLead(deps.database, workspaceId, id);
  if (lead === null) throw problem('LEAD_NOT_FOUND');
  return { lead: presentLead(workspaceId, lead) };
}

export async function listLeads(
  deps: Deps,
  { workspaceId }: Caller,
  { page, limit, ...filters }: ListLeads,
): Promise<LeadsAnswer> {
  const range = { offset: (page - 1) * limit, limit, timeoutMs: SEARCH_MS };
  const search = deps.database.transaction(async (tx) => ({
    ...(await searchLeads(tx, workspaceId, filters, range)),
    lists: await readLists(tx, workspaceId),
  }));
  const { leads, total, lists } = await search.catch((cause: unknown) => {
    throw sqlState(cause) === QUERY_CANCELLED ? problem('SEARCH_TIMED_OUT', { cause }) : cause;
  });
  return {
    leads: leads.map((lead) => presentLead(workspaceId, lead)),
    lists: lists.map((list) => presentList(workspaceId, list)),
    pagination: { page, limit, totalCount: total, totalPages: Math.ceil(total / limit) },
  };
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
