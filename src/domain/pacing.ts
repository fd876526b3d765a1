/**
 * How fast a line may speak: caps per day and hour, the gap of its device, the gap between first contacts.
 * Instants in epoch ms, gaps in ms, null = no cap. Source: contract §6, D12, D14, D15, D17.
 */
import { dayAt, startOfNextDay } from './day.ts';

/** What a line has used up of its caps, as stored on its row. */
export interface Usage {
  /** Local date of the counters, `YYYY-MM-DD`; another date means they are all zero. */
  day: string | null;
  newConversations: number;
  totalMessages: number;
  /** Start of the UTC hour of `newConversationsHour`. */
  hour: number | null;
  newConversationsHour: number;
}

/** Everything that paces one line: its settings and what they are counted against. */
export interface LinePace {
  dailyNewConversationsLimit: number | null;
  dailyTotalMessagesLimit: number | null;
  hourlyNewConversationsLimit: number | null;
  /** IANA zone whose midnight resets the daily caps. */
  capTimezone: string;
  contactGapMs: number;
  deviceGapMs: number;
  usage: Usage;
  lastFirstTouchAt: number | null;
  /** Last send of any line on the same device. */
  deviceLastSendAt: number | null;
}

/** The gates of a line that pacing decides, in the order they are asked. */
export type PaceGate = 'daily_cap' | 'first_touch_cap' | 'hourly_cap' | 'device_gap' | 'contact_gap';

/** When one of them opens, in ms UTC. */
export interface PaceCheck {
  gate: PaceGate;
  /** At or before `now`: the gate is open. NEVER: it takes somebody's hand. */
  opensAt: number;
}

/** When a cap of 0 opens. Whoever changes the line wakes it, so nobody needs an instant to look again. */
export const NEVER = Number.POSITIVE_INFINITY;

/** What one send took from the line, kept with the message until its outcome is known. */
export interface Reservation {
  at: number;
  firstTouch: boolean;
  day: string;
  hour: number;
  /** Gaps it takes on its device: an SMS of three segments keeps it busy for three. */
  gaps: number;
  previousFirstTouchAt: number | null;
  previousDeviceSendAt: number | null;
}

const HOUR_MS = 3_600_000;

/** Start of the UTC hour of `instant`, both in ms UTC. */
export function hourOf(instant: number): number {
  return Math.floor(instant / HOUR_MS) * HOUR_MS;
}

/**
 * The counters as they stand at `now`: yesterday's are zero. Those of a later day or hour still hold: another process
 * is a moment ahead, or the clock was set back, and what was sent stays sent.
 */
export function usageAt(pace: LinePace, now: number): Usage & { day: string; hour: number } {
  const { usage } = pace;
  const today = dayAt(pace.capTimezone, now);
  const thisHour = hourOf(now);
  const day = usage.day !== null && usage.day > today ? usage.day : today;
  const hour = Math.max(usage.hour ?? thisHour, thisHour);
  return {
    day,
    newConversations: usage.day === day ? usage.newConversations : 0,
    totalMessages: usage.day === day ? usage.totalMessages : 0,
    hour,
    newConversationsHour: usage.hour === hour ? usage.newConversationsHour : 0,
  };
}

/** Processes whose clocks differ by less than this agree well enough. */
const CLOCK_STEP_MS = 5_000;
/** Of the longest SMS: its last gap begins that many ahead. */
const MOST_GAPS = 24;

/** After the clock was set back: a gap begun in what is now the future begins now, so that it lasts no longer than a gap. */
export function afterClockStep(pace: LinePace, now: number): LinePace {
  const back = (instant: number | null, aheadMs: number) =>
    instant !== null && instant > now + CLOCK_STEP_MS + aheadMs ? now : instant;
  return {
    ...pace,
    deviceLastSendAt: back(pace.deviceLastSendAt, MOST_GAPS * pace.deviceGapMs),
    lastFirstTouchAt: back(pace.lastFirstTouchAt, 0),
  };
}

/** Every pacing gate in the order it is asked. First-touch gates are asked of first touches only. */
export function checkPace(pace: LinePace, now: number, firstTouch: boolean): PaceCheck[] {
  const usage = usageAt(pace, now);
  const midnight = () => startOfNextDay(pace.capTimezone, now);
  const nextHour = () => usage.hour + HOUR_MS;
  const capped = (limit: number | null, used: number, reset: () => number) => {
    if (limit === null || used < limit) return now;
    return limit === 0 ? NEVER : reset();
  };
  const { dailyTotalMessagesLimit, dailyNewConversationsLimit, hourlyNewConversationsLimit } = pace;
  const checks: PaceCheck[] = [
    { gate: 'daily_cap', opensAt: capped(dailyTotalMessagesLimit, usage.totalMessages, midnight) },
  ];
  if (firstTouch) {
    checks.push(
      {
        gate: 'first_touch_cap',
        opensAt: capped(dailyNewConversationsLimit, usage.newConversations, midnight),
      },
      {
        gate: 'hourly_cap',
        opensAt: capped(hourlyNewConversationsLimit, usage.newConversationsHour, nextHour),
      },
    );
  }
  checks.push({ gate: 'device_gap', opensAt: after(pace.deviceLastSendAt, pace.deviceGapMs, now) });
  if (firstTouch) {
    checks.push({ gate: 'contact_gap', opensAt: after(pace.lastFirstTouchAt, pace.contactGapMs, now) });
  }
  return checks;
}

/** When the line may next take such a message, as far as is known at `now`; never before `now`, perhaps NEVER. */
export function opensAt(pace: LinePace, now: number, firstTouch: boolean): number {
  let latest = now;
  for (const check of checkPace(pace, now, firstTouch)) latest = Math.max(latest, check.opensAt);
  return latest;
}

/** Takes cap and gap for one send at `now`. The caller has checked that all gates are open. */
export function reserve(
  pace: LinePace,
  now: number,
  firstTouch: boolean,
  gaps = 1,
): { pace: LinePace; reservation: Reservation } {
  const usage = usageAt(pace, now);
  const one = firstTouch ? 1 : 0;
  return {
    pace: {
      ...pace,
      usage: {
        ...usage,
        newConversations: usage.newConversations + one,
        totalMessages: usage.totalMessages + 1,
        newConversationsHour: usage.newConversationsHour + one,
      },
      lastFirstTouchAt: firstTouch ? now : pace.lastFirstTouchAt,
      deviceLastSendAt: lastGapBegins(now, gaps, pace),
    },
    reservation: {
      at: now,
      firstTouch,
      day: usage.day,
      hour: usage.hour,
      gaps,
      previousFirstTouchAt: pace.lastFirstTouchAt,
      previousDeviceSendAt: pace.deviceLastSendAt,
    },
  };
}

/**
 * Takes cap and gaps anew at `now`, for a message that its carrier kept waiting between lease and hand-over: what a gap
 * keeps apart are hand-overs, and a hand-over after midnight is the new day's. `opensAt` when the line may not send now.
 */
export function renew(
  pace: LinePace,
  reservation: Reservation,
  now: number,
): { pace: LinePace; reservation: Reservation } | { opensAt: number } {
  const without = release(pace, reservation);
  const { firstTouch, gaps } = reservation;
  const at = opensAt(without, now, firstTouch);
  return at > now ? { opensAt: at } : reserve(without, now, firstTouch, gaps);
}

/**
 * Gives back what an attempt took that definitely did not leave (D15). Counters of a day or hour that has passed are
 * not touched; a gap is given back only if nothing was sent since.
 */
export function release(pace: LinePace, reservation: Reservation): LinePace {
  const { usage } = pace;
  const one = reservation.firstTouch ? 1 : 0;
  const sameDay = usage.day === reservation.day;
  const sameHour = usage.hour === reservation.hour;
  return {
    ...pace,
    usage: {
      ...usage,
      newConversations: Math.max(0, usage.newConversations - (sameDay ? one : 0)),
      totalMessages: Math.max(0, usage.totalMessages - (sameDay ? 1 : 0)),
      newConversationsHour: Math.max(0, usage.newConversationsHour - (sameHour ? one : 0)),
    },
    lastFirstTouchAt:
      reservation.firstTouch && pace.lastFirstTouchAt === reservation.at
        ? reservation.previousFirstTouchAt
        : pace.lastFirstTouchAt,
    deviceLastSendAt:
      pace.deviceLastSendAt === lastGapBegins(reservation.at, reservation.gaps, pace)
        ? reservation.previousDeviceSendAt
        : pace.deviceLastSendAt,
  };
}

function lastGapBegins(at: number, gaps: number, { deviceGapMs }: LinePace): number {
  return at + (gaps - 1) * deviceGapMs;
}

function after(last: number | null, gapMs: number, now: number): number {
  return last === null ? now : Math.max(now, last + gapMs);
}
