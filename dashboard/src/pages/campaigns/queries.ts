/**
 * What these pages ask the API. Keys that begin with the topic `campaigns` are refreshed by the live stream, every two seconds
 * while a campaign runs; what is heavy to count, long to list, or never changes has keys of its own.
 */
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import type { Campaign, CampaignLead, Line, SimulationAnswer } from '@trunkline/sdk';
import { api } from '../../api.ts';

export type CampaignStatus = Campaign['status'];
export type LeadStatus = CampaignLead['status'];
export type Simulation = SimulationAnswer['simulation'];
export type SimulationResult = NonNullable<Simulation['result']>;

export const campaignsQuery = (status: CampaignStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: ['campaigns', 'list', status ?? 'all'],
    queryFn: ({ pageParam, signal }) => api.listCampaigns({ status, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaigns', 'one', id],
    queryFn: ({ signal }) => api.getCampaign({ id }, { signal }),
  });

/** `live`: asked again every five seconds, should the stream be away. */
export const progressQuery = (id: string, live: boolean) =>
  queryOptions({
    queryKey: ['campaigns', 'progress', id],
    queryFn: ({ signal }) => api.getCampaignProgress({ id }, { signal }),
    refetchInterval: live ? 5_000 : false,
  });

export const audienceQuery = (id: string, listId: string) =>
  queryOptions({
    queryKey: ['campaign-audience', id, listId],
    queryFn: ({ signal }) => api.getCampaignAudience({ id, listId }, { signal }),
  });

export const analyticsQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaign-figures', id],
    queryFn: ({ signal }) => api.getCampaignAnalytics({ id }, { signal }),
    refetchInterval: 30_000,
  });

export const leadsQuery = (id: string, status: LeadStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: ['campaign-leads', id, status ?? 'all'],
    queryFn: ({ pageParam, signal }) => api.listCampaignLeads({ id, status, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // Whoever has come far down reads; who stands at the top watches.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : 3_000),
  });

export const simulationsQuery = (id: string) =>
  queryOptions({
    queryKey: ['simulations', 'list', id],
    queryFn: ({ signal }) => api.listSimulations({ id, limit: '20' }, { signal }),
  });

/** Asked every second until it is over. */
export const simulationQuery = (id: string, simulationId: string) =>
  queryOptions({
    queryKey: ['simulations', 'one', id, simulationId],
    queryFn: ({ signal }) => api.getSimulation({ id, simulationId }, { signal }),
    refetchInterval: ({ state }) => (isOver(state.data?.simulation) ? false : 1_000),
    staleTime: ({ state }) => (isOver(state.data?.simulation) ? Number.POSITIVE_INFINITY : 0),
  });

export function isOver(simulation: Simulation | undefined): boolean {
  return simulation?.status === 'finished' || simulation?.status === 'failed';
}

export const linesQuery = queryOptions({
  queryKey: ['lines', 'all'],
  queryFn: ({ signal }) => api.listLines(undefined, { signal }),
});

export const listsQuery = queryOptions({
  queryKey: ['leads', 'lists', 'whole'],
  queryFn: ({ signal }) => api.listLists(undefined, { signal }),
});

export const leadSearchQuery = (search: string) =>
  queryOptions({
    queryKey: ['leads', 'search', search],
    queryFn: ({ signal }) => api.listLeads({ search: search || undefined, limit: 10 }, { signal }),
  });

/** A line by what people call it. */
export function lineName(lines: readonly Line[] | undefined, id: string | null): string {
  if (id === null) return '–';
  const added = /^added-(\d+)$/.exec(id);
  if (added !== null) return `added line ${added[1]}`;
  const line = lines?.find((each) => each._id === id);
  return line?.phone ?? line?.email ?? id;
}

export function leadName({
  name,
  phone,
  email,
  leadId,
}: {
  name: string | null;
  phone: string | null;
  email: string | null;
  leadId: string;
}): string {
  return name ?? phone ?? email ?? leadId;
}

const TOUCHED = [
  ['campaigns'],
  ['campaign-audience'],
  ['campaign-figures'],
  ['campaign-leads'],
  ['simulations', 'list'],
];

export async function refreshCampaigns(client: QueryClient): Promise<void> {
  await Promise.all(TOUCHED.map((queryKey) => client.invalidateQueries({ queryKey })));
}

/** Whatever is done to campaigns: afterwards they are asked for anew. */
export function useCampaignCall<Input, Answer>(call: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: call, onSettled: () => refreshCampaigns(client) });
}
