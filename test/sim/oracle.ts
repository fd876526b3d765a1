/** Wall clocks read off Intl, one instant at a time: a second opinion on windows and days that shares nothing with domain/. */
import type { SendWindow } from '../../src/domain/window.ts';
import { isOpen } from '../../src/domain/window.ts';

interface LocalTime {
  /** `YYYY-MM-DD` */
  day: string;
  /** 0 = Sunday */
  weekday: number;
  /** Since midnight. */
  minutes: number;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const formats = new Map<string, Intl.DateTimeFormat>();

export function localTime(timezone: string, at: number): LocalTime {
  const parts = new Map(
    formatFor(timezone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
  return {
    day: `${part('year')}-${part('month')}-${part('day')}`,
    weekday: WEEKDAYS.indexOf(part('weekday')),
    minutes: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** Whether a message with this window may go at `at`. */
export function mayGo(window: SendWindow, at: number): boolean {
  // A stretch runs on through a doubled hour, where a clock on the wall may show a time before its opening.
  return isOpen(window, at) && (readsInside(window, at) || fellBackLately(window.timezone, at));
}

function readsInside({ timezone, start, end, days }: SendWindow, at: number): boolean {
  const { weekday, minutes } = localTime(timezone, at);
  const allows = (day: number) => days === null || days.includes((day + 7) % 7);
  if (start === null || end === null) return allows(weekday);
  const opens = minutesOf(start);
  const closes = minutesOf(end);
  if (opens < closes) return allows(weekday) && minutes >= opens && minutes < closes;
  return (allows(weekday) && minutes >= opens) || (allows(weekday - 1) && minutes < closes);
}

function fellBackLately(timezone: string, at: number): boolean {
  const hours = 3;
  const before = localTime(timezone, at - hours * 3_600_000);
  const now = localTime(timezone, at);
  const passed = now.minutes - before.minutes + (now.day === before.day ? 0 : 24 * 60);
  return passed < hours * 60;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}
