import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterClockStep,
  checkPace,
  type LinePace,
  NEVER,
  opensAt,
  type Reservation,
  release,
  renew,
  reserve,
  usageAt,
} from './pacing.ts';
import { anyPaceAt, DAY, HOUR, NOW, paceOf } from './testing.ts';

const MIDNIGHT = Date.UTC(2026, 10, 25);
const TODAY = '2026-11-24';
const THIS_HOUR = Date.UTC(2026, 10, 24, 12);
const anyTouch = fc.boolean();

function used(newConversations: number, totalMessages: number, newConversationsHour: number) {
  return { day: TODAY, newConversations, totalMessages, hour: THIS_HOUR, newConversationsHour };
}

function isOpen(pace: LinePace, at: number, firstTouch: boolean): boolean {
  return checkPace(pace, at, firstTouch).every((check) => check.opensAt <= at);
}

describe('the gates of a line', () => {
  it('are asked in the order daily cap, first-touch cap, hourly cap, device gap, contact gap', () => {
    expect(checkPace(paceOf(), NOW, true).map((check) => check.gate)).toEqual([
      'daily_cap',
      'first_touch_cap',
      'hourly_cap',
      'device_gap',
      'contact_gap',
    ]);
  });

  it('of a follow-up are the daily cap and the device gap alone', () => {
    const exhausted = paceOf({
      dailyNewConversationsLimit: 1,
      hourlyNewConversationsLimit: 1,
      contactGapMs: HOUR,
      lastFirstTouchAt: NOW,
      usage: used(1, 1, 1),
    });
    expect(checkPace(exhausted, NOW, false).map((check) => check.gate)).toEqual(['daily_cap', 'device_gap']);
    expect(opensAt(exhausted, NOW, false)).toBe(NOW);
  });

  it.each([
    ['the daily cap opens at midnight', { dailyTotalMessagesLimit: 3, usage: used(0, 3, 0) }, MIDNIGHT],
    [
      'the first-touch cap opens at midnight',
      { dailyNewConversationsLimit: 3, usage: used(3, 3, 0) },
      MIDNIGHT,
    ],
    [
      'the hourly cap opens on the hour',
      { hourlyNewConversationsLimit: 3, usage: used(3, 3, 3) },
      THIS_HOUR + HOUR,
    ],
    [
      'the device gap ends a gap after the last send',
      { deviceGapMs: 30_000, deviceLastSendAt: NOW - 1 },
      NOW + 29_999,
    ],
    [
      'the contact gap ends a gap after the last one',
      { contactGapMs: 45_000, lastFirstTouchAt: NOW - 1 },
      NOW + 44_999,
    ],
    ['one below its cap is open', { dailyTotalMessagesLimit: 3, usage: used(0, 2, 0) }, NOW],
    [
      'a cap lowered below what is used is shut',
      { dailyTotalMessagesLimit: 1, usage: used(0, 2, 0) },
      MIDNIGHT,
    ],
    ['a gap that ends now is over', { deviceGapMs: 30_000, deviceLastSendAt: NOW - 30_000 }, NOW],
    [
      "yesterday's counters are zero",
      { dailyTotalMessagesLimit: 1, usage: { ...used(9, 9, 9), day: '2026-11-23' } },
      NOW,
    ],
    [
      "last hour's counter is zero",
      { hourlyNewConversationsLimit: 1, usage: { ...used(1, 1, 9), hour: THIS_HOUR - HOUR } },
      NOW,
    ],
    [
      'the latest gate counts',
      {
        deviceGapMs: 30_000,
        deviceLastSendAt: NOW,
        hourlyNewConversationsLimit: 1,
        usage: used(1, 1, 1),
      },
      THIS_HOUR + HOUR,
    ],
    ['a cap of 0 never opens by itself', { dailyNewConversationsLimit: 0 }, NEVER],
    ['an hourly cap of 0 never opens by itself', { hourlyNewConversationsLimit: 0 }, NEVER],
  ])('%s', (_title, differs, expected) => {
    expect(opensAt(paceOf(differs), NOW, true)).toBe(expected);
  });

  it("reset the daily caps at midnight of the line's own zone", () => {
    const line = paceOf({
      dailyTotalMessagesLimit: 1,
      capTimezone: 'America/New_York',
      usage: used(0, 1, 0),
    });
    expect(opensAt(line, NOW, false)).toBe(Date.parse('2026-11-25T05:00:00Z'));
    // 20:00 of the 24th in New York, already the 25th in UTC.
    const evening = Date.parse('2026-11-25T01:00:00Z');
    expect(opensAt(line, evening, false)).toBe(Date.parse('2026-11-25T05:00:00Z'));
  });

  it('never open before now', () => {
    fc.assert(
      fc.property(anyPaceAt(NOW), anyTouch, (pace, firstTouch) => {
        expect(opensAt(pace, NOW, firstTouch)).toBeGreaterThanOrEqual(NOW);
      }),
    );
  });

  it('are all open at the instant named, and not a millisecond earlier', () => {
    fc.assert(
      fc.property(anyPaceAt(NOW), anyTouch, (pace, firstTouch) => {
        const at = opensAt(pace, NOW, firstTouch);
        expect(isOpen(pace, at, firstTouch)).toBe(true);
        if (at > NOW) expect(isOpen(pace, at - 1, firstTouch)).toBe(false);
      }),
    );
  });

  it('are never wider for a first touch than for a follow-up', () => {
    fc.assert(
      fc.property(anyPaceAt(NOW), (pace) => {
        expect(opensAt(pace, NOW, true)).toBeGreaterThanOrEqual(opensAt(pace, NOW, false));
      }),
    );
  });
});

describe('a reservation', () => {
  it('counts a first touch three times over and a follow-up once', () => {
    const line = paceOf({ usage: used(1, 2, 1) });
    expect(reserve(line, NOW, true).pace.usage).toEqual(used(2, 3, 2));
    expect(reserve(line, NOW, false).pace.usage).toEqual(used(1, 3, 1));
  });

  it('takes the gap of the device, and the contact gap only for a first touch', () => {
    const first = reserve(paceOf(), NOW, true).pace;
    const next = reserve(first, NOW + 1, false).pace;
    expect(first).toMatchObject({ lastFirstTouchAt: NOW, deviceLastSendAt: NOW });
    expect(next).toMatchObject({ lastFirstTouchAt: NOW, deviceLastSendAt: NOW + 1 });
  });

  it('of an SMS of several segments keeps its device busy for as many gaps, and gives them back', () => {
    const line = paceOf({ deviceGapMs: 1_000 });
    const { pace, reservation } = reserve(line, NOW, false, 3);
    expect(opensAt(pace, NOW, false)).toBe(NOW + 3_000);
    expect(release(pace, reservation)).toMatchObject({ deviceLastSendAt: null });
    expect(renew(pace, reservation, NOW + 500)).toEqual(reserve(line, NOW + 500, false, 3));
  });

  it('that is released leaves the line as it found it', () => {
    fc.assert(
      fc.property(anyPaceAt(NOW), anyTouch, (pace, firstTouch) => {
        const taken = reserve(pace, NOW, firstTouch);
        expect(release(taken.pace, taken.reservation)).toEqual({ ...pace, usage: usageAt(pace, NOW) });
      }),
    );
  });

  it('survives storage: released from its JSON it is the same', () => {
    fc.assert(
      fc.property(anyPaceAt(NOW), anyTouch, (pace, firstTouch) => {
        const { pace: after, reservation } = reserve(pace, NOW, firstTouch);
        const stored: Reservation = JSON.parse(JSON.stringify(reservation));
        expect(release(after, stored)).toEqual(release(after, reservation));
      }),
    );
  });

  it('of a day or hour that has passed gives nothing back to the present one', () => {
    const { pace, reservation } = reserve(paceOf(), NOW, true);
    const tomorrow = reserve(pace, NOW + DAY, true).pace;
    expect(release(tomorrow, reservation).usage).toEqual(tomorrow.usage);
    const nextHour = reserve(pace, NOW + HOUR, true).pace;
    expect(release(nextHour, reservation).usage).toMatchObject({
      newConversations: 1,
      totalMessages: 1,
      newConversationsHour: 1,
    });
  });

  it('released after a later send does not shorten the gaps of that one', () => {
    const first = reserve(paceOf({ deviceGapMs: 1000, contactGapMs: 1000 }), NOW, true);
    const second = reserve(first.pace, NOW + 1000, true);
    expect(release(second.pace, first.reservation)).toMatchObject({
      deviceLastSendAt: NOW + 1000,
      lastFirstTouchAt: NOW + 1000,
    });
  });
});

describe('a reservation taken anew at the hand-over', () => {
  const waited = (pace: LinePace, ms: number, at = NOW) => {
    const taken = reserve(pace, at, true);
    return renew(taken.pace, taken.reservation, at + ms);
  };

  it('begins its gaps again and counts no second time', () => {
    const line = paceOf({ deviceGapMs: 30_000, contactGapMs: 45_000 });
    expect(waited(line, 10_000)).toEqual(reserve(line, NOW + 10_000, true));
  });

  it('is not to be had while the gap of another message is not over', () => {
    const line = paceOf({ deviceGapMs: 30_000 });
    const taken = reserve(line, NOW, false);
    const other = reserve(taken.pace, NOW + 31_000, false);
    expect(renew(other.pace, taken.reservation, NOW + 40_000)).toEqual({ opensAt: NOW + 61_000 });
  });

  it('counts for the day on which it is handed over, and only if that day has room', () => {
    const night = Math.ceil(NOW / DAY) * DAY - 1_000;
    const line = paceOf({ dailyTotalMessagesLimit: 1 });
    expect(waited(line, 2_000, night)).toMatchObject({ pace: { usage: { totalMessages: 1 } } });
    const taken = reserve(line, night, false);
    const other = reserve(taken.pace, night + 1_500, false);
    expect(renew(other.pace, taken.reservation, night + 2_000)).toEqual({
      opensAt: Math.ceil(NOW / DAY) * DAY + DAY,
    });
  });
});

describe('a clock that was set back', () => {
  const ahead = reserve(
    paceOf({ deviceGapMs: 1_000, contactGapMs: 1_000, dailyTotalMessagesLimit: 1 }),
    NOW,
    true,
  );

  it('does not silence a line: a gap begun in the future begins now', () => {
    const line = { ...afterClockStep(ahead.pace, NOW - HOUR), dailyTotalMessagesLimit: null };
    expect(opensAt(line, NOW - HOUR, true)).toBe(NOW - HOUR + 1_000);
  });

  it('by no more than processes differ leaves a gap as it is', () => {
    expect(afterClockStep(ahead.pace, NOW - 5_000)).toEqual(ahead.pace);
  });

  it('gives no cap back: what was sent in a later day or hour stays sent', () => {
    expect(usageAt(ahead.pace, NOW - DAY)).toEqual(ahead.pace.usage);
    expect(opensAt(afterClockStep(ahead.pace, NOW - DAY), NOW - DAY, true)).toBeGreaterThan(
      NOW - DAY + 1_000,
    );
  });
});

/** Sends in a row, each as soon as the line allows and a little later; some of them did not leave after all. */
const anySends = fc.array(
  fc.record({ firstTouch: anyTouch, laterMs: fc.nat({ max: 5000 }), leaves: fc.boolean() }),
  {
    maxLength: 30,
  },
);
const anyLine = anyPaceAt(NOW, 60_000).map((pace) => ({
  ...pace,
  deviceGapMs: pace.deviceGapMs + 1,
  contactGapMs: pace.contactGapMs + 1,
}));

describe('a line whose sends wait for its gates', () => {
  it('never exceeds a cap, never undercuts a gap, and loses no cap to attempts that did not leave', () => {
    fc.assert(
      fc.property(anyLine, anySends, fc.nat(29), (start, sends, releasedUntil) => {
        // Counters of the past are not this test's sends.
        let pace: LinePace = { ...start, usage: paceOf().usage };
        let now = NOW;
        const left: Reservation[] = [];
        const held: Reservation[] = [];
        for (const [index, { firstTouch, laterMs, leaves }] of sends.entries()) {
          now = opensAt(pace, now + laterMs, firstTouch);
          const taken = reserve(pace, now, firstTouch);
          pace = taken.pace;
          (leaves ? left : held).push(taken.reservation);
          if (index < releasedUntil) for (const each of held.splice(0)) pace = release(pace, each);
        }
        for (const each of held) pace = release(pace, each);
        expectWithinLimits(start, left);
        const usage = usageAt(pace, now);
        const today = left.filter((each) => each.day === usage.day);
        expect(usage.totalMessages).toBe(today.length);
        expect(usage.newConversations).toBe(today.filter((each) => each.firstTouch).length);
      }),
    );
  });
});

function expectWithinLimits(line: LinePace, sent: readonly Reservation[]): void {
  const firsts = sent.filter((each) => each.firstTouch);
  const most = (groups: Map<unknown, unknown[]>) =>
    Math.max(0, ...[...groups.values()].map((each) => each.length));
  const unlimited = Number.POSITIVE_INFINITY;
  expect(most(Map.groupBy(sent, (each) => each.day))).toBeLessThanOrEqual(
    line.dailyTotalMessagesLimit ?? unlimited,
  );
  expect(most(Map.groupBy(firsts, (each) => each.day))).toBeLessThanOrEqual(
    line.dailyNewConversationsLimit ?? unlimited,
  );
  expect(most(Map.groupBy(firsts, (each) => each.hour))).toBeLessThanOrEqual(
    line.hourlyNewConversationsLimit ?? unlimited,
  );
  const least = (instants: number[]) =>
    Math.min(unlimited, ...instants.slice(1).map((at, i) => at - (instants[i] ?? at)));
  expect(least(sent.map((each) => each.at))).toBeGreaterThanOrEqual(line.deviceGapMs);
  expect(least(firsts.map((each) => each.at))).toBeGreaterThanOrEqual(line.contactGapMs);
}
