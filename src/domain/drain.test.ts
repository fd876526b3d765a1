import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Drained, type DrainingLine, dealOut, drain, type Group } from './drain.ts';
import { PaceWalk } from './pace-walk.ts';
import { type LinePace, opensAt, reserve } from './pacing.ts';
import { pickNext } from './pick.ts';
import { nextOpening, type SendWindow } from './window.ts';

const NOW = Date.parse('2026-11-26T10:17:05.250Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const unused = { day: null, newConversations: 0, totalMessages: 0, hour: null, newConversationsHour: 0 };
const PACE: LinePace = {
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
  capTimezone: 'UTC',
  contactGapMs: 45_000,
  deviceGapMs: 30_000,
  usage: unused,
  lastFirstTouchAt: null,
  deviceLastSendAt: null,
};

const limit = fc.option(fc.integer({ min: 1, max: 6 }), { nil: null });
const paces: fc.Arbitrary<LinePace> = fc.record({
  dailyNewConversationsLimit: limit,
  dailyTotalMessagesLimit: fc.option(fc.integer({ min: 2, max: 9 }), { nil: null }),
  hourlyNewConversationsLimit: limit,
  capTimezone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
  contactGapMs: fc.constantFrom(0, 45_000, 600_000),
  deviceGapMs: fc.constantFrom(0, 30_000),
  usage: fc.constant(unused),
  lastFirstTouchAt: fc.constantFrom(null, NOW - 20_000),
  deviceLastSendAt: fc.constantFrom(null, NOW - 10_000),
});
const windows: fc.Arbitrary<SendWindow | null> = fc.constantFrom(
  null,
  null,
  { timezone: 'Europe/London', start: '09:00', end: '10:30', days: [1, 2, 3, 4, 5] },
  { timezone: 'America/New_York', start: '22:00', end: '02:00', days: null },
);
const groups: fc.Arbitrary<Group[]> = fc.array(
  fc.record({
    id: fc.constant(''),
    priority: fc.integer({ min: 0, max: 3 }),
    firstTouch: fc.boolean(),
    // Never two at once: whose turn it is then is told by ids.
    dueAt: fc.integer({ min: -3 * 60, max: 60 }).map((minutes) => NOW + minutes * 60_000),
    campaignStartedAt: fc.constant(null),
    window: windows,
    gaps: fc.constantFrom(1, 1, 3),
    count: fc.integer({ min: 1, max: 5 }),
    followedBy: fc.constant(null),
  }),
  { maxLength: 8 },
);

function distinct(all: readonly Group[]): Group[] {
  return all.map((group, n) => ({ ...group, id: `${n}`, dueAt: group.dueAt + n }));
}

function run(lines: readonly DrainingLine[]): Map<string, Drained> {
  const walk = drain(lines, NOW);
  for (let step = walk.next(); ; step = walk.next()) if (step.done === true) return step.value;
}

function alone(pace: LinePace, own: readonly Group[]): Drained {
  const line = { id: 'a', pace, lastSendAt: null, canSend: true, groups: own };
  const drained = run([line]).get('a');
  if (drained === undefined) throw new Error('every line is answered');
  return drained;
}

/** Message by message, as the dispatcher goes: the rules of pick.ts, pacing.ts and window.ts. */
function oneByOne(pace: LinePace, own: readonly Group[]): number[] {
  let line = pace;
  const sent: number[] = [];
  let left = own.flatMap((group, n) =>
    Array.from({ length: group.count }, (_, m) => ({ ...group, id: `${n} ${m}` })),
  );
  for (let at = NOW; left.length > 0 && at - NOW < 400 * DAY; ) {
    const next = pickNext(left, line, at);
    if (next.pick === null) {
      if (next.waitUntil === null) break;
      at = next.waitUntil;
      continue;
    }
    const { pick } = next;
    const opening = pick.window === null ? at : nextOpening(pick.window, at);
    if (opening === at) {
      line = reserve(line, at, pick.firstTouch, pick.gaps).pace;
      sent.push(at);
      left = left.filter((each) => each !== pick);
    } else left = left.map((each) => (each === pick ? { ...each, dueAt: opening ?? NOW + 500 * DAY } : each));
  }
  return sent;
}

describe('a queue that drains on paper', () => {
  test('is empty when the rules, message by message, say so', () => {
    fc.assert(
      fc.property(paces, groups, (pace, some) => {
        const own = distinct(some);
        const sent = oneByOne(pace, own);
        const drained = alone(pace, own);
        expect({ lastAt: drained.lastAt, sent: drained.sent }).toEqual({
          lastAt: sent.at(-1) ?? null,
          sent: sent.length,
        });
      }),
      { numRuns: 300 },
    );
  });

  test('paces like the rules of pacing, whatever was sent when', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 * HOUR }), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(paces, steps, (pace, sends) => {
        const walk = new PaceWalk(pace, NOW, { lastSendAt: pace.deviceLastSendAt });
        let line = pace;
        let at = NOW;
        for (const [later, firstTouch] of sends) {
          at += later;
          expect(walk.opens(at, firstTouch).at).toBe(opensAt(line, at, firstTouch));
          if (opensAt(line, at, firstTouch) > at) continue;
          walk.take(at, firstTouch, 1);
          line = reserve(line, at, firstTouch).pace;
        }
      }),
    );
  });

  test('is never empty later with more lines, but for the gap by which turns may shift', () => {
    fc.assert(
      fc.property(paces, groups, fc.integer({ min: 1, max: 4 }), (pace, some, more) => {
        const own = distinct(some);
        const hands = dealOut(own, more);
        expect(hands.flat().reduce((sum, { count }) => sum + count, 0)).toBe(
          own.reduce((sum, { count }) => sum + count, 0),
        );
        const before = alone(pace, own).lastAt ?? NOW;
        const slack = Math.max(pace.contactGapMs, pace.deviceGapMs * 3);
        for (const hand of hands) expect(alone(pace, hand).lastAt ?? NOW).toBeLessThanOrEqual(before + slack);
      }),
    );
  });

  test('brings forth what follows from a message, at its time and within its window', () => {
    const window = { timezone: 'UTC', start: '09:00', end: '12:00', days: null };
    const next = { afterMs: 3 * HOUR, priority: 2, window, gaps: 1, followedBy: null };
    const group: Group = {
      id: 'a',
      priority: 2,
      firstTouch: true,
      dueAt: NOW,
      campaignStartedAt: NOW,
      window,
      gaps: 1,
      count: 2,
      followedBy: next,
    };
    const { lastAt, sent, days } = alone(PACE, [group]);
    // 10:17 and 45 s later; three hours after each the window is shut until the next morning, and the device keeps its gap.
    expect(sent).toBe(4);
    expect(lastAt).toBe(Date.parse('2026-11-27T09:00:30Z'));
    expect([...days]).toEqual([
      ['2026-11-26', { messages: 2, firstTouches: 2 }],
      ['2026-11-27', { messages: 2, firstTouches: 0 }],
    ]);
  });

  test('shares the gap of a device among its lines, the one that sent longest ago first', () => {
    const group: Group = {
      id: 'a',
      priority: 1,
      firstTouch: false,
      dueAt: NOW,
      campaignStartedAt: null,
      window: null,
      gaps: 1,
      count: 2,
      followedBy: null,
    };
    const lines = ['a', 'b'].map((id, n) => ({
      id,
      pace: PACE,
      lastSendAt: NOW - n * HOUR,
      canSend: true,
      groups: [group],
    }));
    const drained = run(lines);
    expect(drained.get('b')?.lastAt).toBe(NOW + 60_000);
    expect(drained.get('a')?.lastAt).toBe(NOW + 90_000);
  });

  test('names what it waits for longest, and counts what never goes', () => {
    const pace = { ...PACE, dailyNewConversationsLimit: 1 };
    const group = {
      id: 'a',
      priority: 2,
      firstTouch: true,
      dueAt: NOW,
      campaignStartedAt: null,
      window: null,
      gaps: 1,
    };
    const capped = alone(pace, [{ ...group, count: 3, followedBy: null }]);
    expect([...capped.waitedMs].toSorted((a, b) => b[1] - a[1])[0]?.[0]).toBe('first_touch_cap');
    expect(capped.lastAt).toBe(Date.parse('2026-11-28T00:00:00Z'));
    const never = alone({ ...PACE, dailyTotalMessagesLimit: 0 }, [{ ...group, count: 3, followedBy: null }]);
    expect(never).toMatchObject({ lastAt: null, sent: 0, left: 3 });
  });

  test('a hundred thousand messages are a matter of a second', () => {
    const group = {
      id: 'a',
      priority: 2,
      firstTouch: true,
      dueAt: NOW,
      campaignStartedAt: null,
      window: null,
      gaps: 1,
    };
    const followedBy = { afterMs: 2 * DAY, priority: 2, window: null, gaps: 1, followedBy: null };
    const { sent } = alone({ ...PACE, capTimezone: 'America/New_York' }, [
      { ...group, count: 50_000, followedBy },
    ]);
    expect(sent).toBe(100_000);
  });
});
