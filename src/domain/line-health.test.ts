import { describe, expect, it } from 'vitest';
import {
  FAILURES_UNTIL_DOWN,
  type HealthNews,
  healthAfter,
  type LineHealth,
  PROBE_AFTER_MS,
} from './line-health.ts';
import { NOW } from './testing.ts';

const WELL: LineHealth = {
  status: 'healthy',
  failures: 0,
  refusals: 0,
  refusingSince: null,
  refusedAt: null,
};
const MINUTE = 60_000;

function told(news: readonly HealthNews[], start = WELL, everyMs = MINUTE): LineHealth {
  return news.reduce((health, each, n) => healthAfter(health, each, NOW + n * everyMs), start);
}
const times = (count: number, ...news: HealthNews[]) => Array.from({ length: count }, () => news).flat();

describe('a line', () => {
  it('goes down with the seventh check in a row that fails, and is up with the first that succeeds', () => {
    expect(told(times(FAILURES_UNTIL_DOWN - 1, 'wrong')).status).toBe('healthy');
    const down = told(times(FAILURES_UNTIL_DOWN, 'wrong'));
    expect(down.status).toBe('down');
    expect(healthAfter(down, 'fine', NOW)).toEqual(WELL);
  });

  it('that refuses what is sent goes down although every check is content', () => {
    const health = told(times(FAILURES_UNTIL_DOWN, 'fine', 'refused'));
    expect(health).toMatchObject({ status: 'down', refusingSince: NOW + MINUTE });
  });

  it('is not brought up by a check before a send may try it again, and then by one send only', () => {
    const down = told(times(FAILURES_UNTIL_DOWN, 'refused'), WELL, 0);
    expect(healthAfter(down, 'fine', NOW + PROBE_AFTER_MS - 1).status).toBe('down');
    const tried = healthAfter(down, 'fine', NOW + PROBE_AFTER_MS);
    expect(tried.status).toBe('healthy');
    expect(healthAfter(tried, 'refused', NOW + PROBE_AFTER_MS + 1)).toMatchObject({
      status: 'down',
      refusingSince: NOW,
    });
    expect(healthAfter(tried, 'accepted', NOW + PROBE_AFTER_MS + 1)).toEqual(WELL);
  });

  it('whose trouble the check sees as well is up as soon as the check finds it gone', () => {
    const down = told(times(FAILURES_UNTIL_DOWN, 'refused'), WELL, 0);
    expect(told(['wrong', 'fine'], down, 0)).toEqual(WELL);
  });

  it('forgets its refusals with every send that is accepted', () => {
    expect(told(times(20, 'refused', 'accepted')).status).toBe('healthy');
  });
});
