/**
 * HTTP to addresses that strangers name. Every address a host resolves to is checked, and the connection is made to the
 * addresses that were checked, so that no second look-up can lead elsewhere; redirects are followed by hand, each hop
 * checked like the first; bytes are counted as they come, whatever the headers say.
 */
import { type LookupAddress, lookup } from 'node:dns';
import net from 'node:net';
import { Readable } from 'node:stream';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';

export interface GuardedRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable;
  /** From the first byte out to the last byte in, in ms. */
  timeoutMs: number;
  /** Hops that are followed; credentials stay behind where one leads to another origin. Default 0: a redirect is the answer. */
  redirects?: number;
  /** The body ends with a `FetchRefused` beyond these. */
  maxBytes: number;
  signal?: AbortSignal;
}

export interface GuardedResponse {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Where it came from in the end. */
  url: string;
  body: Readable;
}

/** What the guard itself refuses; everything else is the network's own error. */
export class FetchRefused extends Error {
  override name = 'FetchRefused';
  readonly code: 'private_address' | 'bad_url' | 'too_large' | 'too_many_redirects' | 'timeout';
  constructor(code: FetchRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface GuardedFetch {
  fetch(url: string, options: GuardedRequest): Promise<GuardedResponse>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

export function createGuardedFetch({ allowPrivateHosts }: { allowPrivateHosts: boolean }): GuardedFetch {
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: guardedLookup(allowPrivateHosts) as never });
  const agent = new Agent({
    connect(options, callback) {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      // A literal address is never looked up.
      if (net.isIP(host) !== 0 && !allowPrivateHosts && !isPublicAddress(host))
        return callback(refusal(host), null);
      connect(options, callback);
    },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async fetch(url, options) {
      const limit = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
      try {
        return await follow(agent, url, options, signal);
      } catch (error) {
        throw limit.aborted
          ? new FetchRefused('timeout', `No complete answer within ${options.timeoutMs} ms`)
          : unwrap(error);
      }
    },
    close: () => agent.destroy(),
  };
}

async function follow(
  dispatcher: Dispatcher,
  first: string,
  options: GuardedRequest,
  signal: AbortSignal,
): Promise<GuardedResponse> {
  let url = readUrl(first);
  let headers = { ...options.headers };
  for (let hops = 0; ; hops += 1) {
    const answer = await request(url, {
      dispatcher,
      method: options.method ?? 'GET',
      headers,
      body: options.body ?? null,
      signal,
    });
    const { location } = answer.headers;
    const isRedirect = answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string';
    if (!isRedirect || options.redirects === undefined || options.redirects === 0) {
      const body = bounded(answer.body, options.maxBytes, signal);
      return { status: answer.statusCode, headers: answer.headers, url: url.href, body };
    }
    discard(answer.body);
    if (hops >= options.redirects)
      throw new FetchRefused('too_many_redirects', `More than ${options.redirects} redirects`);
    const next = readUrl(new URL(location, url).href);
    if (next.origin !== url.origin)
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => !CREDENTIALS.includes(name.toLowerCase())),
      );
    url = next;
  }
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new FetchRefused('bad_url', 'Only http and https addresses are fetched');
  if (url.username !== '' || url.password !== '')
    throw new FetchRefused('bad_url', 'The address must not hold a user name or password');
  return url;
}

function bounded(body: Readable, maxBytes: number, signal: AbortSignal): Readable {
  async function* read() {
    let total = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > maxBytes) throw new FetchRefused('too_large', `Larger than ${maxBytes} bytes`);
      yield chunk;
    }
  }
  const stream = Readable.from(read(), { objectMode: false });
  const stop = () => stream.destroy(new FetchRefused('timeout', 'The answer took too long'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  stream.once('close', () => {
    signal.removeEventListener('abort', stop);
    discard(body);
  });
  return stream;
}

/** A body nobody reads to its end says so by an error, which nobody wants to hear. */
function discard(body: Readable): void {
  body.on('error', () => {}).destroy();
}

/** Unicast on the public Internet; IPv4 inside IPv6 is judged as IPv4. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function refusal(host: string): FetchRefused {
  return new FetchRefused('private_address', `${host} is not a public address`);
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Answers exactly the addresses it checked, and none if one of them is private. */
function guardedLookup(allowPrivateHosts: boolean) {
  return (host: string, options: { all?: boolean; family?: number | string }, done: LookupDone): void => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      if (!allowPrivateHosts && !addresses.every(({ address }) => isPublicAddress(address)))
        return done(refusal(host), []);
      const [first] = addresses;
      if (options.all === true) return done(null, addresses);
      if (first === undefined) return done(new Error(`${host} has no address`), []);
      done(null, first.address, first.family);
    });
  };
}

/** Whoever wrapped it: the guard's own refusal comes first. */
function unwrap(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof FetchRefused) return at;
  return error;
}
