import { describe, expect, test } from 'vitest';
import { assumptionsOf, type LineLimits, type SimulationResult, warningsOf } from './simulation.ts';

const START = Date.parse('2026-11-26T10:00:00Z');
const DAY = 86_400_000;

const lines: LineLimits[] = ['a', 'b'].map((id) => ({
  id,
  name: `+1${id}`,
  dailyNewConversationsLimit: 50,
  dailyTotalMessagesLimit: 75,
  trouble: null,
}));

function result(differs: Partial<SimulationResult> = {}): Omit<SimulationResult, 'warnings'> {
  return {
    startAt: START,
    timezone: 'UTC',
    finishAt: START + DAY / 2,
    messages: 10,
    firstTouches: 10,
    fallbacks: 0,
    leads: 10,
    perDay: [{ day: '2026-11-26', lineId: 'a', messages: 10, firstTouches: 10 }],
    perStep: [],
    perLine: [],
    neverGoes: { total: 0, byReason: [] },
    assumptions: [],
    ...differs,
  };
}

function line(lineId: string, days: number) {
  return { lineId, messages: 5, firstTouches: 5, firstAt: START, lastAt: START + days * DAY };
}

function daysOf(
  lineId: string,
  counts: readonly number[],
  what: 'messages' | 'firstTouches' = 'firstTouches',
) {
  return counts.map((count, n) => ({
    day: `2026-12-0${n + 1}`,
    lineId,
    messages: what === 'messages' ? count : count + 1,
    firstTouches: what === 'messages' ? 0 : count,
  }));
}

describe('what is pointed out in a simulation', () => {
  test('is nothing where all goes within a day', () => {
    expect(warningsOf(result(), lines)).toEqual([]);
  });

  test('is the cap that decides how long it lasts', () => {
    const capped = result({ finishAt: START + 3.2 * DAY, perDay: daysOf('b', [50, 50, 50, 12]) });
    expect(warningsOf(capped, lines)).toEqual([
      'The cap of 50 new conversations a day makes it last 4 days: line +1b reaches it on 3 of them.',
    ]);
    const total = result({ finishAt: START + 2.5 * DAY, perDay: daysOf('a', [75, 75, 1], 'messages') });
    expect(warningsOf(total, lines)).toEqual([
      'The cap of 75 messages a day makes it last 3 days: line +1a reaches it on 2 of them.',
    ]);
  });

  test('is no cap that is reached on a few days only, nor one that is not there', () => {
    const seldom = result({ finishAt: START + 5 * DAY, perDay: daysOf('a', [50, 3, 3, 3, 3]) });
    expect(warningsOf(seldom, lines)).toEqual([]);
    const free = lines.map((each) => ({
      ...each,
      dailyNewConversationsLimit: null,
      dailyTotalMessagesLimit: null,
    }));
    const long = result({ finishAt: START + 3 * DAY, perDay: daysOf('a', [900, 900, 900]) });
    expect(warningsOf(long, free)).toEqual([]);
  });

  test('is the line that ends long after all the others', () => {
    const late = result({ finishAt: START + 9 * DAY, perLine: [line('a', 9), line('b', 2)] });
    expect(warningsOf(late, lines)).toEqual([
      'Line +1a is the bottleneck: it ends 7 days after all the others.',
    ]);
    const later = result({ finishAt: START + 9 * DAY, perLine: [line('a', 9), line('b', 7.8)] });
    expect(warningsOf(later, lines)).toEqual([
      'Line +1a is the bottleneck: it ends 1 day after all the others.',
    ]);
    const even = result({ finishAt: START + 30 * DAY, perLine: [line('a', 30), line('b', 28)] });
    expect(warningsOf(even, lines)).toEqual([]);
  });

  test('are lines that are down, and steps that never go', () => {
    const [a, b] = lines as [LineLimits, LineLimits];
    const dnc = { reason: 'dnc', stepKey: 'hello', count: 3, detail: null, sampleLeadIds: [] };
    const never = { total: 3, byReason: [dnc] };
    expect(warningsOf(result({ finishAt: null, neverGoes: never }), [{ ...a, trouble: 'down' }, b])).toEqual([
      'Line +1a is down: nothing is sent from it as long as it stays so.',
      '3 steps never go.',
    ]);
  });
});

describe('what a simulation takes for granted', () => {
  const wish = { startAt: null, replyRate: 0, seed: 1, http: false, addLines: 0, caps: {} };

  test('is said in sentences', () => {
    const said = assumptionsOf(wish);
    expect(said).toContain('Nobody replies or opts out.');
    expect(said).toContain('HTTP conditions do not hold.');
  });

  test('names what the request wants otherwise', () => {
    const caps = { dailyNewConversationsLimit: 80, dailyTotalMessagesLimit: null };
    const said = assumptionsOf({ ...wish, replyRate: 0.125, seed: 7, http: true, addLines: 2, caps });
    expect(said).toContain(
      '12.5 % of the messages are answered with "OK", a minute to a day later (seed 7).',
    );
    expect(said).toContain('HTTP conditions hold.');
    expect(said).toContain('2 more lines like the first of the campaign.');
    expect(said).toContain(
      'Its lines have other caps: dailyNewConversationsLimit 80, dailyTotalMessagesLimit none.',
    );
  });
});
