/** The one client of the API, by the session's cookie, and what is done alike wherever it refuses. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createClient, TrunklineError } from '@trunkline/sdk';
import { workspaceId } from './lib/workspace.ts';
import { leave } from './session-end.ts';

export const api = createClient({ url: '', workspaceId });

/** Whatever is refused for want of a session leads to the sign-in, and back from there. */
const onError = (error: Error) => {
  if (isSignedOut(error)) void leave();
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      // The live stream tells when something changed; this is for when it is away.
      staleTime: 15_000,
      retry: (failures, error) => isPassing(error) && failures < 3,
    },
    mutations: { retry: false },
  },
});

/** Whether the same call may succeed in a moment: the server is away, or asked for patience. */
function isPassing(error: Error): boolean {
  return (
    error instanceof TrunklineError && (error.status === 0 || error.status === 429 || error.status >= 502)
  );
}

/** What went wrong, in the API's own words where it has some. */
export function sentenceOf(error: unknown): string {
  if (error instanceof TrunklineError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof TrunklineError && error.status === 401;
}
