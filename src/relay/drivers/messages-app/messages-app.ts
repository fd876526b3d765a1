/**
 * The driver for a Mac on which Messages is signed in: sends by AppleScript, reads chat.db. What AppleScript can't do is
 * told in docs/lines.md.
 */
import { createReadStream, realpathSync, watch } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import { createLimiter } from '../../../lib/limiter.ts';
import { openClaims } from '../../claims.ts';
import type { Driver } from '../../driver.ts';
import { openChatDb } from './chat-db.ts';
import { findMessage } from './find.ts';
import { type Messages, type Times, USUAL_TIMES } from './messages.ts';
import { askForNews } from './news.ts';
import { osascript } from './osascript.ts';
import { testMessages } from './self-test.ts';
import { sendMessage } from './send.ts';
import { placesFor } from './staging.ts';

export interface MessagesAppOptions {
  clock: Clock;
  /** Where the driver keeps what must outlive it: the agent's own folder. */
  dataDir: string;
  /** Whose Messages; the user's own by default. */
  home?: string;
  /** A path or a name on the PATH. */
  osascriptProgram?: string;
  times?: Partial<Times>;
}

const NEWS_EVERY_MS = 5_000;
/** Messages writes several times for one message. */
const WATCH_CALM_MS = 250;

export function createMessagesAppDriver(options: MessagesAppOptions): Driver {
  const { clock, dataDir, home = homedir(), osascriptProgram } = options;
  const folder = path.join(home, 'Library', 'Messages');
  const messages: Messages = {
    clock,
    folder,
    db: openChatDb(path.join(folder, 'chat.db')),
    claims: openClaims(dataDir),
    run: osascript(clock, osascriptProgram),
    times: { ...USUAL_TIMES, ...options.times },
  };
  const { db, claims, run } = messages;
  const oneAtATime = createLimiter(1);
  const firstSeen = new Map<number, number>();

  return {
    name: 'messages-app',
    newsEveryMs: NEWS_EVERY_MS,
    selfTest: () => testMessages(db, run, process.execPath),

    prepare: async ({ jobId, files }) => ({
      before: db.newestRow(),
      files: placesFor(jobId, files, folder).map(({ name }) => name),
      startedAt: null,
      guids: [],
    }),
    send: (send, notes, lease, note) => sendMessage(messages, oneAtATime, send, notes, lease, note),
    find: (send, notes, askedAfter) => findMessage(messages, send, notes, askedAfter),
    // AppleScript has no word for it: the send tells (D22).
    check: async () => ({ availability: 'cannot_check' }),

    askForNews: async (question) => askForNews(messages, question, firstSeen),
    watch: (changed) => watchFolder(folder, clock, changed),
    async openAttachment(source, signal) {
      return createReadStream(fileOf(source, messages, home), { signal });
    },

    async close() {
      db.close();
      claims.close();
    },
  };
}

/** Only a hint: the system drops such events, after sleep above all. */
function watchFolder(folder: string, clock: Clock, changed: () => void): () => void {
  const over = new AbortController();
  let isAnnounced = false;
  const announce = async () => {
    if (isAnnounced) return;
    isAnnounced = true;
    await clock.sleep(WATCH_CALM_MS, over.signal);
    isAnnounced = false;
    if (!over.signal.aborted) changed();
  };
  try {
    const watcher = watch(folder, { signal: over.signal, persistent: false }, (_event, name) => {
      if (name === null || name.startsWith('chat.db')) void announce();
    });
    // Without it news come by asking alone.
    watcher.on('error', () => watcher.close());
  } catch {
    // The folder is not there, or not for us to see: the self-test says so.
  }
  return () => over.abort();
}

/**
 * The source comes back from the server, so it only names a file by Messages' own id, and what Messages says of its place
 * must lie where Messages keeps files.
 */
function fileOf(source: unknown, { db, folder }: Messages, home: string): string {
  const { guid } = (source ?? {}) as { guid?: unknown };
  if (typeof guid !== 'string') throw new Error('This does not name an attachment of Messages.');
  const name = db.fileOf(guid);
  if (name === null) throw new Error('Messages has not received this attachment yet.');
  const file = realpathSync(name.replace(/^~(?=\/)/, home));
  const kept = realpathSync(folder) + path.sep;
  if (!file.startsWith(kept)) throw new Error('This attachment is not where Messages keeps files.');
  return file;
}
