import { expect, test } from 'vitest';
import { DAY_MS, splitRange } from './folded-days.ts';

const FOLDS = { since: 10 * DAY_MS, until: 20 * DAY_MS, touched: [12 * DAY_MS, 25 * DAY_MS] };
const day = (n: number) => n * DAY_MS;

test('an open range takes every folded day, and leaves those touched and what lies before and after', () => {
  expect(splitRange({ since: null, until: null }, FOLDS)).toEqual({
    days: { since: day(10), until: day(20) },
    left: [
      { since: null, until: day(10) },
      { since: day(12), until: day(13) },
      { since: day(20), until: null },
    ],
  });
});

test('days that are asked for in part are left', () => {
  expect(splitRange({ since: day(13) + 1, until: day(16) - 1 }, FOLDS)).toEqual({
    days: { since: day(14), until: day(15) },
    left: [
      { since: day(13) + 1, until: day(14) },
      { since: day(15), until: day(16) - 1 },
    ],
  });
});

test('whole days leave nothing; less than a day, and what is not folded, is left as it is', () => {
  expect(splitRange({ since: day(14), until: day(16) }, FOLDS).left).toEqual([]);
  for (const asked of [
    { since: day(14) + 1, until: day(15) },
    { since: day(21), until: null },
    { since: null, until: day(9) },
  ])
    expect(splitRange(asked, FOLDS)).toEqual({ days: null, left: [asked] });
});
