/** What Twilio's states of a message and its inbound messages are in our words; and how both are asked for. */
import { isPhone } from '../domain/address.ts';
import { toIso } from '../lib/clock.ts';
import type { ChannelLine, NewsAnswer, NewsQuestion } from './channel.ts';
import type { InboundAttachment, InboundNews, News } from './news.ts';
import type { TwilioAccount, TwilioApi, TwilioMessage } from './twilio-api.ts';
import { SUPPRESSES, twilioError } from './twilio-errors.ts';
import { type MessagePage, madeAt, ownPath } from './twilio-reconcile.ts';

export interface MessageState {
  reference: string;
  sid: string;
  status: string;
  errorCode: number | null;
  errorMessage: string | null;
  /** Where it went. */
  to: string | null;
}

/**
 * What a state tells: of the message, and where its error says so of the recipient and of the line. States come late,
 * twice and in any order; whoever records them never goes back from a final one.
 */
export function newsOfState(state: MessageState): News[] {
  const { reference, sid, status } = state;
  const receipt = RECEIPTS.get(status);
  if (receipt === undefined) return [];
  const told = { news: 'receipt', reference, receipt, externalMessageId: sid } as const;
  if (receipt !== 'bounced') return [told];
  const error = twilioError(state.errorCode);
  // What nobody knows is no bounce: it may yet be delivered.
  if (error?.action === 'unknown') return [{ ...told, receipt: 'accepted' }];
  const code = state.errorCode === null ? status : String(state.errorCode);
  const said = state.errorMessage || error?.meaning;
  const message = said === undefined ? `Twilio: ${status}` : `Twilio: ${said} (${code})`;
  const news: News[] = [{ ...told, code, message }];
  if (error?.action === 'line') news.push({ news: 'line', health: 'wrong', message });
  const source = error === null ? undefined : SUPPRESSES[error.action];
  if (source !== undefined && state.to !== null)
    news.push({ news: 'suppression', address: state.to, source, words: code, id: sid });
  return news;
}

const RECEIPTS: ReadonlyMap<string, 'accepted' | 'delivered' | 'read' | 'bounced'> = new Map([
  ['accepted', 'accepted'],
  ['scheduled', 'accepted'],
  ['queued', 'accepted'],
  ['sending', 'accepted'],
  ['sent', 'accepted'],
  ['delivered', 'delivered'],
  ['partially_delivered', 'delivered'],
  ['read', 'read'],
  ['undelivered', 'bounced'],
  ['failed', 'bounced'],
  ['canceled', 'bounced'],
]);

/** Whole texts by which a recipient lifts what the carrier imposed on their STOP. */
const CARRIER_START = /^\s*(START|YES|UNSTOP)\s*$/i;

/**
 * `optOutType` is what a service made of the text by words of its own, which ours don't know: null where there is none, or
 * where it isn't told.
 */
export function newsOfInbound(inbound: InboundNews, optOutType: string | null): News[] {
  const { from: address, text: words, externalMessageId: id } = inbound;
  if (optOutType === 'STOP')
    return [inbound, { news: 'suppression', address, source: 'carrier_opt_out', words, id }];
  if (optOutType === 'START' || CARRIER_START.test(words))
    return [inbound, { news: 'lifted', address, words, id }];
  return [inbound];
}

/** `name` of a file of which Twilio says only its type. */
export function mediaNews(url: string, mimeType: string | null, index: number): InboundAttachment {
  const ending = /^[a-z]+\/([a-z0-9]+)/i.exec(mimeType ?? '')?.[1]?.toLowerCase();
  return { name: `media-${index + 1}${ending === undefined ? '' : `.${ending}`}`, mimeType, source: { url } };
}

/** Short codes and senders that are a word are nobody who could be written to. */
export function isPerson(from: string | null): from is string {
  return from !== null && isPhone(from);
}

/* Asking */

/** Where the reading of inbound messages stands: newest first, one page a question. */
interface Cursor {
  /** Everything older has been told; epoch ms. */
  since: number;
  /** What came before was never ours to tell: when this line was asked for the first time. */
  begin: number;
  /** The page to read next; null: from the newest. */
  page: string | null;
  /** What `since` becomes when the last page is read. */
  until: number;
}

/** Lists lag behind a little: what was made this long before the newest we saw is read again. */
const OVERLAP_MS = 120_000;
const PAGE_SIZE = 100;
const AT_ONCE = 10;

export async function askTwilio(
  api: TwilioApi,
  account: TwilioAccount,
  line: ChannelLine,
  { cursor, outstanding }: NewsQuestion,
  now: number,
): Promise<NewsAnswer> {
  const news: News[] = [];
  const asked = outstanding.filter(({ externalMessageId }) => externalMessageId !== null);
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const answers = await Promise.all(
      asked.slice(from, from + AT_ONCE).map(async ({ reference, externalMessageId, address }) => {
        const path = `${account.path}/Messages/${encodeURIComponent(externalMessageId ?? '')}.json`;
        const answer = await api.get<TwilioMessage>(account, path);
        // Deleted there: nobody will tell any more.
        if (answer.got === 'refusal' && answer.status === 404) return [];
        if (answer.got !== 'body') throw new Error(answer.message);
        const { sid, status, error_code: errorCode, error_message: errorMessage, to } = answer.body;
        return newsOfState({ reference, sid, status, errorCode, errorMessage, to: to ?? address });
      }),
    );
    news.push(...answers.flat());
  }
  const inbound = await readInbound(api, account, line, readCursor(cursor, now), now);
  return { news: [...news, ...inbound.news], cursor: inbound.cursor, more: inbound.cursor.page !== null };
}

/** The first question begins with what comes from now on. */
function readCursor(cursor: unknown, now: number): Cursor {
  const { since, begin, page, until } = (cursor ?? {}) as Partial<Cursor>;
  if (typeof since !== 'number') return { since: now, begin: now, page: null, until: now };
  return {
    since,
    begin: typeof begin === 'number' ? begin : since,
    page: typeof page === 'string' ? page : null,
    until: typeof until === 'number' ? until : now,
  };
}

async function readInbound(
  api: TwilioApi,
  account: TwilioAccount,
  line: ChannelLine,
  { since, begin, page, until }: Cursor,
  now: number,
): Promise<{ news: News[]; cursor: Cursor }> {
  // Twilio's instants are whole seconds.
  const from = Math.max(since - OVERLAP_MS, Math.floor(begin / 1_000) * 1_000);
  const answer = await api.get<MessagePage>(
    account,
    ownPath(account, page) ?? firstPage(account, line, from),
  );
  if (answer.got !== 'body') throw new Error(answer.message);
  const { messages, next_page_uri: next } = answer.body;
  const recent = messages.filter((message) => madeAt(message) >= from);
  const ours = recent.filter(
    (message) =>
      message.direction === 'inbound' &&
      isPerson(message.from) &&
      (message.to === line.phone ||
        (account.messagingServiceSid !== null &&
          message.messaging_service_sid === account.messagingServiceSid)),
  );
  const inbound = await Promise.all(ours.reverse().map((message) => inboundOf(api, account, message)));
  const news = inbound.flatMap((each) => newsOfInbound(each, null));
  const isLast = recent.length < messages.length || messages.length === 0;
  const nextPage = isLast ? null : ownPath(account, next);
  const newest = page === null ? now : until;
  const stand =
    nextPage === null
      ? { since: newest, begin, page: null, until: newest }
      : { since, begin, page: nextPage, until: newest };
  return { news, cursor: stand };
}

function firstPage(account: TwilioAccount, { phone }: ChannelLine, from: number): string {
  // A service has numbers of its own, so it is told apart afterwards.
  const to = account.messagingServiceSid === null && phone !== null ? { To: phone } : {};
  // By the day, as the filter is documented; a negative instant has no day worth asking for.
  const day = toIso(Math.max(0, from)).slice(0, 10);
  const query = new URLSearchParams({ ...to, 'DateSent>': day, PageSize: String(PAGE_SIZE) });
  return `${account.path}/Messages.json?${query}`;
}

async function inboundOf(
  api: TwilioApi,
  account: TwilioAccount,
  message: TwilioMessage,
): Promise<InboundNews> {
  const attachments = Number(message.num_media ?? 0) > 0 ? await mediaOf(api, account, message.sid) : [];
  const at = madeAt(message);
  return {
    news: 'inbound',
    from: message.from ?? '',
    text: message.body ?? '',
    externalMessageId: message.sid,
    ...(Number.isFinite(at) ? { at } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
  };
}

async function mediaOf(api: TwilioApi, account: TwilioAccount, sid: string): Promise<InboundAttachment[]> {
  const path = `${account.path}/Messages/${encodeURIComponent(sid)}/Media.json`;
  const answer = await api.get<{ media_list: { uri: string; content_type: string | null }[] }>(account, path);
  if (answer.got !== 'body') throw new Error(answer.message);
  return (
    answer.body.media_list
      .map(({ uri, content_type: type }) => ({ type, path: ownPath(account, uri) }))
      .filter((media): media is { type: string | null; path: string } => media.path !== null)
      // Without the ending it is the file itself.
      .map((media, index) => mediaNews(`${api.url}${media.path.replace(/\.json$/, '')}`, media.type, index))
  );
}
