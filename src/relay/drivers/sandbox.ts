/**
 * A simulated Mac: every recipient behaves as domain/sandbox-script.ts has it. What arrives is kept in a file, so that a
 * copy sent twice stays visible, whatever is killed meanwhile; receipts and replies come from the same file.
 */
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { News, NewsAnswer, NewsQuestion, Outstanding } from '../../domain/news.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { type SandboxRecipient, sandboxAnswer, sandboxRecipient } from '../../domain/sandbox-script.ts';
import type { Clock, Deadline } from '../../lib/clock.ts';
import { never } from '../../lib/invariant.ts';
import type { Driver, Notes, Send } from '../driver.ts';

/** One message on a simulated phone. */
export interface SandboxCopy {
  id: string;
  jobId: string;
  reference: string;
  address: string;
  text: string;
  files: readonly { name: string; mimeType: string; hash: string }[];
  at: number;
}

const FILE = 'sandbox-copies.jsonl';
const NEWS_EVERY_MS = 200;
const MAX_NEWS = 50;
const LOST: Outcome = { outcome: 'unknown', message: 'The simulated Messages app did not answer' };

export function createSandboxDriver({ dataDir, clock }: { dataDir: string; clock: Clock }): Driver {
  const file = path.join(dataDir, FILE);
  return {
    name: 'sandbox',
    newsEveryMs: NEWS_EVERY_MS,

    selfTest: async () => ({
      ok: true,
      checks: [{ check: 'simulated', ok: true, message: 'Nothing leaves this computer' }],
      versions: {},
    }),

    prepare: async () => ({ copiesBefore: (await readSandboxCopies(dataDir)).length }),

    async send(send, notes, lease, note) {
      const row = sandboxRecipient('imessage', send.address);
      if (row === null) return refusal('No message can go to this address');
      const answer = sandboxAnswer(row, 'imessage', send.attempt);
      switch (answer.answer) {
        case 'accepted': {
          await clock.sleep(answer.afterMs, lease.signal);
          const id = await receive(send, notes, lease, note);
          return id === null ? LOST : { outcome: 'accepted', externalMessageId: id };
        }
        case 'refused':
          return { ...refusal(answer.message), permanent: answer.permanent, addressBad: answer.addressBad };
        case 'not_on_imessage':
          return { outcome: 'not_on_channel', message: 'The recipient is not on iMessage' };
        case 'silence':
          if (answer.keepsCopy) await receive(send, notes, lease, note);
          await clock.sleep(answer.afterMs, lease.signal);
          return LOST;
        default:
          return never(answer, 'sandbox answer');
      }
    },

    async find({ jobId, reference }, notes) {
      const copies = await readSandboxCopies(dataDir);
      const copy = copies.find((each) =>
        notes === null ? each.reference === reference : each.jobId === jobId,
      );
      if (copy !== undefined) return { finding: 'found', externalMessageId: copy.id, address: copy.address };
      if (notes !== null) return { finding: 'absent' };
      return { finding: 'undecided', message: 'No such message on the simulated phones', final: false };
    },

    async check(address) {
      const found = sandboxRecipient('imessage', address)?.imessage ?? 'unavailable';
      if (found !== 'error') return { availability: found };
      return { availability: 'error', message: 'The simulated availability check failed' };
    },

    async askForNews({ cursor, outstanding }) {
      const copies = await readSandboxCopies(dataDir);
      return newsOf(copies, { cursor, outstanding }, clock.now());
    },

    async openAttachment(source) {
      if (typeof source !== 'string') throw new Error('No such attachment on the simulated phones');
      return Readable.from([Buffer.from(source)]);
    },

    react: async () => ({ done: true }),
    showTyping: async () => ({ done: true }),
    async close() {},
  };

  /** null: its time was over before it left. */
  async function receive(
    send: Send,
    notes: Notes,
    lease: Deadline,
    note: (notes: Notes) => Promise<void>,
  ): Promise<string | null> {
    const { jobId, reference, address, text } = send;
    const files = send.files.map(({ name, mimeType, hash }) => ({ name, mimeType, hash }));
    const copy: SandboxCopy = {
      id: `copy-${jobId}`,
      jobId,
      reference,
      address,
      text,
      files,
      at: clock.now(),
    };
    if (lease.hasPassed()) return null;
    await appendFile(file, `${JSON.stringify(copy)}\n`, { mode: 0o600, flush: true });
    await note({ ...(notes as object), copy: copy.id });
    return copy.id;
  }
}

export async function readSandboxCopies(dataDir: string): Promise<SandboxCopy[]> {
  const text = await readFile(path.join(dataDir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SandboxCopy);
}

/** The cursor counts the replies that were told; receipts follow from what is outstanding. */
function newsOf(copies: readonly SandboxCopy[], question: NewsQuestion, now: number): NewsAnswer {
  const told = (question.cursor as { replies: number } | null)?.replies ?? 0;
  const receipts = question.outstanding.flatMap((each) => receiptsOf(copies, each, now));
  const replies = copies.flatMap((copy) => repliesTo(copy, now)).sort((a, b) => a.at - b.at);
  const fresh = replies.slice(told, told + MAX_NEWS);
  return {
    news: [...receipts.slice(0, MAX_NEWS), ...fresh],
    cursor: { replies: told + fresh.length },
    more: told + fresh.length < replies.length,
  };
}

function receiptsOf(copies: readonly SandboxCopy[], { reference }: Outstanding, now: number): News[] {
  const copy = copies.find((each) => each.reference === reference);
  if (copy === undefined) return [];
  return callbacksOf(copy).flatMap(({ kind, afterMs }): News[] => {
    if (kind === 'reply' || copy.at + afterMs > now) return [];
    return [{ news: 'receipt', reference, receipt: kind, externalMessageId: copy.id, at: copy.at + afterMs }];
  });
}

function repliesTo(copy: SandboxCopy, now: number) {
  return callbacksOf(copy)
    .filter(({ kind, afterMs }) => kind === 'reply' && copy.at + afterMs <= now)
    .map(({ message, afterMs }) => ({
      news: 'inbound' as const,
      from: copy.address,
      text: message ?? '',
      externalMessageId: `reply-${copy.id}`,
      at: copy.at + afterMs,
    }));
}

function callbacksOf({ address }: SandboxCopy): SandboxRecipient['callbacks'] {
  return sandboxRecipient('imessage', address)?.callbacks ?? [];
}

function refusal(message: string): Outcome & { outcome: 'rejected' } {
  return { outcome: 'rejected', permanent: true, code: 'refused', message };
}
