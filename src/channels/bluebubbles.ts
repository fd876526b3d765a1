/**
 * iMessage through a BlueBubbles server that the workspace names (bluebubbles/bluebubbles.ts). It is asked for news;
 * where it can call us, its calls are hints to ask at once (bluebubbles-hooks.ts).
 */
import { lineFault } from '../bluebubbles/answers.ts';
import {
  createBlueBubbles,
  MAX_FILE_BYTES,
  type Patience,
  SEND_TIMEOUT_MS,
} from '../bluebubbles/bluebubbles.ts';
import {
  type BlueBubblesServer,
  isPrivateLiteral,
  readBlueBubblesSettings,
} from '../bluebubbles/settings.ts';
import { failed } from '../domain/setup-step.ts';
import type { Clock } from '../lib/clock.ts';
import type { GuardedFetch } from '../lib/guarded-fetch.ts';
import { answerBlueBubbles, registerWebhook } from './bluebubbles-hooks.ts';
import { blueBubblesQuestions } from './bluebubbles-setup.ts';
import type { Channel, ChannelLine } from './channel.ts';
import { askInOrder } from './setup-check.ts';

export interface BlueBubblesChannelOptions extends Patience {
  fetch: GuardedFetch;
  clock: Clock;
  allowPrivateHosts: boolean;
  /** Where servers can call us; null: they are only asked. */
  publicUrl: string | null;
}

const NEWS_EVERY_MS = 20_000;

export function createBlueBubblesChannel(options: BlueBubblesChannelOptions): Channel {
  const { fetch, clock, allowPrivateHosts, publicUrl, ...patience } = options;
  const mac = createBlueBubbles({ fetch, clock, patience });

  return {
    sendTimeoutMs: patience.sendTimeoutMs ?? SEND_TIMEOUT_MS,
    knowsReceipts: true,
    newsEveryMs: NEWS_EVERY_MS,

    async send(line, outgoing, lease) {
      const server = serverOf(line);
      if (typeof server === 'string') return lineFault('config', server);
      if (outgoing.messageType !== 'imessage') {
        const message = 'Only an iMessage can be sent here';
        return { outcome: 'rejected', permanent: true, code: 'invalid_recipient', message };
      }
      return mac.send(server, outgoing, lease);
    },

    async reconcile(line, reference, lost) {
      const server = serverOf(line);
      if (typeof server === 'string') return { finding: 'undecided', message: server, final: false };
      if (lost === undefined)
        return { finding: 'undecided', message: 'Nothing is known to look for', final: true };
      return mac.find(server, reference, lost);
    },

    async checkAvailability(line, address) {
      const server = serverOf(line);
      if (typeof server === 'string') return { availability: 'error', message: server };
      return mac.check(server, address);
    },

    async checkHealth(line) {
      const server = serverOf(line);
      if (typeof server === 'string') return { healthy: false, message: server };
      const { checks } = await mac.test(server);
      const fault = checks.find(({ ok }) => !ok);
      if (fault !== undefined) return { healthy: false, message: fault.message };
      // What goes wrong here costs promptness only: the line is asked for news anyway, and told again in a minute.
      if (publicUrl !== null) await registerWebhook(mac.api, server, line, publicUrl);
      return { healthy: true };
    },

    async checkSetup(line) {
      const server = serverOf(line);
      if (typeof server === 'string') {
        const fix = 'Enter the password of the BlueBubbles server.';
        return [{ key: 'password', ...failed('There is no password', fix) }];
      }
      return askInOrder(clock, blueBubblesQuestions(mac.api, server, line, publicUrl));
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
      const server = serverOrThrow(line);
      // A new line need not wait for its first health check to be called.
      if (publicUrl !== null && question.cursor === null)
        await registerWebhook(mac.api, server, line, publicUrl);
      return mac.askForNews(server, question);
    },

    async receiveHook(line, request) {
      const server = serverOf(line);
      return answerBlueBubbles(line, typeof server === 'string' ? null : server.password, request);
    },

    async openInboundAttachment(line, source, signal) {
      return mac.openAttachment(serverOrThrow(line), source, signal);
    },

    async react(line, message, reaction, isRemoved) {
      const server = serverOf(line);
      if (typeof server === 'string') return { done: false, message: server };
      return mac.react(server, message, reaction, isRemoved);
    },

    async showTyping(line, to, isTyping) {
      const server = serverOf(line);
      if (typeof server === 'string') return { done: false, message: server };
      return mac.showTyping(server, to, isTyping);
    },

    async close() {},
  };
}

/** The line's server, or the public sentence that says why there is none. */
function serverOf(line: ChannelLine): BlueBubblesServer | string {
  const settings = readBlueBubblesSettings(line.transportConfig);
  if (typeof settings === 'string') return settings;
  if (line.secret === null || line.secret.trim() === '')
    return "The line has no secret: it is the BlueBubbles server's password";
  return { ...settings, password: line.secret.trim() };
}

function serverOrThrow(line: ChannelLine): BlueBubblesServer {
  const server = serverOf(line);
  if (typeof server === 'string') throw new Error(server);
  return server;
}
