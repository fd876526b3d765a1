/**
 * One message from the first check to its outcome: handed to Messages, then followed in chat.db until it has left or failed.
 * That the script ended well only says that Messages took the order.
 */
import { isEmail, isPhone } from '../../../domain/address.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import { type Deadline, isRecent } from '../../../lib/clock.ts';
import type { Limiter } from '../../../lib/limiter.ts';
import type { Notes, Send } from '../../driver.ts';
import type { ChatDb } from './chat-db.ts';
import { judge, partsOf, readError } from './evidence.ts';
import { type HandedOver, handOver } from './hand-over.ts';
import type { Messages } from './messages.ts';
import { readNotes } from './notes.ts';
import { type Found, search, type Wanted } from './search.ts';
import { placesFor, stage } from './staging.ts';
import { wordsOf } from './words.ts';

/** One argument of a process can't be longer than this everywhere. */
const MOST_TEXT_BYTES = 100_000;

export async function sendMessage(
  messages: Messages,
  oneAtATime: Limiter,
  send: Send,
  given: Notes,
  lease: Deadline,
  note: (notes: Notes) => Promise<void>,
): Promise<Outcome> {
  const refusal = refuse(send);
  if (refusal !== null) return refusal;
  const { db, run, clock, times, folder } = messages;
  let notes = readNotes(given);
  const places = placesFor(send.jobId, send.files, folder);
  try {
    await stage(send.files, places);
  } catch (error) {
    return lineFault('staging', `Its files can't be put where Messages reads them: ${wordsOf(error)}`);
  }
  const chatGuid = liveChat(db, send.address);

  const handedOver = await unlessAborted(lease, oneAtATime, async () => {
    if (lease.hasPassed()) return null;
    notes = { ...notes, startedAt: clock.now() };
    await note(notes);
    const paths = places.map((place) => place.path);
    return handOver(run, { address: send.address, chatGuid, text: send.text, paths }, lease, times.scriptMs);
  });
  if (handedOver === null) return tooLate();
  if (handedOver.left === 'nothing') return handedOver.outcome;
  const wanted: Wanted = {
    ...send,
    parts: partsOf(
      send.text,
      places.map(({ name }) => name),
    ),
    before: notes.before,
  };
  return follow(messages, wanted, handedOver, lease, (guids) => note({ ...notes, guids }));
}

/** Watches the rows until they tell the end, or the time is over: then nobody can say. */
async function follow(
  messages: Messages,
  wanted: Wanted,
  { message }: Extract<HandedOver, { left: 'perhaps' }>,
  lease: Deadline,
  noteRows: (guids: string[]) => Promise<void>,
): Promise<Outcome> {
  const { clock, times } = messages;
  const began = clock.now();
  let trouble = message;
  let refusedAt: number | null = null;
  for (;;) {
    const found = tryToSearch(messages, wanted);
    if (found instanceof Error) trouble = `chat.db can't be read: ${wordsOf(found)}`;
    const { rows, doubtful, isNew } = found instanceof Error ? NOTHING : found;
    if (isNew) await noteRows(rows.flatMap((row) => (row === null ? [] : [row.guid])));
    const verdict = judge(rows);
    if (verdict.verdict === 'left') return { outcome: 'accepted', externalMessageId: verdict.guid };
    if (verdict.verdict === 'in-parts') {
      return unknown(`Only a part of it left. ${readError(verdict.error).message}`);
    }
    if (verdict.verdict === 'refused') {
      refusedAt ??= clock.now();
      // Messages may yet send it as SMS by itself, through a phone of the same account.
      const mayYetLeave = verdict.wasDowngraded || clock.now() - refusedAt < times.downgradeMs;
      if (!mayYetLeave) return refusalOf(verdict.error);
    }
    if (!isRecent(began, times.confirmMs, clock.now()) || lease.hasPassed()) {
      if (verdict.verdict === 'refused' && !verdict.wasDowngraded) return refusalOf(verdict.error);
      if (rows.some((row) => row !== null)) return unknown('Messages has it but has not sent it yet.');
      if (doubtful.length > 0) return unknown('Messages wrote an empty message that belongs to nobody.');
      return unknown(trouble ?? 'Messages took it, but it has not appeared among its messages.');
    }
    await clock.sleep(times.pollMs, lease.signal);
  }
}

const NOTHING: Found = { rows: [], doubtful: [], isNew: false };

/** Messages may be in the middle of something: the next look may succeed. */
function tryToSearch({ db, claims }: Messages, wanted: Wanted): Found | Error {
  try {
    return search(db, claims, wanted);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function refuse({ address, text, files }: Send): Outcome | null {
  const refusal = (code: string, message: string): Outcome => ({
    outcome: 'rejected',
    permanent: true,
    code,
    message,
  });
  if (!isPhone(address) && !isEmail(address))
    return refusal('bad_address', 'iMessage goes to phone numbers in E.164 form and to e-mail addresses.');
  if (text === '' && files.length === 0) return refusal('empty', 'There is nothing to send.');
  if (text.includes('\0')) return refusal('bad_text', 'The text holds a character that no message can hold.');
  if (Buffer.byteLength(text) > MOST_TEXT_BYTES)
    return refusal('too_long', `The text is longer than ${MOST_TEXT_BYTES} bytes.`);
  return null;
}

/** The conversation that is on iMessage; one that was last SMS would go out as SMS. */
function liveChat(db: ChatDb, address: string): string | null {
  const chat = db
    .chatsWith(address)
    .find(
      ({ guid, service }) =>
        guid.startsWith('iMessage;-;') || (guid.startsWith('any;-;') && service === 'iMessage'),
    );
  return chat?.guid ?? null;
}

function refusalOf(error: number): Outcome {
  const { kind, message } = readError(error);
  if (kind === 'not_on_channel') return { outcome: 'not_on_channel', message };
  return { outcome: 'rejected', permanent: kind === 'for_good', code: String(error), message };
}

/** Null when the lease is over before the work has its turn; work that has begun sees to it itself. */
function unlessAborted<Result>(
  lease: Deadline,
  limiter: Limiter,
  work: () => Promise<Result | null>,
): Promise<Result | null> {
  return new Promise((resolve, reject) => {
    let hasBegun = false;
    const giveUp = () => {
      if (!hasBegun) resolve(null);
    };
    lease.signal.addEventListener('abort', giveUp, { once: true });
    limiter(() => {
      hasBegun = true;
      return work();
    })
      .finally(() => lease.signal.removeEventListener('abort', giveUp))
      .then(resolve, reject);
  });
}

function tooLate(): Outcome {
  const message = 'The time for this send was over before Messages was asked.';
  return { outcome: 'rejected', permanent: false, code: 'lease_over', message };
}

function lineFault(code: string, message: string): Outcome {
  return { outcome: 'rejected', permanent: false, code, message, lineBad: true };
}

function unknown(message: string): Outcome {
  return { outcome: 'unknown', message };
}
