/**
 * A mailbox behind IMAP (RFC 3501 and IDLE) as far as reading it takes. It can do what a real server can't be asked for:
 * drop its connections, fall silent, forget what it said, and be made anew with other UIDs.
 */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface StoredMail {
  uid: number;
  raw: Buffer;
  /** Epoch ms. */
  at: number;
}

export interface FakeMailbox {
  port: number;
  user: string;
  password: string;
  mails: StoredMail[];
  /** Commands of all connections, without their tags. */
  commands: string[];
  /** Connections ever made, and still open. */
  connections(): number;
  live(): number;
  deliver(raw: string, at?: number): StoredMail;
  /** Gives all mail other UIDs, as a server does that was restored; all of it claims to have come at that moment. */
  remake(at?: number): void;
  /** Cuts every connection. */
  drop(): void;
  /** Cuts a connection instead of answering the command that begins so, that many times. */
  dropAt(command: string, times?: number): void;
  /** Takes connections and commands and says nothing. */
  silence: boolean;
  close(): Promise<void>;
}

interface Session {
  socket: net.Socket;
  idleTag: string | null;
  /** How many mails it was told of. */
  told: number;
}

const USER = 'office';
const PASSWORD = 'right';

export async function startFakeMailbox(now: () => number): Promise<FakeMailbox> {
  const sessions = new Set<Session>();
  const drops: { command: string; times: number }[] = [];
  let connections = 0;
  let uidValidity = 1_000;
  let uidNext = 1;

  const tell = (session: Session) => {
    session.told = box.mails.length;
    session.socket.write(`* ${box.mails.length} EXISTS\r\n`);
  };
  const box: FakeMailbox = {
    port: 0,
    user: USER,
    password: PASSWORD,
    mails: [],
    commands: [],
    silence: false,
    connections: () => connections,
    live: () => sessions.size,
    deliver(raw, at = now()) {
      const mail = { uid: uidNext, raw: Buffer.from(raw.replace(/\r?\n/g, '\r\n')), at };
      uidNext += 1;
      box.mails.push(mail);
      for (const session of sessions) if (session.idleTag !== null) tell(session);
      return mail;
    },
    remake(at = now()) {
      uidValidity += 1;
      uidNext = box.mails.length + 1;
      box.mails = box.mails.map(({ raw }, index) => ({ uid: index + 1, raw, at }));
    },
    drop() {
      for (const { socket } of sessions) socket.destroy();
    },
    dropAt(command, times = 1) {
      drops.push({ command, times });
    },
    async close() {
      box.drop();
      server.close();
    },
  };

  const server = net.createServer((socket) => {
    connections += 1;
    const session: Session = { socket, idleTag: null, told: 0 };
    sessions.add(session);
    socket.on('error', () => {}).on('close', () => sessions.delete(session));
    if (!box.silence) socket.write('* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n');
    let unread = '';
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1');
      for (let end = unread.indexOf('\r\n'); end !== -1; end = unread.indexOf('\r\n')) {
        const line = unread.slice(0, end);
        unread = unread.slice(end + 2);
        if (!box.silence) answer(session, line);
      }
    });
  });

  function answer(session: Session, line: string): void {
    const { socket } = session;
    const end = (tag: string, words = 'OK done') => socket.write(`${tag} ${words}\r\n`);
    if (/^DONE$/i.test(line)) {
      if (session.idleTag !== null) end(session.idleTag);
      session.idleTag = null;
      return;
    }
    const [, tag = '*', command = '', rest = ''] = /^(\S+) ((?:UID )?\S+) ?(.*)$/i.exec(line) ?? [];
    box.commands.push(`${command} ${rest}`.trim());
    const drop = drops.find(
      (each) => each.times > 0 && `${command} ${rest}`.toUpperCase().startsWith(each.command),
    );
    if (drop !== undefined) {
      drop.times -= 1;
      socket.destroy();
      return;
    }
    switch (command.toUpperCase()) {
      case 'CAPABILITY':
        socket.write('* CAPABILITY IMAP4rev1 IDLE\r\n');
        return void end(tag);
      case 'LOGIN': {
        const isRight = rest.replaceAll('"', '') === `${USER} ${PASSWORD}`;
        return void end(
          tag,
          isRight ? 'OK logged in' : 'NO [AUTHENTICATIONFAILED] Wrong user name or password',
        );
      }
      case 'LIST':
      case 'LSUB':
        socket.write(`* ${command.toUpperCase()} () "/" "INBOX"\r\n`);
        return void end(tag);
      case 'SELECT':
      case 'EXAMINE':
        if (rest.replaceAll('"', '') !== 'INBOX') return void end(tag, 'NO [NONEXISTENT] No such mailbox');
        socket.write('* FLAGS (\\Seen)\r\n* 0 RECENT\r\n');
        tell(session);
        socket.write(`* OK [UIDVALIDITY ${uidValidity}] valid\r\n* OK [UIDNEXT ${uidNext}] next\r\n`);
        return void end(tag, 'OK [READ-ONLY] selected');
      case 'UID SEARCH':
        socket.write(`* SEARCH ${search(rest).join(' ')}\r\n`);
        return void end(tag);
      case 'UID FETCH':
        fetch(socket, rest);
        return void end(tag);
      case 'IDLE':
        session.idleTag = tag;
        socket.write('+ idling\r\n');
        // What came before it idled.
        if (session.told !== box.mails.length) tell(session);
        return;
      case 'LOGOUT':
        socket.write('* BYE\r\n');
        end(tag);
        return void socket.end();
      case 'NOOP':
      case 'CLOSE':
        return void end(tag);
      default:
        return void end(tag, 'BAD unknown command');
    }
  }

  function search(criteria: string): number[] {
    const range = /UID (\S+)/i.exec(criteria)?.[1];
    const since = Date.parse(/SINCE (\S+)/i.exec(criteria)?.[1] ?? '1-Jan-1970');
    return box.mails
      .filter(({ uid, at }) => at >= since && (range === undefined || isIn(range, uid)))
      .map(({ uid }) => uid);
  }

  function isIn(set: string, uid: number): boolean {
    const last = box.mails.at(-1)?.uid ?? 0;
    return set.split(',').some((range) => {
      const [from = 0, to = from] = range.split(':').map((end) => (end === '*' ? last : Number(end)));
      // "9:*" of a mailbox that ends at 5 is 5:9.
      return uid >= Math.min(from, to) && uid <= Math.max(from, to);
    });
  }

  function fetch(socket: net.Socket, rest: string): void {
    const [, set = '', items = ''] = /^(\S+) (.*)$/.exec(rest) ?? [];
    const part = /BODY\.PEEK\[\](?:<(\d+)\.(\d+)>)?/i.exec(items);
    for (const [index, mail] of box.mails.entries()) {
      if (!isIn(set, mail.uid)) continue;
      const said = [`UID ${mail.uid}`];
      if (/RFC822\.SIZE/i.test(items)) said.push(`RFC822.SIZE ${mail.raw.length}`);
      if (/INTERNALDATE/i.test(items)) said.push(`INTERNALDATE "${internalDate(mail.at)}"`);
      socket.write(`* ${index + 1} FETCH (${said.join(' ')}`);
      if (part !== null) {
        const [, start, length] = part;
        const bytes =
          start === undefined ? mail.raw : mail.raw.subarray(Number(start), Number(start) + Number(length));
        socket.write(` BODY[]${start === undefined ? '' : `<${start}>`} {${bytes.length}}\r\n`);
        socket.write(bytes);
      }
      socket.write(')\r\n');
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  box.port = (server.address() as AddressInfo).port;
  return box;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function internalDate(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}
