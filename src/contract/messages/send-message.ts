/** Turns the body of `POST /api/messages` into what is asked for, or into the documented refusal (contract 4.1, 4.9). */
import { normalizeEmail } from '../../domain/address.ts';
import { MESSAGE_TYPES, type MessageType } from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import {
  asObject,
  type Fields,
  readBoolean,
  readEmail,
  readInstant,
  readLabel,
  readLine,
  readPhone,
  readText,
  unknownFields,
} from '../fields.ts';
import { invalidField, problem } from '../problems.ts';
import { readAttachments } from './attachments.ts';
import { SendMessageBody } from './message-bodies.ts';
import {
  checkExpiry,
  checkLength,
  checkScheduledDate,
  checkWindow,
  IDLE_TIMEZONE,
  ignoredSubject,
} from './message-rules.ts';
import { MAX_LABEL_CHARACTERS, type SendMessage } from './messages.ts';

export interface ParsedSend {
  request: SendMessage;
  warnings: string[];
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(SendMessageBody.shape));

export function parseSendMessage(body: unknown, { now }: { now: number }): ParsedSend {
  const fields = asObject(body);
  const warnings = unknownFields(fields, KNOWN);
  const messageType = readMessageType(fields);
  const content = readContent(fields, messageType, warnings);
  const timing = readTiming(fields, now, warnings);
  const recipient = readRecipient(fields);
  const request: SendMessage = {
    ...content,
    messageType,
    ...recipient,
    ...timing,
    sendFallbackSmsOnFailed: readBoolean(fields, 'sendFallbackSmsOnFailed') ?? false,
    forceFallback: readForceFallback(fields, messageType, warnings),
    batchId: readLabel(fields, 'batchId', MAX_LABEL_CHARACTERS),
    crm: {
      ghlContactId: readLabel(fields, 'ghlContactId', MAX_LABEL_CHARACTERS),
      ghlLocationId: readLabel(fields, 'ghlLocationId', MAX_LABEL_CHARACTERS),
      hsContactId: readLabel(fields, 'hsContactId', MAX_LABEL_CHARACTERS),
      hsPortalId: readLabel(fields, 'hsPortalId', MAX_LABEL_CHARACTERS),
    },
    contactOwnerEmail: readContactOwner(fields),
    correlationId: readCorrelationId(fields),
  };
  // Last, so that what is wrong with the request itself is told first.
  checkIds(request);
  return { request, warnings };
}

function readMessageType(fields: Fields): MessageType {
  const { messageType } = fields;
  if (messageType === undefined || messageType === null) return 'imessage';
  if (!MESSAGE_TYPES.includes(messageType as MessageType)) {
    throw problem('INVALID_MESSAGE_TYPE', { param: 'messageType' });
  }
  return messageType as MessageType;
}

function readContent(fields: Fields, messageType: MessageType, warnings: string[]) {
  const message = readText(fields, 'message') ?? '';
  const attachments = readAttachments(fields);
  if (attachments.length === 0 && message.trim() === '') throw problem('MESSAGE_EMPTY', { param: 'message' });
  checkLength(message, messageType);
  const subject = readLine(fields, 'subject', MAX_LABEL_CHARACTERS);
  if (subject !== null && messageType !== 'email') warnings.push(ignoredSubject(messageType));
  return { message, attachments, subject: messageType === 'email' ? subject : null };
}

function readTiming(fields: Fields, now: number, warnings: string[]) {
  const scheduledDate = readInstant(fields, 'scheduledDate', 'INVALID_SCHEDULED_DATE');
  if (scheduledDate !== null) checkScheduledDate(scheduledDate, now);
  const expiresAt = readInstant(fields, 'expiresAt');
  if (expiresAt !== null) checkExpiry(expiresAt, scheduledDate, now);
  const window = readWindow(fields);
  checkWindow(window);
  const allowedDaysOfWeek = readDays(fields);
  if (window.timezone !== null && window.sendWindowStart === null && allowedDaysOfWeek === null)
    warnings.push(IDLE_TIMEZONE);
  return { scheduledDate, expiresAt, ...window, allowedDaysOfWeek };
}

/** Anything that is not a string is as little a time or a zone as a misspelt one: the same documented sentence. */
export function readWindow(fields: Fields) {
  return {
    timezone: readExactly(fields, 'timezone', 'INVALID_WINDOW'),
    sendWindowStart: readExactly(fields, 'sendWindowStart', 'INVALID_TIME_FORMAT'),
    sendWindowEnd: readExactly(fields, 'sendWindowEnd', 'INVALID_TIME_FORMAT'),
  };
}

function readExactly(
  fields: Fields,
  name: string,
  code: 'INVALID_WINDOW' | 'INVALID_TIME_FORMAT',
): string | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw problem(code, { param: name });
  return value;
}

/** null when absent. */
export function readDays(fields: Fields): number[] | null {
  const { allowedDaysOfWeek: days } = fields;
  if (days === undefined || days === null) return null;
  if (!Array.isArray(days) || days.length === 0 || !days.every(isDay) || new Set(days).size !== days.length) {
    throw invalidField('allowedDaysOfWeek', 'must be a list of different whole numbers from 0 (Sunday) to 6');
  }
  return days.toSorted((one, other) => one - other);
}

function isDay(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 6;
}

function readRecipient(fields: Fields) {
  const recipientPhone = readPhone(fields, 'recipientPhone');
  const recipientEmail = readEmail(fields, 'recipientEmail');
  const leadId = readText(fields, 'leadId')?.trim() || null;
  if (recipientPhone === null && recipientEmail === null && leadId === null)
    throw problem('RECIPIENT_REQUIRED');
  return {
    recipientPhone,
    recipientEmail,
    leadId,
    recipientName: readLabel(fields, 'recipientName', MAX_LABEL_CHARACTERS),
    fromLineId: readText(fields, 'fromLineId')?.trim() || null,
    altPhones: [
      readAlt(fields, 'altPhone1', readPhone),
      readAlt(fields, 'altPhone2', readPhone),
      readAlt(fields, 'altPhone3', readPhone),
    ],
    altEmails: [
      readAlt(fields, 'altEmail1', readEmail),
      readAlt(fields, 'altEmail2', readEmail),
      readAlt(fields, 'altEmail3', readEmail),
    ],
  };
}

/** Only an explicit null clears an alternate: a form's blank field must not wipe what the lead has. */
function readAlt(
  fields: Fields,
  name: string,
  read: (fields: Fields, name: string) => string | null,
): string | null | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return value;
  return read(fields, name) ?? undefined;
}

function readForceFallback(fields: Fields, messageType: MessageType, warnings: string[]): boolean {
  const forceFallback = readBoolean(fields, 'forceFallback') ?? false;
  if (!forceFallback || messageType === 'imessage') return forceFallback;
  warnings.push(`forceFallback is ignored for messageType ${messageType}`);
  return false;
}

function readContactOwner(fields: Fields): string | null | undefined {
  if (fields.contactOwnerEmail === null) return null;
  const text = readText(fields, 'contactOwnerEmail');
  return text === null ? undefined : (normalizeEmail(text) ?? undefined);
}

/** What may travel as a correlation id, in a body or in a header. */
export function isCorrelationId(text: string): boolean {
  return /^[\x20-\x7e]{1,255}$/.test(text);
}

function readCorrelationId(fields: Fields): string | null {
  const text = readText(fields, 'correlationId')?.trim();
  if (text === undefined || text === '') return null;
  if (!isCorrelationId(text))
    throw invalidField('correlationId', 'must be 1 to 255 printable ASCII characters');
  return text;
}

/** Ours are the only ids there are: one of another form belongs to nothing, which is told as such and not as a fault of form. */
function checkIds({ leadId, fromLineId }: SendMessage): void {
  if (leadId !== null && !isId(leadId)) throw problem('LEAD_NOT_ACCESSIBLE', { param: 'leadId' });
  if (fromLineId !== null && !isId(fromLineId)) throw problem('LINE_NOT_FOUND', { param: 'fromLineId' });
}
