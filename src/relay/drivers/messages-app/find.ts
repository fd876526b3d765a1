/**
 * Did a message leave, of which nobody was told the end? "Absent" is said only when nothing may still appear: the script
 * began long ago, Messages answers (so it has dealt with whatever it was asked before), and no row is left unexplained.
 */
import type { Finding } from '../../../domain/outcome.ts';
import type { Notes, Send } from '../../driver.ts';
import { judge, partsOf } from './evidence.ts';
import type { Messages } from './messages.ts';
import { readNotes } from './notes.ts';
import { ASK_SCRIPT } from './scripts.ts';
import { type Found, search, searchAmong } from './search.ts';
import { readAccounts } from './self-test.ts';
import { wordsOf } from './words.ts';

type Wanted = Omit<Send, 'files'>;

export async function findMessage(
  messages: Messages,
  send: Wanted,
  notes: Notes | null,
  askedAfter: number,
): Promise<Finding> {
  try {
    return notes === null
      ? findWithoutNotes(messages, send, askedAfter)
      : await findByNotes(messages, send, notes);
  } catch (error) {
    return undecided(`chat.db can't be read: ${wordsOf(error)}`);
  }
}

async function findByNotes(messages: Messages, send: Wanted, given: Notes): Promise<Finding> {
  const { db, claims, clock, times } = messages;
  const notes = readNotes(given);
  if (notes.startedAt === null) return { finding: 'absent' };
  const wanted = { ...send, parts: partsOf(send.text, notes.files), before: notes.before };
  const isEarly = clock.now() - notes.startedAt < times.settleMs;

  const first = conclude(search(db, claims, wanted), send.address, isEarly);
  if (first !== null) return first;
  if (isEarly) return undecided('It is too early to say: Messages may still write it down.');
  if (!(await answers(messages))) {
    return undecided('Messages does not answer: it may still have this message before it.');
  }
  await clock.sleep(times.quietMs);
  return conclude(search(db, claims, wanted), send.address, isEarly) ?? { finding: 'absent' };
}

/** The journal is lost, so nothing is known of when it was sent, or whether; only a row that shows it counts. */
function findWithoutNotes(messages: Messages, send: Wanted, askedAfter: number): Finding {
  const { db, claims, clock, times } = messages;
  const isEarly = clock.now() - askedAfter < times.settleMs;
  const claimed = db.rowsOf(claims.of(send.jobId));
  const rows = claimed.length > 0 ? claimed : db.rowsFromMeSince(askedAfter - CLOCKS_DIFFER_MS, MOST_ROWS);
  const found = searchAmong(rows, claims, { ...send, parts: partsOf(send.text, []) });
  const conclusion = send.text === '' ? null : conclude(found, send.address, isEarly);
  if (conclusion?.finding === 'found') return conclusion;
  const message = 'This Mac keeps no record of that send, and none of its messages shows it.';
  return { finding: 'undecided', message, final: !isEarly };
}

/** The server's clock and this Mac's. */
const CLOCKS_DIFFER_MS = 120_000;
const MOST_ROWS = 500;

/** Null when there is no trace of it. */
function conclude({ rows, doubtful }: Found, address: string, isEarly: boolean): Finding | null {
  const verdict = judge(rows);
  switch (verdict.verdict) {
    case 'left':
      return { finding: 'found', externalMessageId: verdict.guid, address };
    case 'refused':
      return verdict.wasDowngraded ? undecided('Messages is sending it as SMS.') : { finding: 'absent' };
    case 'in-parts':
      return { finding: 'undecided', message: 'Only a part of it left.', final: true };
    case 'pending': {
      const known = rows.filter((row) => row !== null);
      if (known.length > 0 && judge(known).verdict === 'pending')
        return undecided('Messages has it but has not sent it yet.');
      if (known.length > 0) {
        const message = 'Some of it is among the messages, the rest is not.';
        return { finding: 'undecided', message, final: !isEarly };
      }
      if (doubtful.length === 0) return null;
      const message = 'Messages wrote an empty message that may have been this one.';
      return { finding: 'undecided', message, final: !isEarly };
    }
  }
}

async function answers({ run }: Messages): Promise<boolean> {
  const result = await run({ script: ASK_SCRIPT, args: [], timeoutMs: ASK_MS });
  return result.result === 'done' && readAccounts(result.output).error === null;
}

/** Shorter than the time within which a server wants an answer. */
const ASK_MS = 8_000;

function undecided(message: string): Finding {
  return { finding: 'undecided', message, final: false };
}
