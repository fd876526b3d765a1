/**
 * What the pages of lines ask for. Keys begin with `lines`, so that a hint of the live stream renews them, but for what costs
 * more: walks over queues, and checks, which ask carriers.
 */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

export const linesQuery = queryOptions({
  queryKey: ['lines', 'list'],
  queryFn: ({ signal }) => api.listLines(undefined, { signal }),
});

export const queuesQuery = queryOptions({
  queryKey: ['lines', 'queues'],
  queryFn: ({ signal }) => api.readLineQueues(undefined, { signal }),
  refetchInterval: 15_000,
});

export const monitorQuery = queryOptions({
  queryKey: ['lines', 'monitor'],
  queryFn: ({ signal }) => api.monitorLines(undefined, { signal }),
  staleTime: 60_000,
});

export const lineQuery = (id: string) =>
  queryOptions({
    queryKey: ['lines', 'one', id],
    queryFn: ({ signal }) => api.getLine({ id }, { signal }),
  });

export const activityQuery = (id: string) =>
  queryOptions({
    queryKey: ['lines', 'activity', id],
    queryFn: ({ signal }) => api.readLineActivity({ id, hours: '24' }, { signal }),
    staleTime: 30_000,
  });

export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: ['lines', 'health', id],
    queryFn: ({ signal }) => api.readLineHealth({ id }, { signal }),
  });

export interface WhatIf {
  addLines?: number;
  cap?: number;
  totalCap?: number;
}

export const forecastQuery = (id: string, { addLines, cap, totalCap }: WhatIf = {}) =>
  queryOptions({
    queryKey: ['line-forecast', id, addLines ?? 0, cap ?? null, totalCap ?? null],
    queryFn: ({ signal }) =>
      api.forecastLine(
        {
          id,
          ...(addLines ? { addLines: String(addLines) } : {}),
          ...(cap === undefined ? {} : { cap: String(cap) }),
          ...(totalCap === undefined ? {} : { totalCap: String(totalCap) }),
        },
        { signal },
      ),
    // Walking a long queue takes a moment, and what drains for hours is no other a minute later.
    staleTime: 60_000,
    refetchInterval: 60_000,
  });

export const devicesQuery = (id: string) =>
  queryOptions({
    queryKey: ['lines', 'devices', id],
    queryFn: ({ signal }) => api.listDevices({ id }, { signal }),
  });

/** After a line was changed: all that is shown of lines is read anew. */
export async function renewLines(queries: QueryClient): Promise<void> {
  void queries.invalidateQueries({ queryKey: ['line-forecast'] });
  await queries.invalidateQueries({ queryKey: ['lines'] });
}
