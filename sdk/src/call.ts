/** What can be said about one call, whichever it is. */
export interface CallOptions {
  /** Ends the call, also between two tries; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** For each try; 60,000 by default. */
  timeoutMs?: number | undefined;
  /** Further tries after the first; those of the client by default. */
  retries?: number | undefined;
  /** Of calls that take one. Made for you when absent; give your own to make a click, or a job, safe to repeat. */
  idempotencyKey?: string | undefined;
  /** `wait=20`: answer when the outcome is known, or after so many seconds. */
  prefer?: string | undefined;
  /** Carried through to logs and webhooks. */
  correlationId?: string | undefined;
  headers?: Record<string, string> | undefined;
}

/** How a call goes over the wire. */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{names}` for what its input says. */
  path: string;
  /** It may be repeated under one Idempotency-Key. */
  takesKey?: boolean;
  answers?: 'text';
  /** Of a list: the parameter that asks for the next page, and where the items stand in an answer. */
  cursor?: string;
  items?: string;
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}
