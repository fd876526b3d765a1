/**
 * What moves messages on this Mac: the Messages app, a BlueBubbles server beside it, or a simulated phone. The agent
 * (agent.ts) owns everything else: the link to the server, the journal, the files, the order of things. It calls `send`
 * for one message at a time and never twice for one job; whatever a crash leaves open is settled by `find`.
 *
 * As with channels: a refusal is a value. What is thrown is a defect, and counts as `unknown` once `send` was called.
 */
import type { Readable } from 'node:stream';
import type { NewsAnswer, NewsQuestion } from '../domain/news.ts';
import type { Availability, Finding, Gesture, OnDevice, Outcome } from '../domain/outcome.ts';
import type { Reaction } from '../domain/words.ts';
import type { Deadline } from '../lib/clock.ts';

/** A file of a message, already on this Mac. It stays where it is for days; a driver that needs it elsewhere copies it. */
export interface LocalFile {
  /** Absolute. */
  path: string;
  /** The name the recipient sees; no path, but any characters. */
  name: string;
  mimeType: string;
  sizeBytes: number;
  /** SHA-256 of the bytes, lower-case hex. */
  hash: string;
}

/** One message to one address. */
export interface Send {
  /** Of this attempt; another attempt for the same message is another job. */
  jobId: string;
  /** The message id of the server: the same in all attempts. */
  reference: string;
  /** 1 for the first attempt of this message. */
  attempt: number;
  /** E.164 phone number or Apple ID. */
  address: string;
  /** May be empty when there are files. */
  text: string;
  files: readonly LocalFile[];
}

/** Plain JSON of the driver's own making, kept in the journal: what it must know to find the message after a crash. */
export type Notes = NonNullable<unknown>;

/** What a self-test found, told to the server and shown by `trunkline relay status`. */
export interface SelfTest {
  /** False: nothing can be sent from here now. */
  ok: boolean;
  checks: readonly {
    /** kebab-case: `full-disk-access`, `automation`, `signed-in`, … */
    check: string;
    ok: boolean;
    /** What was found and, when it is not ok, what a person should do: one public sentence. */
    message: string;
  }[];
  /** Names and versions worth knowing: `{macos: '26.1', messages: '26.0'}`. */
  versions: Readonly<Record<string, string>>;
}

export interface Driver {
  /** The word after `--driver`. */
  readonly name: string;
  /** How often `askForNews` is called when `watch` gives no hint, in ms. */
  readonly newsEveryMs: number;

  /** Quick (≤ 10 s), and without any effect a person could notice. Asked at start and every few minutes. */
  selfTest(): Promise<SelfTest>;

  /**
   * What to note before the send, e.g. the newest row of chat.db: it is in the journal, on disk, before `send` is called.
   * Throws when the Mac can't send now: the job is then refused for now, as a fault of the line.
   */
  prepare(send: Send): Promise<Notes>;
  /**
   * `lease` passes when the attempt must be over: asked in the instant before the message leaves, its signal interrupts.
   * `note` replaces the notes in the journal and resolves when they are on disk: call it as soon as the message's own
   * row is known. The answer is the port's: `accepted` only when it is confirmed to have left.
   */
  send(send: Send, notes: Notes, lease: Deadline, note: (notes: Notes) => Promise<void>): Promise<Outcome>;
  /**
   * Did that message leave? Never asked while its `send` runs. `notes` are the newest of the journal; null: the journal
   * knows nothing of it (lost, another Mac), and only `found` or `undecided` can be honest then. `askedAfter` is when the
   * server made the job, epoch ms. `absent` must be certain: it is sent again. Too early to tell: `undecided`, not final.
   */
  find(send: Omit<Send, 'files'>, notes: Notes | null, askedAfter: number): Promise<Finding>;

  /** Is this address on iMessage? `cannot_check` where there is no means. */
  check(address: string): Promise<Availability>;

  /**
   * What happened since `cursor` (null: begin now, tell nothing older). Receipts only of messages in `outstanding`, with
   * their `reference` (`accepted` | `delivered` | `read`; `not_on_channel` or `bounced` when it failed only after it was
   * accepted); inbound messages and reactions of the line in any case; not what this Mac sent. At most 50 at once, oldest first; the cursor
   * is stored when the server has acknowledged them. `outstanding` is renewed by the agent: messages of the last days
   * which it knows to be sent and not yet read, at most 1,000, oldest first.
   */
  askForNews(question: NewsQuestion): Promise<NewsAnswer>;
  /** Calls `changed` when there may be news, or some of its own accord. Returns what stops it. */
  watch?(changed: () => void): () => void;

  /** The bytes of an attachment that came in, by the `source` its news named. Throws when it can't be had now. */
  openAttachment(source: unknown, signal: AbortSignal): Promise<Readable>;

  react?(message: OnDevice, reaction: Reaction, isRemoved: boolean): Promise<Gesture>;
  showTyping?(to: OnDevice, isTyping: boolean): Promise<Gesture>;

  close(): Promise<void>;
}
