/** Rules that bind a message whether it is new or edited; an edit is checked once merged with what is stored. */
import { isTimeZone, parseTime } from '../../domain/window.ts';
import type { MessageType } from '../../domain/words.ts';
import { MAX_AHEAD_MS } from '../common.ts';
import { isLongerThan } from '../fields.ts';
import { invalidField, problem } from '../problems.ts';
import { MAX_MESSAGE_CHARACTERS, MAX_SMS_CHARACTERS } from './messages.ts';

export interface WindowOptions {
  timezone: string | null;
  sendWindowStart: string | null;
  sendWindowEnd: string | null;
}

/** Throws the documented sentences: half a window, no `HH:mm`, no zone, an unknown one, or equal ends. */
export function checkWindow({ timezone, sendWindowStart, sendWindowEnd }: WindowOptions): void {
  if (sendWindowStart !== null || sendWindowEnd !== null) {
    const start = sendWindowStart === null ? null : parseTime(sendWindowStart);
    const end = sendWindowEnd === null ? null : parseTime(sendWindowEnd);
    if (start === null) throw problem('INVALID_TIME_FORMAT', { param: 'sendWindowStart' });
    if (end === null) throw problem('INVALID_TIME_FORMAT', { param: 'sendWindowEnd' });
    if (start === end) throw problem('INVALID_WINDOW', { param: 'sendWindowEnd' });
    if (timezone === null) throw problem('INVALID_WINDOW', { param: 'timezone' });
  }
  if (timezone !== null && !isTimeZone(timezone)) throw problem('INVALID_WINDOW', { param: 'timezone' });
}

export function checkLength(message: string, messageType: MessageType): void {
  if (messageType === 'sms' && isLongerThan(message, MAX_SMS_CHARACTERS)) {
    throw problem('MESSAGE_TOO_LONG', {
      param: 'message',
      error: 'message must be at most 1,600 characters for messageType sms',
    });
  }
  if (isLongerThan(message, MAX_MESSAGE_CHARACTERS)) throw problem('MESSAGE_TOO_LONG', { param: 'message' });
}

/** A past date means now (D9) and is kept as it was given: callers look for the very date they sent. */
export function checkScheduledDate(scheduledDate: number, now: number): void {
  if (scheduledDate - now > MAX_AHEAD_MS)
    throw invalidField('scheduledDate', 'must be at most two years ahead');
}

/** A zone belongs to a window: alone it decides nothing, and whoever sends it thinks that it does. */
export const IDLE_TIMEZONE = 'timezone is ignored without a send window';

/** Only an email has one. */
export function ignoredSubject(messageType: MessageType): string {
  return `subject is ignored for messageType ${messageType}`;
}

export function checkExpiry(expiresAt: number, scheduledDate: number | null, now: number): void {
  if (expiresAt <= now) throw invalidField('expiresAt', 'must be in the future');
  if (expiresAt - now > MAX_AHEAD_MS) throw invalidField('expiresAt', 'must be at most two years ahead');
  if (scheduledDate !== null && expiresAt <= scheduledDate)
    throw invalidField('expiresAt', 'must be after scheduledDate');
}
