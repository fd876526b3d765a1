/** For tests of this folder: the real server on a real socket, with actions the test hands in. Closed when the test ends. */
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Caller } from '../actions/access/authenticate.ts';
import type { SendOptions } from '../actions/messages/intake.ts';
import { type Config, readConfig } from '../config.ts';
import type { Message, SendAnswer, SendMessage } from '../contract/messages/messages.ts';
import type { Deps } from '../deps.ts';
import type { Scope } from '../domain/words.ts';
import { createBell } from '../lib/bell.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { createHeavyCalls } from '../lib/heavy-calls.ts';
import { createIds } from '../lib/ids.ts';
import { type Log, silentLog } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { seededRandom } from '../lib/random.ts';
import type { Actions } from './actions.ts';
import { createServer } from './server.ts';

export const KEY = 'Bearer tl_sk_test';
export const ID = '0199c2f07a3b00010c9b2d4e';

export interface Sent {
  caller: Caller;
  request: SendMessage;
  options: SendOptions;
}

export interface TestServer {
  app: FastifyInstance;
  url: string;
  port: number;
  deps: Deps;
  /** What `acceptMessage` was called with. */
  sent: Sent[];
}

export interface Setup {
  actions?: Partial<Actions>;
  config?: Partial<Config>;
  scopes?: readonly Scope[];
  clock?: Clock;
  log?: Log;
}

export async function startServer({
  actions = {},
  config = {},
  scopes = ['admin'],
  clock = systemClock(),
  log = silentLog(),
}: Setup): Promise<TestServer> {
  const sent: Sent[] = [];
  const accept: Actions['acceptMessage'] = async (_deps, caller, request, options) => {
    sent.push({ caller, request, options });
    const body = sendAnswer(request, options.warnings);
    return { httpStatus: 201, body, replayed: false, waited: options.waitMs > 0 };
  };
  const deps = fakeDeps({ ...readConfig({}), ...config }, scopes, clock, log);
  const app = createServer(deps, refusing({ acceptMessage: accept, ...actions }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}`, port, deps, sent };
}

/** `POST` of JSON with a good key, unless the test says otherwise. */
export function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer> | object,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: KEY, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

export function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers: { authorization: KEY, ...headers } });
}

/** Writes bytes on a bare socket and resolves with all that came back once the server closed, or `until` was seen. */
export function exchange(port: number, bytes: string | Buffer, until?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until?.test(text)) socket.destroy();
    });
    // A reset after the answer is the server's right; what it answered is what is asked for.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

/** Only what the HTTP server may use; touching anything else (the database, the channels) is a defect and says so. */
function fakeDeps(config: Config, scopes: readonly Scope[], clock: Clock, log: Log): Deps {
  const usable: Partial<Deps> = {
    config,
    clock,
    ids: createIds(clock, seededRandom(1)),
    log,
    metrics: createMetrics(),
    heavyCalls: createHeavyCalls({ atOnce: 1, ofOne: 2, ofAll: 2 }),
    snapshots: { read: async (id: string) => (id === 'ws_1' ? {} : null) } as Deps['snapshots'],
    relay: {
      authenticate: async () => null,
      jobs: createBell(clock),
      answers: createBell(clock),
      drain: async () => {},
    },
    people: {
      signIn: { sessionToken: () => null },
      sessions: { find: async () => null },
    } as unknown as Deps['people'],
    authenticate: async (header) =>
      header === KEY
        ? { workspaceId: 'ws_1', apiKeyId: ID, scopes, sendsAs: 'imessage_first' as const }
        : null,
  };
  return new Proxy(usable, {
    get(given, name) {
      if (!(name in given)) throw new Error(`the HTTP server must not use ${String(name)}`);
      return given[name as keyof Deps];
    },
  }) as Deps;
}

/** Actions a test did not hand in say so, as a defect. */
function refusing(actions: Partial<Actions>): Actions {
  return new Proxy(actions, {
    get: (given, name) =>
      given[name as keyof Actions] ?? (async () => Promise.reject(new Error(`no action ${String(name)}`))),
  }) as Actions;
}

function sendAnswer(request: SendMessage, warnings: string[]): SendAnswer {
  return {
    success: true,
    status: 'pending',
    leadId: request.leadId,
    ...request.crm,
    message: messageOf(request),
    warnings,
  };
}

/** A message as the wire shows it; only what tests look at differs. */
export function messageOf(request: Partial<SendMessage> = {}): Message {
  const at = '2026-11-23T12:00:00.000Z';
  const {
    message = 'Hi',
    messageType = 'imessage',
    recipientPhone = null,
    recipientEmail = null,
    leadId = null,
  } = request;
  const nothing = {
    subject: null,
    reason: null,
    fromLineId: null,
    fromLinePhone: null,
    fromLineEmail: null,
    recipientName: null,
    address: null,
    createdByUserId: null,
    scheduledDate: null,
    dueAt: null,
    expiresAt: null,
    lineDecision: null,
    batchId: null,
    campaignId: null,
    stepIndex: null,
    contactOwnerEmail: null,
    settings: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    externalMessageId: null,
    errorMessage: null,
    fallbackOf: null,
    retryOf: null,
    retriedBy: null,
    hsContactId: null,
    hsPortalId: null,
    ghlContactId: null,
    ghlLocationId: null,
    ghlConversationMessageId: null,
  };
  return {
    ...nothing,
    _id: ID,
    message,
    messageType,
    status: 'pending',
    direction: 'sent',
    recipientPhone,
    recipientEmail,
    leadId,
    workspaceId: 'ws_1',
    priority: 'single',
    attempt: 0,
    attempts: 5,
    checkedAddresses: [],
    sendFallbackSmsOnFailed: false,
    fallbackSmsDispatched: false,
    attachmentUrls: [],
    attachmentNames: [],
    correlationId: 'app_1',
    createdAt: at,
    updatedAt: at,
  };
}
