import { describe, expect, test } from 'vitest';
import {
  CANNOT_CHECK_MS,
  CHECK_GAP_MS,
  CHECKS_PER_DAY,
  type Checker,
  chooseChecker,
  judgeLead,
  usedChecks,
} from './availability.ts';
import type { KnownAvailability } from './cascade.ts';

const NOW = Date.UTC(2026, 10, 25, 12);
const TODAY = '2026-11-25';
const DAY = 86_400_000;

const checker = (lineId: string, differs: Partial<Checker> = {}): Checker => ({
  lineId,
  deviceId: `device of ${lineId}`,
  day: null,
  checks: 0,
  lastCheckAt: null,
  deviceLastCheckAt: null,
  cannotCheckAt: null,
  ...differs,
});

const chosen = (lines: readonly Checker[], now = NOW) => {
  const choice = chooseChecker(lines, now);
  return 'none' in choice ? choice.none : { line: choice.checker.lineId, in: choice.at - now };
};

describe('who checks', () => {
  const used = { day: TODAY, checks: CHECKS_PER_DAY };
  const ago = (ms: number) => ({ lastCheckAt: NOW - ms, deviceLastCheckAt: NOW - ms });
  test.each<[string, Checker[], ReturnType<typeof chosen>]>([
    ['nobody, where there is no line', [], 'no_line'],
    ['nobody, where no line can', [checker('a', { cannotCheckAt: NOW - 1 })], 'no_line'],
    [
      'again the one that could not, after a while',
      [checker('a', { cannotCheckAt: NOW - CANNOT_CHECK_MS })],
      { line: 'a', in: 0 },
    ],
    ['nobody today, when all have used it up', [checker('a', used), checker('b', used)], 'quota'],
    [
      'the one that has a check left',
      [checker('a', used), checker('b', { day: TODAY, checks: CHECKS_PER_DAY - 1 })],
      { line: 'b', in: 0 },
    ],
    ['anybody on a new day', [checker('a', { day: '2026-11-24', checks: 70 })], { line: 'a', in: 0 }],
    [
      'the one that never did before the one that did',
      [checker('a', ago(DAY)), checker('b')],
      { line: 'b', in: 0 },
    ],
    [
      'the one that did longest ago',
      [checker('a', ago(5_000)), checker('b', ago(9_000))],
      { line: 'b', in: 0 },
    ],
    [
      'the one whose device is free first',
      [checker('a', ago(1_000)), checker('b', ago(2_000))],
      { line: 'b', in: 1_000 },
    ],
    [
      'no line of a device that must rest, though that line has not asked lately',
      [checker('a', { deviceLastCheckAt: NOW - 1 }), checker('b', ago(CHECK_GAP_MS))],
      { line: 'b', in: 0 },
    ],
    [
      'as after any gap, when the clock was set back by an hour',
      [checker('a', ago(-3_600_000))],
      { line: 'a', in: CHECK_GAP_MS },
    ],
  ])('%s', (_, lines, expected) => expect(chosen(lines)).toEqual(expected));

  test('is known again at midnight UTC', () => {
    expect(chooseChecker([checker('a', used)], NOW)).toEqual({
      none: 'quota',
      until: Date.UTC(2026, 10, 26),
    });
  });
});

test('a counter holds for its day; that of a day ahead still holds, that of one before does not', () => {
  expect(usedChecks({ day: TODAY, checks: 7 }, NOW)).toEqual({ day: TODAY, checks: 7 });
  expect(usedChecks({ day: '2026-11-26', checks: 7 }, NOW)).toEqual({ day: '2026-11-26', checks: 7 });
  expect(usedChecks({ day: '2026-11-24', checks: 7 }, NOW)).toEqual({ day: TODAY, checks: 0 });
  expect(usedChecks({ day: null, checks: 0 }, NOW)).toEqual({ day: TODAY, checks: 0 });
});

describe('a lead', () => {
  const there = (ageDays = 0): KnownAvailability => ({ status: 'available', checkedAt: NOW - ageDays * DAY });
  const not = (ageDays = 0): KnownAvailability => ({ status: 'unavailable', checkedAt: NOW - ageDays * DAY });
  const judge = (known: Record<string, KnownAvailability>, suppressed: string[] = []) =>
    judgeLead(
      { addresses: ['a', 'b', 'c'], known: new Map(Object.entries(known)), suppressed: new Set(suppressed) },
      NOW,
    );

  test.each<[string, ReturnType<typeof judge>, ReturnType<typeof judge>]>([
    ['of whom nothing is known is asked for at the first address', judge({}), { ask: 'a' }],
    ['is asked for at the next one that is not known', judge({ a: not() }), { ask: 'b' }],
    ['is available by any address', judge({ a: not(), c: there() }), { status: 'available', address: 'c' }],
    [
      'is available without asking, where a later address is known to be',
      judge({ b: there(29) }),
      { status: 'available', address: 'b' },
    ],
    [
      'is not when none is',
      judge({ a: not(), b: not(), c: not(6) }),
      { status: 'unavailable', address: 'c' },
    ],
    [
      'is asked for again when what is known is old',
      judge({ a: not(7), b: there(30), c: not() }),
      { ask: 'a' },
    ],
    ['is never asked for where nobody may write to', judge({}, ['a']), { ask: 'b' }],
    [
      'is not available by an address nobody may write to',
      judge({ a: there(), b: not(), c: not() }, ['a']),
      { status: 'unavailable', address: 'c' },
    ],
    ['without an address left is not', judge({}, ['a', 'b', 'c']), { status: 'unavailable', address: null }],
  ])('%s', (_, verdict, expected) => expect(verdict).toEqual(expected));
});
