import { describe, expect, test } from 'vitest';
import { parseForecastLine } from '../lines/line-forecast.ts';
import { Problem } from '../problems.ts';
import { parseListSimulated, parseSimulate } from './simulations.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');

function refusal(work: () => unknown): { code: string; param: string | null } {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, param: error.param };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('what a simulation is asked for', () => {
  test.each([undefined, {}, { assume: null, caps: null, addLines: null, startAt: null }])(
    'needs nothing: %j',
    (body) => {
      expect(parseSimulate(body, NOW)).toEqual({
        request: { startAt: null, replyRate: 0, seed: 1, http: false, addLines: 0, caps: {} },
        warnings: [],
      });
    },
  );

  test('may be all of this', () => {
    const body = {
      startAt: '2026-12-01T08:00:00+01:00',
      assume: { replyRate: 0.25, seed: 9, http: true },
      addLines: 3,
      caps: { dailyNewConversationsLimit: 80, hourlyNewConversationsLimit: null },
    };
    expect(parseSimulate(body, NOW).request).toEqual({
      startAt: Date.parse('2026-12-01T07:00:00Z'),
      replyRate: 0.25,
      seed: 9,
      http: true,
      addLines: 3,
      caps: { dailyNewConversationsLimit: 80, hourlyNewConversationsLimit: null },
    });
  });

  test.each([
    [{ startAt: 'tomorrow' }, 'startAt'],
    [{ startAt: '2028-01-01T00:00:00Z' }, 'startAt'],
    [{ assume: [] }, 'assume'],
    [{ assume: { replyRate: -0.1 } }, 'assume.replyRate'],
    [{ assume: { replyRate: '0.1' } }, 'assume.replyRate'],
    [{ assume: { replyRate: Number.NaN } }, 'assume.replyRate'],
    [{ assume: { seed: 1.5 } }, 'seed'],
    [{ assume: { http: 'yes' } }, 'http'],
    [{ addLines: 101 }, 'addLines'],
    [{ addLines: -1 }, 'addLines'],
    [{ caps: 'none' }, 'caps'],
    [{ caps: { dailyTotalMessagesLimit: -1 } }, 'dailyTotalMessagesLimit'],
    [{ caps: { hourlyNewConversationsLimit: '5' } }, 'hourlyNewConversationsLimit'],
  ])('is refused where it means nothing: %j', (body, param) => {
    const told = refusal(() => parseSimulate(body, NOW));
    expect(told.param).toBe(param);
  });

  test('is told what is ignored', () => {
    expect(parseSimulate({ addLine: 2 }, NOW).warnings).toHaveLength(1);
  });
});

describe('pages of a simulation', () => {
  test('are asked for by lead, step, line and outcome', () => {
    const query = {
      leadId: 'l',
      stepKey: 's',
      lineId: 'n',
      status: 'never',
      reason: 'dnc',
      cursor: '50',
      limit: '10',
    };
    expect(parseListSimulated(query)).toEqual({
      after: 50,
      leadId: 'l',
      stepKey: 's',
      lineId: 'n',
      status: 'never',
      reason: 'dnc',
      limit: 10,
    });
    expect(parseListSimulated({ status: '', cursor: '' })).toMatchObject({ after: 0, status: null });
  });

  test.each([
    [{ cursor: 'x' }, 'INVALID_CURSOR'],
    [{ cursor: '-1' }, 'INVALID_CURSOR'],
    [{ status: 'gone' }, 'INVALID_FIELD'],
    [{ limit: '0' }, 'INVALID_FIELD'],
  ])('are refused where they mean nothing: %j', (query, code) => {
    expect(refusal(() => parseListSimulated(query)).code).toBe(code);
  });
});

describe('what a forecast is asked for', () => {
  test('needs nothing, and takes whole numbers', () => {
    expect(parseForecastLine({})).toEqual({ addLines: 0, cap: null, totalCap: null });
    expect(parseForecastLine({ addLines: '2', cap: '0', totalCap: '' })).toEqual({
      addLines: 2,
      cap: 0,
      totalCap: null,
    });
  });

  test.each([
    { addLines: '101' },
    { addLines: 'two' },
    { cap: '-1' },
    { totalCap: '1e3' },
    { cap: ['1', '2'] },
  ])('refuses %j', (query) => {
    expect(refusal(() => parseForecastLine(query)).code).toBe('INVALID_FIELD');
  });
});
