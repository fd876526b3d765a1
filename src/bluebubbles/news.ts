/**
 * What happened on the Mac, asked for. The cursor is the number of the last row: dates are no order, since what arrives
 * late is dated early. A Mac that was exchanged counts anew; then the dates say where to go on. What is said in groups is
 * left out: nobody here wrote to a group, and an answer there is not one to us.
 */
import type { News, NewsAnswer, NewsQuestion, Outstanding, ReceiptNews } from '../domain/news.ts';
import { REACTIONS, type Reaction } from '../domain/words.ts';
import type { Clock } from '../lib/clock.ts';
import type { BlueBubblesApi, BlueBubblesMessage } from './api.ts';
import { filesOf, isOfGroup, queryMessages, refusalOf, textOf } from './rows.ts';
import type { BlueBubblesServer } from './settings.ts';

interface Cursor {
  /** Number of the last row that was told. */
  row: number;
  /** The latest date of any row until then, epoch ms by the Mac. */
  at: number;
}

const PAGE = 200;
/** Rows that were deleted leave numbers without rows; so far is looked at once. */
const STRIDE = 1_000;
/** Rows of the last days are taken again when numbers begin anew; twice the same is no harm. */
const OVERLAP_MS = 86_400_000;
const RECEIPTS_AT_ONCE = 4;
/** Those that a slow server does not tell by then are asked for the next time. */
const RECEIPTS_WITHIN_MS = 45_000;
const TIMEOUT_MS = 20_000;
const UNREACHABLE_ERROR = 22;

/** Throws a sentence when the server does not answer. */
export async function askBlueBubbles(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  { cursor, outstanding }: NewsQuestion,
  clock: Clock,
): Promise<NewsAnswer> {
  const until = clock.now() + RECEIPTS_WITHIN_MS;
  const receipts = await readReceipts(api, server, outstanding, () => clock.now() < until);
  const page = await readPage(api, server, readCursor(cursor));
  return { ...page, news: [...receipts, ...page.rows.flatMap(newsOf)] };
}

/* Rows */

type Page = { rows: BlueBubblesMessage[]; cursor: Cursor; more: boolean };

async function readPage(api: BlueBubblesApi, server: BlueBubblesServer, from: Cursor | null): Promise<Page> {
  const query = async (asked: Readonly<Record<string, unknown>>) => {
    const answer = await queryMessages(api, server, asked);
    if (typeof answer === 'string') throw new Error(answer);
    return answer;
  };
  const newest = async () => (await query({ sort: 'DESC', limit: PAGE })).rows;
  // A new line begins with what comes from now on.
  if (from === null) return { rows: [], cursor: behind({ row: 0, at: 0 }, await newest()), more: false };

  const behindRow = { statement: 'message.ROWID > :row', args: { row: from.row } };
  const all = await query({ where: [behindRow], sort: 'ASC', limit: PAGE });
  if (all.total === 0) {
    const latest = await newest();
    const isNewMac = latest.length > 0 && behind({ row: 0, at: 0 }, latest).row < from.row;
    if (!isNewMac || !latest.some(({ dateCreated }) => dateCreated > from.at))
      return { rows: [], cursor: from, more: false };
    const rows = latest.filter(({ dateCreated }) => dateCreated > from.at - OVERLAP_MS).reverse();
    return { rows, cursor: behind({ row: 0, at: from.at }, latest), more: false };
  }
  if (all.total <= all.rows.length) return { rows: all.rows, cursor: behind(from, all.rows), more: false };
  // Too many for one page, and the server sorts by date: numbers are taken stretch by stretch.
  const until = from.row + STRIDE;
  const upTo = { statement: 'message.ROWID <= :until', args: { until } };
  const stretch = await query({ where: [behindRow, upTo], sort: 'ASC', limit: STRIDE });
  return { rows: stretch.rows, cursor: { ...behind(from, stretch.rows), row: until }, more: true };
}

function behind(from: Cursor, rows: readonly BlueBubblesMessage[]): Cursor {
  return {
    row: Math.max(from.row, ...rows.map(({ originalROWID }) => originalROWID)),
    at: Math.max(from.at, ...rows.map(({ dateCreated }) => dateCreated)),
  };
}

function readCursor(cursor: unknown): Cursor | null {
  const { row, at } = (cursor ?? {}) as Partial<Cursor>;
  return typeof row === 'number' && typeof at === 'number' ? { row, at } : null;
}

/* What a row tells */

export function newsOf(row: BlueBubblesMessage): News[] {
  const from = row.handle?.address;
  if (row.isFromMe || from === undefined || (row.itemType ?? 0) !== 0 || isOfGroup(row)) return [];
  const about = { from, externalMessageId: row.guid, at: row.dateCreated };
  if (row.associatedMessageType) {
    const tapback = tapbackOf(row.associatedMessageType, row.text ?? '');
    const target = row.associatedMessageGuid?.replace(/^(p:\d+\/|bp:)/, '');
    return tapback === null || !target
      ? []
      : [{ news: 'reaction', ...about, targetExternalMessageId: target, ...tapback }];
  }
  const text = textOf(row);
  const attachments = filesOf(row).map(({ guid, transferName, mimeType }) => ({
    name: transferName || guid,
    mimeType: mimeType ?? null,
    source: { guid },
  }));
  if (text === '' && attachments.length === 0) return [];
  return [{ news: 'inbound', ...about, text, ...(attachments.length === 0 ? {} : { attachments }) }];
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

/** Numbers that the server has no word for are passed on as they are: 2006 is an emoji of one's own, 3006 takes it back. */
function tapbackOf(type: string, text: string): { reaction: Reaction | string; isRemoved: boolean } | null {
  const known = REACTIONS.find((each) => each === type.replace(/^-/, ''));
  if (known !== undefined) return { reaction: known, isRemoved: type.startsWith('-') };
  if (type !== '2006' && type !== '3006') return null;
  const emoji = [...GRAPHEMES.segment(text)].find(({ segment }) => PICTURE.test(segment))?.segment;
  return emoji === undefined ? null : { reaction: emoji, isRemoved: type === '3006' };
}

/* Receipts */

/** A few at a time; events tell of the newest hundred rows only, and of no error, so each is asked for. */
async function readReceipts(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  outstanding: readonly Outstanding[],
  isTime: () => boolean,
): Promise<ReceiptNews[]> {
  const waiting = outstanding.filter(({ externalMessageId }) => externalMessageId !== null);
  const found: ReceiptNews[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && isTime(); next = waiting.shift()) {
      const path = `message/${encodeURIComponent(next.externalMessageId ?? '')}`;
      const answer = await api.call<BlueBubblesMessage>(server, path, { timeoutMs: TIMEOUT_MS });
      if (answer.got !== 'answer') throw new Error(refusalOf(answer));
      // One row that is gone, or that the server can't read, must not keep the others back.
      if (answer.status === 200) found.push(...receiptsOf(next.reference, answer.data));
    }
  };
  await Promise.all(Array.from({ length: RECEIPTS_AT_ONCE }, work));
  return found;
}

export function receiptsOf(reference: string, row: BlueBubblesMessage): ReceiptNews[] {
  const about = { news: 'receipt', reference } as const;
  const { error, dateDelivered, dateRead } = row;
  if (error === UNREACHABLE_ERROR)
    return [
      {
        ...about,
        receipt: 'not_on_channel',
        code: String(error),
        message: 'The recipient cannot be reached by iMessage (error 22)',
      },
    ];
  if (error !== 0)
    return [
      {
        ...about,
        receipt: 'bounced',
        code: String(error),
        message: `Messages could not send it (error ${error})`,
      },
    ];
  return [
    ...(dateDelivered === null ? [] : [{ ...about, receipt: 'delivered', at: dateDelivered } as const]),
    ...(dateRead === null ? [] : [{ ...about, receipt: 'read', at: dateRead } as const]),
  ];
}
