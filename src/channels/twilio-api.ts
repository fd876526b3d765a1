/**
 * Twilio's REST API, as much of it as is needed: calls for one account, answers as values. Whether a call may have
 * reached Twilio is what matters when it fails: its body is a stream that notes when it is first read, which undici does
 * once a connection stands and before a byte of the request is written.
 */
import { text as readAll } from 'node:stream/consumers';
import type { Deadline } from '../lib/clock.ts';
import { FetchRefused, type GuardedFetch } from '../lib/guarded-fetch.ts';
import { LeasedContent } from '../lib/leased-content.ts';
import type { ChannelLine } from './channel.ts';
import type { TwilioRefusal } from './twilio-errors.ts';
import { readTwilioSettings, type TwilioSettings } from './twilio-settings.ts';

/** A message as Twilio shows it; only what is read. */
export interface TwilioMessage {
  sid: string;
  status: string;
  direction: string;
  from: string | null;
  to: string | null;
  body: string | null;
  /** A number, as text. */
  num_media: string | null;
  messaging_service_sid: string | null;
  /** RFC 2822. */
  date_created: string | null;
  error_code: number | null;
  error_message: string | null;
}

export type TwilioAnswer<Body> =
  | { got: 'body'; body: Body }
  | ({ got: 'refusal' } & TwilioRefusal)
  /** No answer. `left`: the request may have arrived. */
  | { got: 'nothing'; left: boolean; code: string; message: string };

export interface TwilioAccount extends TwilioSettings {
  authToken: string;
  /** Path of the account's resources, without the trailing slash. */
  path: string;
}

export interface TwilioApi {
  get<Body>(account: TwilioAccount, path: string, signal?: AbortSignal): Promise<TwilioAnswer<Body>>;
  /** Posts a form; nothing leaves once `lease` has passed. */
  post<Body>(
    account: TwilioAccount,
    path: string,
    form: URLSearchParams,
    lease: Deadline,
  ): Promise<TwilioAnswer<Body>>;
  /** Where Messaging Services are asked about: another host of Twilio's. */
  readonly messagingUrl: string;
  /** Whether credentials may be shown to the host of this address. */
  isOwn(url: URL): boolean;
  readonly url: string;
}

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** Twilio's own word for it is “Authenticate”. */
const UNKNOWN_CALLER = 'Twilio does not accept the account SID and auth token';
const API_VERSION = '/2010-04-01';

export function createTwilioApi({
  url,
  fetch,
  timeoutMs,
}: {
  /** Without a trailing slash. */
  url: string;
  fetch: GuardedFetch;
  timeoutMs: number;
}): TwilioApi {
  const host = new URL(url).host;
  const isTwilio = host.endsWith('.twilio.com');
  const toUrl = (path: string) => (/^https?:\/\//.test(path) ? path : `${url}${path}`);
  return {
    url,
    // A stand-in answers for both hosts.
    messagingUrl: isTwilio ? url.replace('//api.', '//messaging.') : url,
    isOwn: (other) =>
      other.protocol === new URL(url).protocol &&
      (other.host === host || (isTwilio && other.host.endsWith('.twilio.com'))),

    async get(account, path, signal) {
      return call(() =>
        fetch.fetch(toUrl(path), {
          headers: { authorization: basic(account), accept: 'application/json' },
          timeoutMs,
          maxBytes: MAX_ANSWER_BYTES,
          ...(signal === undefined ? {} : { signal }),
        }),
      );
    },

    async post(account, path, form, lease) {
      const bytes = Buffer.from(form.toString());
      const body = new LeasedContent(bytes, lease);
      return call(
        () =>
          fetch.fetch(toUrl(path), {
            method: 'POST',
            headers: {
              authorization: basic(account),
              accept: 'application/json',
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': String(bytes.length),
            },
            body,
            timeoutMs,
            maxBytes: MAX_ANSWER_BYTES,
            signal: lease.signal,
          }),
        () => body.begun,
      );
    },
  };
}

/** The account of a line, or what is wrong with the line as a public sentence. */
export function accountOf(line: Pick<ChannelLine, 'transportConfig' | 'secret'>): TwilioAccount | string {
  const settings = readTwilioSettings(line.transportConfig);
  if (typeof settings === 'string') return settings;
  if (line.secret === null || line.secret === '')
    return 'The line has no secret: it must be the auth token of the account';
  return { ...settings, authToken: line.secret, path: `${API_VERSION}/Accounts/${settings.accountSid}` };
}

export function basic({ accountSid, authToken }: TwilioAccount): string {
  return `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
}

async function call<Body>(
  ask: () => ReturnType<GuardedFetch['fetch']>,
  hasLeft: () => boolean = () => true,
): Promise<TwilioAnswer<Body>> {
  try {
    const { status, body } = await ask();
    const parsed = parse(await readAll(body));
    if (status >= 200 && status < 300) {
      if (parsed !== null) return { got: 'body', body: parsed as Body };
      return {
        got: 'nothing',
        left: true,
        code: 'answer',
        message: `Twilio answered ${status} without JSON`,
      };
    }
    return { got: 'refusal', status, ...readRefusal(status, parsed) };
  } catch (error) {
    return { got: 'nothing', left: hasLeft(), code: codeOf(error), message: sentenceOf(error) };
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    // Not Twilio's: the HTML of a proxy, or nothing.
    return null;
  }
}

function readRefusal(
  status: number,
  body: Record<string, unknown> | null,
): { code: number | null; message: string } {
  const { code = null, message } = body ?? {};
  const said = typeof message === 'string' && message !== '' ? message : `Twilio answered ${status}`;
  return {
    code: typeof code === 'number' ? code : null,
    message: status === 401 ? UNKNOWN_CALLER : said,
  };
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[\w.]+$/.test(code) ? code : 'network';
}

function sentenceOf(error: unknown): string {
  if (error instanceof FetchRefused) return error.message;
  const { message } = error as Error;
  // A host with several addresses fails with a list of errors and no sentence of its own.
  return message ? `Twilio cannot be reached: ${message}` : `Twilio cannot be reached (${codeOf(error)})`;
}
