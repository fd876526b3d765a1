/** Messages as Twilio keeps and shows them. */
import { randomBytes } from 'node:crypto';

export interface Medium {
  sid: string;
  contentType: string;
  bytes: Buffer;
}

export interface StoredMessage {
  sid: string;
  accountSid: string;
  direction: 'inbound' | 'outbound-api';
  from: string | null;
  to: string;
  body: string;
  serviceSid: string | null;
  status: string;
  errorCode: number | null;
  errorMessage: string | null;
  createdAt: number;
  sentAt: number | null;
  updatedAt: number;
  media: Medium[];
  /** As it was asked for: every parameter of the call. */
  parameters: URLSearchParams;
}

export const API = '/2010-04-01';

export function newSid(prefix: 'SM' | 'MM' | 'ME' | 'AC' | 'MG' | 'PN'): string {
  return prefix + randomBytes(16).toString('hex');
}

export function present(message: StoredMessage): Record<string, unknown> {
  const uri = `${API}/Accounts/${message.accountSid}/Messages/${message.sid}`;
  const isWaiting = message.status === 'accepted' || message.status === 'scheduled';
  return {
    account_sid: message.accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorMessage,
    from: message.from,
    messaging_service_sid: message.serviceSid,
    num_media: String(message.media.length),
    num_segments: isWaiting ? '0' : String(segmentsOf(message.body)),
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json`, feedback: `${uri}/Feedback.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

export function presentMedium(message: StoredMessage, { sid, contentType }: Medium): Record<string, unknown> {
  return {
    account_sid: message.accountSid,
    content_type: contentType,
    date_created: rfc2822(message.createdAt),
    date_updated: rfc2822(message.updatedAt),
    parent_sid: message.sid,
    sid,
    uri: `${API}/Accounts/${message.accountSid}/Messages/${message.sid}/Media/${sid}.json`,
  };
}

/** One page of `items`, in Twilio's frame. `path` is that of the list, without its query. */
export function page<Item>(
  name: string,
  items: readonly Item[],
  path: string,
  query: URLSearchParams,
): Record<string, unknown> {
  const size = Math.min(1000, Math.max(1, Number(query.get('PageSize') ?? 50)));
  const number = Number(query.get('Page') ?? 0);
  const rows = items.slice(number * size, (number + 1) * size);
  const uri = (at: number) => {
    const asked = new URLSearchParams(query);
    asked.set('PageSize', String(size));
    asked.set('Page', String(at));
    if (at > 0) asked.set('PageToken', `PA${at}`);
    else asked.delete('PageToken');
    return `${path}?${asked}`;
  };
  return {
    [name]: rows,
    end: Math.max(0, number * size + rows.length - 1),
    first_page_uri: uri(0),
    next_page_uri: (number + 1) * size < items.length ? uri(number + 1) : null,
    page: number,
    page_size: size,
    previous_page_uri: number > 0 ? uri(number - 1) : null,
    start: number * size,
    uri: uri(number),
  };
}

/** Whether a list asked for with `query` shows it. What was not sent yet has no date to be found by. */
export function isListed(message: StoredMessage, query: URLSearchParams): boolean {
  for (const [name, value] of [
    ['To', message.to],
    ['From', message.from],
  ] as const) {
    const wanted = query.get(name);
    if (wanted !== null && wanted !== value) return false;
  }
  const { sentAt } = message;
  const [on, before, after] = [query.get('DateSent'), query.get('DateSent<'), query.get('DateSent>')];
  if (on === null && before === null && after === null) return true;
  if (sentAt === null) return false;
  if (on !== null && dayOf(sentAt) !== dayOf(Date.parse(on))) return false;
  if (after !== null && sentAt < Date.parse(after)) return false;
  return before === null || (isDay(before) ? dayOf(sentAt) <= before : sentAt <= Date.parse(before));
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

export function rfc2822(instant: number): string {
  return new Date(instant).toUTCString().replace('GMT', '+0000');
}

function segmentsOf(body: string): number {
  const isPlain = /^[\x20-\x7e\r\n]*$/.test(body);
  const [one, more] = isPlain ? [160, 153] : [70, 67];
  return body.length <= one ? 1 : Math.ceil(body.length / more);
}
