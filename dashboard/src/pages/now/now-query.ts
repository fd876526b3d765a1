import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

/** Filled by the live stream; asked for at first, and while that is away. */
export const nowQuery = queryOptions({
  queryKey: ['now'],
  queryFn: ({ signal }) => api.readNow(undefined, { signal }),
});
