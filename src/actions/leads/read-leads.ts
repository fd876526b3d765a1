/** Looking at leads: one, or those that match (contract 3.2). */
import type { ListLeads } from '../../contract/leads/lead-queries.ts';
import type { Lead, LeadAddress, LeadAnswer, LeadsAnswer } from '../../contract/leads/leads.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { isReusable } from '../../domain/cascade.ts';
import { LEAD_ADDRESS_FIELDS } from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, sqlState } from '../../store/database.ts';
import { type AddressFacts, readAddressFacts } from '../../store/leads/lead-addresses.ts';
import {
  browseLeads,
  type LeadFilters,
  limitTime,
  type Range,
  searchLeads,
  seekLeads,
} from '../../store/leads/lead-search.ts';
import { findLead, type LeadRow } from '../../store/leads/leads.ts';
import { type ListRow, readCountedLists } from '../../store/leads/lists.ts';
import type { Caller } from '../access/authenticate.ts';
import { presentList } from './manage-lists.ts';

const SEARCH_MS = 5_000;
const QUERY_CANCELLED = '57014';

export async function getLead(deps: Deps, { workspaceId }: Caller, id: string): Promise<LeadAnswer> {
  const lead = await findLead(deps.database, workspaceId, id);
  if (lead === null) throw problem('LEAD_NOT_FOUND');
  const held = LEAD_ADDRESS_FIELDS.flatMap((field) => {
    const address = lead[field];
    return address === null ? [] : [{ field, address }];
  });
  const facts = await readAddressFacts(
    deps.database,
    workspaceId,
    held.map(({ address }) => address),
  );
  const known = new Map(facts.map((each) => [each.address, each]));
  const now = deps.clock.now();
  return {
    lead: presentLead(workspaceId, lead),
    addresses: held.map(({ field, address }) => ({
      field,
      address,
      ...presentFacts(known.get(address), now),
    })),
  };
}

function presentFacts(known: AddressFacts | undefined, now: number): Omit<LeadAddress, 'field' | 'address'> {
  const { availability: status = null, checkedAt = null, lineId = null } = known ?? {};
  const { lineAddress = null, transport = null } = known ?? {};
  const { suppressedBy = null, suppressedReason = null, suppressedAt = null, words = null } = known ?? {};
  return {
    availability: status,
    checkedAt: toIsoOrNull(checkedAt),
    isFresh: status !== null && checkedAt !== null && isReusable({ status, checkedAt }, now),
    line: lineId === null || transport === null ? null : { _id: lineId, address: lineAddress, transport },
    doNotContact:
      suppressedBy === null || suppressedAt === null
        ? null
        : { _id: suppressedBy, reason: suppressedReason ?? '', words, since: toIso(suppressedAt) },
  };
}

export async function listLeads(deps: Deps, { workspaceId }: Caller, asked: ListLeads): Promise<LeadsAnswer> {
  const found = await deps.database
    .transaction(async (tx) => {
      await limitTime(tx, SEARCH_MS);
      const lists = await readCountedLists(tx, workspaceId);
      const page = await (asked.counts ? find : seek)(tx, workspaceId, asked, lists);
      return { ...page, lists };
    })
    .catch((cause: unknown) => {
      throw sqlState(cause) === QUERY_CANCELLED ? problem('SEARCH_TIMED_OUT', { cause }) : cause;
    });
  return {
    leads: found.leads.map((lead) => presentLead(workspaceId, lead)),
    lists: found.lists.map((list) => presentList(workspaceId, list)),
    ...(found.total === null
      ? {}
      : {
          pagination: {
            page: asked.page,
            limit: asked.limit,
            totalCount: found.total,
            totalPages: Math.ceil(found.total / asked.limit),
          },
        }),
    nextCursor: found.hasMore ? (found.leads.at(-1)?.id ?? null) : null,
  };
}

interface Found {
  leads: LeadRow[];
  /** null: not counted. */
  total: number | null;
  hasMore: boolean;
}

async function seek(tx: Sql, workspaceId: string, { cursor, limit, ...filters }: ListLeads): Promise<Found> {
  // One more than asked for tells whether there is a next page.
  const leads = await seekLeads(tx, workspaceId, filters, cursor, limit + 1);
  return { leads: leads.slice(0, limit), total: null, hasMore: leads.length > limit };
}

async function find(
  tx: Sql,
  workspaceId: string,
  { page, limit, ...filters }: ListLeads,
  lists: readonly ListRow[],
): Promise<Found> {
  const range = { offset: (page - 1) * limit, limit };
  const { leads, total } = await count(tx, workspaceId, filters, range, lists);
  return { leads, total, hasMore: range.offset + leads.length < total };
}

async function count(
  tx: Sql,
  workspaceId: string,
  filters: LeadFilters,
  range: Range,
  lists: readonly ListRow[],
): Promise<{ leads: LeadRow[]; total: number }> {
  const { listId, search, tag, optedOut, availability } = filters;
  if ([search, tag, optedOut, availability].some((filter) => filter !== null))
    return searchLeads(tx, workspaceId, filters, range);
  const leads = await browseLeads(tx, workspaceId, listId, range);
  const counted = lists.filter(({ id }) => listId === null || id === listId);
  return { leads, total: counted.reduce((sum, { leadCount }) => sum + leadCount, 0) };
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
