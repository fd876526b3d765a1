import { expect, test } from 'vitest';
import { askedWords, bodyOf } from './wishes.ts';

const NONE = {
  startAt: '',
  replyPercent: '0',
  http: false,
  addLines: '0',
  dailyNew: '',
  dailyTotal: '',
  hourlyNew: '',
};

test('what is left empty is not asked for', () => {
  expect(bodyOf(NONE)).toEqual({ assume: { replyRate: 0, http: false }, addLines: 0, caps: {} });
});

test('what is typed is asked for: an instant of this browser, a share, caps that may be 0', () => {
  const body = bodyOf({
    ...NONE,
    startAt: '2026-12-01T09:00',
    replyPercent: '12.5',
    addLines: '2',
    dailyNew: '0',
  });
  expect(body).toEqual({
    startAt: new Date(2026, 11, 1, 9).toISOString(),
    assume: { replyRate: 0.125, http: false },
    addLines: 2,
    caps: { dailyNewConversationsLimit: 0 },
  });
});

test('assumptions read as what differs from how things are', () => {
  const asked = { startAt: null, replyRate: 0, seed: 1, http: false, addLines: 0, caps: {} };
  expect(askedWords(asked)).toBe('as things are');
  expect(
    askedWords({
      ...asked,
      addLines: 2,
      replyRate: 0.1,
      caps: { dailyNewConversationsLimit: 80, dailyTotalMessagesLimit: null },
    }),
  ).toBe('2 more lines, 10% reply, 80 new conversations a day, no cap of messages a day');
});
