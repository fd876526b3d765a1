/** What of the inbox stands in the address of the page. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export interface InboxSearch {
  /** Whose thread is open. */
  lead?: string;
  unread?: true;
  line?: string;
  /** Part of a name, an address, or of what the contact wrote. */
  q?: string;
}

export function useInboxSearch(): InboxSearch {
  return useSearch({ from: '/shell/inbox' });
}

/** `undefined` takes a part out. A filter takes the place of the one before in the history, a thread is a step of its own. */
export function useSetInboxSearch() {
  const navigate = useNavigate({ from: '/inbox' });
  return useCallback(
    (change: { [Name in keyof InboxSearch]: InboxSearch[Name] | undefined }) =>
      navigate({
        replace: !('lead' in change),
        search: (before) => {
          const all = { ...before, ...change };
          return Object.fromEntries(
            Object.entries(all).filter(([, value]) => value !== undefined),
          ) as InboxSearch;
        },
      }),
    [navigate],
  );
}
