/** What a client of Twilio's messaging API sends here, and how it is told no. */
import { z } from 'zod';
import { normalizePhone } from '../../domain/address.ts';
import { asObject, checkText, type Fields, isLongerThan } from '../fields.ts';
import { parseInstant } from '../instants.ts';
import { readAttachments } from '../messages/attachments.ts';
import { MAX_SMS_CHARACTERS, MAX_URL_CHARACTERS, type SendMessage } from '../messages/messages.ts';
import { Problem, type ProblemCode, problem } from '../problems.ts';
import { ACCOUNT_SID } from './door-ids.ts';

/** What either door makes of a request to send. */
export interface DoorSend {
  to: string;
  /** null: any line. */
  from: string | null;
  text: string;
  attachments: SendMessage['attachments'];
  scheduledDate: number | null;
  expiresAt: number | null;
  batchId: string | null;
  callbackUrl: string | null;
}

const text = z.string().optional();

export const TwilioSendBody = z
  .object({
    To: z.string().meta({ example: '+12025550100' }),
    From: text.meta({ description: 'The phone of a line. It or `MessagingServiceSid` is required.' }),
    MessagingServiceSid: text.meta({
      description: 'Any line may be chosen. Kept as the `batchId` of the message.',
    }),
    Body: text.meta({ description: 'At most 1,600 characters, sent as it is: braces are no placeholders.' }),
    MediaUrl: z.union([z.string(), z.array(z.string()).max(2)]).optional(),
    StatusCallback: text,
    ScheduleType: text.meta({ description: '`fixed`, with `SendAt`.' }),
    SendAt: text.meta({ description: 'ISO 8601, 5 minutes to 35 days ahead.' }),
    ValidityPeriod: text.meta({ description: 'Seconds, 1 to 36,000.' }),
  })
  .meta({
    id: 'TwilioSendBody',
    example: { To: '+12025550100', From: '+12025550143', Body: 'Your order is ready.' },
    description: 'Other parameters of Twilio are ignored.',
  });

export const TwilioUpdateBody = z
  .object({ Status: z.literal('canceled') })
  .meta({ id: 'TwilioUpdateBody', example: { Status: 'canceled' } });

const count = z.string().meta({ description: 'A number.' });
export const TwilioMessage = z
  .object({
    account_sid: z.string(),
    api_version: z.string(),
    body: z.string(),
    date_created: z.string(),
    date_sent: z.string().nullable(),
    date_updated: z.string(),
    direction: z.string(),
    error_code: z.int().nullable(),
    error_message: z.string().nullable(),
    from: z.string().nullable(),
    messaging_service_sid: z.string().nullable(),
    num_media: count,
    num_segments: count,
    price: z.string().nullable(),
    price_unit: z.string(),
    sid: z.string(),
    status: z.string(),
    subresource_uris: z.record(z.string(), z.string()),
    to: z.string(),
    uri: z.string(),
  })
  .meta({ id: 'TwilioMessage' });
export type TwilioMessage = z.infer<typeof TwilioMessage>;

export const TwilioMessages = z
  .object({
    messages: z.array(TwilioMessage),
    page: z.int(),
    page_size: z.int(),
    start: z.int(),
    end: z.int(),
    uri: z.string(),
    first_page_uri: z.string(),
    next_page_uri: z.string().nullable(),
    previous_page_uri: z.string().nullable(),
  })
  .meta({ id: 'TwilioMessages' });
export type TwilioMessages = z.infer<typeof TwilioMessages>;

export const TwilioAccount = z
  .object({
    sid: z.string(),
    friendly_name: z.string(),
    status: z.enum(['active', 'suspended']),
    type: z.string(),
    auth_token: z.string().meta({ description: 'Always empty.' }),
    owner_account_sid: z.string(),
    date_created: z.string(),
    date_updated: z.string(),
    subresource_uris: z.record(z.string(), z.string()),
    uri: z.string(),
  })
  .meta({ id: 'TwilioAccount' });
export type TwilioAccount = z.infer<typeof TwilioAccount>;

export const TwilioError = z
  .object({ code: z.int(), message: z.string(), more_info: z.string(), status: z.int() })
  .meta({ id: 'TwilioError' });

const MINUTE_MS = 60_000;
const EARLIEST_MS = 5 * MINUTE_MS;
const LATEST_MS = 35 * 24 * 60 * MINUTE_MS;
const MAX_VALIDITY_S = 36_000;
const SERVICE_SID = /^MG[0-9a-fA-F]{32}$/;

export function parseTwilioSend(body: unknown, { now }: { now: number }): DoorSend {
  const fields = asObject(body);
  const to = one(fields, 'To');
  if (to === null) throw no(21_604, "A 'To' phone number is required");
  const phone = normalizePhone(to);
  if (phone === null) throw no(21_211, `Invalid 'To' Phone Number: ${to.slice(0, 64)}`);
  const service = one(fields, 'MessagingServiceSid');
  if (service !== null && !SERVICE_SID.test(service))
    throw no(21_705, 'The MessagingServiceSid is not valid');
  const from = one(fields, 'From');
  if (from === null && service === null) throw no(21_603, "A 'From' phone number is required");
  if (one(fields, 'ContentSid') !== null)
    throw no(20_001, 'ContentSid is not supported: send the text as Body');
  const text = one(fields, 'Body', false) ?? '';
  if (isLongerThan(text, MAX_SMS_CHARACTERS))
    throw no(21_617, 'The concatenated message body exceeds the 1600 character limit');
  const attachments = mediaOf(fields);
  if (text.trim() === '' && attachments.length === 0) throw no(21_602, 'Message body is required');
  const scheduledDate = scheduleOf(fields, now);
  return {
    to: phone,
    // One that is no number belongs to no line.
    from: from === null ? null : (normalizePhone(from) ?? from),
    text,
    attachments,
    scheduledDate,
    expiresAt: expiryOf(fields, scheduledDate ?? now),
    batchId: service,
    callbackUrl: callbackOf(one(fields, 'StatusCallback'), 21_609, 'StatusCallback'),
  };
}

/** Twilio also takes `Body=`, which blanks a text; here what was sent stays what it was. */
export function parseTwilioUpdate(body: unknown): void {
  if (one(asObject(body), 'Status') !== 'canceled')
    throw no(20_001, "Only Status=canceled can be asked for: a message's text stays");
}

export function checkAccountSid(sid: string | undefined): string {
  if (sid === undefined || !ACCOUNT_SID.test(sid)) throw problem('NOT_FOUND');
  return sid;
}

export interface TwilioList {
  to: string | null;
  from: string | null;
  sentFrom: number | null;
  sentTo: number | null;
  pageSize: number;
  page: number;
  /** The last one of the page before. */
  after: string | null;
}

const DAY_MS = 24 * 60 * MINUTE_MS;
const MAX_PAGE_SIZE = 1_000;

export function parseTwilioList(query: Fields, after: (token: string) => string | null): TwilioList {
  const phone = (name: string) => {
    const value = one(query, name);
    return value === null ? null : (normalizePhone(value) ?? value);
  };
  const on = dayOf(query, 'DateSent');
  const since = dayOf(query, 'DateSent>');
  const until = dayOf(query, 'DateSent<');
  const token = one(query, 'PageToken');
  const last = token === null ? null : after(token);
  if (token !== null && last === null) throw no(20_001, 'PageToken is not one of ours');
  return {
    to: phone('To'),
    from: phone('From'),
    sentFrom: on?.first ?? since?.first ?? null,
    sentTo: on?.last ?? until?.last ?? null,
    pageSize: Math.min(MAX_PAGE_SIZE, whole(query, 'PageSize', 1, 50)),
    page: whole(query, 'Page', 0, 0),
    after: last,
  };
}

/** A bare date is its whole day in UTC, a time its second. */
function dayOf(query: Fields, name: string): { first: number; last: number } | null {
  const value = one(query, name);
  if (value === null) return null;
  const first = parseInstant(value);
  if (first === null) throw no(20_001, `${name} must be a date, like 2027-01-31`);
  return { first, last: first + (value.length > 10 ? 1_000 : DAY_MS) - 1 };
}

function whole(query: Fields, name: string, least: number, standard: number): number {
  const value = one(query, name);
  if (value === null) return standard;
  if (!/^\d{1,7}$/.test(value) || Number(value) < least) throw no(20_001, `${name} must be a whole number`);
  return Number(value);
}

/** The first of several; null when absent or blank. */
function one(fields: Fields, name: string, trims = true): string | null {
  const given = fields[name];
  const value: unknown = Array.isArray(given) ? given[0] : given;
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw no(20_001, `${name} must be a text`);
  const text = String(value);
  checkText(name, text);
  if (text.trim() === '') return null;
  return trims ? text.trim() : text;
}

function mediaOf(fields: Fields): SendMessage['attachments'] {
  const { MediaUrl: given } = fields;
  const urls = (Array.isArray(given) ? given : [given]).filter((url) => url !== undefined && url !== '');
  try {
    return readAttachments({ attachmentUrls: urls });
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'TOO_MANY_ATTACHMENTS') throw error;
    throw no(21_620, 'Invalid media URL');
  }
}

function scheduleOf(fields: Fields, now: number): number | null {
  const type = one(fields, 'ScheduleType');
  const at = one(fields, 'SendAt');
  if (type === null && at === null) return null;
  if (type !== 'fixed') throw no(35_126, 'ScheduleType must be fixed');
  if (at === null) throw no(35_111, 'SendAt is required for a scheduled message');
  const instant = parseInstant(at);
  if (instant === null || instant - now < EARLIEST_MS || instant - now > LATEST_MS)
    throw no(35_114, 'SendAt must be ISO 8601, 300 seconds to 35 days ahead');
  return instant;
}

function expiryOf(fields: Fields, from: number): number | null {
  const period = one(fields, 'ValidityPeriod');
  if (period === null) return null;
  const seconds = /^\d{1,5}$/.test(period) ? Number(period) : 0;
  if (seconds < 1 || seconds > MAX_VALIDITY_S) throw no(21_624, 'ValidityPeriod must be 1 to 36000 seconds');
  return from + seconds * 1_000;
}

/** Whether it may be called is found out when it is. */
function callbackOf(url: string | null, code: number, name: string): string | null {
  if (url === null) return null;
  const isHttp = /^https?:\/\//i.test(url) && URL.canParse(url) && url.length <= MAX_URL_CHARACTERS;
  if (!isHttp) throw no(code, `${name} is not a valid URL`);
  return url;
}

function no(code: number, error: string): Problem {
  return problem('DOOR_REFUSED', { error, reason: String(code) });
}

/** Our refusals in Twilio's numbers; whatever else a caller got wrong is an invalid parameter. */
const CODES: Readonly<Partial<Record<ProblemCode, number>>> = {
  UNAUTHORIZED: 20_003,
  FORBIDDEN: 20_003,
  METHOD_NOT_ALLOWED: 20_004,
  READ_ONLY: 20_005,
  NO_ACTIVE_WORKSPACE: 20_005,
  NOT_FOUND: 20_404,
  MESSAGE_NOT_FOUND: 20_404,
  RATE_LIMITED: 20_429,
  INTERNAL: 20_500,
  SERVICE_UNAVAILABLE: 20_503,
  MESSAGE_EMPTY: 21_602,
  MESSAGE_TOO_LONG: 21_617,
  LINE_NOT_ACTIVE: 21_606,
  DOOR_SENDER_UNKNOWN: 21_659,
  FOREIGN_ATTACHMENT: 21_620,
  TOO_MANY_ATTACHMENTS: 21_623,
  NO_ACTIVE_LINES: 21_703,
  MESSAGE_NOT_WAITING: 30_409,
};

export function toTwilioError({ code, reason, status, error }: Problem): z.infer<typeof TwilioError> {
  const number = code === 'DOOR_REFUSED' ? Number(reason) : (CODES[code] ?? 20_001);
  return { code: number, message: error, more_info: `https://www.twilio.com/docs/errors/${number}`, status };
}

export const readCallbackUrl = callbackOf;
