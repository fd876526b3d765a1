/**
 * A BlueBubbles server on a Mac: over its Private API while the helper is connected, else by AppleScript. The server keeps
 * no reference of ours and its answers prove little (answers.ts), so a message is watched for a moment after its row
 * appears, looked for when an answer was lost, and its receipts are asked for. Lines reach it from the server
 * (channels/bluebubbles.ts) or through the relay beside it (relay/drivers/bluebubbles.ts).
 */
import type { Readable } from 'node:stream';
import type { NewsAnswer, NewsQuestion } from '../domain/news.ts';
import type { Availability, Finding, Gesture, OnDevice, Outcome } from '../domain/outcome.ts';
import type { Reaction } from '../domain/words.ts';
import type { Clock, Deadline } from '../lib/clock.ts';
import type { GuardedFetch } from '../lib/guarded-fetch.ts';
import { verdictOn } from './answers.ts';
import { type BlueBubblesApi, createBlueBubblesApi, type ServerInfo } from './api.ts';
import { findChat } from './chats.ts';
import { findLostMessage, type LostMessage } from './find.ts';
import { askBlueBubbles } from './news.ts';
import { refusalOf } from './rows.ts';
import { createBlueBubblesSender, type Outgoing } from './send.ts';
import type { BlueBubblesServer } from './settings.ts';

export interface BlueBubblesOptions {
  fetch: GuardedFetch;
  clock: Clock;
  patience?: Patience;
}
/** In ms. */
export interface Patience {
  /** Until a send is given up. */
  sendTimeoutMs?: number;
  /** How long a message is watched for an error once its row exists, and how often it is looked at. */
  confirmMs?: number;
  confirmEveryMs?: number;
  /** How long after its start an attempt without an answer may still bring a row. */
  quietMs?: number;
}

export interface BlueBubbles {
  api: BlueBubblesApi;
  send(server: BlueBubblesServer, outgoing: Outgoing, lease: Deadline): Promise<Outcome>;
  /** Did a message leave whose answer was lost? */
  find(server: BlueBubblesServer, reference: string, lost: LostMessage): Promise<Finding>;
  check(server: BlueBubblesServer, address: string): Promise<Availability>;
  /** Can it send now? Nobody notices that it was asked. */
  test(server: BlueBubblesServer): Promise<ServerTest>;
  /** Throws a sentence when the server does not answer. */
  askForNews(server: BlueBubblesServer, question: NewsQuestion): Promise<NewsAnswer>;
  openAttachment(server: BlueBubblesServer, source: unknown, signal: AbortSignal): Promise<Readable>;
  react(
    server: BlueBubblesServer,
    message: OnDevice,
    reaction: Reaction,
    isRemoved: boolean,
  ): Promise<Gesture>;
  showTyping(server: BlueBubblesServer, to: OnDevice, isTyping: boolean): Promise<Gesture>;
}

export interface ServerTest {
  checks: { check: 'server' | 'signed-in' | 'private-api' | 'clock'; ok: boolean; message: string }[];
  versions: Record<string, string>;
}

/** The server itself gives a text two minutes. */
export const SEND_TIMEOUT_MS = 150_000;
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
const CONFIRM_MS = 4_000;
const CONFIRM_EVERY_MS = 500;
const QUICK_MS = 10_000;
const GESTURE_MS = 20_000;
const DOWNLOAD_MS = 120_000;
/** Times are what lost messages are found by. */
const MAX_SKEW_SECONDS = 300;

export function createBlueBubbles({ fetch, clock, patience = {} }: BlueBubblesOptions): BlueBubbles {
  const { sendTimeoutMs = SEND_TIMEOUT_MS } = patience;
  const { confirmMs = CONFIRM_MS, confirmEveryMs = CONFIRM_EVERY_MS } = patience;
  // An attempt's own time and once more what the server may go on with by itself.
  const { quietMs = 2 * sendTimeoutMs } = patience;
  const api = createBlueBubblesApi(fetch);
  const askInfo = (server: BlueBubblesServer) =>
    api.call<ServerInfo>(server, 'server/info', { timeoutMs: QUICK_MS });

  return {
    api,
    send: createBlueBubblesSender({ api, clock, sendTimeoutMs, confirmMs, confirmEveryMs }),

    async find(server, reference, lost) {
      const info = await askInfo(server);
      if (info.got !== 'answer' || info.status !== 200)
        return { finding: 'undecided', message: refusalOf(info), final: false };
      return findLostMessage(api, server, info.data, reference, lost, { now: clock.now(), quietMs });
    },

    async check(server, address) {
      const info = await askInfo(server);
      if (info.got !== 'answer' || info.status !== 200)
        return { availability: 'error', message: refusalOf(info) };
      if (!hasPrivateApi(server, info.data)) return { availability: 'cannot_check' };
      const answer = await api.call<{ available?: unknown }>(server, 'handle/availability/imessage', {
        query: { address },
        timeoutMs: QUICK_MS,
      });
      if (answer.got !== 'answer' || answer.status !== 200 || typeof answer.data?.available !== 'boolean')
        return { availability: 'error', message: refusalOf(answer) };
      return { availability: answer.data.available ? 'available' : 'unavailable' };
    },

    async test(server) {
      const fails = (message: string): ServerTest => ({
        checks: [{ check: 'server', ok: false, message }],
        versions: {},
      });
      const ping = await api.call(server, 'ping', { timeoutMs: QUICK_MS });
      const verdict = verdictOn(ping);
      if (!verdict.taken)
        return fails(verdict.failedRow === true ? refusalOf(ping) : verdict.failure.message);
      const info = await askInfo(server);
      if (info.got !== 'answer' || info.status !== 200) return fails(refusalOf(info));
      return testInfo(server, info.data);
    },

    askForNews: (server, question) => askBlueBubbles(api, server, question, clock),

    async openAttachment(server, source, signal) {
      const { guid } = (source ?? {}) as { guid?: unknown };
      const path = `attachment/${encodeURIComponent(String(guid))}/download`;
      return api.download(server, path, { timeoutMs: DOWNLOAD_MS, maxBytes: MAX_FILE_BYTES, signal });
    },

    async react(server, { externalMessageId, address }, reaction, isRemoved) {
      return gesture(server, address, (chatGuid) =>
        api.call(server, 'message/react', {
          method: 'POST',
          json: {
            chatGuid,
            selectedMessageGuid: externalMessageId,
            reaction: `${isRemoved ? '-' : ''}${reaction}`,
          },
          timeoutMs: GESTURE_MS,
        }),
      );
    },

    async showTyping(server, { address }, isTyping) {
      return gesture(server, address, (chatGuid) =>
        api.call(server, `chat/${encodeURIComponent(chatGuid)}/typing`, {
          method: isTyping ? 'POST' : 'DELETE',
          timeoutMs: GESTURE_MS,
        }),
      );
    },
  };

  async function gesture(
    server: BlueBubblesServer,
    address: string,
    make: (chatGuid: string) => ReturnType<typeof api.call>,
  ): Promise<Gesture> {
    const info = await askInfo(server);
    if (info.got !== 'answer' || info.status !== 200) return { done: false, message: refusalOf(info) };
    const chat = await findChat(api, server, address, info.data);
    if (chat.got === 'failure') return { done: false, message: refusalOf(chat.answer) };
    if (chat.guid === null) return { done: false, message: `There is no conversation with ${address} yet` };
    const answer = await make(chat.guid);
    return answer.got === 'answer' && answer.status === 200
      ? { done: true }
      : { done: false, message: refusalOf(answer) };
  }
}

function testInfo(server: BlueBubblesServer, info: ServerInfo): ServerTest {
  const { detected_imessage: account, macos_time_sync: skew, os_version, server_version } = info;
  const isSignedIn = account !== null && account !== '';
  const isConnected = hasPrivateApi(server, info);
  const offBy = typeof skew === 'number' ? Math.abs(Math.round(skew)) : 0;
  return {
    checks: [
      { check: 'server', ok: true, message: 'The BlueBubbles server answers' },
      {
        check: 'signed-in',
        ok: isSignedIn,
        message: isSignedIn ? 'Messages is signed in' : 'Messages on the Mac is signed in to no account',
      },
      {
        check: 'private-api',
        ok: isConnected || server.method !== 'private-api',
        message: isConnected
          ? 'The Private API is connected to Messages'
          : `The Private API is not connected to Messages on the Mac${server.method === 'private-api' ? '' : ': AppleScript sends'}`,
      },
      {
        check: 'clock',
        ok: offBy <= MAX_SKEW_SECONDS,
        message:
          offBy <= MAX_SKEW_SECONDS
            ? "The Mac's clock is right"
            : `The Mac's clock is ${offBy} seconds off: let it be set by the network`,
      },
    ],
    versions: {
      ...(os_version === undefined ? {} : { macos: os_version }),
      ...(server_version === undefined ? {} : { bluebubbles: server_version }),
    },
  };
}

function hasPrivateApi({ method }: BlueBubblesServer, info: ServerInfo): boolean {
  return method !== 'apple-script' && info.private_api === true && info.helper_connected === true;
}
