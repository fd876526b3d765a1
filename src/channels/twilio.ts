/**
 * SMS and MMS through Twilio's Messages API. Creating a message takes no reference of ours, so our id goes into the
 * address of its status callback: whatever becomes of the call's answer, a callback proves that the message exists and
 * says which one it is. Where we can't be called, or callbacks are lost, Twilio is asked.
 */
import type { Readable } from 'node:stream';
import { isPhone } from '../domain/address.ts';
import { failed } from '../domain/setup-step.ts';
import type { Clock } from '../lib/clock.ts';
import type { GuardedFetch } from '../lib/guarded-fetch.ts';
import type { Channel, ChannelLine, Outcome, Outgoing } from './channel.ts';
import { askInOrder } from './setup-check.ts';
import {
  accountOf,
  basic,
  createTwilioApi,
  type TwilioAccount,
  type TwilioAnswer,
  type TwilioMessage,
} from './twilio-api.ts';
import { outcomeOfRefusal } from './twilio-errors.ts';
import { answerTwilio, statusCallback } from './twilio-hooks.ts';
import { askTwilio } from './twilio-news.ts';
import { findLostSend } from './twilio-reconcile.ts';
import { readTwilioSettings } from './twilio-settings.ts';
import { twilioQuestions } from './twilio-setup.ts';

export interface TwilioChannelOptions {
  /** Of the API, without a trailing slash. */
  url: string;
  /** Where Twilio reaches us; null: it can't. */
  publicUrl: string | null;
  fetch: GuardedFetch;
  clock: Clock;
  sendTimeoutMs?: number;
  /** How long after its start an attempt may still make a message: as long as its lease, and a little for Twilio. */
  madeWithinMs?: number;
}

const SEND_TIMEOUT_MS = 30_000;
const NEWS_EVERY_MS = 60_000;
const MAX_TEXT = 1_600;
const MAX_MEDIA = 10;
/** Of all media of a message together. */
const MAX_MEDIA_BYTES = 5_000_000;
const MAX_INBOUND_BYTES = 25 * 1024 * 1024;
const INBOUND_TIMEOUT_MS = 60_000;
const MAX_VALIDITY_SECONDS = 36_000;

export function createTwilioChannel(options: TwilioChannelOptions): Channel {
  const {
    publicUrl,
    fetch,
    clock,
    sendTimeoutMs = SEND_TIMEOUT_MS,
    madeWithinMs = 2 * sendTimeoutMs,
  } = options;
  const api = createTwilioApi({ url: options.url, fetch, timeoutMs: sendTimeoutMs });

  return {
    sendTimeoutMs,
    newsEveryMs: NEWS_EVERY_MS,
    knowsReceipts: true,

    async send(line, outgoing, lease) {
      const account = accountOf(line);
      if (typeof account === 'string') return lineFault('config', account);
      const form = compose(line, account, outgoing);
      if (!(form instanceof URLSearchParams)) return form;
      const answer = await api.post<TwilioMessage>(account, `${account.path}/Messages.json`, form, lease);
      return outcomeOf(answer, lease.signal.aborted);
    },

    async reconcile(line, _reference, lost) {
      const account = accountOf(line);
      if (typeof account === 'string') return { finding: 'undecided', message: account, final: false };
      if (lost === undefined)
        return { finding: 'undecided', message: 'Nothing is known to look for', final: true };
      const addresses = lost.addresses.filter(isPhone);
      const limits = { now: clock.now(), madeWithinMs };
      return findLostSend(api, account, line.phone, { ...lost, addresses }, limits);
    },

    async checkAvailability() {
      return { availability: 'cannot_check' };
    },

    async checkHealth(line) {
      const account = accountOf(line);
      const fault = typeof account === 'string' ? account : await faultOf(account, line);
      return fault === null ? { healthy: true } : { healthy: false, message: fault };
    },

    async checkSetup(line) {
      const account = accountOf(line);
      if (typeof account === 'string')
        return [{ key: 'credentials', ...failed(account, 'Enter the auth token of the account.') }];
      return askInOrder(clock, twilioQuestions(api, account, line, publicUrl));
    },

    async findPhone(line) {
      const account = accountOf(line);
      if (typeof account === 'string') throw new Error(account);
      if (account.messagingServiceSid === null) return null;
      const path = `${api.messagingUrl}/v1/Services/${account.messagingServiceSid}/PhoneNumbers`;
      const answer = await api.get<{ phone_numbers: { phone_number: string }[] }>(account, path);
      if (answer.got !== 'body') throw new Error(answer.message);
      return answer.body.phone_numbers.map((each) => each.phone_number).find(isPhone) ?? null;
    },

    validateConfig(config) {
      const settings = readTwilioSettings(config);
      return typeof settings === 'string' ? settings : null;
    },

    refuseAttachments(_line, attachments) {
      if (attachments.length === 0) return null;
      if (publicUrl === null && attachments.some((each) => each.publicUrl === null))
        return 'Twilio fetches attachments from this server: set TRUNKLINE_PUBLIC_URL to the address at which it is reached from outside';
      if (attachments.length > MAX_MEDIA) return `An MMS carries at most ${MAX_MEDIA} attachments`;
      const bytes = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return bytes > MAX_MEDIA_BYTES
        ? 'The attachments of an MMS must not be larger than 5 MB together'
        : null;
    },

    async askForNews(line, question) {
      const account = accountOf(line);
      if (typeof account === 'string') throw new Error(account);
      return askTwilio(api, account, line, question, clock.now());
    },

    async receiveHook(line, request) {
      return answerTwilio(line, request);
    },

    async openInboundAttachment(line, source, signal) {
      const account = accountOf(line);
      if (typeof account === 'string') throw new Error(account);
      return openMedia(account, source, signal);
    },

    async close() {},
  };

  /** The form that creates the message, or why it is not sent at all. */
  function compose(line: ChannelLine, account: TwilioAccount, outgoing: Outgoing): URLSearchParams | Outcome {
    const { address, text, attachments, validUntil } = outgoing;
    if (outgoing.messageType !== 'sms' || !isPhone(address))
      return refusal('invalid_recipient', 'Only an SMS can be sent here, and only to a phone number');
    if ([...text].length > MAX_TEXT) return refusal('21617', 'An SMS holds at most 1,600 characters');
    if (text === '' && attachments.length === 0) return refusal('21602', 'There is nothing to send');
    const form = new URLSearchParams({ To: address });
    if (account.messagingServiceSid !== null) form.set('MessagingServiceSid', account.messagingServiceSid);
    else if (line.phone !== null) form.set('From', line.phone);
    else return lineFault('config', 'The line has neither a phone number nor a Messaging Service');
    if (text !== '') form.set('Body', text);
    for (const { name, publicUrl: url } of attachments) {
      if (url === null)
        return refusal('media_not_public', `Twilio cannot fetch ${name}: this server has no public address`);
      form.append('MediaUrl', url);
    }
    if (publicUrl !== null) form.set('StatusCallback', statusCallback(publicUrl, line, outgoing));
    if (validUntil !== null) {
      const seconds = Math.floor((validUntil - clock.now()) / 1_000);
      if (seconds < 1)
        return {
          outcome: 'rejected',
          permanent: false,
          // The window is about to close, which is nobody's fault: it goes when the next one opens.
          waits: true,
          code: 'too_late',
          message: 'Too little is left of the time in which it may be sent',
        };
      form.set('ValidityPeriod', String(Math.min(seconds, MAX_VALIDITY_SECONDS)));
    }
    return form;
  }

  /** Why the line could not send now, as a sentence; null when it could. */
  async function faultOf(account: TwilioAccount, { phone }: ChannelLine): Promise<string | null> {
    const shown = await api.get<{ status: string }>(account, `${account.path}.json`);
    if (shown.got !== 'body') return shown.message;
    if (shown.body.status !== 'active') return `The Twilio account is ${shown.body.status}`;
    if (account.messagingServiceSid !== null) {
      const path = `${api.messagingUrl}/v1/Services/${account.messagingServiceSid}`;
      const service = await api.get<{ sid: string }>(account, path);
      if (service.got === 'body') return null;
      return service.got === 'refusal' && service.status === 404
        ? 'The account has no such Messaging Service'
        : service.message;
    }
    const query = new URLSearchParams({ PhoneNumber: phone ?? '' });
    const path = `${account.path}/IncomingPhoneNumbers.json?${query}`;
    const numbers = await api.get<{ incoming_phone_numbers: { phone_number: string }[] }>(account, path);
    if (numbers.got !== 'body') return numbers.message;
    const isOurs = numbers.body.incoming_phone_numbers.some(({ phone_number: number }) => number === phone);
    return isOurs ? null : `The account has no number ${phone}`;
  }

  /** The file lies with another host, which is told nothing of our credentials. */
  async function openMedia(account: TwilioAccount, source: unknown, signal: AbortSignal): Promise<Readable> {
    const { url } = (source ?? {}) as { url?: unknown };
    const parsed = typeof url === 'string' ? URL.parse(url) : null;
    if (parsed === null || !api.isOwn(parsed)) throw new Error('The attachment does not lie with Twilio');
    const answer = await fetch.fetch(parsed.href, {
      headers: { authorization: basic(account) },
      redirects: 3,
      timeoutMs: INBOUND_TIMEOUT_MS,
      maxBytes: MAX_INBOUND_BYTES,
      signal,
    });
    if (answer.status === 200) return answer.body;
    answer.body.destroy();
    throw new Error(`Twilio answered ${answer.status} to the question for an attachment`);
  }
}

function outcomeOf(answer: TwilioAnswer<TwilioMessage>, isOver: boolean): Outcome {
  switch (answer.got) {
    case 'body':
      return { outcome: 'accepted', externalMessageId: answer.body.sid };
    case 'refusal':
      return outcomeOfRefusal(answer);
    case 'nothing': {
      const { left, code, message } = answer;
      if (left) return { outcome: 'unknown', message: `The answer to the message was lost: ${message}` };
      return { outcome: 'rejected', permanent: false, code, message, lineBad: !isOver };
    }
  }
}

function refusal(code: string, message: string): Outcome {
  return { outcome: 'rejected', permanent: true, code, message };
}

function lineFault(code: string, message: string): Outcome {
  return { outcome: 'rejected', permanent: false, code, message, lineBad: true };
}
