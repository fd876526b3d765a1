import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Badge } from '../ui/badge.tsx';

/** Threads in which somebody wrote and nobody has read it. */
export function UnreadBadge() {
  const { data } = useQuery({
    queryKey: ['conversations', 'unread'],
    queryFn: ({ signal }) => api.listConversations({ limit: 1 }, { signal }),
    // While it can't be had, the pages themselves say so.
    retry: false,
  });
  if (data === undefined || data.unreadTotal === 0) return null;
  return (
    <span className="ml-auto">
      <Badge tone="info">
        {data.unreadTotal >= COUNTED_UP_TO ? '999+' : data.unreadTotal}
        <span className="sr-only">unread</span>
      </Badge>
    </span>
  );
}

/** The API counts no further. */
const COUNTED_UP_TO = 1_000;
