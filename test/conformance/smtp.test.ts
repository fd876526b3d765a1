/**
 * The smtp channel against a real SMTP server on loopback: the port's suite, and what only mail has. The server refuses
 * by recipient; a wire in front of it is cut at a chosen moment of the session, which no server can do to itself.
 */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, ChannelLine, Outgoing } from '../../src/channels/channel.ts';
import { createSmtpChannel } from '../../src/channels/smtp.ts';
import type { SmtpTimeouts } from '../../src/channels/smtp-session.ts';
import { attachmentOf } from '../attachments.ts';
import { leaseOf } from '../leases.ts';
import { MAIL } from '../mail.ts';
import { until } from '../until.ts';
import { describeChannel } from './channel-conformance.ts';

/** Of a server that signs for itself; valid for localhost and 127.0.0.1 until 2120, and for nothing else. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgp1s1S5tEHs63n26m
m2Aemsocp5D6ZB2SFJ/2+H3q9smhRANCAATuY99AnJ8nn494IROczkns+G/26sPm
GKMrcgVoTAEpdBANQRJaBY1Lq+2mQvCPQKWco0+dMvk5TK8Gk+W6yi9V
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBZjCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABO5j30Ccnyefj3gh
E5zOSez4b/bqw+YYoytyBWhMASl0EA1BEloFjUur7aZC8I9ApZyjT50y+TlMrwaT
5brKL1WjTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
hwR/AAABMB0GA1UdDgQWBBSg85Di3e1KiwZKEpv/83DYusfMxTAKBggqhkjOPQQD
AgNHADBEAiAzlPtSy8LN3Rn1ZhOCZKL6eUh8meIZGZHtrU7F1ejBaQIgK8mO2XPV
1X3OfmrnGOvLSYuJZkvoMGvcAqB42SE9mQM=
-----END CERTIFICATE-----
`;

/* The outside world */

const REFUSED_RECIPIENTS: Readonly<Record<string, [code: number, words: string]>> = {
  unknown: [550, '5.1.1 No such user here'],
  bare: [550, 'Requested action not taken'],
  greylisted: [451, '4.7.1 Come back in ten minutes'],
  full: [452, '4.2.2 Mailbox full'],
  closing: [421, '4.3.2 Shutting down'],
};

const REFUSED_CONTENT: Readonly<Record<string, [code: number, words: string]>> = {
  spam: [554, '5.7.1 We do not like this message'],
  busy: [451, '4.3.0 Try again'],
};

interface Mail {
  raw: string;
  from: string;
  to: string[];
  secure: boolean;
  user: string | null;
}

interface MailServer {
  port: number;
  mails: Mail[];
  /** Sessions opened so far. */
  sessions(): number;
  /** Resolves when the server holds a message whose answer it withholds. */
  holding: Promise<void>;
  close(): Promise<void>;
}

const open = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of open) await close();
  open.clear();
});

async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const held = Promise.withResolvers<void>();
  let sessions = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ['STARTTLS', 'AUTH'] : [],
    disableReverseLookup: true,
    closeTimeout: 1,
    onConnect(_session, answer) {
      sessions += 1;
      answer();
    },
    onAuth({ username = '', password }, _session, answer) {
      if (password === 'right') answer(null, { user: username });
      else answer(refusal(535, '5.7.8 Wrong user name or password'));
    },
    onRcptTo({ address }, _session, answer) {
      const [local = ''] = address.split('@');
      const refused = REFUSED_RECIPIENTS[local];
      if (refused !== undefined) answer(refusal(...refused));
      else if (local !== 'slow') answer();
    },
    onData(stream, { envelope, secure, user }, answer) {
      const receive = (raw: string) => {
        const to = envelope.rcptTo.map(({ address }) => address);
        const [local = ''] = (to[0] ?? '').split('@');
        const refused = REFUSED_CONTENT[local];
        if (refused !== undefined) return answer(refusal(...refused));
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        mails.push({ raw, from, to, secure, user: user === undefined ? null : String(user) });
        if (local === 'cut-garbled') return answer(null, '2.0.0 OK <7F-3A@mail.prod.outlook.com>');
        return local === 'withheld' ? held.resolve() : answer(null, 'Queued as 7F3A');
      };
      // Content that breaks off is no message.
      text(stream).then(receive, () => {});
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  open.add(close);
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, sessions: () => sessions, holding: held.promise, close };
}

function refusal(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}

interface Wire {
  port: number;
  /** Ever made, and still open. */
  connections(): number;
  live(): number;
  close(): Promise<void>;
}

/** Cuts by recipient: `cut-…@` names the moment. Everything else passes. */
async function startWire(upstreamPort: number): Promise<Wire> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((client) => {
    connections += 1;
    const upstream = net.connect(upstreamPort, '127.0.0.1');
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    let when = '';
    let carried = 0;
    let phase: 'commands' | 'content' | 'answer' = 'commands';

    client.on('data', (chunk) => {
      const words = chunk.toString('latin1');
      if (phase === 'commands') {
        when = /RCPT TO:<cut-([a-z-]+)@/.exec(words)?.[1] ?? when;
        if (when === 'at-recipient' || (when === 'when-kept' && carried > 0)) return cut();
        const data = words.indexOf('DATA\r\n');
        if (when === 'before-data' && data !== -1) return upstream.write(chunk.subarray(0, data));
      } else {
        if (when === 'in-content') return upstream.write(chunk.subarray(0, chunk.length / 2), cut);
        if (when === 'unstored' && words.endsWith('\r\n.\r\n')) return cut();
        if (words.endsWith('\r\n.\r\n')) phase = 'answer';
      }
      return upstream.write(chunk);
    });

    upstream.on('data', (chunk) => {
      const words = chunk.toString('latin1');
      if (when === 'before-data' && words.includes('250')) return cut();
      if (phase === 'commands' && /^354/m.test(words)) {
        if (when === 'at-go-ahead') return cut();
        phase = 'content';
      } else if (phase === 'answer') {
        if (when === 'stored') return cut();
        if (when === 'garbled') return client.write(words.replace('-', '\0\x1b'), 'latin1');
        phase = 'commands';
        carried += 1;
      }
      return client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  open.add(close);
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => connections, live: () => sockets.size / 2, close };
}

/** A server that is no SMTP server: says `greeting`, or nothing. */
async function startStranger(greeting: string): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (greeting !== '') socket.write(`${greeting}\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.add(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/* Our side */

function lineTo(
  port: number,
  config: Record<string, unknown> = {},
  secret: string | null = null,
): ChannelLine {
  return {
    workspaceId: 'w'.padEnd(24, '0'),
    lineId: 'a'.padEnd(24, '0'),
    messageType: 'email',
    phone: null,
    email: 'office@trunkline.test',
    name: 'The Office',
    transportConfig: {
      host: 'localhost',
      port,
      tls: 'none',
      fromAddress: 'office@trunkline.test',
      ...config,
    },
    secret,
  };
}

function openChannel(timeouts: Partial<SmtpTimeouts> = {}, allowPrivateHosts = true): Channel {
  const channel = createSmtpChannel({ allowPrivateHosts, timeouts, ...MAIL });
  open.add(() => channel.close());
  return channel;
}

let references = 0;

function mailTo(address: string, differs: Partial<Outgoing> = {}): Outgoing {
  references += 1;
  return {
    reference: references.toString(16).padStart(24, '0'),
    attempt: 1,
    address,
    messageType: 'email',
    text: 'Hello Anna',
    subject: null,
    validUntil: null,
    attachments: [],
    ...differs,
  };
}

const lease = leaseOf;

const copiesOf = (server: MailServer, reference: string) =>
  server.mails.filter(({ raw }) => raw.includes(`Message-ID: <${reference}@trunkline.test>`)).length;

describeChannel('smtp', {
  async setup() {
    const server = await startMailServer();
    const wire = await startWire(server.port);
    const line = lineTo(wire.port);
    const down = async () => {
      await wire.close();
      return line;
    };
    return {
      channel: openChannel(),
      reopen: async () => openChannel(),
      line,
      copies: async (reference) => copiesOf(server, reference),
      goDown: down,
      close: async () => {},
    };
  },
  recipients: {
    accepted: 'anna@example.com',
    refusedForGood: 'unknown@example.com',
    refusedForNow: 'greylisted@example.com',
    slow: 'slow@example.com',
    lostThoughSent: 'cut-stored@example.com',
    lostNotSent: 'cut-unstored@example.com',
    notOnChannel: { none: 'every e-mail address is reachable by email' },
  },
  badConfigs: [
    { host: '' },
    { host: 'smtp://mail.example.com' },
    { host: 'mail.example.com:25' },
    { host: 'a'.repeat(254) },
    { host: 'mail.example.com\r\n' },
    { host: 25 },
    { port: 0 },
    { port: 65_536 },
    { port: '25' },
    { tls: 'ssl' },
    { tls: true },
    { tls: undefined },
    { tls: 'starttls', requireTls: 'no' },
    { user: '' },
    { user: 'anna' },
    { user: 'anna', tls: 'starttls', requireTls: false },
    { user: 'anna\r\nQUIT', tls: 'implicit' },
    { fromAddress: undefined },
    { fromAddress: 'Anna <anna@example.com>' },
    { fromAddress: 'anna@example.com, ben@example.com' },
    { fromName: 'Anna\r\nBcc: everybody@example.com' },
    { fromName: 'A'.repeat(201) },
    { caCertificate: 'trust me' },
    { password: 'secret' },
  ],
  cannotReconcile: 'a mail server cannot be asked about a message',
  tellsNothing: 'no mail server tells of deliveries; bounces come as mail',
});

describe('a refusal by the mail server', () => {
  const attempt = async (address: string) => {
    const server = await startMailServer();
    const outcome = await openChannel().send(lineTo(server.port), mailTo(address), lease());
    expect(server.mails).toEqual([]);
    return outcome;
  };

  test('of an unknown user is for good and marks the address', async () => {
    expect(await attempt('unknown@example.com')).toEqual({
      outcome: 'rejected',
      permanent: true,
      code: '550',
      message: '550 5.1.1 No such user here',
      addressBad: true,
      lineBad: false,
    });
  });

  test('without an enhanced code never marks the address', async () => {
    expect(await attempt('bare@example.com')).toMatchObject({
      permanent: true,
      code: '550',
      addressBad: false,
    });
  });

  test('for now may be tried again', async () => {
    expect(await attempt('greylisted@example.com')).toMatchObject({ permanent: false, code: '451' });
    expect(await attempt('full@example.com')).toMatchObject({ permanent: false, code: '452' });
    expect(await attempt('closing@example.com')).toMatchObject({ permanent: false, code: '421' });
  });

  test('of the content is an answer, not a lost one', async () => {
    expect(await attempt('spam@example.com')).toMatchObject({
      outcome: 'rejected',
      permanent: true,
      code: '554',
      addressBad: false,
    });
    expect(await attempt('busy@example.com')).toMatchObject({ permanent: false, code: '451' });
  });

  test('of a message larger than the server takes is for good, before anything is handed over', async () => {
    const server = await startMailServer({ size: 2_000 });
    const mail = mailTo('anna@example.com', { text: 'long '.repeat(1_000) });
    const outcome = await openChannel().send(lineTo(server.port), mail, lease());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: true, code: '552' });
    expect(server.mails).toEqual([]);
  });

  test('before the message was mentioned is not held against the message', async () => {
    for (const [greeting, code] of [
      ['554 No SMTP service here', '554'],
      ['421 Too many connections', '421'],
    ] as const) {
      const port = await startStranger(greeting);
      const outcome = await openChannel().send(lineTo(port), mailTo('anna@example.com'), lease());
      expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code });
    }
  });
});

describe('a session that is lost', () => {
  const big = 'A line of a long letter.\n'.repeat(20_000);
  const attempt = async (moment: string, body = 'Hello') => {
    const server = await startMailServer();
    const wire = await startWire(server.port);
    const mail = mailTo(`cut-${moment}@example.com`, { text: body });
    const outcome = await openChannel().send(lineTo(wire.port), mail, lease());
    return { outcome, copies: copiesOf(server, mail.reference) };
  };

  test.each(['at-recipient', 'before-data', 'at-go-ahead'])(
    '%s certainly sent nothing and may be sent again',
    async (moment) => {
      const { outcome, copies } = await attempt(moment, big);
      expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: 'ECONNECTION' });
      expect(copies).toBe(0);
    },
  );

  test.each([
    ['in-content', 'Hello', 0],
    ['in-content', big, 0],
    ['unstored', 'Hello', 0],
    ['unstored', big, 0],
    ['stored', 'Hello', 1],
    ['stored', big, 1],
  ] as const)('%s is unknown, whether or not the message arrived', async (moment, body, stored) => {
    const { outcome, copies } = await attempt(moment, body);
    expect(outcome).toMatchObject({ outcome: 'unknown' });
    expect(copies).toBe(stored);
  });

  test('by the end of the lease before the content certainly sent nothing', async () => {
    const server = await startMailServer();
    const channel = openChannel({ sendMs: 150 });
    const outcome = await channel.send(lineTo(server.port), mailTo('slow@example.com'), lease());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: 'EABORT' });
    expect(server.mails).toEqual([]);
  });

  test('by the end of the lease while the answer is withheld is unknown', async () => {
    const server = await startMailServer();
    const controller = new AbortController();
    const mail = mailTo('withheld@example.com');
    const sending = openChannel().send(lineTo(server.port), mail, leaseOf(controller));
    await server.holding;
    controller.abort();
    expect(await sending).toMatchObject({ outcome: 'unknown' });
    expect(copiesOf(server, mail.reference)).toBe(1);
  });

  test('by silence after the content is unknown, by silence before it is not', async () => {
    const server = await startMailServer();
    const channel = openChannel({ silenceMs: 800 });
    const outcomes = await Promise.all(
      ['withheld', 'slow'].map((local) =>
        channel.send(lineTo(server.port), mailTo(`${local}@example.com`), lease()),
      ),
    );
    expect(outcomes).toMatchObject([
      { outcome: 'unknown' },
      { outcome: 'rejected', permanent: false, code: 'ETIMEDOUT' },
    ]);
  });

  test('by a server that never greets ends within the greeting time', async () => {
    const port = await startStranger('');
    const channel = openChannel({ greetingMs: 100, connectMs: 100 });
    const outcome = await channel.send(lineTo(port), mailTo('anna@example.com'), lease());
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      permanent: false,
      code: 'ETIMEDOUT',
      lineBad: true,
    });
    expect(await channel.checkHealth(lineTo(port))).toMatchObject({ healthy: false });
  });

  test('that was only asking how the server is ends with its channel', async () => {
    const channel = openChannel();
    const asking = channel.checkHealth(lineTo(await startStranger('')));
    await channel.close();
    expect(await asking).toMatchObject({ healthy: false });
  });
});

describe('a kept session', () => {
  test('carries the next messages of its line', async () => {
    const server = await startMailServer();
    const channel = openChannel();
    for (let sent = 0; sent < 5; sent += 1) {
      await channel.send(lineTo(server.port), mailTo('anna@example.com'), lease());
    }
    expect(server.mails).toHaveLength(5);
    expect(server.sessions()).toBe(1);
  });

  test('is not used for a line whose settings or password changed', async () => {
    const server = await startMailServer();
    const channel = openChannel();
    const mail = () => mailTo('anna@example.com');
    await channel.send(lineTo(server.port), mail(), lease());
    await channel.send(lineTo(server.port, { fromName: 'New name' }), mail(), lease());
    await channel.send(lineTo(server.port, {}, 'new password'), mail(), lease());
    await channel.send({ ...lineTo(server.port), lineId: 'b'.padEnd(24, '0') }, mail(), lease());
    expect(server.sessions()).toBe(4);
  });

  test('that died in its sleep costs no attempt, and the message arrives once', async () => {
    const server = await startMailServer();
    const wire = await startWire(server.port);
    const channel = openChannel();
    await channel.send(lineTo(wire.port), mailTo('anna@example.com'), lease());
    const mail = mailTo('cut-when-kept@example.com');
    const outcome = await channel.send(lineTo(wire.port), mail, lease());
    expect(outcome).toMatchObject({ outcome: 'accepted' });
    expect(copiesOf(server, mail.reference)).toBe(1);
    expect(wire.connections()).toBe(2);
  });

  test('that the server wants no more of is replaced', async () => {
    const perSession = new Map<string, number>();
    const server = await startMailServer({
      onMailFrom(_address, { id }, answer) {
        const carried = perSession.get(id) ?? 0;
        perSession.set(id, carried + 1);
        answer(carried === 0 ? null : refusal(421, '4.7.0 Too many messages in this session'));
      },
    });
    const channel = openChannel();
    for (let sent = 0; sent < 3; sent += 1) {
      const outcome = await channel.send(lineTo(server.port), mailTo('anna@example.com'), lease());
      expect(outcome).toMatchObject({ outcome: 'accepted' });
    }
    expect(server.mails).toHaveLength(3);
  });

  test('is never used to send again what may have arrived', async () => {
    const server = await startMailServer();
    const wire = await startWire(server.port);
    const channel = openChannel();
    await channel.send(lineTo(wire.port), mailTo('anna@example.com'), lease());
    const mail = mailTo('cut-stored@example.com');
    expect(await channel.send(lineTo(wire.port), mail, lease())).toMatchObject({ outcome: 'unknown' });
    expect(copiesOf(server, mail.reference)).toBe(1);
    expect(wire.connections()).toBe(1);
  });

  test('ends by itself when nothing more is sent', async () => {
    const server = await startMailServer();
    const wire = await startWire(server.port);
    const channel = openChannel({ silenceMs: 500 });
    const sent = await channel.send(lineTo(wire.port), mailTo('anna@example.com'), lease());
    expect(sent).toMatchObject({ outcome: 'accepted' });
    await until('the session ends', () => wire.live() === 0);
  });

  test('makes room for others: however many lines there are, few sessions are kept', async () => {
    const server = await startMailServer();
    const wire = await startWire(server.port);
    const channel = openChannel();
    const outcomes = await Promise.all(
      Array.from({ length: 80 }, (_, index) => {
        const line = { ...lineTo(wire.port), lineId: index.toString(16).padStart(24, '0') };
        return channel.send(line, mailTo('anna@example.com'), lease());
      }),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(80);
    expect(wire.connections()).toBe(80);
    await until('the oldest sessions ended', () => wire.live() === 64);
  });

  test('is closed with its channel', async () => {
    const server = await startMailServer();
    const wire = await startWire(server.port);
    const channel = openChannel();
    await channel.send(lineTo(wire.port), mailTo('anna@example.com'), lease());
    await channel.close();
    await until('the kept session ends', () => wire.live() === 0);
    await channel.send(lineTo(wire.port), mailTo('anna@example.com'), lease());
    await until('nothing is kept any more', () => wire.live() === 0);
    expect(server.mails).toHaveLength(2);
  });
});

describe('encryption and credentials', () => {
  const secured = (options: SMTPServerOptions = {}) =>
    startMailServer({ key: KEY, cert: CERTIFICATE, authOptional: false, ...options });
  const trusting = { user: 'anna', caCertificate: CERTIFICATE };

  test.each([
    ['starttls', false],
    ['implicit', true],
  ] as const)('%s: the message travels encrypted and signed in', async (tls, secure) => {
    const server = await secured({ secure });
    const line = lineTo(server.port, { ...trusting, tls }, 'right');
    const channel = openChannel();
    expect(await channel.checkHealth(line)).toEqual({ healthy: true });
    expect(await channel.send(line, mailTo('ben@example.com'), lease())).toMatchObject({
      outcome: 'accepted',
    });
    expect(server.mails).toMatchObject([{ secure: true, user: 'anna' }]);
  });

  test.each([
    ['starttls', false],
    ['implicit', true],
  ] as const)(
    '%s: a certificate nobody vouches for is refused, and no password told',
    async (tls, secure) => {
      const told: unknown[] = [];
      const server = await secured({
        secure,
        onAuth(auth, _session, answer) {
          told.push(auth);
          answer(null, { user: 'anna' });
        },
      });
      const line = lineTo(server.port, { user: 'anna', tls }, 'right');
      const channel = openChannel();
      const outcome = await channel.send(line, mailTo('ben@example.com'), lease());
      expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
      expect(await channel.checkHealth(line)).toMatchObject({ healthy: false });
      expect({ told, mails: server.mails }).toEqual({ told: [], mails: [] });
    },
  );

  test('a server that offers no encryption gets neither password nor message when it is required', async () => {
    const server = await startMailServer();
    const line = lineTo(server.port, { tls: 'starttls' });
    const outcome = await openChannel().send(line, mailTo('ben@example.com'), lease());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
    expect(server.mails).toEqual([]);
    const lenient = lineTo(server.port, { tls: 'starttls', requireTls: false });
    expect(await openChannel().send(lenient, mailTo('ben@example.com'), lease())).toMatchObject({
      outcome: 'accepted',
    });
  });

  describe('a guided check', () => {
    const stepsOf = async (line: ChannelLine) => {
      const steps = (await openChannel().checkSetup?.(line)) ?? [];
      return Object.fromEntries(steps.map(({ key, ...found }) => [key, found]));
    };

    test('connects, encrypts and signs in, and sends nothing', async () => {
      const server = await secured({ secure: true });
      const steps = await stepsOf(lineTo(server.port, { ...trusting, tls: 'implicit' }, 'right'));
      for (const key of ['connect', 'tls', 'login']) expect(steps[key], key).toMatchObject({ state: 'ok' });
      expect(server.mails).toEqual([]);
    });

    test('a certificate nobody vouches for fails the step tls, and no password is told', async () => {
      const server = await secured({ secure: true });
      const steps = await stepsOf(lineTo(server.port, { user: 'anna', tls: 'implicit' }, 'right'));
      expect(steps).toMatchObject({ connect: { state: 'ok' }, tls: { state: 'failed' } });
      expect(steps.tls?.fix).toContain('certificate');
      expect(steps.login?.state).toBe('skipped');
    });

    test('a wrong password fails the step login, which never repeats it', async () => {
      const server = await secured();
      const steps = await stepsOf(lineTo(server.port, { ...trusting, tls: 'starttls' }, 'wr0ng-one'));
      expect(steps).toMatchObject({ tls: { state: 'ok' }, login: { state: 'failed' } });
      expect(JSON.stringify(steps)).not.toContain('wr0ng-one');
    });
  });

  test.each(['wrong', null])(
    'a password that is %s is a fault of the line, and is never repeated',
    async (password) => {
      const server = await secured();
      const line = lineTo(server.port, { ...trusting, tls: 'starttls' }, password);
      const channel = openChannel();
      const outcome = await channel.send(line, mailTo('ben@example.com'), lease());
      expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
      if (password !== null) expect(outcome).toMatchObject({ code: '535' });
      const health = await channel.checkHealth(line);
      expect(health).toMatchObject({ healthy: false });
      expect(JSON.stringify([outcome, health])).not.toContain('wrong"');
      expect(server.mails).toEqual([]);
    },
  );
});

describe('the message', () => {
  const deliver = async (differs: Partial<Outgoing>, config: Record<string, unknown> = {}) => {
    const server = await startMailServer();
    const mail = mailTo('anna@example.com', differs);
    const outcome = await openChannel().send(lineTo(server.port, config), mail, lease());
    expect(outcome).toMatchObject({ outcome: 'accepted' });
    const [received] = server.mails;
    if (received === undefined) throw new Error('nothing arrived');
    return { mail, outcome, received, parsed: await simpleParser(received.raw) };
  };

  test('arrives as it was written, in any script, from the line to one recipient', async () => {
    const body = 'Grüße aus Kraków 🌅\n\n.\n..dots\nمرحبا';
    const { received, parsed } = await deliver({ text: body, subject: 'Ça va? 你好' });
    expect(parsed.text?.trim()).toBe(body);
    expect(parsed.subject).toBe('Ça va? 你好');
    expect(parsed.from?.value).toEqual([{ name: 'The Office', address: 'office@trunkline.test' }]);
    expect(received).toMatchObject({ from: 'office@trunkline.test', to: ['anna@example.com'] });
    expect(received.raw).not.toMatch(/^X-Mailer/im);
  });

  test('carries the same Message-ID on every attempt, which is its external id', async () => {
    const reference = 'c0ffee'.padEnd(24, '0');
    for (const attempt of [1, 2]) {
      const { outcome, parsed } = await deliver({ reference, attempt });
      expect(parsed.messageId).toBe(`<${reference}@trunkline.test>`);
      expect(outcome).toEqual({ outcome: 'accepted', externalMessageId: parsed.messageId });
    }
  });

  test('is known by the id its server gave it, without what no id may hold', async () => {
    const wire = await startWire((await startMailServer()).port);
    const outcome = await openChannel().send(lineTo(wire.port), mailTo('cut-garbled@example.com'), lease());
    expect(outcome).toEqual({ outcome: 'accepted', externalMessageId: '<7F 3A@mail.prod.outlook.com>' });
  });

  test('takes its subject from its first line when it has none', async () => {
    const subjectOf = async (body: string, subject: string | null = null) =>
      (await deliver({ text: body, subject })).parsed.subject;
    expect(await subjectOf('\n  Good morning,\nhow are you?')).toBe('Good morning,');
    expect(await subjectOf('a'.repeat(78))).toBe('a'.repeat(78));
    expect(await subjectOf('🌅'.repeat(79))).toBe(`${'🌅'.repeat(77)}…`);
    expect(await subjectOf('Hello', ' ')).toBe('Hello');
    expect(await subjectOf(' ')).toBe('(no subject)');
  });

  test('cannot be given further headers or recipients through its text, subject or names', async () => {
    const evil = 'Hi\r\nBcc: everybody@example.com\r\n\r\nYou have won';
    const { received, parsed } = await deliver(
      { text: evil, subject: evil, attachments: [attachmentOf({ name: evil })] },
      { fromName: 'Anna "A" <ceo@example.com>, x' },
    );
    expect(received.to).toEqual(['anna@example.com']);
    expect(parsed.headers.has('bcc')).toBe(false);
    expect(parsed.subject).toBe('Hi Bcc: everybody@example.com You have won');
    expect(parsed.from?.value).toEqual([
      { name: 'Anna "A" <ceo@example.com>, x', address: 'office@trunkline.test' },
    ]);
  });

  test('carries its attachments as files, under their names and sniffed types', async () => {
    const bytes = Buffer.from('%PDF-1.4 plan');
    const { parsed } = await deliver({ attachments: [attachmentOf({ name: 'Plan.pdf', bytes })] });
    expect(parsed.text?.trim()).toBe('Hello Anna');
    expect(parsed.attachments).toMatchObject([
      { filename: 'Plan.pdf', contentType: 'application/pdf', content: bytes },
    ]);
  });

  test('goes to no address that is a list or hides a command', async () => {
    const server = await startMailServer();
    for (const address of [
      'anna@example.com,ben@example.com',
      'anna@example.com>\r\nRCPT TO:<ben@example.com',
      'Anna <anna@example.com>',
      'anna',
      '',
    ]) {
      const outcome = await openChannel().send(lineTo(server.port), mailTo(address), lease());
      expect(outcome).toMatchObject({ outcome: 'rejected', permanent: true });
    }
    expect(server.sessions()).toBe(0);
  });
});

describe('where private hosts are not allowed', () => {
  test.each([
    'localhost',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0.0.0.0',
    '::1',
    '::ffff:127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    'fe80::1',
    'fd00::1',
  ])('%s is never connected to', async (host) => {
    const server = await startMailServer();
    const channel = openChannel({ connectMs: 1_000 }, false);
    const line = lineTo(server.port, { host });
    const outcome = await channel.send(line, mailTo('anna@example.com'), lease());
    // Some resolvers don't take a bare number for an address; then there is nothing to connect to.
    const code = net.isIP(host) !== 0 || host === 'localhost' ? 'EPRIVATE' : expect.any(String);
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code, lineBad: true });
    expect(await channel.checkHealth(line)).toMatchObject({ healthy: false });
    expect(server.sessions()).toBe(0);
    if (net.isIP(host) !== 0)
      expect(channel.validateConfig({ ...line.transportConfig })).toMatch(/not a public/);
  });
});
