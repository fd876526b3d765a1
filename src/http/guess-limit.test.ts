import { expect, test } from 'vitest';
import { Problem } from '../contract/problems.ts';
import { createGuessLimit } from './guess-limit.ts';

const START = Date.UTC(2026, 10, 24);

function open() {
  const at = { now: START };
  const guess = createGuessLimit({ now: () => at.now, sleep: async () => {} });
  const isTaken = (address: string) => {
    try {
      guess(address);
      return true;
    } catch (refusal) {
      expect(refusal).toMatchObject({ status: 429, retryAfter: expect.any(Number) });
      expect(refusal).toBeInstanceOf(Problem);
      return false;
    }
  };
  return { at, isTaken };
}

test('one address guesses twenty times a minute', () => {
  const { at, isTaken } = open();
  const taken = Array.from({ length: 50 }, () => isTaken('1.2.3.4')).filter(Boolean);
  expect(taken).toHaveLength(20);
  at.now += 120_000;
  expect(isTaken('1.2.3.4')).toBe(true);
});

test('one that goes on and on takes nothing from the others', () => {
  const { isTaken } = open();
  for (let n = 0; n < 5_000; n += 1) isTaken('1.2.3.4');
  expect(isTaken('5.6.7.8')).toBe(true);
});

test('many addresses together guess six hundred times a minute', () => {
  const { isTaken } = open();
  const taken = Array.from({ length: 2_000 }, (_, n) => isTaken(`10.0.${n >> 8}.${n & 255}`)).filter(Boolean);
  expect(taken).toHaveLength(600);
});
