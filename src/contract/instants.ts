/**
 * Dates as callers write them. ISO 8601 only: `2027-01-31`, `2027-01-31T09:30`, `…T09:30:00Z`, `…T09:30:00.123+02:00`;
 * a space may stand for the T. Without an offset it is UTC, like the documented API's answers; guessing a caller's zone
 * would move messages by hours.
 */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/i;

const LAST_MOMENT_OF_DAY_MS = 86_400_000 - 1;

/** Epoch ms; null when it is no ISO 8601 date, or a day that no calendar has. */
export function parseInstant(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] = match;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  // The engine lets 30 February roll over into March; a caller who wrote it meant neither.
  if (Number.isNaN(instant) || new Date(instant).getUTCDate() !== Number(day)) return null;
  return instant - offsetMs(offset);
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
