/**
 * What happened in Messages since a row of chat.db: what others wrote, their tapbacks, and what became of messages that
 * were sent. The cursor also remembers which receipts were told, so that nothing is told for ever and nothing is left out
 * that came late.
 */
import type {
  InboundNews,
  News,
  NewsAnswer,
  NewsQuestion,
  Outstanding,
  ReactionNews,
  ReceiptNews,
} from '../../../domain/news.ts';
import { REACTIONS } from '../../../domain/words.ts';
import type { Row } from './chat-db.ts';
import { addressOf, readError, stateOf } from './evidence.ts';
import type { Messages } from './messages.ts';

interface Cursor {
  /** Everything up to this row was told. */
  row: number;
  /** By reference, the last receipt that was told. */
  told: Readonly<Record<string, ReceiptNews['receipt']>>;
}

const MOST_NEWS = 50;
const MOST_ROWS = 200;
/** What is older when it appears is history that iCloud brings, not news. */
const OLDEST_MS = 30 * 86_400_000;

/** `firstSeen`: since when (epoch ms) a row is known that Messages has not finished. Kept between questions. */
export function askForNews(
  messages: Messages,
  { cursor, outstanding }: NewsQuestion,
  firstSeen: Map<number, number>,
): NewsAnswer {
  const since = readCursor(cursor);
  if (since === null) return { news: [], cursor: { row: messages.db.newestRow(), told: {} }, more: false };

  const arrived = newsFromOthers(messages, since.row, firstSeen);
  const receipts = receiptsOf(messages, outstanding, since.told, MOST_NEWS - arrived.news.length);
  const news = [...arrived.news, ...receipts.news].sort((one, other) => instantOf(one) - instantOf(other));
  return {
    news,
    cursor: { row: arrived.row, told: receipts.told } satisfies Cursor,
    more: arrived.more || receipts.more,
  };
}

function newsFromOthers(messages: Messages, since: number, firstSeen: Map<number, number>) {
  const { db, clock, times } = messages;
  const now = clock.now();
  const rows = db.rowsAfter(since, 'from-others', MOST_ROWS);
  const news: News[] = [];
  let told = since;
  for (const row of rows) {
    if (news.length === MOST_NEWS) return { news, row: told, more: true };
    if (!isFinished(row)) {
      const seen = firstSeen.get(row.row) ?? now;
      firstSeen.set(row.row, seen);
      // Later rows wait behind it: the cursor is one number.
      if (now - seen < times.patienceMs) return { news, row: told, more: false };
    }
    firstSeen.delete(row.row);
    const item = newsOf(row, messages);
    if (item !== null) news.push(item);
    told = row.row;
  }
  return { news, row: told, more: rows.length === MOST_ROWS };
}

/** Messages writes a row, then its conversation, then its files. */
function isFinished(row: Row): boolean {
  if (row.chats.length === 0) return false;
  if (row.associatedType !== 0 || row.itemType !== 0) return true;
  const announced = row.announcesFiles || (row.text ?? '').includes(OBJECT);
  return announced ? row.files.length > 0 : row.text !== null;
}

const OBJECT = '\uFFFC';

/** Null for what is no message to this line: groups, notices, history. */
function newsOf(row: Row, messages: Messages): InboundNews | ReactionNews | null {
  const from = row.handle === null ? null : addressOf(row.handle);
  const isDirect = row.chats.length > 0 && row.chats.every(({ isGroup }) => !isGroup);
  if (from === null || !isDirect || row.itemType !== 0) return null;
  if (row.at !== null && messages.clock.now() - row.at > OLDEST_MS) return null;
  const at = row.at === null ? {} : { at: row.at };
  if (row.associatedType >= FIRST_TAPBACK) return reactionOf(row, from, at, messages);
  if (row.associatedType === STICKER) return null;

  const text = (row.text ?? '').replaceAll(OBJECT, '').trim();
  const attachments = row.files
    .filter(({ isHidden }) => !isHidden)
    .map(({ guid, name, mimeType }) => ({ name: name ?? 'file', mimeType, source: { guid } }));
  // Nothing to show: games, requests for money, and the like.
  if (text === '' && attachments.length === 0) return null;
  const inReplyTo = row.threadGuid === null ? null : messages.claims.referenceOf(row.threadGuid);
  return {
    news: 'inbound',
    from,
    text,
    externalMessageId: row.guid,
    ...at,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(inReplyTo === null ? {} : { inReplyTo }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

/** 2000–2005 are the six, 2006 is any emoji; the same from 3000 on take them back. */
const FIRST_TAPBACK = 2000;
const REMOVALS = 3000;
const EMOJI = 6;
const STICKER = 1000;

function reactionOf(row: Row, from: string, at: { at?: number }, { db }: Messages): ReactionNews | null {
  const isRemoved = row.associatedType >= REMOVALS;
  const kind = row.associatedType - (isRemoved ? REMOVALS : FIRST_TAPBACK);
  const reaction = kind === EMOJI ? row.associatedEmoji : REACTIONS[kind];
  // `p:0/<guid>` names a part of a message, `bp:<guid>` its bubble.
  const target = row.associatedGuid?.replace(/^(p:\d+\/|bp:)/, '');
  if (!reaction || !target) return null;
  const [about] = db.rowsOf([target]);
  if (!about?.isFromMe) return null;
  return {
    news: 'reaction',
    from,
    targetExternalMessageId: target,
    reaction,
    isRemoved,
    externalMessageId: row.guid,
    ...at,
  };
}

function receiptsOf(
  { db, claims }: Messages,
  outstanding: readonly Outstanding[],
  told: Cursor['told'],
  most: number,
) {
  const guids = new Map<string, string>();
  for (const { reference, externalMessageId } of outstanding) {
    const guid = externalMessageId ?? claims.guidOf(reference);
    if (guid !== null) guids.set(reference, guid);
  }
  const rows = new Map(db.rowsOf([...guids.values()]).map((row) => [row.guid, row]));
  const news: ReceiptNews[] = [];
  const next: Record<string, ReceiptNews['receipt']> = {};
  let more = false;
  for (const { reference } of outstanding) {
    const before = told[reference];
    if (before !== undefined) next[reference] = before;
    const row = rows.get(guids.get(reference) ?? '');
    if (row === undefined) continue;
    const due = receiptOf(row, reference);
    if (due === null || due.receipt === before || before === 'read') continue;
    if (news.length >= most) {
      more = true;
      continue;
    }
    news.push(due);
    next[reference] = due.receipt;
  }
  return { news, told: next, more };
}

/** The furthest that its row tells; null when that is no more than that it left. */
function receiptOf(row: Row, reference: string): ReceiptNews | null {
  const receipt = (word: 'read' | 'delivered', at: number | null): ReceiptNews => ({
    news: 'receipt',
    reference,
    receipt: word,
    externalMessageId: row.guid,
    ...(at === null ? {} : { at }),
  });
  if (row.readAt !== null) return receipt('read', row.readAt);
  if (row.deliveredAt !== null || row.isDelivered) return receipt('delivered', row.deliveredAt);
  if (stateOf(row) !== 'refused' || row.wasDowngraded) return null;
  const { kind, message } = readError(row.error);
  return {
    news: 'receipt',
    reference,
    receipt: kind === 'not_on_channel' ? 'not_on_channel' : 'bounced',
    externalMessageId: row.guid,
    code: String(row.error),
    message,
  };
}

function instantOf(news: News): number {
  return 'at' in news && news.at !== undefined ? news.at : Number.MAX_SAFE_INTEGER;
}

function readCursor(cursor: unknown): Cursor | null {
  const { row, told } = (cursor ?? {}) as Partial<Cursor>;
  return typeof row === 'number' && Number.isSafeInteger(row) ? { row, told: told ?? {} } : null;
}
