/**
 * HTTP to addresses that strangers name. Every address a host resolves to is checked, and the connection is made to the
 * addresses that were checked, so that no second look-up can lead elsewhere; redirects are followed by hand, each hop
 * checked like the first; bytes are counted as they come and again as they unpack, whatever the headers say. Proxies of
 * the environment are not used: they would do the looking up for us.
 */
import dns, { type LookupAddress } from 'node:dns';
import net from 'node:net';
import { PassThrough, pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { isPublicAddress } from './public-address.ts';

export interface GuardedRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable;
  /** From the first byte out to the last byte in, in ms. */
  timeoutMs: number;
  /** Longest silence in the middle of an answer, in ms. Default 30 s. */
  idleMs?: number;
  /** Hops that a GET follows; what is not harmless stays behind where one leads to another origin. Default 0: a redirect is the answer. */
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

export interface GuardedFetchOptions {
  allowPrivateHosts: boolean;
  /** Instead of what is public on the Internet. */
  isPublic?: (address: string) => boolean;
  /** Instead of the system's, as `dns.lookup` answers with `all`. */
  lookup?: (host: string, options: { all: true }, done: LookupAll) => void;
}
type LookupAll = (error: Error | null, addresses: LookupAddress[]) => void;

const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;
const FOLLOWED = [301, 302, 303, 307, 308];
/** All that another origin gets to see. */
const HARMLESS = ['accept', 'if-none-match', 'if-modified-since', 'range', 'user-agent'];

export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { allowPrivateHosts, isPublic = isPublicAddress, lookup = dns.lookup } = options;
  const isAllowed = (address: string) => allowPrivateHosts || isPublic(address);
  const guarded = guardedLookup(isAllowed, lookup);
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: guarded as never });
  const agent = new Agent({
    connect(options, callback) {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      // A literal address is never looked up.
      if (net.isIP(host) !== 0 && !isAllowed(host)) return callback(refusal(host), null);
      connect(options, callback);
    },
    headersTimeout: 0,
  });
  return {
    async fetch(url, options) {
      const limit = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
      try {
        return await follow(agent, url, options, signal);
      } catch (error) {
        throw limit.aborted ? tooLate() : ownRefusal(error);
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
  const { method = 'GET', maxBytes, redirects = 0, idleMs = IDLE_MS } = options;
  let url = readUrl(first);
  let headers: Record<string, string> = { 'accept-encoding': 'identity', ...options.headers };
  for (let hops = 0; ; hops += 1) {
    const answer = await request(url, {
      dispatcher,
      method,
      headers,
      body: options.body ?? null,
      bodyTimeout: idleMs,
      signal,
    });
    const { location } = answer.headers;
    const leadsOn = FOLLOWED.includes(answer.statusCode) && typeof location === 'string';
    if (!leadsOn || redirects === 0 || method !== 'GET') {
      const body = readBody(answer.body, answer.headers['content-encoding'], maxBytes, signal);
      return { status: answer.statusCode, headers: answer.headers, url: url.href, body };
    }
    answer.body.on('error', () => {}).destroy();
    if (hops >= redirects) throw new FetchRefused('too_many_redirects', `More than ${redirects} redirects`);
    const next = readUrl(location, url.href);
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw new FetchRefused('bad_url', 'A redirect leads from https to http');
    if (next.origin !== url.origin)
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) =>
          [...HARMLESS, 'accept-encoding'].includes(name.toLowerCase()),
        ),
      );
    url = next;
  }
}

function readUrl(text: string, base?: string): URL {
  const url = URL.parse(text, base);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new FetchRefused('bad_url', 'Only http and https addresses are fetched');
  if (url.username !== '' || url.password !== '')
    throw new FetchRefused('bad_url', 'The address must not hold a user name or password');
  if (BAD_PORTS.has(Number(url.port)))
    throw new FetchRefused('bad_url', `Port ${url.port} belongs to another protocol`);
  return url;
}

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Counted as it comes, and again where a server packed it though it was asked not to. */
function readBody(
  body: Readable,
  encoding: string | string[] | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Readable {
  const unpack = typeof encoding === 'string' ? UNPACKERS[encoding.trim().toLowerCase()] : undefined;
  const counted = count(body, maxBytes);
  const unpacked = unpack === undefined ? counted : count(unpackedBy(unpack(), counted), maxBytes);
  const stream = Readable.from(unpacked, { objectMode: false });
  // Whoever only wants the status may leave the body alone.
  stream.on('error', () => {});
  const stop = () => stream.destroy(tooLate());
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  stream.once('close', () => {
    signal.removeEventListener('abort', stop);
    body.on('error', () => {}).destroy();
  });
  return stream;
}

async function* count(body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let total = 0;
  try {
    for await (const chunk of body) {
      total += chunk.length;
      if (total > maxBytes) throw new FetchRefused('too_large', `Larger than ${maxBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw ownRefusal(error);
  }
}

function unpackedBy(unpacker: Transform, packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // What goes wrong on either side comes out of the last stream.
  return pipeline(Readable.from(packed), unpacker, new PassThrough(), () => {});
}

function refusal(host: string): FetchRefused {
  return new FetchRefused('private_address', `${host} is not a public address`);
}

function tooLate(): FetchRefused {
  return new FetchRefused('timeout', 'No complete answer came in time');
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Answers exactly the addresses it checked, and none if one of them is private. */
function guardedLookup(
  isAllowed: (address: string) => boolean,
  lookup: NonNullable<GuardedFetchOptions['lookup']>,
) {
  return (host: string, options: { all?: boolean }, done: LookupDone): void => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      if (!addresses.every(({ address }) => isAllowed(address))) return done(refusal(host), []);
      const [first] = addresses;
      if (first === undefined) return done(new Error(`${host} has no address`), []);
      if (options.all === true) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}

/** Whoever wrapped it: the guard's own refusal comes first. */
function ownRefusal(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof FetchRefused) return at;
    if ('code' in at && at.code === 'UND_ERR_BODY_TIMEOUT') return tooLate();
  }
  return error;
}

/**
 * Servers of other protocols can be made to read an HTTP request as commands of theirs.
 * https://fetch.spec.whatwg.org/#port-blocking
 */
const BAD_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);
