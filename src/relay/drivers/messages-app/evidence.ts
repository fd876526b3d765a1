/**
 * What the rows of chat.db prove about one message. Pure: rows in, verdict out. A message is one row for each of its files,
 * and one for its text.
 */
import { normalizeEmail, normalizePhone } from '../../../domain/address.ts';
import type { Row } from './chat-db.ts';

/** What must be found, in the order in which it is handed over. */
export type Part = { part: 'file'; name: string } | { part: 'text'; text: string };

export function partsOf(text: string, fileNames: readonly string[]): Part[] {
  const files = fileNames.map((name): Part => ({ part: 'file', name }));
  return text === '' ? files : [...files, { part: 'text', text }];
}

/** What Messages puts in the place of a file. */
const OBJECT = '\uFFFC';

/**
 * The row of each part among `rows`, which nobody else has claimed: the oldest that fits. Null: there is none. Bodies are
 * compared as they are; where none is equal, one that differs only in blanks and composition counts, since that is what
 * a device may change and a person does not write by chance.
 */
export function rowsOfParts(parts: readonly Part[], rows: readonly Row[]): (Row | null)[] {
  const left = [...rows];
  const take = (fits: (row: Row) => boolean): Row | null => {
    const at = left.findIndex(fits);
    return at === -1 ? null : (left.splice(at, 1)[0] ?? null);
  };
  return parts.map((part) =>
    part.part === 'file'
      ? take(({ files }) => files.some(({ name }) => name === part.name))
      : (take((row) => isPlain(row) && row.text === part.text) ??
        take((row) => isPlain(row) && row.text !== null && loose(row.text) === loose(part.text))),
  );
}

function isPlain({ files, itemType, associatedType }: Row): boolean {
  return files.length === 0 && itemType === 0 && associatedType === 0;
}

function loose(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}

/** Whether Messages' address of the other side is `address`, in whatever form it keeps it. */
export function isSameAddress(theirs: string | null, address: string): boolean {
  return theirs !== null && addressOf(theirs) === address.toLowerCase();
}

/** E.164 or lower-case e-mail; null for short codes, businesses and groups. */
export function addressOf(handle: string): string | null {
  // Newer systems append how a number is reached: `+12025550100(smsft)`.
  const bare = handle.replace(/\([a-z_]+\)$/, '');
  if (bare.includes('@')) return normalizeEmail(bare);
  // Of which country a number without its `+` is, would be a guess.
  return bare.startsWith('+') ? normalizePhone(bare) : null;
}

/** Rows from us in the conversation with `address`, and in none with more people. */
export function isTo(row: Row, address: string): boolean {
  return row.chats.some(({ identifier, isGroup }) => !isGroup && isSameAddress(identifier, address));
}

/**
 * A row from us that might be our message, though it doesn't show it: one to this address whose content can't be read
 * (yet), or a ghost, which macOS 26 writes for a message it then loses: empty, and in no conversation.
 */
export function isDoubtful(row: Row, address: string): boolean {
  const isEmpty = (row.text ?? '').replaceAll(OBJECT, '').trim() === '' && row.itemType === 0;
  if (row.associatedType !== 0 || !isEmpty) return false;
  if (isTo(row, address)) return row.files.every(({ name }) => name === null);
  return row.chats.length === 0 && (row.handle === null || isSameAddress(row.handle, address));
}

export type Verdict =
  /** All of it left. `guid`: of the part that stands for the message. */
  | { verdict: 'left'; guid: string }
  /** Nothing of it left. */
  | { verdict: 'refused'; error: number; wasDowngraded: boolean }
  /** Messages has some of it, or none, and may still send it. */
  | { verdict: 'pending' }
  /** Some of it left, some was refused: neither sent nor to be sent again. */
  | { verdict: 'in-parts'; error: number };

/** `rows` are those of all parts, in their order. */
export function judge(rows: readonly (Row | null)[]): Verdict {
  const states = rows.map((row) => (row === null ? 'pending' : stateOf(row)));
  const last = rows.at(-1);
  if (last === undefined || last === null || states.includes('pending')) return { verdict: 'pending' };
  const refused = rows.find((row, at) => row !== null && states[at] === 'refused');
  if (refused === undefined || refused === null) return { verdict: 'left', guid: last.guid };
  if (states.includes('left')) return { verdict: 'in-parts', error: refused.error };
  return { verdict: 'refused', error: refused.error, wasDowngraded: refused.wasDowngraded };
}

/** What became of one row. A delivered one left, whatever error it carries. */
export function stateOf(row: Row): 'left' | 'refused' | 'pending' {
  if (row.isDelivered || row.deliveredAt !== null) return 'left';
  if (row.error !== 0) return 'refused';
  return row.isSent ? 'left' : 'pending';
}

/** Recipient not reachable on iMessage. */
const NOT_REACHABLE = 22;
/** Given up after a while without an answer from Apple. */
const TIMED_OUT = 4;

/** Messages' error numbers are undocumented but for two: any other is told as it is and taken for final. */
export function readError(error: number): {
  kind: 'not_on_channel' | 'for_now' | 'for_good';
  message: string;
} {
  if (error === NOT_REACHABLE)
    return {
      kind: 'not_on_channel',
      message: `Messages says that the recipient can't be reached on iMessage (error ${error}).`,
    };
  const message =
    error === TIMED_OUT
      ? `Messages could not send it in time (error ${error}).`
      : `Messages could not send it (error ${error}).`;
  return { kind: error === TIMED_OUT ? 'for_now' : 'for_good', message };
}
