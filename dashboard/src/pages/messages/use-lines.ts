import { useQuery } from '@tanstack/react-query';
import type { Line } from '@trunkline/sdk';
import { useMemo } from 'react';
import { api } from '../../api.ts';

export function useLines(): { lines: Line[]; byId: ReadonlyMap<string, Line> } {
  const { data } = useQuery({
    queryKey: ['lines', 'list'],
    queryFn: ({ signal }) => api.listLines(undefined, { signal }),
  });
  return useMemo(() => {
    const lines = data?.lines ?? [];
    return { lines, byId: new Map(lines.map((line) => [line._id, line])) };
  }, [data]);
}

/** "Ada Lovelace, +1 202 555 0100", whichever of the two there is. */
export function lineName({ firstName, lastName, phone, email }: Line): string {
  const name = [firstName, lastName].filter(Boolean).join(' ');
  return [name, phone ?? email].filter(Boolean).join(', ');
}
