/**
 * Every state of a message and every event that can meet it: one table, executed by the dispatcher, printed in
 * docs/lifecycle.md and swept by the tests. A transition that is not in the table does not happen.
 */
import { type MessageStatus, WAITING_STATUSES } from './words.ts';

/** Everything that can happen to a message after it was accepted. */
export const LIFECYCLE_EVENTS = [
  'hold', // a gate of its own keeps the message back: window, conversation, line
  'lease', // a dispatcher took it and reserved cap and gap
  'accept', // the carrier has it
  'retry', // it definitely did not leave; another attempt follows
  'lose', // nobody knows whether it left
  'miss', // none of its addresses is on the channel, or fallback was demanded
  'fail', // it ended without leaving
  'deliver', // a receipt: on the device
  'read', // a receipt: seen
  'bounce', // a receipt: refused after it had been accepted
  'cancel', // a person or an opt-out withdrew it
  'stop', // its contact leaves the campaign: found just before it would have left
  'edit', // text, time or line changed while it waited, and it may go now
  'postpone', // changed likewise, and its date lies ahead
  'edit_held', // changed likewise, and its window is closed
] as const;
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];

/** The next state; `same` keeps it but takes note; `ignored` means too late or too early, nothing is written. */
export type Transition = MessageStatus | 'same' | 'ignored';

type Row = Readonly<Record<LifecycleEvent, Transition>>;

const IGNORE_ALL: Row = {
  hold: 'ignored',
  lease: 'ignored',
  accept: 'ignored',
  retry: 'ignored',
  lose: 'ignored',
  miss: 'ignored',
  fail: 'ignored',
  deliver: 'ignored',
  read: 'ignored',
  bounce: 'ignored',
  cancel: 'ignored',
  stop: 'ignored',
  edit: 'ignored',
  postpone: 'ignored',
  edit_held: 'ignored',
};

const WAITING: Row = {
  ...IGNORE_ALL,
  hold: 'queued',
  lease: 'sending',
  miss: 'fallback',
  fail: 'failed',
  cancel: 'cancelled',
  stop: 'cancelled',
  edit: 'pending',
  postpone: 'scheduled',
  edit_held: 'queued',
  // Between two attempts only: its carrier denied it and yet it arrived, so the next attempt would be a second copy.
  accept: 'sent',
  deliver: 'delivered',
  read: 'delivered',
  bounce: 'failed',
};
/** What only a message that was handed over before can meet. */
const OF_AN_ATTEMPT: readonly LifecycleEvent[] = ['accept', 'deliver', 'read', 'bounce'];

/** State × event → next state; contract 4.8, with `unknown` added (D20). */
export const LIFECYCLE: Readonly<Record<MessageStatus, Row>> = {
  pending: WAITING,
  scheduled: WAITING,
  queued: WAITING,
  sending: {
    ...IGNORE_ALL,
    accept: 'sent',
    retry: 'queued',
    lose: 'unknown',
    miss: 'fallback',
    fail: 'failed',
    stop: 'cancelled',
    // A receipt can overtake the carrier's own answer.
    deliver: 'delivered',
    read: 'delivered',
    bounce: 'failed',
  },
  unknown: {
    ...IGNORE_ALL,
    accept: 'sent',
    retry: 'queued',
    fail: 'failed',
    deliver: 'delivered',
    read: 'delivered',
    bounce: 'failed',
  },
  // A device may take a message and find only then that the recipient is not on its channel.
  sent: { ...IGNORE_ALL, deliver: 'delivered', read: 'delivered', bounce: 'failed', miss: 'fallback' },
  // The carrier's answer, overtaken by its receipt, still brings its id.
  delivered: { ...IGNORE_ALL, accept: 'same', read: 'same' },
  fallback: IGNORE_ALL,
  failed: IGNORE_ALL,
  cancelled: IGNORE_ALL,
};

/**
 * The cell of the table: what `event` makes of a message that is `status`. `attempt`: how many were begun so far; 0 means
 * that no carrier has seen the message.
 */
export function transition(status: MessageStatus, event: LifecycleEvent, attempt: number): Transition {
  if (attempt === 0 && isWaiting(status) && OF_AN_ATTEMPT.includes(event)) return 'ignored';
  return LIFECYCLE[status][event];
}

/** It waits in the queue of its line: may be leased, edited, cancelled. */
export function isWaiting(status: MessageStatus): boolean {
  return (WAITING_STATUSES as readonly MessageStatus[]).includes(status);
}

/** No dispatcher will touch it again. `sent` may still become `delivered` by a receipt. */
export function isSettled(status: MessageStatus): boolean {
  return !isWaiting(status) && status !== 'sending' && status !== 'unknown';
}

/** As what the figures count it (contract 3.8); null: as nothing. */
export function figureOf(status: MessageStatus): 'sent' | 'fallback' | 'failed' | null {
  if (status === 'sent' || status === 'delivered') return 'sent';
  return status === 'fallback' || status === 'failed' ? status : null;
}

/** Kinds of rows in `events`, as the timeline shows them. Those that no transition leaves: accepted, moved, retried, received, reply. */
export const MESSAGE_EVENTS = [
  'message.accepted',
  'message.held',
  'message.sending',
  'message.sent',
  'message.retrying',
  'message.unknown',
  'message.fallback',
  'message.failed',
  'message.delivered',
  'message.opened',
  'message.cancelled',
  'message.edited',
  'message.moved',
  'message.retried',
  'message.received',
  'message.reply',
] as const;
export type MessageEvent = (typeof MESSAGE_EVENTS)[number];

/** The row a transition leaves in `events`; each transition leaves exactly one. */
export const EVENT_OF: Readonly<Record<LifecycleEvent, MessageEvent>> = {
  hold: 'message.held',
  lease: 'message.sending',
  accept: 'message.sent',
  retry: 'message.retrying',
  lose: 'message.unknown',
  miss: 'message.fallback',
  fail: 'message.failed',
  deliver: 'message.delivered',
  read: 'message.opened',
  bounce: 'message.failed',
  cancel: 'message.cancelled',
  stop: 'message.cancelled',
  edit: 'message.edited',
  postpone: 'message.edited',
  edit_held: 'message.edited',
};
