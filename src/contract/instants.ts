/**
 * Dates as callers write them. ISO 8601 only: `2027-01-31`, `2027-01-31T09:30`, `…T09:30:00Z`, `…T09:30:00.123+02:00`;
 * a space may stand for the T. Without an offset it is UTC, like the documented API's answers; guessing a caller's zone
 * would move messages by hours.
 */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/i;

const LAST_MOMENT_OF_DAY_MS = 86_400_000 - 1;
/** Years 0001–9999 in UTC: PostgreSQL has no year 0, and ISO 8601 prints no fifth digit. An offset can lead out of them. */
const FIRST_MOMENT = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z');

/** Epoch ms; null when it is no ISO 8601 date, a day that no calendar has, or outside the years 0001–9999 in UTC. */
export function parseInstant(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] = match;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  // The engine lets 30 February roll over into March; a caller who wrote it meant neither.
  if (Number.isNaN(local) || new Date(local).getUTCDate() !== Number(day)) return null;
  const instant = local - offsetMs(offset);
  return instant < FIRST_MOMENT || instant > LAST_MOMENT ? null : instant;
}

/** The last moment it can mean: a bare date is the whole day, so that a range up to it includes it. */
export function parseInclusiveEnd(text: string): number | null {
  const instant = parseInstant(text);
  return instant === null || text.length > 'yyyy-mm-dd'.length ? instant : instant + LAST_MOMENT_OF_DAY_MS;
}

function offsetMs(offset: string): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const digits = offset.replaceAll(/\D/g, '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}
