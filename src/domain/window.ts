/**
 * Send windows (D9): wall-clock hours in an IANA zone, on chosen days of the week.
 *
 * One rule carries all of daylight saving: a local time happens at the first instant at which the local clock shows it
 * or a later one. A skipped time therefore moves to the end of the gap, a doubled time counts once, the earlier, and
 * that holds for openings and closings alike. So every day has at most one stretch, without holes, and a stretch
 * swallowed by a gap is empty. A stretch runs through a doubled hour that lies between its ends.
 *
 * Offsets come from Intl and are kept per zone in blocks of four days. Temporal was tried: 3 to 7 µs a look-up, and its
 * polyfill samples most zones every 19 days, so that it can miss a pair of changes. The tests hold this file against it.
 */

/** `start` and `end` are `HH:mm`, both or neither (neither: whole days); `days` counts 0 = Sunday … 6, null = every day. */
export interface SendWindow {
  timezone: string;
  start: string | null;
  end: string | null;
  days: readonly number[] | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * First instant >= `from` (ms UTC) inside the window (D9); null when it never opens: no days, an unknown zone, or a
 * window that should have been refused (`start` = `end`, one of them missing or malformed).
 */
export function nextOpening(window: SendWindow, from: number): number | null {
  if (!isInstant(from)) return null;
  const schedule = readSchedule(window);
  if (schedule === 'always') return from;
  const stretch = schedule === 'never' ? null : stretchAfter(schedule, from);
  const opening = stretch === null ? null : Math.max(stretch.opensAt, from);
  return opening !== null && isInstant(opening) ? opening : null;
}

/** Whether `at` (ms UTC) lies inside the window; a stretch includes its first instant and not its last (D9). */
export function isOpen(window: SendWindow, at: number): boolean {
  return nextOpening(window, at) === at;
}

/**
 * End (ms UTC, exclusive) of the open stretch that holds `at`; days that follow on each other without a pause are one
 * stretch. null when the window is not open then, or never closes.
 */
export function closesAt(window: SendWindow, at: number): number | null {
  if (!isInstant(at)) return null;
  const schedule = readSchedule(window);
  if (schedule === 'always' || schedule === 'never') return null;
  let stretch = stretchAfter(schedule, at);
  if (stretch === null || stretch.opensAt > at) return null;
  let end = stretch.closesAt;
  while (stretch !== null && stretch.opensAt <= end) {
    end = stretch.closesAt;
    stretch = stretchAfter(schedule, end);
  }
  return end;
}

/** Whether `name` is an IANA zone name, in any case. Offsets ("+02:00") and abbreviations ("PST") are not. */
export function isTimeZone(name: string): boolean {
  return zoneOf(name) !== null;
}

/** Minutes since midnight of an `HH:mm` time, 00:00 to 23:59; null for anything else. */
export function parseTime(text: string): number | null {
  if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text)) return null;
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

/** A window that opens and closes. `opens` and `closes` are ms after local midnight of the day it opens on. */
interface Schedule {
  zone: Zone;
  opens: number;
  closes: number;
  days: readonly number[];
}

interface Stretch {
  opensAt: number;
  closesAt: number;
}

const EVERY_DAY: readonly number[] = [0, 1, 2, 3, 4, 5, 6];

/** A window without any restriction is open whatever its zone. */
function readSchedule({ timezone, start, end, days }: SendWindow): Schedule | 'always' | 'never' {
  const wholeDays = start === null && end === null;
  if (wholeDays && EVERY_DAY.every((day) => days === null || days.includes(day))) return 'always';
  const zone = zoneOf(timezone);
  if (zone === null) return 'never';
  if (wholeDays) return { zone, opens: 0, closes: DAY_MS, days: days ?? EVERY_DAY };
  const from = start === null ? null : parseTime(start);
  const to = end === null ? null : parseTime(end);
  if (from === null || to === null || from === to) return 'never';
  const opens = from * MINUTE_MS;
  const closes = to * MINUTE_MS + (to < from ? DAY_MS : 0);
  return { zone, opens, closes, days: days ?? EVERY_DAY };
}

/** Longer than any run of days without an opening: a weekly window can lose one week to a gap, never five. */
const SEARCH_DAYS = 35;

/** The first stretch that is not over at `from`. Stretches follow the order of their days and never overlap. */
function stretchAfter(schedule: Schedule, from: number): Stretch | null {
  const { zone, days } = schedule;
  // The day before may have left a stretch open past midnight.
  const first = Math.floor((from + offsetAt(zone, from)) / DAY_MS) - 1;
  for (let day = first; day < first + SEARCH_DAYS; day++) {
    if (!days.includes(weekdayOf(day))) continue;
    const closesAt = instantOf(zone, day * DAY_MS + schedule.closes);
    if (closesAt <= from) continue;
    const opensAt = instantOf(zone, day * DAY_MS + schedule.opens);
    if (opensAt < closesAt) return { opensAt, closesAt };
  }
  return null;
}

/** `day` counts from 1970-01-01, a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Wider than the distance of any local clock from UTC. */
const WIDEST_OFFSET_MS = 36 * 3_600_000;

/** First instant at which the zone's clock shows `local` or later. `local` is wall-clock time counted as if it were UTC. */
function instantOf(zone: Zone, local: number): number {
  let at = local - WIDEST_OFFSET_MS;
  for (;;) {
    const block = blockAt(zone, at);
    if (at < block.change) {
      const hit = Math.max(at, local - block.before);
      if (hit < block.change) return hit;
      at = block.change;
    }
    const hit = Math.max(at, local - block.after);
    if (hit < block.end) return hit;
    at = block.end;
  }
}

interface Zone {
  format: Intl.DateTimeFormat;
  /** By number of the block since 1970. Only a memory: whatever is missing is worked out again. */
  blocks: Map<number, Block>;
}

/** Four days of a zone: offset `before` until `change`, `after` from there to `end`. Without a change, `change` is `end`. */
interface Block {
  change: number;
  end: number;
  before: number;
  after: number;
}

/**
 * Holds at most one change: the two nearest since 1970 are 6.9 days apart (America/Recife, October 2000; counted hour by
 * hour over every zone of tzdata 2026c).
 */
const BLOCK_MS = 4 * DAY_MS;
const MAX_BLOCKS = 512;

function offsetAt(zone: Zone, at: number): number {
  const block = blockAt(zone, at);
  return at < block.change ? block.before : block.after;
}

function blockAt(zone: Zone, at: number): Block {
  const number = Math.floor(at / BLOCK_MS);
  const known = zone.blocks.get(number);
  if (known !== undefined) return known;
  if (zone.blocks.size >= MAX_BLOCKS) zone.blocks.clear();
  const block = surveyBlock(zone.format, number * BLOCK_MS, (number + 1) * BLOCK_MS);
  zone.blocks.set(number, block);
  return block;
}

function surveyBlock(format: Intl.DateTimeFormat, start: number, end: number): Block {
  const before = readOffset(format, start);
  const after = readOffset(format, end);
  let low = start;
  let high = end;
  while (before !== after && high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (readOffset(format, middle) === before) low = middle;
    else high = middle;
  }
  return { change: high, end, before, after };
}

/** The end of what a date can hold in JavaScript, in the year 275760. */
const LAST_INSTANT = 8.64e15;

function isInstant(at: number): boolean {
  return Math.abs(at) <= LAST_INSTANT;
}

/** Local minus UTC in ms, read from "…, GMT+05:45", "…, GMT-00:44:30" or "…, GMT". */
function readOffset(format: Intl.DateTimeFormat, at: number): number {
  const text = format.format(Math.min(Math.max(at, -LAST_INSTANT), LAST_INSTANT));
  const sign = text.indexOf('GMT') + 3;
  const hours = Number(text.slice(sign + 1, sign + 3));
  const minutes = Number(text.slice(sign + 4, sign + 6));
  const seconds = Number(text.slice(sign + 7, sign + 9));
  return (text[sign] === '-' ? -1000 : 1000) * (hours * 3600 + minutes * 60 + seconds);
}

/** By lower-case name. Only real zones are kept, so strangers' nonsense cannot fill it. */
const zones = new Map<string, Zone>();

function zoneOf(name: string): Zone | null {
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  if (!isZoneShaped(key)) return null;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    const zone: Zone = { format, blocks: new Map() };
    zones.set(key, zone);
    return zone;
  } catch {
    return null;
  }
}

/** Intl also takes offsets and abbreviations that IANA does not know and that mislead ("BST" is Dhaka's there). */
function isZoneShaped(key: string): boolean {
  if (/^[a-z]{3}$/.test(key)) return THREE_LETTER_ZONES.has(key);
  return key.length <= 64 && /^[a-z][a-z0-9_+/-]*$/.test(key) && !key.startsWith('systemv/');
}

const THREE_LETTER_ZONES: ReadonlySet<string> = new Set(
  'utc gmt uct est mst hst cet eet met wet prc roc rok'.split(' '),
);
