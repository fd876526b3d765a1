import { describe, expect, test } from 'vitest';
import { outcomeOfRefusal, TWILIO_ACTIONS, TWILIO_ERRORS, twilioError } from './twilio-errors.ts';
import { newsOfState } from './twilio-news.ts';

const CODES = TWILIO_ERRORS.flatMap(({ codes, action }) => codes.map((code) => ({ code, action })));
const refusal = (code: number | null, status = 400) => outcomeOfRefusal({ status, code, message: 'No' });
const state = (errorCode: number | null, status = 'undelivered') =>
  newsOfState({
    reference: 'a'.repeat(24),
    sid: 'SM1',
    status,
    errorCode,
    errorMessage: null,
    to: '+12025550123',
  });

describe('the table of Twilio’s errors', () => {
  test('names every code once, and uses every action', () => {
    const codes = CODES.map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(new Set(TWILIO_ERRORS.map(({ action }) => action))).toEqual(new Set(Object.keys(TWILIO_ACTIONS)));
  });

  test.each(CODES)('$code as an answer: $action', ({ code, action }) => {
    const outcome = refusal(code);
    if (action === 'unknown') return expect(outcome).toMatchObject({ outcome: 'unknown' });
    return expect(outcome).toMatchObject({
      outcome: 'rejected',
      code: String(code),
      // A fault of the line is never permanent: the message is sound and may go once the line is mended.
      permanent: !['retry', 'line'].includes(action),
      lineBad: action === 'line',
      addressBad: ['address_bad', 'other_channel'].includes(action),
    });
  });

  test.each(CODES)('$code as the end of a message: $action', ({ code, action }) => {
    const [receipt, ...more] = state(code);
    expect(receipt).toMatchObject({
      news: 'receipt',
      receipt: action === 'unknown' ? 'accepted' : 'bounced',
    });
    const expected: Record<string, unknown[]> = {
      line: [{ news: 'line', health: 'wrong' }],
      suppress: [{ news: 'suppression', source: 'carrier_opt_out', address: '+12025550123', id: 'SM1' }],
      address_bad: [{ news: 'suppression', source: 'hard_bounce', address: '+12025550123', id: 'SM1' }],
    };
    expect(more).toMatchObject(expected[action] ?? []);
    expect(more).toHaveLength((expected[action] ?? []).length);
  });

  test('says nothing of codes that are not in it: refused, or come to an end, and no more', () => {
    expect(twilioError(99_999)).toBeNull();
    expect(refusal(99_999)).toMatchObject({ permanent: true, lineBad: false, addressBad: false });
    expect(state(99_999)).toMatchObject([{ receipt: 'bounced', code: '99999' }]);
    expect(state(null, 'failed')).toMatchObject([{ receipt: 'bounced', code: 'failed' }]);
  });
});

describe('the status of an answer outweighs its body', () => {
  test.each([500, 502, 503, 504])('%i proves nothing, whatever it says', (status) => {
    for (const code of [null, 20003, 21211, 20429]) expect(refusal(code, status).outcome).toBe('unknown');
  });

  test('429 was not processed, whatever it says', () => {
    for (const code of [null, 20429, 14107, 20500])
      expect(refusal(code, 429)).toMatchObject({ outcome: 'rejected', permanent: false });
  });

  test.each([
    [301, true],
    [401, true],
    [403, true],
    [404, true],
    [400, false],
    [415, false],
  ])('%i without a code: a fault of the line is %s', (status, lineBad) => {
    expect(refusal(null, status)).toMatchObject({ outcome: 'rejected', code: String(status), lineBad });
  });
});

describe('a state', () => {
  test.each([
    ['accepted', 'accepted'],
    ['scheduled', 'accepted'],
    ['queued', 'accepted'],
    ['sending', 'accepted'],
    ['sent', 'accepted'],
    ['delivered', 'delivered'],
    ['partially_delivered', 'delivered'],
    ['read', 'read'],
    ['undelivered', 'bounced'],
    ['failed', 'bounced'],
    ['canceled', 'bounced'],
  ])('%s tells: %s, under the carrier’s own id', (status, receipt) => {
    expect(state(null, status)).toMatchObject([
      { news: 'receipt', reference: 'a'.repeat(24), receipt, externalMessageId: 'SM1' },
    ]);
  });

  test.each(['receiving', 'received', 'novel', '', 'constructor', '__proto__'])(
    '%s tells nothing',
    (status) => {
      expect(state(null, status)).toEqual([]);
    },
  );
});
