/** The API as an object: one method for each call, typed from openapi.json. */
import type { Answer, CallOptions, Operation } from './call.ts';
import { refusalOf, TrunklineError } from './error.ts';
import { OPERATIONS, type Operations, type Pages } from './operations.ts';
import { pause, pauseAfter } from './retry.ts';

const TIMEOUT_MS = 60_000;
const RETRIES = 2;

export interface ClientSettings {
  /** Where Trunkline answers, such as `https://trunkline.example.com`; in a browser '' is where the page came from. */
  url: string;
  /** `tl_sk_…`. Absent: who is signed in, by the cookie of the browser. */
  key?: string | undefined;
  /** For people who are in several workspaces; asked for each call when it is a function. */
  workspaceId?: string | (() => string | null) | undefined;
  /** Sent with every call. */
  headers?: Record<string, string> | undefined;
  /** Further tries after the first; 2 by default. */
  retries?: number | undefined;
  fetch?: typeof fetch | undefined;
}

export interface Client extends Operations {
  /** As the method of that name, with status and headers of the answer. */
  request<Name extends keyof Operations>(
    name: Name,
    input?: Parameters<Operations[Name]>[0],
    options?: CallOptions,
  ): Promise<Answer<Awaited<ReturnType<Operations[Name]>>>>;
  /** Everything a list holds, page by page as it is read. `limit` is the size of a page. */
  paginate<Name extends keyof Pages>(
    name: Name,
    input?: Parameters<Operations[Name]>[0],
    options?: CallOptions,
  ): AsyncGenerator<Pages[Name], void, undefined>;
}

type Input = Record<string, unknown>;

/**
 * `client.<operationId>(input, options)` answers the body, and throws a `TrunklineError` for a refusal. Calls that may
 * be repeated are tried again when nobody answers or the server is busy. Those that make something carry an
 * Idempotency-Key, so that they may be repeated too: a message is never sent twice.
 */
export function createClient(settings: ClientSettings): Client {
  const ask = (name: keyof Operations, input: Input = {}, options: CallOptions = {}) =>
    callUntilDone(settings, OPERATIONS[name], input, options);
  const methods = Object.keys(OPERATIONS).map((name) => [
    name,
    async (input?: Input, options?: CallOptions) =>
      (await ask(name as keyof Operations, input, options)).body,
  ]);
  return {
    ...Object.fromEntries(methods),
    request: ask,
    async *paginate(name: keyof Pages, input: Input = {}, options: CallOptions = {}) {
      const { cursor, items } = OPERATIONS[name];
      for (let next = input[cursor]; ; ) {
        const { body } = await ask(name, { ...input, [cursor]: next }, options);
        const page = body as Input;
        yield* page[items] as unknown[];
        const hasMore = page.hasMore !== false && page.nextCursor !== null;
        if (!hasMore) return;
        next = page.nextCursor;
      }
    },
  } as Client;
}

async function callUntilDone(
  settings: ClientSettings,
  operation: Operation,
  input: Input,
  options: CallOptions,
): Promise<Answer<unknown>> {
  const { retries = settings.retries ?? RETRIES, signal } = options;
  // Made once for all tries: a second try is the same call.
  const headers = headersOf(settings, operation, input, options);
  const isRepeatable = operation.method !== 'POST' || operation.takesKey === true;
  for (let tries = 1; ; tries++) {
    try {
      return await callOnce(settings, operation, input, headers, options);
    } catch (error) {
      if (!(error instanceof TrunklineError) || tries > retries) throw error;
      const pauseMs = pauseAfter(error, tries, isRepeatable);
      if (pauseMs === null) throw error;
      await pause(pauseMs, signal);
    }
  }
}

async function callOnce(
  settings: ClientSettings,
  operation: Operation,
  input: Input,
  headers: Headers,
  { signal, timeoutMs = TIMEOUT_MS }: CallOptions,
): Promise<Answer<unknown>> {
  signal?.throwIfAborted();
  const send = settings.fetch ?? fetch;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signals = signal === undefined ? [timeout] : [timeout, signal];
  const { body } = input;
  try {
    const response = await send(addressOf(settings.url, operation.path, input), {
      method: operation.method,
      headers,
      signal: AbortSignal.any(signals),
      body: bodyOf(body),
    });
    const text = await response.text();
    if (!response.ok) throw refusalOf(response, text);
    return { status: response.status, headers: response.headers, body: read(operation, text, response) };
  } catch (error) {
    if (error instanceof TrunklineError) throw error;
    // The caller's own wish to stop is no failure of ours.
    signal?.throwIfAborted();
    if (timeout.aborted) throw noAnswer('TIMED_OUT', `No answer within ${timeoutMs / 1000} s`, error);
    throw noAnswer('NETWORK_ERROR', 'The server cannot be reached', error);
  }
}

function headersOf(
  { key, workspaceId, headers }: ClientSettings,
  operation: Operation,
  { body }: Input,
  options: CallOptions,
): Headers {
  const workspace = typeof workspaceId === 'function' ? workspaceId() : workspaceId;
  const idempotencyKey = options.idempotencyKey ?? (operation.takesKey ? newKey() : undefined);
  const given: Record<string, string | null | undefined> = {
    authorization: key === undefined ? undefined : `Bearer ${key}`,
    'x-workspace-id': workspace,
    'content-type': body === undefined ? undefined : contentTypeOf(body),
    'idempotency-key': idempotencyKey,
    prefer: options.prefer,
    'x-correlation-id': options.correlationId,
    ...headers,
    ...options.headers,
  };
  return new Headers(Object.entries(given).filter((entry): entry is [string, string] => entry[1] != null));
}

/** What `path` does not name is a parameter of the query; lists are joined by commas. */
function addressOf(url: string, path: string, input: Input): string {
  const inPath = new Set<string>();
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    inPath.add(name);
    return encodeURIComponent(String(input[name]));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    if (name !== 'body' && !inPath.has(name) && value !== undefined && value !== null)
      query.set(name, String(value));
  }
  return `${url.replace(/\/+$/, '')}${place}${query.size === 0 ? '' : `?${query}`}`;
}

function read(operation: Operation, text: string, response: Response): unknown {
  if (operation.answers === 'text') return text;
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw refusalOf(response, text);
  }
}

/** As JSON; a form, or a file's text, goes as it is. */
function bodyOf(body: unknown): string | FormData | null {
  if (body === undefined) return null;
  return typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body);
}

/** A form brings its own, with the boundary in it. */
function contentTypeOf(body: unknown): string | undefined {
  if (body instanceof FormData) return undefined;
  return typeof body === 'string' ? 'text/csv' : 'application/json';
}

/** Not `randomUUID`, which browsers keep from pages without https. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function noAnswer(code: string, error: string, cause: unknown): TrunklineError {
  return new TrunklineError({ status: 0, code, error }, { cause });
}
