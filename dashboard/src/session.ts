/** Who is signed in, and what that person may do here. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { type Me, TrunklineError } from '@trunkline/sdk';
import { api } from './api.ts';
import { forgetWorkspace, workspaceId } from './lib/workspace.ts';

export type { Me };

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => readMe(signal),
  staleTime: 60_000,
});

async function readMe(signal: AbortSignal): Promise<Me> {
  try {
    return await api.getMe(undefined, { signal });
  } catch (error) {
    // The workspace of before may have let this person go: the others are still there.
    const isGone = error instanceof TrunklineError && error.code === 'NOT_A_MEMBER' && workspaceId() !== null;
    if (!isGone) throw error;
    forgetWorkspace();
    return api.getMe(undefined, { signal });
  }
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
