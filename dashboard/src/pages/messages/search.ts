/** What the address of the page says: filters, what is searched for, which message is open. */
import type { Operations } from '@trunkline/sdk';

export const STATUSES = [
  'pending',
  'scheduled',
  'queued',
  'sending',
  'unknown',
  'sent',
  'delivered',
  'fallback',
  'failed',
  'cancelled',
] as const;
export type Status = (typeof STATUSES)[number];
export const WAITING: readonly string[] = ['pending', 'scheduled', 'queued'];
export const TYPES = ['imessage', 'sms', 'email'] as const;
export const TYPE_NAMES = { imessage: 'iMessage', sms: 'SMS', email: 'Email' } as const;
const DIRECTIONS = ['sent', 'received'] as const;

export interface MessagesSearch {
  /** One or several, by commas. */
  status?: string;
  line?: string;
  campaign?: string;
  lead?: string;
  batch?: string;
  type?: (typeof TYPES)[number];
  direction?: (typeof DIRECTIONS)[number];
  /** Days of whoever looks, `2026-11-26`; both are included. */
  from?: string;
  to?: string;
  q?: string;
  /** The message that is open. */
  message?: string;
}

export type Filter = Omit<NonNullable<Parameters<Operations['listMessages']>[0]>, 'limit' | 'cursor'>;

/** Of whatever stands in the address only what makes sense. */
export function readSearch(raw: Record<string, unknown>): MessagesSearch {
  const text = (name: string) => {
    const value = raw[name];
    // The router reads `q=42` as a number.
    return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
  };
  const day = (name: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text(name) ?? '') ? text(name) : undefined);
  const status = text('status')
    ?.split(',')
    .filter((each) => STATUSES.some((known) => known === each));
  const search: MessagesSearch = {
    status: status?.join(',') || undefined,
    line: text('line'),
    campaign: text('campaign'),
    lead: text('lead'),
    batch: text('batch'),
    type: TYPES.find((each) => each === raw.type),
    direction: DIRECTIONS.find((each) => each === raw.direction),
    from: day('from'),
    to: day('to'),
    q: text('q'),
    message: text('message'),
  };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

/** As the API takes them. Days begin and end at midnight of whoever looks. */
export function filterOf(search: MessagesSearch): Filter {
  return {
    status: search.status,
    lineId: search.line,
    campaignId: search.campaign,
    leadId: search.lead,
    batchId: search.batch,
    messageType: search.type,
    direction: search.direction,
    dateFrom: search.from === undefined ? undefined : new Date(`${search.from}T00:00`).toISOString(),
    dateTo: search.to === undefined ? undefined : new Date(`${search.to}T23:59:59.999`).toISOString(),
    search: search.q,
  };
}

export function isFiltered({ message: _message, ...filters }: MessagesSearch): boolean {
  return Object.keys(filters).length > 0;
}
