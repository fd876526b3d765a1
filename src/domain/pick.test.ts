import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPace, type LinePace, reserve } from './pacing.ts';
import { type Candidate, compareTurn, effectivePriority, pickNext } from './pick.ts';
import { anyPaceAt, HOUR, NOW, paceOf } from './testing.ts';

const anyCandidate: fc.Arbitrary<Candidate> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{4}$/),
  priority: fc.integer({ min: 0, max: 2 }),
  firstTouch: fc.boolean(),
  // Coarse, so that ties are common.
  dueAt: fc.integer({ min: -8, max: 2 }).map((halves) => NOW + (halves * HOUR) / 2),
});
const anyQueue = fc.uniqueArray(anyCandidate, { selector: (each) => each.id, maxLength: 12 });

function one(id: string, differs: Partial<Candidate> = {}): Candidate {
  return { id, priority: 1, firstTouch: false, dueAt: NOW, ...differs };
}

/** The rule as one would explain it: rank everything, then walk down to the first that may go. */
function pickByRanking(queue: readonly Candidate[], pace: LinePace, now: number): Candidate | null {
  const rank = ({ priority, dueAt }: Candidate) => {
    let risen = priority;
    for (let hour = 1; dueAt + hour * HOUR <= now; hour += 1) risen -= 1;
    return Math.max(risen, 0);
  };
  const ranked = [...queue].sort((a, b) => rank(a) - rank(b) || a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
  return (
    ranked.find(
      ({ dueAt, firstTouch }) =>
        dueAt <= now && checkPace(pace, now, firstTouch).every((check) => check.opensAt <= now),
    ) ?? null
  );
}

describe('the turn of a message on its line', () => {
  const queue = [
    one('c', { priority: 2, dueAt: NOW - 3 }),
    one('e', { priority: 1, dueAt: NOW - 1 }),
    one('d', { priority: 1, dueAt: NOW - 1 }),
    one('b', { priority: 1, dueAt: NOW - 2 }),
    one('a', { priority: 0, dueAt: NOW }),
  ];

  it('is replies first, then single sends, then campaign steps; within a class by due time, then id', () => {
    const turns = [...queue].sort((a, b) => compareTurn(a, b, NOW)).map((each) => each.id);
    expect(turns).toEqual(['a', 'b', 'd', 'e', 'c']);
  });

  it('comes one class earlier for every full hour it has been due', () => {
    const step = one('x', { priority: 2 });
    const after = (ms: number) => effectivePriority(step, NOW + ms);
    expect([0, HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR, 99 * HOUR].map(after)).toEqual([2, 2, 1, 1, 0, 0]);
  });

  it('is nothing to wait for where a cap of 0 shuts all that waits out', () => {
    const shut = paceOf({ dailyNewConversationsLimit: 0 });
    expect(pickNext([one('x', { firstTouch: true })], shut, NOW)).toEqual({ pick: null, waitUntil: null });
    const later = [one('x', { firstTouch: true }), one('y', { dueAt: NOW + HOUR })];
    expect(pickNext(later, shut, NOW)).toEqual({ pick: null, waitUntil: NOW + HOUR });
  });

  it('does not rise before it is due', () => {
    expect(effectivePriority(one('x', { priority: 2, dueAt: NOW + 5 * HOUR }), NOW)).toBe(2);
  });
});

describe('a line', () => {
  it('passes over what is not due and over first touches it may not make, instead of waiting for them', () => {
    const shut = paceOf({ contactGapMs: HOUR, lastFirstTouchAt: NOW });
    const waiting = [
      one('a', { priority: 0, firstTouch: true }),
      one('b', { priority: 0, dueAt: NOW + 1 }),
      one('c', { priority: 2 }),
    ];
    expect(pickNext(waiting, shut, NOW)).toEqual({ pick: waiting[2] });
  });

  it('has nothing to wait for when nothing waits', () => {
    expect(pickNext([], paceOf(), NOW)).toEqual({ pick: null, waitUntil: null });
  });

  it('picks what a ranking of everything would pick', () => {
    fc.assert(
      fc.property(anyQueue, anyPaceAt(NOW), (waiting, pace) => {
        expect(pickNext(waiting, pace, NOW).pick).toEqual(pickByRanking(waiting, pace, NOW));
      }),
      { numRuns: 500 },
    );
  });

  it('picks the same from the earliest of each class and touch as from the whole queue', () => {
    fc.assert(
      fc.property(anyQueue, anyPaceAt(NOW), (waiting, pace) => {
        const heads = [...Map.groupBy(waiting, (each) => `${each.priority} ${each.firstTouch}`).values()].map(
          (ofClass) =>
            ofClass.reduce((a, b) => (a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.id < b.id) ? a : b)),
        );
        expect(pickNext(heads, pace, NOW)).toEqual(pickNext(waiting, pace, NOW));
      }),
      { numRuns: 500 },
    );
  });

  it('that has to wait knows until when: something may go then, and nothing earlier', () => {
    fc.assert(
      fc.property(anyQueue, anyPaceAt(NOW), (waiting, pace) => {
        const next = pickNext(waiting, pace, NOW);
        if (next.pick !== null || next.waitUntil === null) return;
        expect(next.waitUntil).toBeGreaterThan(NOW);
        expect(pickNext(waiting, pace, next.waitUntil).pick).not.toBeNull();
        expect(pickNext(waiting, pace, next.waitUntil - 1).pick).toBeNull();
      }),
    );
  });

  it('starves no class: a campaign step goes within two hours and a gap, though replies never cease', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 10 * 60_000 }), fc.constantFrom(1, 2), (gap, priority) => {
        let pace = paceOf({ deviceGapMs: gap });
        const step = one('step', { priority });
        for (let now = NOW, turn = 0; ; now += gap, turn += 1) {
          // More replies than the line can ever send.
          const replies = [
            one(`r${turn}`, { priority: 0, dueAt: now }),
            one(`s${turn}`, { priority: 0, dueAt: now }),
          ];
          const { pick } = pickNext([step, ...replies], pace, now);
          if (pick === step) return now - NOW < priority * HOUR + gap;
          if (pick === null || now - NOW > 3 * HOUR) return false;
          pace = reserve(pace, now, false).pace;
        }
      }),
    );
  });
});
