/**
 * The driver for a BlueBubbles server on this Mac, or beside it: what it can do more than Messages alone is told in
 * docs/lines.md. Which rows are whose is kept in the agent's folder (claims.ts), as far as messages are known to have left.
 */
import { createReadStream } from 'node:fs';
import { createBlueBubbles, type Patience } from '../../bluebubbles/bluebubbles.ts';
import type { BlueBubblesServer } from '../../bluebubbles/settings.ts';
import type { Outstanding } from '../../domain/news.ts';
import type { Finding, Outcome } from '../../domain/outcome.ts';
import type { Clock, Deadline } from '../../lib/clock.ts';
import { createGuardedFetch } from '../../lib/guarded-fetch.ts';
import { openClaims } from '../claims.ts';
import type { Driver, LocalFile, Notes, Send } from '../driver.ts';

export interface BlueBubblesDriverOptions {
  server: BlueBubblesServer;
  clock: Clock;
  /** Where the driver keeps what must outlive it: the agent's own folder. */
  dataDir: string;
  patience?: Patience;
}

interface SendNotes {
  /** When the server was about to be asked, epoch ms; null: it never was. */
  startedAt: number | null;
  fileNames: readonly string[];
}

const NEWS_EVERY_MS = 5_000;
/** Receipts are asked for one by one, and ever more rarely: after half the time that has passed, within these bounds. */
const RECEIPT_PAUSE_MS = { least: 5_000, most: 3_600_000 } as const;
const RECEIPTS_AT_ONCE = 100;

export function createBlueBubblesDriver(options: BlueBubblesDriverOptions): Driver {
  const { server, clock, dataDir, patience = {} } = options;
  // Whoever runs the relay names the server, and it may well be this very computer.
  const fetch = createGuardedFetch({ allowPrivateHosts: true });
  const mac = createBlueBubbles({ fetch, clock, patience });
  const claims = openClaims(dataDir);
  const takeTurns = receiptTurns(clock);

  return {
    name: 'bluebubbles',
    newsEveryMs: NEWS_EVERY_MS,

    async selfTest() {
      const { checks, versions } = await mac.test(server);
      return { ok: checks.every(({ ok }) => ok), checks, versions };
    },

    async prepare({ files }): Promise<SendNotes> {
      return { startedAt: null, fileNames: files.map(({ name }) => name) };
    },

    async send(send, notes, lease, note) {
      await note({ ...readNotes(notes), startedAt: clock.now() } satisfies SendNotes);
      return sendOnce(send, lease);
    },

    async find(send, notes, askedAfter) {
      const [known] = claims.of(send.jobId);
      if (known !== undefined) return { finding: 'found', externalMessageId: known, address: send.address };
      if (notes === null) return findWithoutNotes(send, askedAfter);
      const { startedAt, fileNames } = readNotes(notes);
      if (startedAt === null) return { finding: 'absent' };
      return look(send, startedAt, fileNames);
    },

    check: (address) => mac.check(server, address),

    askForNews: ({ cursor, outstanding }) =>
      mac.askForNews(server, { cursor, outstanding: takeTurns(outstanding) }),

    openAttachment: (source, signal) => mac.openAttachment(server, source, signal),
    react: (message, reaction, isRemoved) => mac.react(server, message, reaction, isRemoved),
    showTyping: (to, isTyping) => mac.showTyping(server, to, isTyping),

    async close() {
      claims.close();
      await fetch.close();
    },
  };

  async function sendOnce(send: Send, lease: Deadline): Promise<Outcome> {
    const outcome = await mac.send(server, { ...send, attachments: send.files.map(attachmentOf) }, lease);
    if (outcome.outcome === 'accepted') claim(send, outcome.externalMessageId);
    return outcome;
  }

  async function look(
    send: Omit<Send, 'files'>,
    startedAt: number,
    attachmentNames: readonly string[],
  ): Promise<Finding> {
    const { reference, address, text } = send;
    const finding = await mac.find(server, reference, {
      addresses: [address],
      text,
      attachmentNames,
      startedAt,
      // Each attempt is a job of its own, and is decided before the next one begins.
      firstStartedAt: startedAt,
      isClaimed: (guid) => claims.isClaimed(guid),
      // The agent does one thing at a time, and what left is claimed before the next: equal messages share the rest fairly.
      isContested: async () => false,
    });
    if (finding.finding === 'found') claim(send, finding.externalMessageId);
    return finding;
  }

  /** The journal is lost, and with it when it was sent and with which files: only a row that shows it counts. */
  async function findWithoutNotes(send: Omit<Send, 'files'>, askedAfter: number): Promise<Finding> {
    const finding = await look(send, askedAfter, []);
    if (finding.finding !== 'absent') return finding;
    const message = 'This Mac keeps no record of that send, and none of its messages shows it';
    return { finding: 'undecided', message, final: true };
  }

  function claim({ jobId, reference }: Pick<Send, 'jobId' | 'reference'>, guid: string | null): void {
    if (guid !== null) claims.add({ jobId, reference, guids: [guid] });
  }
}

/** Those of the messages whose receipts it is time to ask for. */
function receiptTurns(clock: Clock): (outstanding: readonly Outstanding[]) => Outstanding[] {
  let nextAt = new Map<string, number>();
  return (outstanding) => {
    const now = clock.now();
    const isDue = ({ reference, sentAt }: Outstanding) => (nextAt.get(reference) ?? sentAt) <= now;
    const due = outstanding.filter(isDue).slice(-RECEIPTS_AT_ONCE);
    // What is not outstanding any more is forgotten.
    nextAt = new Map(
      outstanding.map(({ reference, sentAt }) => [reference, nextAt.get(reference) ?? sentAt]),
    );
    for (const { reference, sentAt } of due) {
      const pause = Math.max(RECEIPT_PAUSE_MS.least, (now - sentAt) / 2);
      nextAt.set(reference, now + Math.min(RECEIPT_PAUSE_MS.most, pause));
    }
    return due;
  };
}

function attachmentOf({ path, name, mimeType, hash }: LocalFile) {
  return { name, mimeType, hash, open: async () => createReadStream(path) };
}

function readNotes(notes: Notes): SendNotes {
  const { startedAt, fileNames } = notes as Partial<SendNotes>;
  if (startedAt === undefined || !Array.isArray(fileNames))
    throw new Error('These notes are not of the bluebubbles driver');
  return { startedAt, fileNames };
}
