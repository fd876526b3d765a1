/** Looking at leads: one, or those that match (contract 3.2). */
import type { ListLeads } from '../contract/lead-requests.ts';
import type { Lead, LeadAnswer, LeadsAnswer } from '../contract/leads.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { toIso, toIsoOrNull } from '../lib/clock.ts';
import { type Sql, sqlState } from '../store/database.ts';
import { browseLeads, type LeadFilters, limitTime, type Range, searchLeads } from '../store/lead-search.ts';
import { findLead, type LeadRow } from '../store/leads.ts';
import { findList, readLists } from '../store/lists.ts';
import type { Caller } from './authenticate.ts';
import { MANY, totalOf } from './list-counts.ts';
import { counted, presentList } from './manage-lists.ts';

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
  const range = { offset: (page - 1) * limit, limit };
  const found = await deps.database
    .transaction(async (tx) => {
      await limitTime(tx, SEARCH_MS);
      const lists = await readLists(tx, workspaceId);
      const counts = await deps.listCounts.read(tx, workspaceId);
      const page = await find(tx, workspaceId, filters, range, counts);
      return { ...page, lists: lists.map((list) => counted(list, counts)) };
    })
    .catch((cause: unknown) => {
      throw sqlState(cause) === QUERY_CANCELLED ? problem('SEARCH_TIMED_OUT', { cause }) : cause;
    });
  return {
    leads: found.leads.map((lead) => presentLead(workspaceId, lead)),
    lists: found.lists.map((list) => presentList(workspaceId, list)),
    pagination: { page, limit, totalCount: found.total, totalPages: Math.ceil(found.total / limit) },
  };
}

async function find(
  tx: Sql,
  workspaceId: string,
  filters: LeadFilters,
  range: Range,
  counts: ReadonlyMap<string, number>,
): Promise<{ leads: LeadRow[]; total: number }> {
  const { search, listId, tag } = filters;
  if (search !== null || tag !== null) return searchLeads(tx, workspaceId, filters, range);
  const leads = await browseLeads(tx, workspaceId, listId, range);
  if (listId === null) return { leads, total: totalOf(counts) };
  const known = counts.get(listId) ?? 0;
  return {
    leads,
    total: known >= MANY ? known : ((await findList(tx, workspaceId, listId))?.leadCount ?? 0),
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
