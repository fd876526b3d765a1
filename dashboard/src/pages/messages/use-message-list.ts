import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Message, MessagesAnswer } from '@trunkline/sdk';
import { useEffect, useMemo } from 'react';
import { api } from '../../api.ts';
import { hasGap, mergePages } from './list-pages.ts';
import type { Filter } from './search.ts';

const PAGE = 100;
/** Fewer rows than fill a screen: the next page is asked for without anybody scrolling. */
const FULL = 40;

/**
 * Pages are read once, as somebody scrolls; the newest one is read again whenever something changes. `isAway`: somebody reads
 * further down, and what they read is not taken from them when more came in than the newest page holds.
 */
export function useMessageList(filter: Filter, isAway: boolean) {
  const client = useQueryClient();
  // Not among the topics of the live stream: a thousand rows would be read again with every message that is sent.
  const key = ['message-pages', filter];
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      api.listMessages({ ...filter, limit: PAGE, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const { data: newest } = useQuery({
    queryKey: ['messages', 'newest', filter],
    queryFn: ({ signal }) => api.listMessages({ ...filter, limit: PAGE }, { signal }),
    enabled: pages.isSuccess,
  });

  const read = pages.data?.pages;
  const lostTouch = newest !== undefined && read !== undefined && hasGap(newest, read);
  const hasNewer = lostTouch && isAway;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the filter says
  useEffect(() => {
    if (lostTouch && !isAway) client.setQueryData(key, { pages: [newest], pageParams: [undefined] });
  }, [lostTouch, isAway]);

  const messages = useMemo(
    () => mergePages(hasNewer ? undefined : newest, read ?? []),
    [hasNewer, newest, read],
  );
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = pages;
  // What is rare stands on pages far apart, and those between them are empty.
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError && messages.length < FULL) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, messages.length, fetchNextPage]);

  return { ...pages, messages, hasNewer, cursor: read?.at(-1)?.nextCursor ?? null };
}

/** After something was done: what is shown of these messages is put right at once, and asked for anew. */
export function useMessageChanges() {
  const client = useQueryClient();
  return (change: (message: Message) => Message) => {
    client.setQueriesData<{ pages: MessagesAnswer[]; pageParams: unknown[] }>(
      { queryKey: ['message-pages'] },
      (data) =>
        data && {
          ...data,
          pages: data.pages.map((page) => ({ ...page, messages: page.messages.map(change) })),
        },
    );
    return client.invalidateQueries({ queryKey: ['messages'] });
  };
}
