import { describe, expect, test } from 'vitest';
import {
  chanceOf,
  DISABLE_AFTER_MS,
  hasArrived,
  holdUntil,
  nextAttemptAt,
  RETRY_PAUSES_MS,
  readRetryAfter,
  WEBHOOK_ATTEMPTS,
  whyDisable,
} from './webhook-retry.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const HOUR_MS = 3_600_000;
const answer = (statusCode: number | null, retryAfterMs: number | null = null) => ({
  statusCode,
  retryAfterMs,
});

describe('attempts', () => {
  test('are ten, over about 75 hours, and no more', () => {
    expect(WEBHOOK_ATTEMPTS).toBe(10);
    const hours = RETRY_PAUSES_MS.reduce((sum, pause) => sum + pause, 0) / HOUR_MS;
    expect(hours).toBeCloseTo(75.58, 1);
    expect(nextAttemptAt(9, answer(500), 0.5, NOW)).toBe(NOW + 24 * HOUR_MS);
    expect(nextAttemptAt(10, answer(500), 0.5, NOW)).toBeNull();
  });

  test('stray by a tenth to either side, so that what failed together does not come back together', () => {
    for (let attempt = 1; attempt < WEBHOOK_ATTEMPTS; attempt += 1) {
      const pause = RETRY_PAUSES_MS[attempt - 1] ?? 0;
      expect(nextAttemptAt(attempt, answer(500), 0, NOW)).toBe(NOW + Math.round(0.9 * pause));
      expect(nextAttemptAt(attempt, answer(500), 0.999, NOW)).toBeLessThanOrEqual(NOW + 1.1 * pause);
    }
  });

  test('wait as long as the receiver asks, a day at most, and never less than they would anyway', () => {
    expect(nextAttemptAt(1, answer(429, HOUR_MS), 0.5, NOW)).toBe(NOW + HOUR_MS);
    expect(nextAttemptAt(1, answer(503, 99 * HOUR_MS), 0.5, NOW)).toBe(NOW + 24 * HOUR_MS);
    expect(nextAttemptAt(4, answer(429, 1_000), 0.5, NOW)).toBe(NOW + 2 * HOUR_MS);
  });
});

test('only 2xx says that an event arrived', () => {
  for (const status of [200, 201, 204, 299]) expect(hasArrived(answer(status))).toBe(true);
  for (const status of [null, 100, 301, 304, 400, 410, 500]) expect(hasArrived(answer(status))).toBe(false);
});

test('all events wait when the receiver asks for patience, an hour at most', () => {
  expect(holdUntil(answer(429, 60_000), NOW)).toBe(NOW + 60_000);
  expect(holdUntil(answer(503, 9 * HOUR_MS), NOW)).toBe(NOW + HOUR_MS);
  expect(holdUntil(answer(503), NOW)).toBeNull();
  expect(holdUntil(answer(400, 60_000), NOW)).toBeNull();
});

test('a webhook is switched off by 410, or by five days and ten failures without a success', () => {
  const since = (ms: number, failureCount: number) => ({ failingSince: NOW - ms, failureCount });
  expect(whyDisable(answer(410), since(0, 1), NOW)).toBe('gone');
  expect(whyDisable(answer(500), since(DISABLE_AFTER_MS, 10), NOW)).toBe('failing');
  expect(whyDisable(answer(null), since(DISABLE_AFTER_MS - 1, 1_000), NOW)).toBeNull();
  expect(whyDisable(answer(null), since(30 * DISABLE_AFTER_MS, 2), NOW)).toBeNull();
});

test('Retry-After is read as seconds or as a date; anything else is nothing', () => {
  expect(readRetryAfter('120', NOW)).toBe(120_000);
  expect(readRetryAfter(' 5 ', NOW)).toBe(5_000);
  expect(readRetryAfter('Wed, 25 Nov 2026 12:01:00 GMT', NOW)).toBe(60_000);
  for (const text of [
    undefined,
    '',
    '0',
    '-3',
    '1.5',
    'soon',
    'Wed, 25 Nov 2026 11:00:00 GMT',
    '9'.repeat(40),
  ])
    expect(readRetryAfter(text, NOW), text).toBeNull();
});

test('chance is the same for the same text, and spread evenly for others', () => {
  expect(chanceOf('a1')).toBe(chanceOf('a1'));
  const tenths = Array<number>(10).fill(0);
  for (let at = 0; at < 10_000; at += 1) {
    const tenth = Math.floor(chanceOf(`0199c2f07a3b00010c9b2d4e${at}`) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(200);
});
