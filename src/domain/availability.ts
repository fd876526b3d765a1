/**
 * Availability checks outside of sends: which line asks, how often and how far apart (contract 3.3, D22), and what the
 * addresses of a lead say of the lead. Sends check on their own account: neither quota nor gap is theirs.
 */
import { isReusable, type KnownAvailability } from './cascade.ts';
import { dayAt, startOfNextDay } from './day.ts';

/** Per line and day of UTC; a hard cap of the documented API. */
export const CHECKS_PER_DAY = 70;
/** Between two checks of one physical device, in ms. */
export const CHECK_GAP_MS = 3_000;
/** How long a line that answered that it can't check is left out, in ms. */
export const CANNOT_CHECK_MS = 300_000;

/** Processes whose clocks differ by less than this agree well enough. */
const CLOCK_STEP_MS = 5_000;

/** A line for iMessage that is active and healthy. Instants in ms UTC. */
export interface Checker {
  lineId: string;
  deviceId: string;
  /** Day of UTC that `checks` counts; null = none yet. */
  day: string | null;
  checks: number;
  lastCheckAt: number | null;
  /** Of any line of its device. */
  deviceLastCheckAt: number | null;
  cannotCheckAt: number | null;
}

export type CheckerChoice =
  /** `at`: when its device is free; at or before now. */
  | { checker: Checker; at: number }
  /** Every line that can check has used up its day, which ends at `until`. */
  | { none: 'quota'; until: number }
  /** No line can check. */
  | { none: 'no_line' };

/** The line whose device is free first; of those, the one that asked longest ago: so lines and devices take turns. */
export function chooseChecker(lines: readonly Checker[], now: number): CheckerChoice {
  const able = lines.filter((line) => canCheck(line, now));
  if (able.length === 0) return { none: 'no_line' };
  const [first] = able
    .filter((line) => usedChecks(line, now).checks < CHECKS_PER_DAY)
    .map((checker) => ({ checker, at: freeAt(checker.deviceLastCheckAt, now) }))
    .sort(
      (a, b) =>
        a.at - b.at ||
        (a.checker.lastCheckAt ?? 0) - (b.checker.lastCheckAt ?? 0) ||
        (a.checker.lineId < b.checker.lineId ? -1 : 1),
    );
  return first ?? { none: 'quota', until: startOfNextDay('UTC', now) };
}

/** The counter as it stands at `now`; that of a later day still holds, as another process may be a moment ahead. */
export function usedChecks(
  line: Pick<Checker, 'day' | 'checks'>,
  now: number,
): { day: string; checks: number } {
  const today = dayAt('UTC', now);
  const day = line.day !== null && line.day > today ? line.day : today;
  return { day, checks: line.day === day ? line.checks : 0 };
}

function freeAt(lastCheckAt: number | null, now: number): number {
  if (lastCheckAt === null) return now;
  // After the clock was set back a gap begins anew, so that it lasts no longer than a gap.
  const began = lastCheckAt > now + CLOCK_STEP_MS ? now : lastCheckAt;
  return Math.max(now, began + CHECK_GAP_MS);
}

/** False while it is remembered that the line said it can't. A clock that was set back makes that long ago. */
export function canCheck({ cannotCheckAt }: Pick<Checker, 'cannotCheckAt'>, now: number): boolean {
  return cannotCheckAt === null || now < cannotCheckAt || now - cannotCheckAt >= CANNOT_CHECK_MS;
}

/** What is known of a lead's addresses. */
export interface LeadReach {
  /** As `cascade` gave them. */
  addresses: readonly string[];
  known: ReadonlyMap<string, KnownAvailability>;
  /** Nobody may write there, so nobody needs to know. */
  suppressed: ReadonlySet<string>;
}

export type LeadVerdict =
  /** `address` is the one that decides: the first available, or the last that was asked in vain; null: there is none. */
  { status: 'available' | 'unavailable'; address: string | null } | { ask: string };

/** A lead is available when any of its addresses is: one that is known to be saves the questions about the others. */
export function judgeLead({ addresses, known, suppressed }: LeadReach, now: number): LeadVerdict {
  const open = addresses.filter((address) => !suppressed.has(address));
  const statusOf = (address: string) => {
    const found = known.get(address);
    return found !== undefined && isReusable(found, now) ? found.status : null;
  };
  const reached = open.find((address) => statusOf(address) === 'available');
  if (reached !== undefined) return { status: 'available', address: reached };
  const unasked = open.find((address) => statusOf(address) === null);
  if (unasked !== undefined) return { ask: unasked };
  return { status: 'unavailable', address: open.at(-1) ?? null };
}
