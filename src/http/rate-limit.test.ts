import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimiter } from './rate-limit.ts';

const MINUTE = 60_000;
const START = 1_000 * MINUTE;

test('lets exactly the limit through in one minute, and names when to come back', () => {
  const limiter = createRateLimiter(3);
  const verdicts = [0, 1, 2, 3].map((ms) => limiter.take('ws', START + ms));
  expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
  expect(verdicts.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
  for (const { limit, resetSeconds } of verdicts) {
    expect(limit).toBe(3);
    expect(resetSeconds).toBeGreaterThan(0);
  }
});

test('one workspace never uses up another', () => {
  const limiter = createRateLimiter(1);
  expect(limiter.take('one', START).allowed).toBe(true);
  expect(limiter.take('other', START).allowed).toBe(true);
});

test('the turn of a minute is no second helping', () => {
  const limiter = createRateLimiter(100);
  for (let sent = 0; sent < 100; sent += 1) limiter.take('ws', START + MINUTE - 1);
  expect(limiter.take('ws', START + MINUTE).allowed).toBe(false);
});

test('after two quiet minutes everything is left', () => {
  const limiter = createRateLimiter(2);
  limiter.take('ws', START);
  limiter.take('ws', START);
  expect(limiter.take('ws', START + 2 * MINUTE)).toMatchObject({ allowed: true, remaining: 1 });
});

test('who comes back after the seconds named is let in', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), arrivals, (limit, gaps) => {
      const limiter = createRateLimiter(limit);
      let now = START;
      for (const gap of gaps) {
        now += gap;
        const verdict = limiter.take('ws', now);
        if (verdict.allowed) continue;
        now += verdict.resetSeconds * 1_000;
        expect(limiter.take('ws', now).allowed).toBe(true);
      }
    }),
  );
});

test('no minute on the clock ever sees more than the limit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 }),
      (limit, gaps) => {
        const limiter = createRateLimiter(limit);
        const allowedIn = new Map<number, number>();
        let now = START;
        for (const gap of gaps) {
          now += gap;
          const minute = Math.floor(now / MINUTE);
          if (limiter.take('ws', now).allowed) allowedIn.set(minute, (allowedIn.get(minute) ?? 0) + 1);
        }
        for (const count of allowedIn.values()) expect(count).toBeLessThanOrEqual(limit);
      },
    ),
  );
});
