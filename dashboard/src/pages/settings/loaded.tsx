/** What a panel shows is asked for here, and stands still until it comes. */
import { type QueryKey, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';

interface LoadedProps<Data> {
  queryKey: QueryKey;
  read(): Promise<Data>;
  rows?: number;
  children(data: Data): ReactNode;
}

export function Loaded<Data>({ queryKey, read, rows = 4, children }: LoadedProps<Data>) {
  const query = useQuery({ queryKey, queryFn: read });
  if (query.isPending) return <SkeletonRows rows={rows} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return children(query.data);
}
