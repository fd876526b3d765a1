/** Calendar days in a zone, for caps that reset at midnight (D12). */
import { Temporal } from 'temporal-polyfill';

const DAY_MS = 86_400_000;

/** Local date at `instant`, `YYYY-MM-DD`. */
export function dayAt(timezone: string, instant: number): string {
  if (timezone === 'UTC') return new Date(instant).toISOString().slice(0, 10);
  return zoned(timezone, instant).toPlainDate().toString();
}

/** First instant of the local day that holds `instant`. */
export function startOfDay(timezone: string, instant: number): number {
  if (timezone === 'UTC') return Math.floor(instant / DAY_MS) * DAY_MS;
  return zoned(timezone, instant).startOfDay().epochMilliseconds;
}

/** First instant of the local day after the one that holds `instant`. */
export function startOfNextDay(timezone: string, instant: number): number {
  if (timezone === 'UTC') return (Math.floor(instant / DAY_MS) + 1) * DAY_MS;
  return zoned(timezone, instant).add({ days: 1 }).startOfDay().epochMilliseconds;
}

function zoned(timezone: string, instant: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone);
}
