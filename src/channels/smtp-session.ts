/** Connections to mail servers: dialled only to addresses that were checked, kept for a while between two messages. */
import { lookup } from 'node:dns';
import { once } from 'node:events';
import net from 'node:net';

import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isPublicAddress } from '../lib/public-address.ts';
import type { SmtpFailure } from './smtp-reply.ts';
import type { SmtpSettings } from './smtp-settings.ts';

export const TIMEOUTS = {
  connectMs: 15_000,
  /** From the connection to the greeting, and to the end of a TLS handshake. */
  greetingMs: 15_000,
  /** Silence in the middle of a session; also how long one is kept between two messages. */
  silenceMs: 60_000,
  /** A whole send: the channel's `sendTimeoutMs`. */
  sendMs: 120_000,
  /** One question to a mailbox. */
  mailboxMs: 90_000,
};
export type SmtpTimeouts = typeof TIMEOUTS;

/** An error in the form that smtp-reply.ts reads. */
export function fault(code: string, message: string): Error & SmtpFailure {
  return Object.assign(new Error(message), { code });
}

interface Session {
  key: string;
  connection: SMTPConnection;
  sent: number;
}

interface Reach {
  limits: SmtpTimeouts;
  allowPrivateHosts: boolean;
  signal: AbortSignal;
}

/** Connects, greets, encrypts, logs in. */
export async function openSession(
  settings: SmtpSettings,
  secret: string | null,
  reach: Reach,
): Promise<SMTPConnection> {
  const { host, port, tls, requireTls, user, caCertificate } = settings;
  const { limits, signal } = reach;
  const connection = new SMTPConnection({
    connection: await dial(settings, reach),
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls' && requireTls,
    ignoreTLS: tls === 'none',
    connectionTimeout: limits.connectMs + limits.greetingMs,
    greetingTimeout: limits.greetingMs,
    socketTimeout: limits.silenceMs,
    ...(caCertificate === null ? {} : { tls: { ca: caCertificate } }),
  });
  // Whoever waits for a step hears of its failure; nobody needs to hear of a session that dies between steps.
  connection.on('error', () => {});
  try {
    await step(connection, signal, (done) => connection.connect(done));
    if (user !== null) {
      const credentials = { user, pass: secret ?? '' };
      await step(connection, signal, (done) => connection.login({ user, credentials }, done));
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** One exchange of a session: ends with its answer, with the session, or with the signal, whichever comes first. */
export function step<Result>(
  connection: SMTPConnection,
  signal: AbortSignal,
  start: (done: (error?: Error | null, result?: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null, result?: Result) => {
      connection.off('error', done);
      connection.off('end', onEnd);
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve(result as Result);
    };
    // A session that ends by a 421 says "end" before it hands out the reply.
    const onEnd = () => queueMicrotask(() => done(fault('ECONNECTION', 'The mail server hung up')));
    const onAbort = () => {
      done(fault('EABORT', 'The mail server took too long'));
      connection.close();
    };
    connection.once('error', done);
    connection.once('end', onEnd);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else start(done);
  });
}

/** Connects to an address that was checked: the name is resolved once, here. */
async function dial({ host, port }: SmtpSettings, { limits, allowPrivateHosts, signal }: Reach) {
  const refused = () => fault('EPRIVATE', `${host} is not a public address`);
  const allowed = (address: string) => allowPrivateHosts || isPublicAddress(address);
  // A socket given an IP address never asks its lookup.
  if (net.isIP(host) !== 0 && !allowed(host)) throw refused();
  const socket = net.connect({
    host,
    port,
    autoSelectFamily: true,
    lookup: (name, options, answer) =>
      lookup(name, { ...options, all: true }, (error, addresses) => {
        if (error === null && !addresses.every(({ address }) => allowed(address))) answer(refused(), []);
        else answer(error, addresses);
      }),
  });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.connectMs)]),
    });
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw fault('EABORT', 'The mail server took too long');
    if ((error as Error).name === 'AbortError') throw fault('ETIMEDOUT', 'The mail server cannot be reached');
    throw error;
  }
}

const MAX_IDLE = 64;
const MAX_SENT = 100;

/** Sessions between two messages, over all lines; the one longest idle makes room. */
export function createIdleSessions() {
  let idle: Session[] = [];
  let closed = false;
  return {
    take(key: string): Session | undefined {
      idle = idle.filter(({ connection }) => !connection.destroyed);
      const index = idle.findLastIndex((session) => session.key === key);
      return index === -1 ? undefined : idle.splice(index, 1)[0];
    },
    keep(session: Session): void {
      if (closed || session.sent >= MAX_SENT) session.connection.quit();
      else idle.push(session);
      if (idle.length > MAX_IDLE) idle.shift()?.connection.quit();
    },
    close(): void {
      closed = true;
      for (const { connection } of idle.splice(0)) connection.quit();
    },
  };
}
