/**
 * Messages on a Mac, as far as the relay can see it: an `osascript` for the PATH and a chat.db that fills as Messages fills
 * it, over time and in several steps. It lives in the process that started it, so whoever called `osascript` may be killed
 * in the middle, and what was ordered goes on.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { failure, understand, type Wanted } from './apple-script.ts';
import { type Behaviour, behaviourOf } from './recipients.ts';
import { createRows, type FileWish, type MacOs } from './rows.ts';

export interface Pace {
  /** From the order to the row, from the row to "sent", and so on: ms. */
  rowMs: number;
  sentMs: number;
  deliveredMs: number;
  readMs: number;
  errorMs: number;
  /** For recipients whose rows are slow. */
  slowMs: number;
}

export const LIKE_MESSAGES: Pace = {
  rowMs: 500,
  sentMs: 1_000,
  deliveredMs: 1_500,
  readMs: 20_000,
  errorMs: 1_500,
  slowMs: 15_000,
};

export interface FakeOptions {
  macOs?: MacOs;
  pace?: Partial<Pace>;
  /** The file name of Node; the one that runs this by default. */
  node?: string;
}

interface Part {
  file?: string | undefined;
  text?: string | undefined;
}

/** One thing that left this Mac: a text or a file. */
export interface Left {
  address: string;
  text: string;
  file: string | null;
  service: string;
  /** Of its row; "" until there is one. */
  guid: string;
}

export async function startFakeMessages(options: FakeOptions = {}) {
  const { macOs = 15, node = process.execPath } = options;
  const pace = { ...LIKE_MESSAGES, ...options.pace };
  const home = mkdtempSync(path.join(tmpdir(), 'fake-mac-'));
  const folder = path.join(home, 'Library', 'Messages');
  mkdirSync(path.join(folder, 'Attachments'), { recursive: true });
  const rows = createRows(path.join(folder, 'chat.db'), macOs);
  const socketPath = path.join(home, 'messages.sock');
  const bin = path.join(home, 'bin');
  mkdirSync(bin);
  const program = path.join(bin, 'osascript');
  const client = path.join(import.meta.dirname, 'osascript.ts');
  writeFileSync(program, `#!/bin/sh\nexec "${node}" "${client}" "${socketPath}" "$@"\n`);
  chmodSync(program, 0o755);

  const left: Left[] = [];
  const scripts: { script: string; args: string[] }[] = [];
  const behaviours = new Map<string, Behaviour>();
  /** Conversations in chat.db that AppleScript denies, as after a restart. */
  const forgotten = new Set<string>();
  const mac = { mayAutomate: true, isSignedIn: true, isEnabled: true, answers: true };
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    timers.add(timer);
  };

  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    void text(socket).then(
      (order) => {
        const { script, args } = JSON.parse(order) as { script: string; args: string[] };
        scripts.push({ script, args });
        const answer = obey(script, args);
        if (answer !== null) socket.end(JSON.stringify(answer));
        else sockets.add(socket);
      },
      () => {},
    );
  });
  const sockets = new Set<net.Socket>();
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));

  const done = (stdout = '') => ({ status: 0, stdout, stderr: '' });
  const failed = (stderr: string) => ({ status: 1, stdout: '', stderr });

  /** Null: no answer ever comes. */
  function obey(script: string, args: string[]) {
    const wanted = understand(script, args);
    if (wanted.wanted === 'nothing') return failed(`0:1: syntax error: ${wanted.message}. (-2741)\n`);
    if (!mac.answers) return null;
    if (wanted.wanted === 'accounts') return done(`${accounts()}\n`);
    return take(script, wanted);
  }

  function accounts(): string {
    const lines = [`macos ${macOs}.1`];
    if (!mac.mayAutomate) return [...lines, `error -1743 ${NOT_PERMITTED}`].join('\n');
    lines.push(`messages ${macOs - 1}.0`);
    if (mac.isSignedIn) lines.push(`account iMessage ${mac.isEnabled}`);
    return [...lines, 'account other true'].join('\n');
  }

  function take(script: string, order: Extract<Wanted, { wanted: 'send' }>) {
    const fail = (stage: string, problem: string, code: number) =>
      failed(failure(script, stage, 0, `Messages got an error: ${problem}`, code));
    if (!mac.mayAutomate) return failed(failure(script, 'account', 0, NOT_PERMITTED, -1743));
    if (order.way === 'chat' && (!rows.chatExists(order.recipient) || forgotten.has(order.recipient)))
      return fail('chat', `Can’t get chat id "${order.recipient}".`, -1728);
    if (order.way === 'participant' && !mac.isSignedIn)
      return fail('account', 'Can’t get account 1 whose service type = iMessage. Invalid index.', -1719);
    const address = order.way === 'chat' ? (order.recipient.split(';').at(-1) ?? '') : order.recipient;
    const behaviour = behaviours.get(address) ?? behaviourOf(address);
    if (behaviour === 'no participant')
      return fail('participant', `Can’t get participant id "1:${address}".`, -1728);
    const isLost = behaviour === 'hangs, lost' || behaviour === 'times out, lost';
    if (!isLost) {
      for (const [index, file] of order.paths.entries()) write(address, behaviour, { file }, index);
      if (order.text !== '') write(address, behaviour, { text: order.text }, order.paths.length);
    }
    if (behaviour.startsWith('hangs')) return null;
    if (behaviour.startsWith('times out')) return fail('send', 'AppleEvent timed out.', -1712);
    return done();
  }

  function write(
    address: string,
    behaviour: Behaviour,
    part: { file?: string; text?: string },
    index: number,
  ) {
    const isSlow = behaviour === 'slow row' || behaviour === 'left, row late';
    if (behaviour === 'left, row late') left.push(leftNow(address, part));
    // Rows of one message come in its order.
    after((isSlow ? pace.slowMs : pace.rowMs) + index, () => writeRow(address, behaviour, part));
  }

  function writeRow(address: string, behaviour: Behaviour, { file, text: words }: Part) {
    const isReadable = file === undefined || (file.startsWith(`${folder}${path.sep}`) && existsSync(file));
    if (behaviour === 'ghost') {
      rows.add({ address, isFromMe: true, text: null, isJoined: false });
      return;
    }
    const guid = rows.add({ address, isFromMe: true, text: file === undefined ? (words ?? '') : OBJECT });
    if (file !== undefined)
      rows.attach(guid, {
        name: path.basename(file),
        path: file.replace(home, '~'),
        mimeType: 'application/octet-stream',
        sizeBytes: isReadable ? statSync(file).size : 0,
      });
    const leave = (service = 'iMessage') => {
      const before = left.find((one) => one.guid === '' && one.address === address);
      if (before !== undefined) before.guid = guid;
      else left.push({ ...leftNow(address, { file, text: words }), service, guid });
      rows.change(guid, { is_sent: 1, service });
    };
    const refuse = (error: number) => after(pace.errorMs, () => rows.change(guid, { error, is_finished: 1 }));
    if (!isReadable) return refuse(25);
    switch (behaviour) {
      case 'not on iMessage':
        return refuse(22);
      case 'refused':
        return refuse(25);
      case 'refused for now':
        return refuse(4);
      case 'never sent':
        return;
      case 'sent as SMS':
        return after(pace.sentMs, () => {
          rows.change(guid, { was_downgraded: 1 });
          leave('SMS');
        });
      case 'refused late':
        after(pace.sentMs, leave);
        return after(pace.sentMs + pace.deliveredMs, () => rows.change(guid, { error: 22, is_sent: 0 }));
      default:
        after(pace.sentMs, leave);
        if (behaviour === 'never delivered') return;
        after(pace.sentMs + pace.deliveredMs, () =>
          rows.change(guid, { is_delivered: 1, date_delivered: Date.now() }),
        );
        if (behaviour === 'read')
          after(pace.sentMs + pace.deliveredMs + pace.readMs, () =>
            rows.change(guid, { date_read: Date.now() }),
          );
    }
  }

  return {
    home,
    /** To be put before everything else on the PATH. */
    bin,
    osascript: program,
    folder,
    mac,
    rows,
    /** What left this Mac, oldest first. */
    left: left as readonly Left[],
    /** Every script that was run, with its arguments. */
    scripts: scripts as readonly { script: string; args: string[] }[],
    behave: (address: string, behaviour: Behaviour) => void behaviours.set(address, behaviour),
    /** AppleScript no longer knows the conversations there are. */
    forgetChats() {
      for (const { guid } of rows.db.prepare('SELECT guid FROM chat').all()) forgotten.add(String(guid));
    },
    /** Somebody writes to this Mac; answers the GUID. */
    receive(
      from: string,
      words: string,
      more: {
        files?: FileWish[];
        group?: string[];
        at?: number;
        columns?: Record<string, string | number>;
      } = {},
    ): string {
      const { files = [], ...wish } = more;
      const body = `${OBJECT.repeat(files.filter(({ isHidden }) => !isHidden).length)}${words}`;
      const guid = rows.add({ address: from, isFromMe: false, text: body, ...wish });
      for (const file of files) rows.attach(guid, file);
      return guid;
    },
    /** A tapback on the message `about`; `type` as Messages numbers them, 2006 with an emoji. */
    tapback(from: string, about: string, type: number, emoji: string | null = null): string {
      return rows.add({
        address: from,
        isFromMe: false,
        text: 'Reacted to a message',
        columns: {
          associated_message_type: type,
          associated_message_guid: `p:0/${about}`,
          associated_message_emoji: emoji,
        },
      });
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rows.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export type FakeMessages = Awaited<ReturnType<typeof startFakeMessages>>;

function leftNow(address: string, { file, text: words = '' }: Part): Left {
  return { address, text: words, file: file ?? null, service: 'iMessage', guid: '' };
}

const NOT_PERMITTED = 'Not authorized to send Apple events to Messages.';
/** Stands in a text where a file belongs. */
const OBJECT = '\uFFFC';
