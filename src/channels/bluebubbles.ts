/**
 * iMessage through a BlueBubbles server on a Mac: over its Private API while the helper is connected, else by AppleScript.
 * The server keeps no reference of ours and its answers prove little (bluebubbles-answers.ts), so a message is watched for
 * a moment after its row appears, asked for when an answer was lost, and its receipts are polled; webhooks are only hints.
 */
import type { Clock } from '../lib/clock.ts';
import type { GuardedFetch } from '../lib/guarded-fetch.ts';
import { lineFault, verdictOn } from './bluebubbles-answers.ts';
import { createBlueBubblesApi, type ServerInfo } from './bluebubbles-api.ts';
import { findChat } from './bluebubbles-chats.ts';
import { answerBlueBubbles, registerWebhook } from './bluebubbles-hooks.ts';
import { askBlueBubbles } from './bluebubbles-news.ts';
import { findLostMessage } from './bluebubbles-reconcile.ts';
import { refusalOf } from './bluebubbles-rows.ts';
import { createBlueBubblesSender } from './bluebubbles-send.ts';
import {
  type BlueBubblesServer,
  isPrivateLiteral,
  readBlueBubblesSettings,
  serverOf,
} from './bluebubbles-settings.ts';
import type { Channel, ChannelLine, Gesture } from './channel.ts';

export interface BlueBubblesChannelOptions {
  fetch: GuardedFetch;
  clock: Clock;
  allowPrivateHosts: boolean;
  /** Where servers can call us; null: they are only asked. */
  publicUrl: string | null;
  /** How long a message is watched for an error once its row exists; ms, like the two below. */
  confirmMs?: number;
  confirmEveryMs?: number;
  /** How long after its start an attempt without an answer may still bring a row. */
  quietMs?: number;
}

/** The server itself gives a text two minutes. */
const SEND_TIMEOUT_MS = 150_000;
/** An attempt's own time and once more what the server may go on with by itself. */
const QUIET_MS = 2 * SEND_TIMEOUT_MS;
const CONFIRM_MS = 4_000;
const CONFIRM_EVERY_MS = 500;
const NEWS_EVERY_MS = 20_000;
const QUICK_MS = 10_000;
const GESTURE_MS = 20_000;
const DOWNLOAD_MS = 120_000;
const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** Times are what lost messages are found by. */
const MAX_SKEW_SECONDS = 300;

export function createBlueBubblesChannel(options: BlueBubblesChannelOptions): Channel {
  const { fetch, clock, allowPrivateHosts, publicUrl, quietMs = QUIET_MS } = options;
  const { confirmMs = CONFIRM_MS, confirmEveryMs = CONFIRM_EVERY_MS } = options;
  const api = createBlueBubblesApi(fetch);
  const sendTimeoutMs = SEND_TIMEOUT_MS;
  const send = createBlueBubblesSender({ api, clock, sendTimeoutMs, confirmMs, confirmEveryMs });
  const askInfo = (server: BlueBubblesServer) =>
    api.call<ServerInfo>(server, 'server/info', { timeoutMs: QUICK_MS });

  return {
    sendTimeoutMs,
    knowsReceipts: true,
    newsEveryMs: NEWS_EVERY_MS,

    async send(line, outgoing, lease) {
      const server = serverOf(line);
      if (typeof server === 'string') return lineFault('config', server);
      if (outgoing.messageType !== 'imessage') {
        const message = 'Only an iMessage can be sent here';
        return { outcome: 'rejected', permanent: true, code: 'invalid_recipient', message };
      }
      return send(server, outgoing, lease);
    },

    async reconcile(line, reference, lost) {
      const server = serverOf(line);
      if (typeof server === 'string') return { finding: 'undecided', message: server, final: false };
      if (lost === undefined)
        return { finding: 'undecided', message: 'Nothing is known to look for', final: true };
      const info = await askInfo(server);
      if (info.got !== 'answer' || info.status !== 200)
        return { finding: 'undecided', message: refusalOf(info), final: false };
      return findLostMessage(api, server, info.data, reference, lost, { now: clock.now(), quietMs });
    },

    async checkAvailability(line, address) {
      const server = serverOf(line);
      if (typeof server === 'string') return { availability: 'error', message: server };
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

    async checkHealth(line) {
      const server = serverOf(line);
      const fault = typeof server === 'string' ? server : await faultOf(server);
      if (fault !== null) return { healthy: false, message: fault };
      // What goes wrong here costs promptness only: the line is asked for news anyway, and told again in a minute.
      if (publicUrl !== null && typeof server !== 'string')
        await registerWebhook(api, server, line, publicUrl);
      return { healthy: true };
    },

    validateConfig(config) {
      const settings = readBlueBubblesSettings(config);
      if (typeof settings === 'string') return settings;
      return !allowPrivateHosts && isPrivateLiteral(settings)
        ? 'transportConfig.serverUrl is not a public address'
        : null;
    },

    refuseAttachments(_line, attachments) {
      if (attachments.some(({ sizeBytes }) => sizeBytes === 0)) return 'An attachment is empty';
      return attachments.some(({ sizeBytes }) => sizeBytes > MAX_FILE_BYTES)
        ? 'An attachment must not be larger than 25 MB'
        : null;
    },

    async askForNews(line, question) {
      const server = serverOf(line);
      if (typeof server === 'string') throw new Error(server);
      // A new line need not wait for its first health check to be called.
      if (publicUrl !== null && question.cursor === null) await registerWebhook(api, server, line, publicUrl);
      return askBlueBubbles(api, server, question, clock);
    },

    async receiveHook(line, request) {
      const server = serverOf(line);
      return answerBlueBubbles(line, typeof server === 'string' ? null : server.password, request);
    },

    async openInboundAttachment(line, source, signal) {
      const server = serverOf(line);
      if (typeof server === 'string') throw new Error(server);
      const { guid } = (source ?? {}) as { guid?: unknown };
      const path = `attachment/${encodeURIComponent(String(guid))}/download`;
      return api.download(server, path, { timeoutMs: DOWNLOAD_MS, maxBytes: MAX_FILE_BYTES, signal });
    },

    async react(line, { externalMessageId, address }, reaction, isRemoved) {
      return gesture(line, address, (server, chatGuid) =>
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

    async showTyping(line, { address }, isTyping) {
      return gesture(line, address, (server, chatGuid) =>
        api.call(server, `chat/${encodeURIComponent(chatGuid)}/typing`, {
          method: isTyping ? 'POST' : 'DELETE',
          timeoutMs: GESTURE_MS,
        }),
      );
    },

    async close() {},
  };

  async function faultOf(server: BlueBubblesServer): Promise<string | null> {
    const ping = await api.call(server, 'ping', { timeoutMs: QUICK_MS });
    const verdict = verdictOn(ping);
    if (!verdict.taken) return verdict.failedRow === true ? refusalOf(ping) : verdict.failure.message;
    const info = await askInfo(server);
    if (info.got !== 'answer' || info.status !== 200) return refusalOf(info);
    const { detected_imessage: account, macos_time_sync: skew } = info.data;
    if (account === null || account === '') return 'Messages on the Mac is signed in to no account';
    if (server.method === 'private-api' && !hasPrivateApi(server, info.data))
      return 'The Private API is not connected to Messages on the Mac';
    if (typeof skew === 'number' && Math.abs(skew) > MAX_SKEW_SECONDS)
      return `The Mac's clock is ${Math.abs(Math.round(skew))} seconds off: let it be set by the network`;
    return null;
  }

  async function gesture(
    line: ChannelLine,
    address: string,
    make: (server: BlueBubblesServer, chatGuid: string) => ReturnType<typeof api.call>,
  ): Promise<Gesture> {
    const server = serverOf(line);
    if (typeof server === 'string') return { done: false, message: server };
    const info = await askInfo(server);
    if (info.got !== 'answer' || info.status !== 200) return { done: false, message: refusalOf(info) };
    const chat = await findChat(api, server, address, info.data);
    if (chat.got === 'failure') return { done: false, message: refusalOf(chat.answer) };
    if (chat.guid === null) return { done: false, message: `There is no conversation with ${address} yet` };
    const answer = await make(server, chat.guid);
    return answer.got === 'answer' && answer.status === 200
      ? { done: true }
      : { done: false, message: refusalOf(answer) };
  }
}

function hasPrivateApi({ method }: BlueBubblesServer, info: ServerInfo): boolean {
  return method !== 'apple-script' && info.private_api === true && info.helper_connected === true;
}
