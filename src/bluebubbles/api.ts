/**
 * Calls to a BlueBubbles server, and what their answers prove. What matters of a call that failed is whether the server
 * may have begun with it: only a connection that was never made, or a body of which no byte was written, proves that it
 * did not.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Deadline } from '../lib/clock.ts';
import { FetchRefused, type GuardedFetch } from '../lib/guarded-fetch.ts';
import { LeasedContent } from '../lib/leased-content.ts';
import type { BlueBubblesServer } from './settings.ts';

/** As the server writes a message; only what is read here. Instants in epoch ms by the Mac's clock. */
export interface BlueBubblesMessage {
  originalROWID: number;
  guid: string;
  text: string | null;
  attributedBody?: { string?: string }[] | null;
  handle?: { address?: string; service?: string } | null;
  attachments?: BlueBubblesAttachment[] | null;
  error: number;
  dateCreated: number;
  dateRead: number | null;
  dateDelivered: number | null;
  isFromMe: boolean;
  itemType?: number;
  associatedMessageGuid?: string | null;
  associatedMessageType?: string | null;
  cacheRoomnames?: string | null;
  chats?: { guid: string; style?: number; chatIdentifier?: string }[] | null;
}
export interface BlueBubblesAttachment {
  guid: string;
  mimeType?: string | null;
  transferName?: string | null;
  hideAttachment?: boolean;
}
export interface ServerInfo {
  os_version?: string;
  server_version?: string;
  private_api?: boolean;
  helper_connected?: boolean;
  detected_imessage?: string | null;
  /** Seconds the Mac's clock is off; null when it was not found out. */
  macos_time_sync?: number | null;
}

/** What came of a call. */
export type Answer<Data = unknown> =
  /** The server's own words, whether yes or no. */
  | {
      got: 'answer';
      status: number;
      data: Data;
      metadata: { total?: number };
      message: string;
      error: string;
    }
  /** It was never connected to, or never told what to do. */
  | { got: 'nobody'; message: string }
  /** The server may have had it. */
  | { got: 'silence'; message: string };

export interface CallOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Readonly<Record<string, string>>;
  json?: unknown;
  form?: Form;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Of a call that may leave something behind: asked in the instant before its body is written. */
  lease?: Deadline;
}
export interface Form {
  fields: Readonly<Record<string, string>>;
  file: { name: string; mimeType: string; bytes: Buffer };
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Of a server that was looked up or dialled in vain: nothing was sent to it. */
const NEVER_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
];

export interface BlueBubblesApi {
  call<Data>(server: BlueBubblesServer, path: string, options: CallOptions): Promise<Answer<Data>>;
  /** The bytes as they come; throws a sentence for people. */
  download(server: BlueBubblesServer, path: string, limits: DownloadLimits): Promise<Readable>;
}
export interface DownloadLimits {
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
}

export function createBlueBubblesApi(fetch: GuardedFetch): BlueBubblesApi {
  return {
    async call<Data>(server: BlueBubblesServer, path: string, options: CallOptions): Promise<Answer<Data>> {
      const { method = 'GET', query = {}, timeoutMs, signal, lease } = options;
      const { headers, body } = payloadOf(options);
      const leased = lease === undefined || body === undefined ? null : new LeasedContent(body, lease);
      try {
        const answer = await fetch.fetch(urlOf(server, path, query), {
          method,
          headers: {
            accept: 'application/json',
            ...headers,
            ...(body === undefined ? {} : { 'content-length': String(body.length) }),
          },
          ...(body === undefined ? {} : { body: leased ?? body }),
          timeoutMs,
          maxBytes: MAX_ANSWER_BYTES,
          ...(signal === undefined ? {} : { signal }),
        });
        return readAnswer<Data>(answer.status, (await buffer(answer.body)).toString('utf8'));
      } catch (error) {
        const failure = failureOf(error as Error);
        return leased?.begun === false ? { got: 'nobody', message: failure.message } : failure;
      }
    },

    async download(server, path, { timeoutMs, maxBytes, signal }) {
      const url = urlOf(server, path, { original: 'true' });
      const answer = await fetch.fetch(url, { timeoutMs, maxBytes, signal });
      if (answer.status === 200) return answer.body;
      answer.body.destroy();
      throw new Error(`The BlueBubbles server answered ${answer.status} when asked for an attachment`);
    },
  };
}

/** The path's parts are encoded by whoever names them. */
function urlOf({ serverUrl, password }: BlueBubblesServer, path: string, query: Record<string, string>) {
  return `${serverUrl}/api/v1/${path}?${new URLSearchParams({ ...query, guid: password })}`;
}

function payloadOf({ json, form }: CallOptions): { headers: Record<string, string>; body?: Buffer } {
  if (form !== undefined) return multipart(form);
  if (json === undefined) return { headers: {} };
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) };
}

/** Whole, so that the instant before it leaves is ours. */
function multipart({ fields, file }: Form): { headers: Record<string, string>; body: Buffer } {
  // Of the content itself, so that the content cannot hold it.
  const boundary = `trunkline-${createHash('sha256').update(file.bytes).digest('hex').slice(0, 48)}`;
  const head = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const texts = Object.entries(fields).map(([name, value]) => `${head(`name="${name}"`)}\r\n${value}\r\n`);
  const fileHead = `${head(`name="attachment"; filename="${file.name.replace(/["\\\r\n]/g, '_')}"`)}Content-Type: ${file.mimeType}\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(texts.join('') + fileHead),
    file.bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body };
}

function readAnswer<Data>(status: number, text: string): Answer<Data> {
  const body = parse(text);
  // A tunnel or proxy answers in its own name, and nobody knows what it did before.
  if (body === null)
    return { got: 'silence', message: `The BlueBubbles server's address answered ${status}` };
  const { data, metadata, message, error } = body as Partial<Record<string, unknown>>;
  const said = error as { message?: unknown } | undefined;
  return {
    got: 'answer',
    status,
    data: data as Data,
    metadata: (metadata ?? {}) as { total?: number },
    message: String(message ?? ''),
    error: String(said?.message ?? ''),
  };
}

function parse(text: string): object | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'status' in body ? body : null;
  } catch {
    return null;
  }
}

function failureOf(error: Error & { code?: string }): Answer<never> {
  if (error instanceof FetchRefused) {
    if (error.code === 'private_address' || error.code === 'bad_url')
      return { got: 'nobody', message: error.message };
    return { got: 'silence', message: `The BlueBubbles server did not answer: ${error.message}` };
  }
  const code = codeOf(error);
  if (NEVER_CONNECTED.includes(code) || /^ERR_TLS|^CERT_|SELF_SIGNED|^UNABLE_TO/.test(code))
    return { got: 'nobody', message: `The BlueBubbles server cannot be reached: ${code}` };
  return {
    got: 'silence',
    message: `The connection to the BlueBubbles server was lost${code === '' ? '' : `: ${code}`}`,
  };
}

/** Several addresses of one host fail together. */
function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return '';
}
