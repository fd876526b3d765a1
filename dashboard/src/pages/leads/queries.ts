/** What the pages about leads read. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, queryClient } from '../../api.ts';
import { askedBy, type LeadsFilters } from './search.ts';

const PAGE = 100;

export function leadsQuery(filters: LeadsFilters) {
  return infiniteQueryOptions({
    queryKey: ['leads', 'table', filters],
    queryFn: ({ pageParam, signal }) =>
      api.listLeads({ ...askedBy(filters), count: false, limit: PAGE, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

export function leadQuery(id: string) {
  return queryOptions({
    queryKey: ['leads', 'one', id],
    queryFn: ({ signal }) => api.getLead({ id }, { signal }),
  });
}

export function leadCampaignsQuery(id: string) {
  return queryOptions({
    queryKey: ['leads', 'campaigns', id],
    queryFn: ({ signal }) => api.listLeadCampaigns({ id }, { signal }),
  });
}

export function leadHistoryQuery(id: string) {
  return queryOptions({
    queryKey: ['leads', 'history', id],
    queryFn: ({ signal }) => api.readDncHistory({ leadId: id, limit: 50 }, { signal }),
  });
}

export const listsQuery = queryOptions({
  queryKey: ['leads', 'lists'],
  queryFn: async ({ signal }) => (await api.listLists(undefined, { signal })).lists,
});

export const tagsQuery = queryOptions({
  queryKey: ['leads', 'tags'],
  queryFn: ({ signal }) => api.listTags(undefined, { signal }),
});

export function dncQuery(search: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['leads', 'dnc', search ?? ''],
    queryFn: ({ pageParam, signal }) => api.listDnc({ search, limit: PAGE, page: pageParam }, { signal }),
    initialPageParam: 1,
    getNextPageParam: ({ page, totalPages }) => (page < totalPages ? page + 1 : undefined),
  });
}

export function ledgerQuery(address: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['leads', 'ledger', address ?? ''],
    queryFn: ({ pageParam, signal }) =>
      api.readDncHistory({ address, limit: PAGE, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

/** Whatever was changed about leads, lists or opt-outs: all of it is read anew when it is looked at. */
export function refreshLeads(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ['leads'] });
}
