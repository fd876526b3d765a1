/** For tests of this folder: lines as fast as one likes, and arbitrary ones. */
import fc from 'fast-check';
import { dayAt } from './day.ts';
import { hourOf, type LinePace } from './pacing.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Tuesday, 12:34:56.789 UTC. */
export const NOW = Date.UTC(2026, 10, 24, 12, 34, 56, 789);

/** Without caps and gaps, never used. */
export function paceOf(differs: Partial<LinePace> = {}): LinePace {
  return {
    dailyNewConversationsLimit: null,
    dailyTotalMessagesLimit: null,
    hourlyNewConversationsLimit: null,
    capTimezone: 'UTC',
    contactGapMs: 0,
    deviceGapMs: 0,
    usage: { day: null, newConversations: 0, totalMessages: 0, hour: null, newConversationsHour: 0 },
    lastFirstTouchAt: null,
    deviceLastSendAt: null,
    ...differs,
  };
}

export const ZONES = [
  'UTC',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Asia/Beirut',
] as const;

const anyLimit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null });
const anyCount = fc.integer({ min: 0, max: 5 });

/** A line as it may stand at `now`: counters of today or stale, gaps running or over. Caps are 1 at least. */
export function anyPaceAt(now: number, longestGapMs = 2 * HOUR): fc.Arbitrary<LinePace> {
  const anyGap = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: longestGapMs }));
  const anyPast = fc.option(
    fc.integer({ min: 0, max: 2 * longestGapMs }).map((ago) => now - ago),
    { nil: null },
  );
  return fc
    .record({
      dailyNewConversationsLimit: anyLimit,
      dailyTotalMessagesLimit: anyLimit,
      hourlyNewConversationsLimit: anyLimit,
      capTimezone: fc.constantFrom(...ZONES),
      contactGapMs: anyGap,
      deviceGapMs: anyGap,
      counters: fc.record({
        newConversations: anyCount,
        totalMessages: anyCount,
        newConversationsHour: anyCount,
      }),
      day: fc.constantFrom('today', 'stale', 'never'),
      hour: fc.constantFrom('now', 'stale', 'never'),
      lastFirstTouchAt: anyPast,
      deviceLastSendAt: anyPast,
    })
    .map(({ counters, day, hour, ...pace }) => ({
      ...pace,
      usage: {
        ...counters,
        day: day === 'never' ? null : dayAt(pace.capTimezone, day === 'today' ? now : now - DAY),
        hour: hour === 'never' ? null : hourOf(hour === 'now' ? now : now - HOUR),
      },
    }));
}
