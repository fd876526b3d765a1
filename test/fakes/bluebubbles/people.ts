/** What happens to a message by whom it goes to. One row per magic recipient; everybody else is like the first. */

export type Deed =
  | 'delivered'
  | 'read'
  | 'never delivered'
  | 'not on iMessage'
  | 'error 22 later'
  | 'late error'
  | 'error at once'
  | 'row with an error'
  | 'refused for good'
  | 'refused for now'
  | 'reset after'
  | 'reset before'
  | 'slow row'
  | 'gateway timeout'
  | 'ghost row'
  | 'slow'
  | 'words refused'
  | 'cannot be checked'
  | 'replies STOP';

export const PEOPLE: Readonly<Record<string, [deed: Deed, sentence: string]>> = {
  '+12025550100': ['delivered', 'Delivered. Anybody not listed here is like this one.'],
  '+12025550101': ['read', 'Delivered, then read.'],
  '+12025550102': ['not on iMessage', 'Not on iMessage: the check says so, a send ends with error 22.'],
  '+12025550103': ['refused for good', 'AppleScript error -1728: Messages knows nobody there.'],
  '+12025550104': ['refused for now', 'The helper is not connected, or Messages does not answer (-609).'],
  '+12025550105': ['reset after', 'Sent, and the connection is reset before the answer.'],
  '+12025550106': ['reset before', 'The connection is reset and nothing is sent.'],
  '+12025550107': ['never delivered', 'Sent, never a receipt.'],
  '+12025550108': ['slow row', 'Sent, but the row comes too late: 500 without data.'],
  '+12025550109': ['gateway timeout', 'Sent, but answered 504.'],
  '+12025550110': ['error 22 later', 'Answered 200, then error 22 without any event.'],
  '+12025550111': ['cannot be checked', 'The availability check fails with 500; a send is delivered.'],
  '+12025550112': ['error at once', 'Refused by Apple while the answer is awaited: 500 with the message.'],
  '+12025550113': ['ghost row', 'An empty row in no conversation, answered 500 without data.'],
  '+12025550114': ['slow', 'Sent at once, answered late.'],
  '+12025550115': ['row with an error', 'The row has error 22 when it appears: 500 that does not say which.'],
  '+12025550116': ['words refused', 'Files are taken, words are refused (-609).'],
  '+12025550117': ['late error', 'Answered 200; error 4 comes long after.'],
  '+12025550118': ['replies STOP', 'Delivered, replies "STOP".'],
};

export function deedOf(address: string): Deed {
  return PEOPLE[address]?.[0] ?? 'delivered';
}

/** In ms; as on a real Mac. Tests bring shorter ones. */
export const TIMINGS = {
  row: 500,
  delivered: 2_000,
  read: 60_000,
  error: 1_500,
  lateError: 60_000,
  reply: 5_000,
  /** Until the server gives a row up. */
  giveUp: 120_000,
  /** Until it answers 504. */
  timeout: 300_000,
  slow: 20_000,
};
export type Timings = typeof TIMINGS;
