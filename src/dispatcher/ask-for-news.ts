/**
 * Carriers that are asked: what happened since the last time, and what became of messages whose receipts are missing. What
 * they call in by themselves is only a hint to ask sooner, or comes too (http/routes/hooks.ts).
 */
import { channelLine } from '../actions/lines/channel-line.ts';
import { takeNews } from '../actions/news/take-news.ts';
import type { Channel, NewsAnswer, NewsQuestion } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import { within } from '../lib/clock.ts';
import { findLine, type LineRow } from '../store/lines/lines.ts';
import {
  claimNewsQuestion,
  type MissingReceipt,
  putOffReceipts,
  readMissingReceipts,
  scanNewsQuestions,
  storeNewsAnswer,
  storeNewsSilence,
} from '../store/lines/news.ts';
import type { Question } from './chores.ts';

const SCAN_LIMIT = 200;
const RECEIPTS_PER_QUESTION = 100;
/** A catch-up after an outage goes on at once, but others are asked in between. */
const ANSWERS_PER_TURN = 10;
const LONGEST_ANSWER_MS = 120_000;
const STANDARD_PAUSE_MS = 30_000;
/** After questions that brought no answer: each pause twice as long as the one before. */
const LONGEST_PAUSE_MS = 300_000;
/** Receipts are asked for ever more rarely: after half the time that has passed, within these bounds. */
const RECEIPT_PAUSE_MS = { least: 10_000, most: 3_600_000 } as const;
/** A hint does not say of what: receipts of all that was sent in the last ten minutes come up within this. */
const HINT_LOOKS_AHEAD_MS = 300_000;
/** Whatever was not told by then never will be. */
const RECEIPTS_END_MS = 72 * 3_600_000;

export async function newsQuestionsDue(deps: Deps): Promise<Question[]> {
  const due = await scanNewsQuestions(deps.database, deps.clock.now(), SCAN_LIMIT);
  return due.map(({ workspaceId, lineId }) => ({
    name: lineId,
    ask: () => askForNews(deps, workspaceId, lineId),
  }));
}

async function askForNews(deps: Deps, workspaceId: string, lineId: string): Promise<void> {
  const { database, clock } = deps;
  const line = await findLine(database, workspaceId, lineId);
  const channel = line === null ? undefined : deps.channels.get(line.transport);
  const pause = channel?.newsEveryMs ?? STANDARD_PAUSE_MS;
  // One process asks; should it die, the question comes up again by itself.
  const asksUntil = clock.now() + LONGEST_ANSWER_MS + pause;
  const claim = await claimNewsQuestion(database, workspaceId, lineId, clock.now(), asksUntil);
  if (claim === null || line === null || channel === undefined) return;
  const dueBy = clock.now() + (claim.isHinted ? HINT_LOOKS_AHEAD_MS : 0);
  let { cursor } = claim;
  try {
    for (let turn = 1; ; turn += 1) {
      const missing =
        channel.knowsReceipts === true && turn === 1
          ? await readMissingReceipts(database, workspaceId, lineId, dueBy, RECEIPTS_PER_QUESTION)
          : [];
      const answer = await ask(deps, channel, line, { cursor, outstanding: missing.map(outstandingOf) });
      await takeNews(deps, workspaceId, lineId, answer.news);
      await deps.checkpoint('news.taken');
      await putOffReceipts(
        database,
        workspaceId,
        missing.map((each) => putOff(each, clock.now())),
      );
      cursor = answer.cursor;
      const isDone = !answer.more || turn === ANSWERS_PER_TURN;
      const next = answer.more ? clock.now() : clock.now() + pause;
      await storeNewsAnswer(database, workspaceId, lineId, cursor, isDone ? next : asksUntil);
      if (isDone) return;
    }
  } catch (error) {
    const wait = Math.min(pause * 2 ** claim.failures, LONGEST_PAUSE_MS);
    deps.log.warn({ err: error, workspaceId, lineId }, 'a line could not be asked for news');
    const sentence = (error as Error).message.slice(0, 500);
    await storeNewsSilence(database, workspaceId, lineId, sentence, clock.now() + wait);
  }
}

async function ask(deps: Deps, channel: Channel, line: LineRow, question: NewsQuestion): Promise<NewsAnswer> {
  const none: NewsAnswer = { news: [], cursor: question.cursor, more: false };
  const asked = channel.askForNews?.(channelLine(deps.secrets, line), question);
  if (asked === undefined) return none;
  const answer = await within(deps.clock, LONGEST_ANSWER_MS, asked, null);
  if (answer === null) throw new Error('It did not answer in time');
  return answer;
}

function outstandingOf({ id, externalMessageId, address, sentAt }: MissingReceipt) {
  return { reference: id, externalMessageId, address, sentAt };
}

function putOff({ id, sentAt }: MissingReceipt, now: number): { id: string; receiptAt: number | null } {
  const age = now - sentAt;
  if (age >= RECEIPTS_END_MS) return { id, receiptAt: null };
  const pause = Math.min(RECEIPT_PAUSE_MS.most, Math.max(RECEIPT_PAUSE_MS.least, age / 2));
  return { id, receiptAt: now + pause };
}
