/** Who is signed in, and what that person may do here. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { TrunklineError } from '@trunkline/sdk';

export interface Me {
  /** null: who calls has an API key. */
  person: { id: string; name: string; email: string; twoFactorEnabled: boolean } | null;
  role: 'owner' | 'admin' | 'member' | 'viewer' | null;
  scopes: ('send' | 'read' | 'admin')[];
  workspace: { id: string; name: string; timezone: string };
  workspaces: { id: string; name: string; role: string }[];
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => readMe(signal),
  staleTime: 60_000,
});

async function readMe(signal: AbortSignal): Promise<Me> {
  const answer = await fetch('/api/me', { signal });
  if (answer.ok) return answer.json();
  throw new TrunklineError({ status: answer.status, code: 'UNAUTHORIZED', error: 'Sign in first' });
}

/** Within the shell only, which has asked before it shows anything. */
export function useMe() {
  return useSuspenseQuery(meQuery).data;
}

export type Right = 'read' | 'send' | 'admin';

/** Whether the person may, and if not, why. For `disabled` and `title` of what writes. */
export function useMay(right: Right): { may: boolean; why: string | undefined } {
  const { scopes, role } = useMe();
  const may = scopes.includes(right) || scopes.includes('admin');
  return {
    may,
    why: may
      ? undefined
      : `You are signed in as ${role ?? 'nobody'}; this needs ${right === 'admin' ? 'an admin' : 'a member'}.`,
  };
}
