/**
 * Email through the workspace's own mail server: one recipient per message, one stable Message-ID per reference.
 *
 * SMTP cannot be asked afterwards, so what matters is whether the server may have taken the message. Its content is a
 * stream that notes when it is first read, which is after the server's 354 and never before: a session lost earlier
 * certainly sent nothing, one lost later is `unknown`, unless the server refused in words. Sessions are kept and reused
 * here and not by nodemailer's pool, because that pool decides by itself when to send a message again.
 */
import { createHash } from 'node:crypto';
import net from 'node:net';
import { Readable } from 'node:stream';
import { isEmail } from '../domain/address.ts';
import { failed } from '../domain/setup-step.ts';
import type { Clock, Deadline } from '../lib/clock.ts';
import { isPublicAddress } from '../lib/public-address.ts';
import type { Channel } from './channel.ts';
import { connectMailbox, createMailboxes } from './imap-mailboxes.ts';
import { askMailbox, openMailAttachment } from './imap-news.ts';
import type { MailTokens } from './mail-tokens.ts';
import { askInOrder } from './setup-check.ts';
import { composeMail, oneLine } from './smtp-message.ts';
import { isLoss, outcomeOf, type SmtpFailure, sentenceOf } from './smtp-reply.ts';
import { createIdleSessions, openSession, type SmtpTimeouts, step, TIMEOUTS } from './smtp-session.ts';
import { readPasswords, readSettings, type SmtpSettings } from './smtp-settings.ts';
import { mailQuestions } from './smtp-setup.ts';

export interface SmtpChannelOptions {
  /** Whether mail servers may be loopback, private or link-local hosts. A workspace's admin names the host, so: no. */
  allowPrivateHosts: boolean;
  clock: Clock;
  /** Sign what goes out, so that what comes back can be believed. */
  tokens: MailTokens;
  /** Where this server is reached from outside; null: no mail offers a link to unsubscribe. */
  publicUrl: string | null;
  /** Something came into the line's mailbox: it should be asked for news at once. */
  onHint?(workspaceId: string, lineId: string): void;
  /** A mail in the line's mailbox was left out because it can't be read. */
  onUnreadable?(line: { workspaceId: string; lineId: string }, uid: number, error: Error): void;
  timeouts?: Partial<SmtpTimeouts>;
}

/** How often a mailbox is asked though it was silent: it tells of new mail by itself. */
const NEWS_EVERY_MS = 60_000;
/** Of a guided check, with both servers. */
const SETUP_MS = 25_000;

export function createSmtpChannel(options: SmtpChannelOptions): Channel {
  const { allowPrivateHosts, clock, tokens, publicUrl, timeouts } = options;
  const limits = { ...TIMEOUTS, ...timeouts };
  const sessions = createIdleSessions();
  const closed = new AbortController();
  const mailboxes = createMailboxes({
    clock,
    allowPrivateHosts,
    timeouts: limits,
    onHint: (workspaceId, lineId) => options.onHint?.(workspaceId, lineId),
  });
  const open = (settings: SmtpSettings, secret: string | null, signal: AbortSignal) =>
    openSession(settings, readPasswords(secret).smtp, { limits, allowPrivateHosts, signal });

  return {
    sendTimeoutMs: limits.sendMs,

    async send(line, outgoing, lease) {
      const settings = readSettings(line.transportConfig);
      if (typeof settings === 'string') {
        return { outcome: 'rejected', permanent: false, code: 'config', message: settings, lineBad: true };
      }
      if (outgoing.messageType !== 'email' || !isEmail(outgoing.address)) {
        const message = 'Only an email can be sent here, and only to an e-mail address';
        return { outcome: 'rejected', permanent: true, code: 'invalid_recipient', message };
      }
      const mail = await composeMail(line, settings, outgoing, { tokens, publicUrl });
      const limit = AbortSignal.any([lease.signal, AbortSignal.timeout(limits.sendMs)]);
      // A changed line has another key: its old sessions are never taken again and end by silence.
      const owner = JSON.stringify([line.workspaceId, line.lineId, settings, line.secret]);
      const key = createHash('sha256').update(owner).digest('hex');
      let kept = sessions.take(key);
      for (;;) {
        const content = new Content(mail.mime, lease);
        let session = kept;
        try {
          session ??= { key, connection: await open(settings, line.secret, limit), sent: 0 };
          const { connection } = session;
          // A copy, because the session notes in it how the envelope fared.
          const envelope = { ...mail.envelope };
          const sent = await step<{ serverMessageId?: string | undefined }>(connection, limit, (done) =>
            connection.send(envelope, content, done),
          );
          sessions.keep({ ...session, sent: session.sent + 1 });
          return {
            outcome: 'accepted',
            externalMessageId: oneLine(sent.serverMessageId ?? '') || mail.messageId,
          };
        } catch (error) {
          session?.connection.quit();
          // A kept session may have died in its sleep. Nothing of the message left, so a new one may carry it.
          const stale =
            kept !== undefined && !content.begun && !limit.aborted && isLoss(error as SmtpFailure);
          if (!stale) return outcomeOf(error as SmtpFailure, content.begun);
          kept = undefined;
        }
      }
    },

    async reconcile() {
      return { finding: 'undecided', message: 'A mail server cannot be asked about a message', final: true };
    },

    async checkAvailability() {
      return { availability: 'cannot_check' };
    },

    async checkHealth(line) {
      const settings = readSettings(line.transportConfig);
      if (typeof settings === 'string') return { healthy: false, message: settings };
      try {
        const limit = AbortSignal.any([closed.signal, AbortSignal.timeout(limits.sendMs)]);
        const connection = await open(settings, line.secret, limit);
        connection.quit();
        return { healthy: true };
      } catch (error) {
        return { healthy: false, message: sentenceOf(error as SmtpFailure) };
      }
    },

    async checkSetup(line) {
      const settings = readSettings(line.transportConfig);
      if (typeof settings === 'string')
        return [{ key: 'settings', ...failed(settings, 'Mend this setting.') }];
      const limit = AbortSignal.any([closed.signal, AbortSignal.timeout(SETUP_MS)]);
      const questions = mailQuestions(settings, line, {
        open: (wish) => open(wish, line.secret, limit),
        openMailbox: () => connectMailbox(line, settings, { allowPrivateHosts, timeouts: limits }),
      });
      return askInOrder(clock, questions);
    },

    validateConfig(config) {
      const settings = readSettings(config);
      if (typeof settings === 'string') return settings;
      if (allowPrivateHosts) return null;
      for (const key of ['host', 'imapHost'] as const) {
        const host = settings[key];
        if (host !== null && net.isIP(host) !== 0 && !isPublicAddress(host))
          return `transportConfig.${key} ${host} is not a public address`;
      }
      return null;
    },

    newsEveryMs: NEWS_EVERY_MS,
    async askForNews(line, { cursor }) {
      const settings = readSettings(line.transportConfig);
      if (typeof settings === 'string') throw new Error(settings);
      if (settings.imapHost === null) return { news: [], cursor, more: false };
      const { workspaceId, lineId } = line;
      const onUnreadable = (uid: number, error: Error) =>
        options.onUnreadable?.({ workspaceId, lineId }, uid, error);
      return mailboxes.use(line, settings, (mailbox) =>
        askMailbox(mailbox, { line, settings, tokens, cursor, now: clock.now(), onUnreadable }),
      );
    },
    async openInboundAttachment(line, source) {
      const settings = readSettings(line.transportConfig);
      if (typeof settings === 'string') throw new Error(settings);
      return mailboxes.use(line, settings, (mailbox) => openMailAttachment(mailbox, source));
    },

    async close() {
      closed.abort();
      sessions.close();
      mailboxes.close();
    },
  };
}

/** The message on its way: notes when its first byte was asked for, and gives none when that is too late. */
class Content extends Readable {
  begun = false;
  readonly #mime: Buffer;
  readonly #lease: Deadline;

  constructor(mime: Buffer, lease: Deadline) {
    super();
    this.#mime = mime;
    this.#lease = lease;
  }

  override _read(): void {
    // Asking interrupts the session: it ends without a byte of the message.
    if (this.#lease.hasPassed()) return;
    this.begun = true;
    this.push(this.#mime);
    this.push(null);
  }
}
