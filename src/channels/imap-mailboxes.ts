/**
 * Connections to mailboxes. One per line is kept open between two questions, idling, so that new mail makes itself heard;
 * one that broke or whose line changed is replaced by the next question, and the pause between questions in vain is the
 * engine's. They are dialled only to addresses that were checked.
 */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { ImapFlow } from 'imapflow';
import type { Clock } from '../lib/clock.ts';
import { isPublicAddress } from '../lib/public-address.ts';
import type { ChannelLine } from './channel.ts';
import { fault } from './smtp-session.ts';
import { readPasswords, type SmtpSettings } from './smtp-settings.ts';

export interface MailboxOptions {
  clock: Clock;
  allowPrivateHosts: boolean;
  timeouts: { connectMs: number; greetingMs: number; mailboxMs: number };
  onHint(workspaceId: string, lineId: string): void;
}

/** The mailbox of a line, selected anew, for as long as `work` takes. */
export interface Mailboxes {
  use<Result>(
    line: ChannelLine,
    settings: SmtpSettings,
    work: (client: ImapFlow) => Promise<Result>,
  ): Promise<Result>;
  close(): void;
}

interface Connection {
  key: string;
  client: Promise<ImapFlow>;
  usedAt: number;
  /** Ends with whoever uses it now. */
  turn: Promise<unknown>;
}

/** Renewed well before routers forget a silent connection, and noticed as dead soon after. */
const IDLE_MS = 240_000;
const SILENCE_MS = 300_000;
const IDLE_AFTER_MS = 300;
/** A connection that nobody asks any more: its line is gone, or another process asks it. */
const UNUSED_MS = 900_000;
const MAX_OPEN = 500;
/** What broke sooner is left to the next question: a server that hangs up at once is not asked in a circle. */
const STABLE_MS = 60_000;
/** A little more than the largest mail that is fetched whole. */
const MAX_LITERAL = 40 * 1024 * 1024;

export function createMailboxes(options: MailboxOptions): Mailboxes {
  const { clock, timeouts } = options;
  const open = new Map<string, Connection>();
  let closed = false;

  const end = (name: string, connection: Connection) => {
    if (open.get(name) === connection) open.delete(name);
    connection.client.then(
      (client) => client.close(),
      () => {},
    );
  };
  const endUnused = () => {
    const oldest = [...open].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [name, connection] of oldest)
      if (clock.now() - connection.usedAt > UNUSED_MS || open.size > MAX_OPEN) end(name, connection);
  };

  const connectionFor = (line: ChannelLine, settings: SmtpSettings): Connection => {
    const name = `${line.workspaceId} ${line.lineId}`;
    const key = keyOf(line, settings);
    const kept = open.get(name);
    if (kept?.key === key) return kept;
    if (kept !== undefined) end(name, kept);
    const client = connectMailbox(line, settings, options);
    const connection: Connection = { key, client, usedAt: clock.now(), turn: client };
    open.set(name, connection);
    const since = clock.now();
    client.then(
      (made) => {
        const hint = () => {
          if (!closed && open.get(name) === connection) options.onHint(line.workspaceId, line.lineId);
        };
        made.on('exists', hint);
        made.on('close', () => {
          if (clock.now() - since > STABLE_MS) hint();
          end(name, connection);
        });
        if (closed || !made.usable) end(name, connection);
      },
      () => end(name, connection),
    );
    return connection;
  };

  return {
    async use(line, settings, work) {
      if (closed) throw new Error('The channel is closed');
      endUnused();
      const connection = connectionFor(line, settings);
      connection.usedAt = clock.now();
      const mine = connection.turn.then(async () => {
        const client = await connection.client;
        const limit = AbortSignal.timeout(timeouts.mailboxMs);
        // Whatever is under way in it fails with it.
        const giveUp = () => client.close();
        limit.addEventListener('abort', giveUp);
        try {
          await client.mailboxOpen(settings.imapMailbox, { readOnly: true });
          return await work(client);
        } catch (error) {
          end(`${line.workspaceId} ${line.lineId}`, connection);
          throw limit.aborted ? new Error('The mailbox took too long') : spoken(error);
        } finally {
          limit.removeEventListener('abort', giveUp);
        }
      });
      connection.turn = mine.catch(() => {});
      return mine;
    },
    close() {
      closed = true;
      for (const [name, connection] of open) end(name, connection);
    },
  };
}

/** Signed in; no mailbox is selected yet. Closed by whoever asked for it. */
export async function connectMailbox(
  line: ChannelLine,
  settings: SmtpSettings,
  { allowPrivateHosts, timeouts }: Pick<MailboxOptions, 'allowPrivateHosts' | 'timeouts'>,
): Promise<ImapFlow> {
  const { imapHost, imapPort, imapTls, imapUser, user, caCertificate } = settings;
  const host = imapHost ?? '';
  const addresses = net.isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }];
  if (!allowPrivateHosts && !addresses.every(({ address }) => isPublicAddress(address)))
    throw fault('EPRIVATE', `${host} is not a public address`);
  let failure: unknown;
  for (const { address } of addresses) {
    const client = new ImapFlow({
      host: address,
      port: imapPort,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      secure: imapTls === 'implicit',
      ...(imapTls === 'implicit' ? {} : { doSTARTTLS: imapTls === 'starttls' }),
      auth: { user: imapUser ?? user ?? '', pass: readPasswords(line.secret).imap },
      ...(caCertificate === null ? {} : { tls: { ca: caCertificate } }),
      clientInfo: { name: 'Trunkline' },
      logger: false,
      connectionTimeout: timeouts.connectMs,
      greetingTimeout: timeouts.greetingMs,
      socketTimeout: SILENCE_MS,
      maxIdleTime: IDLE_MS,
      autoIdleDelay: IDLE_AFTER_MS,
      maxLiteralSize: MAX_LITERAL,
      maxResponseSize: MAX_LITERAL * 2,
      maxLineLength: 1024 * 1024 * 4,
    });
    // Whoever waits for an answer hears of the failure; what fails in between is noticed by its closing.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.close();
      failure = spoken(error);
      // It answered: its other addresses would say the same.
      if ((error as { response?: unknown }).response !== undefined) break;
    }
  }
  throw failure ?? new Error(`${host} has no address`);
}

/** imapflow says "Command failed" and keeps the server's own words beside it. */
function spoken(error: unknown): Error {
  const { responseText, message } = error as Error & { responseText?: unknown };
  const words = typeof responseText === 'string' && responseText !== '' ? responseText : message;
  return new Error(`The mailbox cannot be read: ${words.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 300)}`, {
    cause: error,
  });
}

function keyOf({ secret }: ChannelLine, settings: SmtpSettings): string {
  return createHash('sha256')
    .update(JSON.stringify([settings, secret]))
    .digest('hex');
}
