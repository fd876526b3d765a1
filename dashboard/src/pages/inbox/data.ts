/** What the inbox reads, and the marks it makes. */
import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import type { Conversation, ConversationAnswer } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { useToast } from '../../ui/toast.tsx';

const PAGE = 50;

export interface ThreadFilters {
  unread: boolean;
  lineId: string | undefined;
  search: string | undefined;
}

export function threadsQuery({ unread, lineId, search }: ThreadFilters) {
  return infiniteQueryOptions({
    queryKey: ['conversations', 'list', { unread, lineId, search }],
    queryFn: ({ pageParam, signal }) =>
      api.listConversations(
        { ...(unread ? { unread } : {}), lineId, search, limit: PAGE, cursor: pageParam },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

/** Those last written in first; each once, also when it moved up between two pages. */
export function useThreads(filters: ThreadFilters) {
  const query = useInfiniteQuery(threadsQuery(filters));
  const threads = new Map<string, Conversation>();
  for (const page of query.data?.pages ?? []) {
    for (const thread of page.conversations)
      if (!threads.has(thread.leadId)) threads.set(thread.leadId, thread);
  }
  return { ...query, threads: [...threads.values()], unreadTotal: query.data?.pages[0]?.unreadTotal ?? 0 };
}

export function threadQuery(leadId: string) {
  return infiniteQueryOptions({
    queryKey: ['conversations', 'thread', leadId],
    queryFn: ({ pageParam, signal }) =>
      api.getConversation({ leadId, limit: PAGE, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

/** All that was read of it so far, as one answer: what is true of the whole thread stands on its first page. */
export function useThread(leadId: string) {
  const query = useInfiniteQuery(threadQuery(leadId));
  const pages = query.data?.pages ?? [];
  const [first] = pages;
  const thread: ConversationAnswer | undefined = first && {
    ...first,
    messages: eachOnce(
      pages.flatMap(({ messages }) => messages),
      ({ _id }) => _id,
    ),
    reactions: pages.flatMap(({ reactions }) => reactions),
    attachments: pages.flatMap(({ attachments }) => attachments),
    events: pages.flatMap(({ events }) => events),
  };
  return { ...query, thread };
}

function eachOnce<Item>(items: readonly Item[], idOf: (item: Item) => string): Item[] {
  return [...new Map(items.toReversed().map((item) => [idOf(item), item])).values()].reverse();
}

export const linesQuery = queryOptions({
  queryKey: ['lines', 'list'],
  queryFn: ({ signal }) => api.listLines(undefined, { signal }),
  staleTime: 60_000,
});

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ['leads', 'lead', id],
    queryFn: ({ signal }) => api.getLead({ id }, { signal }),
  });

export const campaignsOfLeadQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaigns', 'lead', id],
    queryFn: ({ signal }) => api.listLeadCampaigns({ id }, { signal }),
  });

export const listsQuery = queryOptions({
  queryKey: ['leads', 'lists', 'whole'],
  queryFn: ({ signal }) => api.listLists(undefined, { signal }),
  staleTime: 60_000,
});

export const explainQuery = (id: string) =>
  queryOptions({
    queryKey: ['messages', 'explain', id],
    queryFn: ({ signal }) => api.explainMessage({ id }, { signal }),
  });

/** `messageId`: the last one that was seen. */
export function useMarkRead() {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: ({ leadId, messageId }: { leadId: string; messageId: string }) =>
      api.readConversation({ leadId, body: { messageId } }),
    onError: toast.failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['conversations'] }),
  });
}

export function useMarkUnread() {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (leadId: string) => api.unreadConversation({ leadId }),
    onError: toast.failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['conversations'] }),
  });
}
