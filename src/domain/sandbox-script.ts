/**
 * What every simulated phone and mailbox does: one row per magic recipient. The same table is executed by sandbox.ts,
 * printed in the docs and swept by its test. Pure.
 */
import { isPhone } from './address.ts';
import type { MessageType } from './words.ts';

/** Something the recipient tells back later, counted from the moment it received the copy. */
export interface SandboxCallback {
  kind: 'delivered' | 'read' | 'bounced' | 'reply';
  afterMs: number;
  /** Text of a reply. */
  message: string | null;
}

/** What a send gets. */
export type SandboxAnswer =
  | { answer: 'accepted'; afterMs: number }
  | { answer: 'refused'; permanent: boolean; addressBad: boolean; message: string }
  | { answer: 'not_on_imessage' }
  /** The line goes dead after `afterMs`; `keepsCopy` says whether the message arrived all the same. */
  | { answer: 'silence'; afterMs: number; keepsCopy: boolean };

export interface SandboxRecipient {
  /** `phone`: a number, on iMessage and SMS. `mailbox`: an email's local part. `apple_id`: an iMessage address with @. */
  kind: 'phone' | 'mailbox' | 'apple_id';
  /** The whole number, or the local part before the @ of any domain. */
  recipient: string;
  /** What it does, for the docs. */
  sentence: string;
  /** What an availability check finds. Where it is `unavailable`, a send by iMessage is answered `not_on_imessage`. */
  imessage: 'available' | 'unavailable' | 'error';
  answer: SandboxAnswer;
  /** Attempts before this one are refused for now; 1 refuses none. */
  acceptsFromAttempt: number;
  callbacks: readonly SandboxCallback[];
}

const DELIVERED: SandboxCallback = { kind: 'delivered', afterMs: 200, message: null };
const READ: SandboxCallback = { kind: 'read', afterMs: 800, message: null };
const BOUNCED: SandboxCallback = { kind: 'bounced', afterMs: 500, message: null };
const reply = (message: string): SandboxCallback => ({ kind: 'reply', afterMs: 600, message });

const ACCEPTED: SandboxAnswer = { answer: 'accepted', afterMs: 0 };
const SLOW: SandboxAnswer = { answer: 'accepted', afterMs: 20_000 };
const refused = (message: string, addressBad = false): SandboxAnswer => ({
  answer: 'refused',
  permanent: true,
  addressBad,
  message,
});

const ordinary = {
  imessage: 'available',
  answer: ACCEPTED,
  acceptsFromAttempt: 1,
  callbacks: [DELIVERED],
} as const satisfies Partial<SandboxRecipient>;

const phone = (
  recipient: string,
  sentence: string,
  differs: Partial<SandboxRecipient> = {},
): SandboxRecipient => ({
  ...ordinary,
  kind: 'phone',
  recipient,
  sentence,
  ...differs,
});

const mailbox = (
  recipient: string,
  sentence: string,
  differs: Partial<SandboxRecipient> = {},
): SandboxRecipient => ({
  ...ordinary,
  kind: 'mailbox',
  recipient,
  sentence,
  ...differs,
});

const ORDINARY_PHONE = phone('+12025550100', 'Delivered. Any number not listed here behaves like this one.');
const ORDINARY_MAILBOX = mailbox(
  'delivered',
  'Delivered. Any address not listed here behaves like this one.',
);
const ORDINARY_APPLE_ID: SandboxRecipient = {
  ...ordinary,
  kind: 'apple_id',
  recipient: 'delivered',
  sentence: 'An Apple ID on iMessage, as is any address not listed here. Delivered.',
};

export const SANDBOX_RECIPIENTS: readonly SandboxRecipient[] = [
  ORDINARY_PHONE,
  phone('+12025550101', 'Delivered, then read.', { callbacks: [DELIVERED, READ] }),
  phone('+12025550102', 'Not on iMessage; SMS is delivered.', { imessage: 'unavailable' }),
  phone('+12025550103', 'Refused for good.', { answer: refused('The number refuses messages for good') }),
  phone('+12025550104', 'Refused for now twice, accepted on the third attempt.', { acceptsFromAttempt: 3 }),
  phone('+12025550105', 'Received, but the answer is lost: unknown outcome, found by reconciliation.', {
    answer: { answer: 'silence', afterMs: 1_000, keepsCopy: true },
    // Later than the first question: it is the question that shall find the message, not the receipt.
    callbacks: [{ ...DELIVERED, afterMs: 6_000 }],
  }),
  phone('+12025550106', 'Not received and no answer: unknown outcome, reconciliation finds nothing.', {
    answer: { answer: 'silence', afterMs: 1_000, keepsCopy: false },
    callbacks: [],
  }),
  phone('+12025550107', 'Accepted, never a receipt.', { callbacks: [] }),
  phone('+12025550108', 'Takes 20 seconds, then delivered.', { answer: SLOW }),
  phone('+12025550109', 'Delivered, replies "STOP".', { callbacks: [DELIVERED, reply('STOP')] }),
  phone('+12025550110', 'Delivered, replies "Yes, I\'m interested!".', {
    callbacks: [DELIVERED, reply("Yes, I'm interested!")],
  }),
  phone('+12025550111', 'The availability check fails with an error.', { imessage: 'error' }),
  phone('+12025550112', 'Neither on iMessage nor reachable by SMS.', {
    imessage: 'unavailable',
    answer: refused('The number cannot receive SMS'),
  }),
  ORDINARY_MAILBOX,
  mailbox('bounced', 'Accepted, then bounced.', { callbacks: [BOUNCED] }),
  mailbox('rejected', 'Refused for good: no such mailbox.', { answer: refused('No such mailbox', true) }),
  mailbox('slow', 'Takes 20 seconds, then delivered.', { answer: SLOW }),
  mailbox('stop', 'Delivered, replies "STOP".', { callbacks: [DELIVERED, reply('STOP')] }),
  ORDINARY_APPLE_ID,
  { ...ORDINARY_APPLE_ID, recipient: 'imessage+no', sentence: 'Not on iMessage.', imessage: 'unavailable' },
];

const BY_ADDRESS = new Map(SANDBOX_RECIPIENTS.map((row) => [`${row.kind} ${row.recipient}`, row]));

/** Who answers at `address`; null when a message of this type cannot be addressed there (an SMS to an e-mail). */
export function sandboxRecipient(messageType: MessageType, address: string): SandboxRecipient | null {
  if (isPhone(address)) return messageType === 'email' ? null : (find('phone', address) ?? ORDINARY_PHONE);
  const at = address.lastIndexOf('@');
  if (at < 1 || messageType === 'sms') return null;
  const local = address.slice(0, at).toLowerCase();
  if (messageType === 'imessage') return find('apple_id', local) ?? ORDINARY_APPLE_ID;
  // A tag behind a plus tells recipients of one kind apart: bounced+anna@, bounced+ben@.
  return find('mailbox', local.replace(/\+.*$/, '')) ?? ORDINARY_MAILBOX;
}

/** What this attempt gets; attempts count from 1. */
export function sandboxAnswer(
  row: SandboxRecipient,
  messageType: MessageType,
  attempt: number,
): SandboxAnswer {
  if (messageType === 'imessage' && row.imessage === 'unavailable') return { answer: 'not_on_imessage' };
  if (attempt < row.acceptsFromAttempt) {
    return {
      answer: 'refused',
      permanent: false,
      addressBad: false,
      message: `Busy until attempt ${row.acceptsFromAttempt}`,
    };
  }
  return row.answer;
}

function find(kind: SandboxRecipient['kind'], recipient: string): SandboxRecipient | undefined {
  return BY_ADDRESS.get(`${kind} ${recipient}`);
}
