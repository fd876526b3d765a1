import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  HIGH_STREAK,
  LEAST_MESSAGES,
  MEDIUM_STREAK,
  scoreInputs,
  scoreLine,
  type Tally,
} from './line-score.ts';

const HOUR = 3_600_000;
const tally = (part: Partial<Tally>): Tally => ({
  hour: 0,
  sent: 0,
  failed: 0,
  streak: 0,
  delivered: 0,
  replies: 0,
  ...part,
});

describe('the score of a line', () => {
  test.each([
    [100, 0, 'low'],
    [100, 4, 'low'],
    [95, 5, 'medium'],
    [85, 15, 'medium'],
    [84, 16, 'high'],
    [0, 0, 'low'],
  ] as const)('%i sent and %i failed is %s risk', (sent, failed, risk) => {
    expect(scoreLine([tally({ sent, failed, streak: 0 })]).risk).toBe(risk);
  });

  test('a rate over a handful of messages is not held against a line', () => {
    expect(scoreLine([tally({ sent: LEAST_MESSAGES - 3, failed: 2 })]).risk).toBe('low');
    expect(scoreLine([tally({ sent: LEAST_MESSAGES - 4, failed: 4 })]).risk).toBe('high');
  });

  test('failures in a row count however few messages there were', () => {
    expect(scoreLine([tally({ failed: MEDIUM_STREAK - 1, streak: MEDIUM_STREAK - 1 })]).risk).toBe('low');
    expect(scoreLine([tally({ failed: MEDIUM_STREAK, streak: MEDIUM_STREAK })]).risk).toBe('medium');
    expect(scoreLine([tally({ failed: HIGH_STREAK, streak: HIGH_STREAK })]).risk).toBe('high');
  });

  test('a row of failures reaches back over the hours to the last success', () => {
    const hours = [
      tally({ hour: 3 * HOUR, failed: 3, streak: 3 }),
      tally({ hour: 2 * HOUR, sent: 5, failed: 4, streak: 2 }),
      tally({ hour: HOUR, failed: 9, streak: 9 }),
    ];
    expect(scoreLine(hours).consecutiveFailures).toBe(5);
  });

  test('the reply rate is replies per message sent', () => {
    expect(scoreLine([tally({ sent: 40, replies: 10 })]).replyRate).toBe(0.25);
    expect(scoreLine([tally({ replies: 3 })]).replyRate).toBe(0);
  });

  test('more failures never lower the risk', () => {
    const rank = { low: 0, medium: 1, high: 2 };
    const figures = fc.record({ sent: fc.nat(500), failed: fc.nat(500), more: fc.nat(500) });
    fc.assert(
      fc.property(figures, ({ sent, failed, more }) => {
        // Below the least number of messages a rate does not count yet, on either side.
        fc.pre(sent + failed >= LEAST_MESSAGES);
        const before = scoreLine([tally({ sent, failed })]);
        const after = scoreLine([tally({ sent, failed: failed + more })]);
        return rank[after.risk] >= rank[before.risk];
      }),
    );
  });

  test('the highest risk of its inputs, each by itself, is the risk of the line', () => {
    const rank = { low: 0, medium: 1, high: 2 };
    const figures = fc.record({ sent: fc.nat(60), failed: fc.nat(20), streak: fc.nat(15) });
    fc.assert(
      fc.property(figures, ({ sent, failed, streak }) => {
        const score = scoreLine([tally({ sent, failed: Math.max(failed, streak), streak })]);
        const risks = scoreInputs(score).map(({ risk }) => rank[risk]);
        return Math.max(...risks) === rank[score.risk];
      }),
    );
  });

  test('an input says its value only where it means something', () => {
    const inputs = scoreInputs(scoreLine([tally({ failed: 3, streak: 3 })]));
    expect(inputs.map(({ input, value, risk }) => [input, value, risk])).toEqual([
      ['failure_rate', null, 'low'],
      ['consecutive_failures', 3, 'low'],
      ['reply_rate', null, 'low'],
    ]);
  });

  test('the score says what weighed most', () => {
    expect(scoreLine([tally({ sent: 50, failed: 50 })]).because).toBe(
      '50.0 % of 100 messages failed in 24 hours',
    );
    expect(scoreLine([tally({ failed: 12, streak: 12 })]).because).toBe('12 messages in a row failed');
  });
});
