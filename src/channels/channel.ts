/**
 * The port every carrier stands behind: one line of one workspace, one message, one closed list of outcomes.
 * Implementations never throw for a carrier's refusal; a thrown error is a defect and is treated as `unknown`
 * once the request may have left.
 */
import type { Readable } from 'node:stream';
import type { News, NewsAnswer, NewsQuestion } from '../domain/news.ts';
import type { Availability, Finding, Gesture, OnDevice, Outcome } from '../domain/outcome.ts';
import type { SetupStep } from '../domain/setup-step.ts';
import type { MessageType, Reaction } from '../domain/words.ts';
import type { Deadline } from '../lib/clock.ts';

export type { NewsAnswer, NewsQuestion, Outstanding } from '../domain/news.ts';
export type { Availability, Finding, Gesture, OnDevice, Outcome } from '../domain/outcome.ts';

/** What a channel may know of the line it sends from. `secret` is the decrypted credential, if the transport has one. */
export interface ChannelLine {
  workspaceId: string;
  lineId: string;
  messageType: MessageType;
  phone: string | null;
  email: string | null;
  /** Display name of the sender, "" when none is set. */
  name: string;
  /** Transport settings without secrets, e.g. `{host, port, tls, user}` of an smtp line. */
  transportConfig: Readonly<Record<string, unknown>>;
  secret: string | null;
}

/** A file that goes with a message; by then it is in our own store. */
export interface OutgoingAttachment {
  /** As the sender gave it. */
  url: string;
  /** The file name the recipient sees. */
  name: string;
  /** Sniffed from the bytes, never taken from anybody's word. */
  mimeType: string;
  sizeBytes: number;
  /** SHA-256 of the bytes, lower-case hex: the same on a device means that it need not be uploaded again. */
  hash: string;
  /** Where a carrier can fetch it, without credentials; null when the server is not reachable from outside. */
  publicUrl: string | null;
  /** The bytes, from the start; may be called again. */
  open(): Promise<Readable>;
}

/** One attempt to send one message. */
export interface Outgoing {
  /** Our own reference: the message id. Stable over all attempts, handed to the carrier wherever it takes one. */
  reference: string;
  /** 1 for the first attempt of this message. */
  attempt: number;
  /** E.164 phone number or e-mail address. */
  address: string;
  messageType: MessageType;
  /** Rendered text. */
  text: string;
  /** Only for email; null derives none. */
  subject: string | null;
  attachments: readonly OutgoingAttachment[];
  /** When its sending window closes or it expires, epoch ms: a carrier that queues should not send it later. null: never. */
  validUntil: number | null;
}

/** What is known of an attempt that got no answer, for carriers that keep no reference of ours. */
export interface LostSend {
  /** The addresses it may have gone to, likeliest first. */
  addresses: readonly string[];
  /** As it was rendered; null when that can't be told any more. */
  text: string | null;
  attachmentNames: readonly string[];
  /** When this attempt began, epoch ms. */
  startedAt: number;
  /** When the first attempt of this message began: a copy of any of them is a copy. */
  firstStartedAt: number;
  /** True when another message of ours is known to be this one of the carrier's. */
  isClaimed(externalMessageId: string): boolean | Promise<boolean>;
  /**
   * True while another message of the line to one of these addresses is under way, or is asked for before this one: what
   * is found may be that one's. To be asked after the carrier and before `isClaimed`.
   */
  isContested(): Promise<boolean>;
}

/** A call that a carrier made to one of our `/hooks/…` addresses. */
export interface HookRequest {
  /** Last part of the path: what the carrier was told to call for this. */
  hook: string;
  /** As the carrier knows it: public base URL, path, query. */
  url: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}
export interface HookAnswer {
  status: number;
  contentType: string;
  body: string;
  news: readonly News[];
  /** True: something happened there; the line is asked for news at once. */
  isHint: boolean;
}

/** A carrier. `line` is as stored, its secret decrypted; durations in ms. */
export interface Channel {
  /** Longest time `send` may take before it answers, in ms; a lease is always longer than this. */
  readonly sendTimeoutMs: number;
  /**
   * `lease` passes when the attempt must be over. It is asked in the instant before the message leaves, since what leaves
   * later could arrive beside another copy; a send it interrupts that may have left is `unknown`.
   */
  send(line: ChannelLine, outgoing: Outgoing, lease: Deadline): Promise<Outcome>;
  /** Asked only for messages whose outcome is unknown. */
  reconcile(line: ChannelLine, reference: string, lost?: LostSend): Promise<Finding>;
  checkAvailability(line: ChannelLine, address: string): Promise<Availability>;
  /** Can this line send now? Used by the health check; never sends anything. */
  checkHealth(line: ChannelLine): Promise<{ healthy: true } | { healthy: false; message: string }>;
  /**
   * The guided check, in order: everything that can be found out without sending or leaving anything. `lineId` is '' while
   * the line is not stored yet. Its settings passed `validateConfig`. Ends by itself within half a minute. Absent: only its health is asked.
   */
  checkSetup?(line: ChannelLine): Promise<SetupStep[]>;
  /** A phone number that its settings lead to, for a line that names none. Throws a sentence for people when it can't tell. */
  findPhone?(line: ChannelLine): Promise<string | null>;
  /** Refuses transport settings that cannot work, before a line is stored. Returns a public sentence or null. */
  validateConfig(config: Record<string, unknown>): string | null;
  /**
   * What it can't carry, as a public sentence; null when all is well. Asked before anything is sent; absent: anything goes.
   * `publicUrl` may be null here though the server has a public address.
   */
  refuseAttachments?(
    line: ChannelLine,
    attachments: readonly Pick<OutgoingAttachment, 'name' | 'mimeType' | 'sizeBytes' | 'publicUrl'>[],
  ): string | null;
  /** For carriers that are asked: what happened since. Throws what it can't help; the next question comes a little later. */
  askForNews?(line: ChannelLine, question: NewsQuestion): Promise<NewsAnswer>;
  /** It can be asked what became of messages it took: those without a receipt are named as `outstanding`. */
  readonly knowsReceipts?: boolean;
  /** How often it is asked, in ms, when nobody gives a hint. */
  readonly newsEveryMs?: number;
  /** For carriers that call us. Answers 403 to what is not signed as it should be. */
  receiveHook?(line: ChannelLine, request: HookRequest): Promise<HookAnswer>;
  /** The bytes of an attachment that came in, by the `source` its news named. Throws when it can't be had now. */
  openInboundAttachment?(line: ChannelLine, source: unknown, signal: AbortSignal): Promise<Readable>;
  /** `isRemoved` takes the tapback back. */
  react?(line: ChannelLine, message: OnDevice, reaction: Reaction, isRemoved: boolean): Promise<Gesture>;
  showTyping?(line: ChannelLine, to: OnDevice, isTyping: boolean): Promise<Gesture>;
  close(): Promise<void>;
}
