/**
 * The one stream of what happens (`GET /api/live`). It fills the query of "now" and has asked again whatever changed. It comes
 * back by itself, ever more slowly, and rests while nobody looks: a browser has six connections for one server in all.
 */
import { useSyncExternalStore } from 'react';
import { isSignedOut, queryClient } from './api.ts';
import { workspaceId } from './lib/workspace.ts';
import { meQuery } from './session.ts';
import { leave } from './session-end.ts';

/** `lost`: it was tried at least once in vain; figures may be old. */
export type LiveState = 'connecting' | 'live' | 'lost';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
/** Whoever looks at another tab for a moment keeps it. */
const REST_AFTER_MS = 10_000;
/** Hints come every second while much is sent; lists need not be read as often. */
const REFETCH_EVERY_MS = 2_000;

/** Of the hints; queries of anything else are told of nothing, ever. */
const TOPICS = ['messages', 'conversations', 'lines', 'campaigns', 'leads', 'webhooks'];

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}

/** Until what it answers is called. */
export function startLive(): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let catchUp: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let wasLive = false;
  const refetch = collectTopics();

  const open = () => {
    clearTimeout(retry);
    source?.close();
    const workspace = workspaceId();
    const query = workspace === null ? '' : `?workspace=${encodeURIComponent(workspace)}`;
    source = new EventSource(`/api/live${query}`);
    source.addEventListener('open', () => {
      failures = 0;
      setState('live');
    });
    let isFirst = true;
    source.addEventListener('now', ({ data }) => {
      queryClient.setQueryData(['now'], JSON.parse(data));
      if (isFirst) {
        // From here on every change is told. What changed since the page read it was told to nobody; what is still being
        // read is let through first.
        clearTimeout(catchUp);
        if (wasLive) void queryClient.invalidateQueries();
        else catchUp = setTimeout(refetch, REFETCH_EVERY_MS, TOPICS);
        wasLive = true;
      }
      isFirst = false;
    });
    source.addEventListener('changed', ({ data }) => refetch(JSON.parse(data).topics));
    source.addEventListener('error', () => {
      close();
      setState('lost');
      const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
      failures += 1;
      retry = setTimeout(open, wait * (0.75 + Math.random() / 2));
      void leaveWhenSignedOut();
    });
  };
  const close = () => {
    clearTimeout(retry);
    clearTimeout(catchUp);
    source?.close();
    source = null;
  };
  const onVisibility = () => {
    clearTimeout(rest);
    if (document.visibilityState === 'hidden') rest = setTimeout(close, REST_AFTER_MS);
    else if (source === null) open();
  };

  document.addEventListener('visibilitychange', onVisibility);
  if (document.visibilityState === 'visible') open();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(rest);
    close();
  };
}

/** A stream does not tell why it was refused; the next call does. */
async function leaveWhenSignedOut(): Promise<void> {
  try {
    await queryClient.fetchQuery({ ...meQuery, staleTime: 0, retry: false });
  } catch (error) {
    if (isSignedOut(error)) await leave();
  }
}

/** Query keys begin with the topic. */
function collectTopics(): (topics: readonly string[]) => void {
  const waiting = new Set<string>();
  let isDue = false;
  let last = 0;
  const ask = () => {
    isDue = false;
    last = Date.now();
    for (const topic of waiting) void queryClient.invalidateQueries({ queryKey: [topic] });
    waiting.clear();
  };
  return (topics) => {
    for (const topic of topics) waiting.add(topic);
    if (isDue) return;
    isDue = true;
    setTimeout(ask, Math.max(0, last + REFETCH_EVERY_MS - Date.now()));
  };
}

function setState(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
