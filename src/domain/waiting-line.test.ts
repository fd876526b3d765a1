import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Waiting, WaitingLine } from './waiting-line.ts';
import type { SendWindow } from './window.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');
const HOUR = 3_600_000;
const LONDON: SendWindow = { timezone: 'Europe/London', start: '09:00', end: '17:00', days: null };
const LATER: SendWindow = { timezone: 'Europe/London', start: '09:00', end: '18:00', days: null };
const WINDOWS = [null, LONDON, LATER];

const message = (n: number, own: Partial<Waiting> = {}): Waiting => ({
  id: String(n).padStart(6, '0'),
  priority: 3,
  firstTouch: true,
  dueAt: NOW + n,
  campaignStartedAt: null,
  window: LONDON,
  ...own,
});

const inTurn = (a: Waiting, b: Waiting): number =>
  a.dueAt - b.dueAt ||
  (a.campaignStartedAt ?? Number.MAX_VALUE) - (b.campaignStartedAt ?? Number.MAX_VALUE) ||
  (a.id < b.id ? -1 : 1);

describe('a line of waiting messages', () => {
  const added = fc.record({
    window: fc.constantFrom(...WINDOWS),
    hours: fc.integer({ min: -20, max: 20 }),
    campaignStartedAt: fc.constantFrom(null, NOW - 2, NOW - 1),
  });
  const doing = fc.oneof(
    added.map((own) => ({ do: 'add' as const, own })),
    fc.record({ do: fc.constant('take' as const) }),
    fc.record({
      do: fc.constant('wait' as const),
      window: fc.constantFrom(LONDON, LATER),
      limited: fc.boolean(),
    }),
  );

  test('is in the order in which each would be put off by itself', () => {
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 60 }), (doings) => {
        const line = new WaitingLine<Waiting>();
        let plain: Waiting[] = [];
        let at = NOW;
        doings.forEach((each, n) => {
          if (each.do === 'add') {
            const { window, hours, campaignStartedAt } = each.own;
            const own = { window, dueAt: at + hours * HOUR, campaignStartedAt };
            line.add(message(n, own));
            plain.push(message(n, own));
          } else if (each.do === 'take') {
            const [first, ...rest] = plain.toSorted(inTurn);
            plain = rest;
            const own = [...line.windows].find((some) => some.first === line.first);
            expect(own?.takeFirst()?.id).toBe(first?.id);
          } else {
            at += 5 * HOUR;
            const opening = at + 9 * HOUR;
            const limit = each.limited
              ? plain.filter(({ window }) => window !== each.window).toSorted(inTurn)[0]
              : null;
            if (limit === undefined || (limit !== null && limit.dueAt > at)) return;
            for (const own of line.windows)
              if (own.first?.window === each.window) own.putOff(at, opening, limit);
            for (const some of plain)
              if (
                some.window === each.window &&
                some.dueAt <= at &&
                (limit === null || inTurn(some, limit) < 0)
              )
                some.dueAt = opening;
          }
          expect(line.first?.id).toBe(plain.toSorted(inTurn)[0]?.id);
          expect(line.first?.dueAt).toBe(plain.toSorted(inTurn)[0]?.dueAt);
        });
        expect([...line.takeAll()].map(({ id }) => id).sort()).toEqual(plain.map(({ id }) => id).sort());
      }),
    );
  });

  test('looks at none of ten thousand when they are put off once more', () => {
    let looks = 0;
    const line = new WaitingLine<Waiting>();
    for (let n = 0; n < 10_000; n += 1) {
      const own = message(n);
      Object.defineProperty(own, 'id', {
        get: () => {
          looks += 1;
          return String(n);
        },
      });
      line.add(own);
    }
    const nights = (count: number) => {
      for (let night = 0; night < count; night += 1)
        for (const own of line.windows) {
          const at = (own.first?.dueAt ?? 0) + 12 * HOUR;
          own.putOff(at, at + 12 * HOUR, null);
        }
    };
    nights(1);
    looks = 0;
    nights(400);
    expect(looks).toBe(0);
    expect(line.first?.dueAt).toBe(NOW + 401 * 24 * HOUR);
  });
});
