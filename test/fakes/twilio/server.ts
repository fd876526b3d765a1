/**
 * Twilio's Messages API over real HTTP: creates, shows, lists, cancels, redacts and deletes messages of one account, calls
 * back as Twilio does, and lets people write to its numbers. The recipient decides what goes wrong (script.ts).
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import type { CallOptions, MadeCall } from './calls.ts';
import { live } from './life.ts';
import { API, isListed, newSid, page, present, presentMedium, type StoredMessage } from './messages.ts';
import { receive } from './people.ts';
import { account, numbersPage, service, servicePhones } from './resources.ts';
import { ORDINARY, RECIPIENTS, type Script, SENDERS } from './script.ts';

export interface TwilioOptions {
  clock?: Clock;
  accountSid?: string;
  authToken?: string;
  /** Numbers of the account; the magic senders are always there. */
  numbers?: readonly string[];
  serviceSid?: string;
  port?: number;
  /** Between the states of a message. */
  stateMs?: number;
}

export interface InboundWish {
  from: string;
  to: string;
  body?: string;
  media?: readonly { contentType: string; bytes: Buffer }[];
  optOutType?: 'STOP' | 'START' | 'HELP';
  /** Where the number's webhook points; without one nobody is called, and the message can only be listed. */
  url?: string;
  /** Used by the tests of the door. */
  call?: Partial<CallOptions>;
}

export interface FakeTwilio {
  url: string;
  accountSid: string;
  authToken: string;
  serviceSid: string;
  numbers: readonly string[];
  /** Oldest first. */
  messages: StoredMessage[];
  /** Every call made, oldest first. */
  calls: MadeCall[];
  /** Of every request to the API: method and path with query. */
  requests: string[];
  /** Of requests to the host that holds the media. */
  mediaRequests: { authorization: string | undefined }[];
  /** What comes back when its state is asked for. */
  accountStatus: 'active' | 'suspended' | 'closed';
  /** Somebody writes to one of the numbers. */
  receive(wish: InboundWish): Promise<{ message: StoredMessage; call: MadeCall | null }>;
  close(): Promise<void>;
}

const STATE_MS = 10;

export async function startTwilio(options: TwilioOptions = {}): Promise<FakeTwilio> {
  const { clock = systemClock(), stateMs = STATE_MS } = options;
  const closed = new AbortController();
  const times = new Map<string, number>();
  const working = new Set<Promise<unknown>>();
  const server = createServer((request, response) => void answer(request, response));
  const mediaHost = createServer(serveMedia);
  const media = new Map<string, { contentType: string; bytes: Buffer }>();
  for (const [each, port] of [
    [server, options.port ?? 0],
    [mediaHost, 0],
  ] as const) {
    each.listen(port, '127.0.0.1');
    await once(each, 'listening');
  }
  const urlOf = (each: typeof server) => `http://127.0.0.1:${(each.address() as AddressInfo).port}`;

  const fake: FakeTwilio = {
    url: urlOf(server),
    accountSid: options.accountSid ?? newSid('AC'),
    authToken: options.authToken ?? 'f'.repeat(32),
    serviceSid: options.serviceSid ?? newSid('MG'),
    numbers: ['+15005550006', ...Object.keys(SENDERS), ...(options.numbers ?? [])],
    messages: [],
    calls: [],
    requests: [],
    mediaRequests: [],
    accountStatus: 'active',
    receive: (wish) => receive(fake, clock, wish),
    async close() {
      closed.abort();
      for (const each of [server, mediaHost]) {
        each.closeAllConnections();
        await new Promise((resolve) => each.close(resolve));
      }
      await Promise.allSettled([...working]);
    },
  };
  const root = `${API}/Accounts/${fake.accountSid}`;
  return fake;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', fake.url);
    fake.requests.push(`${request.method} ${request.url}`);
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
    if (!isKnown(request)) return refuse(response, 401, 20003, 'Authenticate');
    const route = `${request.method} ${url.pathname.replace(root, '')}`;
    if (route === `GET .json`) return json(response, 200, account(fake));
    if (route === 'POST /Messages.json') return create(form, response);
    if (route === 'GET /Messages.json') return list(url, response);
    if (route === 'GET /IncomingPhoneNumbers.json') return json(response, 200, numbersPage(fake, url));
    if (route === `GET /v1/Services/${fake.serviceSid}`) return json(response, 200, service(fake));
    if (route === `GET /v1/Services/${fake.serviceSid}/PhoneNumbers`)
      return json(response, 200, servicePhones(fake));
    const [, method, sid, rest = ''] = /^(\w+) \/Messages\/(\w{34})(.*)$/.exec(route) ?? [];
    const message = fake.messages.find((each) => each.sid === sid);
    if (message === undefined)
      return refuse(response, 404, 20404, `The requested resource ${url.pathname} was not found`);
    if (method === 'GET' && rest === '.json') return json(response, 200, present(message));
    if (method === 'GET' && rest === '/Media.json') return json(response, 200, mediaPage(message, url));
    if (method === 'POST' && rest === '.json') return change(message, form, response);
    if (method === 'DELETE' && rest === '.json') {
      fake.messages.splice(fake.messages.indexOf(message), 1);
      response.writeHead(204).end();
      return;
    }
    const medium = message.media.find(({ sid: each }) => rest === `/Media/${each}`);
    if (medium === undefined)
      return refuse(response, 404, 20404, `The requested resource ${url.pathname} was not found`);
    media.set(medium.sid, medium);
    response.writeHead(307, { location: `${urlOf(mediaHost)}/${medium.sid}?signed=for-a-while` }).end();
  }

  function isKnown({ headers }: IncomingMessage): boolean {
    const expected = `Basic ${Buffer.from(`${fake.accountSid}:${fake.authToken}`).toString('base64')}`;
    return headers.authorization === expected;
  }

  /* Creating */

  async function create(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const to = form.get('To') ?? '';
    const script = RECIPIENTS[to] ?? ORDINARY;
    const fault = faultOf(form, script);
    if (fault !== null) return refuse(response, fault.status, fault.code, fault.message);
    const seen = (times.get(to) ?? 0) + 1;
    times.set(to, seen);
    if (seen <= (script.busyTimes ?? 0)) return refuse(response, 429, 20429, 'Too Many Requests');
    const message = script.creates === false ? null : store(form);
    const shown = message === null ? {} : present(message);
    if (message !== null) track(live({ fake, clock, stateMs, closed }, message, script));
    if (script.slowMs !== undefined) await clock.sleep(script.slowMs, closed.signal);
    switch (script.answer) {
      case 'lost':
        response.socket?.destroy();
        return;
      case '500':
        return refuse(response, 500, 20500, 'Internal Server Error');
      case '503':
        return refuse(response, 503, 20503, 'Service is temporarily unavailable');
      case 'html':
        response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>');
        return;
      default:
        json(response, 201, shown);
    }
  }

  function faultOf(form: URLSearchParams, script: Script): NonNullable<Script['refused']> | null {
    const bad = (code: number, message: string) => ({ status: 400, code, message });
    const [to, from, service] = [form.get('To'), form.get('From'), form.get('MessagingServiceSid')];
    const [body, media, callback] = [
      form.get('Body') ?? '',
      form.getAll('MediaUrl'),
      form.get('StatusCallback'),
    ];
    if (!to) return bad(21604, "A 'To' phone number is required.");
    if (!from && !service) return bad(21603, "A 'From' phone number is required.");
    if (body === '' && media.length === 0) return bad(21602, 'Message body is required.');
    if ([...body].length > 1600)
      return bad(21617, 'The concatenated message body exceeds the 1600 character limit');
    if (media.length > 10) return bad(21623, 'Number of media files exceeds allowed limit');
    if (media.some((url) => !URL.canParse(url))) return bad(21620, 'Invalid media URL(s)');
    if (callback !== null && !URL.canParse(callback))
      return bad(21609, "The 'StatusCallback' URL is not a valid URL.");
    const validity = Number(form.get('ValidityPeriod') ?? 36_000);
    if (!(validity >= 1 && validity <= 36_000)) return bad(21624, 'ValidityPeriod out of range');
    if (service !== null && service !== fake.serviceSid)
      return bad(21705, 'The Messaging Service Sid is invalid');
    const sender = from === null ? undefined : SENDERS[from];
    if (sender?.refused !== undefined) return sender.refused;
    if (from !== null && !fake.numbers.includes(from))
      return bad(21660, 'Mismatch between the From number and the account');
    return script.refused ?? null;
  }

  function store(form: URLSearchParams): StoredMessage {
    const now = clock.now();
    const service = form.get('MessagingServiceSid');
    const message: StoredMessage = {
      sid: newSid(form.has('MediaUrl') ? 'MM' : 'SM'),
      accountSid: fake.accountSid,
      direction: 'outbound-api',
      from: service === null ? form.get('From') : null,
      to: form.get('To') ?? '',
      body: form.get('Body') ?? '',
      serviceSid: service,
      status: form.has('SendAt') ? 'scheduled' : service === null ? 'queued' : 'accepted',
      errorCode: null,
      errorMessage: null,
      createdAt: now,
      sentAt: null,
      updatedAt: now,
      media: [],
      parameters: form,
    };
    fake.messages.push(message);
    return message;
  }

  /* Reading and changing */

  function list(url: URL, response: ServerResponse): void {
    const found = fake.messages.filter((message) => isListed(message, url.searchParams)).reverse();
    json(response, 200, page('messages', found.map(present), url.pathname, url.searchParams));
  }

  function mediaPage(message: StoredMessage, url: URL): Record<string, unknown> {
    const shown = message.media.map((medium) => presentMedium(message, medium));
    return page('media_list', shown, url.pathname, url.searchParams);
  }

  function change(message: StoredMessage, form: URLSearchParams, response: ServerResponse): void {
    const cancels = form.get('Status') === 'canceled';
    if (cancels && message.status !== 'scheduled') {
      refuse(response, 400, 30409, 'The message is not in a state in which it can be canceled');
    } else if (!cancels && form.get('Body') !== '') {
      refuse(response, 400, 20001, 'Only an empty Body or the Status canceled can be set');
    } else {
      if (cancels) message.status = 'canceled';
      else message.body = '';
      message.updatedAt = clock.now();
      json(response, 200, present(message));
    }
  }

  function serveMedia(request: IncomingMessage, response: ServerResponse): void {
    fake.mediaRequests.push({ authorization: request.headers.authorization });
    const medium = media.get(/^\/(ME\w+)\?signed=/.exec(request.url ?? '')?.[1] ?? '');
    if (medium === undefined) response.writeHead(403).end();
    else response.writeHead(200, { 'content-type': medium.contentType }).end(medium.bytes);
  }

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => working.delete(tracked));
    working.add(tracked);
  }
}

function json(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  json(response, status, { code, message, more_info, status });
}
