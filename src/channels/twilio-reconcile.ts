/**
 * Whether a message whose answer was lost was created (D20). Twilio takes no reference of ours that a list would show, so
 * it is known by sender, recipient, text and time, and by being no other message of ours. That there is none is only
 * believed when an answer can no longer be on its way. The list is not filtered by `DateSent`: what still waits at Twilio
 * has none.
 */
import type { Finding, LostSend } from './channel.ts';
import type { TwilioAccount, TwilioAnswer, TwilioApi, TwilioMessage } from './twilio-api.ts';

export interface LostSendLimits {
  now: number;
  /** How long after its start an attempt may still make a message; ms. */
  madeWithinMs: number;
}

/** Twilio's clock and ours; its instants are whole seconds. */
const CLOCKS_APART_MS = 30_000;
const PAGE_SIZE = 200;
const MAX_PAGES = 5;
const TRIAL_PREFIX = 'Sent from your Twilio trial account - ';

export async function findLostSend(
  api: TwilioApi,
  account: TwilioAccount,
  sender: string | null,
  lost: LostSend,
  { now, madeWithinMs }: LostSendLimits,
): Promise<Finding> {
  const { addresses, startedAt, firstStartedAt } = lost;
  const candidates: TwilioMessage[] = [];
  for (const address of addresses) {
    const listed = await listSince(api, account, sender, address, firstStartedAt - CLOCKS_APART_MS);
    if (typeof listed === 'string') return { finding: 'undecided', message: listed, final: false };
    candidates.push(...listed.filter((message) => isLike(message, account, lost)));
  }
  if (await lost.isContested())
    return { finding: 'undecided', message: 'Another message to this number comes first', final: false };
  const distance = (message: TwilioMessage) => Math.abs(madeAt(message) - startedAt);
  candidates.sort((a, b) => distance(a) - distance(b));
  for (const candidate of candidates) {
    if (madeAt(candidate) > startedAt + madeWithinMs + CLOCKS_APART_MS) continue;
    if (await lost.isClaimed(candidate.sid)) continue;
    return { finding: 'found', externalMessageId: candidate.sid, address: candidate.to };
  }
  if (now >= startedAt + madeWithinMs) return { finding: 'absent' };
  return { finding: 'undecided', message: 'Twilio may still be taking it', final: false };
}

/** Newest first; a sentence when it can't be told. */
async function listSince(
  api: TwilioApi,
  account: TwilioAccount,
  sender: string | null,
  address: string,
  since: number,
): Promise<TwilioMessage[] | string> {
  // A service names no sender until it has chosen one.
  const from = account.messagingServiceSid === null && sender !== null ? { From: sender } : {};
  const query = new URLSearchParams({ To: address, ...from, PageSize: String(PAGE_SIZE) });
  const found: TwilioMessage[] = [];
  let path: string | null = `${account.path}/Messages.json?${query}`;
  for (let pages = 0; path !== null; pages += 1) {
    if (pages === MAX_PAGES) return 'There are too many messages to this number to look through';
    const answer: TwilioAnswer<MessagePage> = await api.get(account, path);
    if (answer.got !== 'body') return answer.message;
    const { messages, next_page_uri: next }: MessagePage = answer.body;
    const recent = messages.filter((message) => madeAt(message) >= since);
    found.push(...recent);
    path = messages.length > 0 && recent.length === 0 ? null : ownPath(account, next);
  }
  return found;
}

export interface MessagePage {
  messages: TwilioMessage[];
  next_page_uri: string | null;
}

/** Where an answer says to go on reading: only ever within the account, since credentials go along. */
export function ownPath({ path }: TwilioAccount, uri: string | null): string | null {
  return uri?.startsWith(`${path}/`) ? uri : null;
}

/** Epoch ms; a message without a date was made just now. */
export function madeAt({ date_created: created }: TwilioMessage): number {
  const at = created === null ? Number.NaN : Date.parse(created);
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

/** A text nobody knows any more may be any: better found than sent again. */
function isLike(message: TwilioMessage, account: TwilioAccount, { text }: LostSend): boolean {
  if (message.direction !== 'outbound-api') return false;
  if (account.messagingServiceSid !== null && message.messaging_service_sid !== account.messagingServiceSid)
    return false;
  const body = plain(message.body ?? '');
  return text === null || body === plain(text) || body === plain(TRIAL_PREFIX + text);
}

function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim();
}
