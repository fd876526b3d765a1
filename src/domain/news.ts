/**
 * What carriers and devices tell us, whichever way it comes: asked for, called in by a hook, or over a relay's link. One
 * shape for all of them, so that there is one place that records it (actions/news/take-news.ts). The same news may come twice,
 * late, and in any order.
 */
import type { Reaction } from './words.ts';

/** What became of a message that was handed over (D23). */
export interface ReceiptNews {
  news: 'receipt';
  /** Our own reference: the message id. */
  reference: string;
  /**
   * `accepted` proves that the carrier has it, whatever became of our call. `not_on_channel`: the device took it and found
   * only then that the recipient can't be reached there.
   */
  receipt: 'accepted' | 'delivered' | 'read' | 'bounced' | 'not_on_channel';
  externalMessageId?: string;
  /** When it happened there, epoch ms; absent: now. */
  at?: number;
  /** With `bounced` and `not_on_channel`: the carrier's own code and sentence. */
  code?: string;
  message?: string;
}

/** Somebody wrote to the line. */
export interface InboundNews {
  news: 'inbound';
  /** E.164 or e-mail address. */
  from: string;
  text: string;
  /** The device's or carrier's own id: the same one twice is one message (D28). */
  externalMessageId: string;
  /** When it was written, epoch ms; absent: now. */
  at?: number;
  subject?: string;
  /** Our reference of the message it answers, where the carrier can tell. */
  inReplyTo?: string;
  attachments?: readonly InboundAttachment[];
}

export interface InboundAttachment {
  name: string;
  /** What the carrier says of it; the bytes decide. */
  mimeType: string | null;
  /** Plain JSON by which `openInboundAttachment` finds the bytes. */
  source: unknown;
}

/** A tapback on one of the line's messages: stored beside it, no message of its own. */
export interface ReactionNews {
  news: 'reaction';
  from: string;
  /** The device's id of the message it is about. */
  targetExternalMessageId: string;
  /** One of the six, or an emoji. */
  reaction: Reaction | string;
  isRemoved: boolean;
  externalMessageId: string;
  at?: number;
}

/** An address may not, or cannot, be written to any more (D29). */
export interface SuppressionNews {
  news: 'suppression';
  address: string;
  source: 'carrier_opt_out' | 'one_click' | 'complaint' | 'hard_bounce';
  /** What was said: a code, a sentence. */
  words: string;
  /** Makes the entry one, however often it is told; e.g. the carrier's id of what told it. */
  id: string;
}

/** The carrier lifted what it had imposed itself (START to Twilio). */
export interface LiftedNews {
  news: 'lifted';
  address: string;
  words: string;
  id: string;
}

/** Something of the line itself: a number deregistered, an account suspended. */
export interface LineNews {
  news: 'line';
  health: 'fine' | 'wrong';
  message: string;
}

export type News = ReceiptNews | InboundNews | ReactionNews | SuppressionNews | LiftedNews | LineNews;

/** A message that the carrier took and of which it has not told the end. */
export interface Outstanding {
  reference: string;
  externalMessageId: string | null;
  address: string | null;
  /** Epoch ms. */
  sentAt: number;
}

/** What a channel that is asked for news is told, and what it answers. */
export interface NewsQuestion {
  /** What it answered the last time; null on the first. Plain JSON, of the channel's own making. */
  cursor: unknown;
  /** Messages whose receipts are overdue, oldest first, at most 100. */
  outstanding: readonly Outstanding[];
}
export interface NewsAnswer {
  /** Oldest first. The same news twice is no harm: what follows the cursor is asked for again after a crash. */
  news: readonly News[];
  cursor: unknown;
  /** True: there is more, ask again at once. */
  more: boolean;
}
