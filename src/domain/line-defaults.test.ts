import { expect, test } from 'vitest';
import { lineDefaults } from './line-defaults.ts';
import { MESSAGE_TYPES } from './words.ts';

test('an iMessage line keeps the documented caps and gaps (D14)', () => {
  expect(lineDefaults('imessage', 'relay')).toEqual({
    deviceGapMs: 30_000,
    contactGapMs: 45_000,
    dailyNewConversationsLimit: 50,
    dailyTotalMessagesLimit: 75,
    hourlyNewConversationsLimit: 50,
    attempts: 5,
    retryGapMs: 60_000,
    reconcileLimitMs: 600_000,
  });
});

test('email-channel lines have no hourly cap', () => {
  expect(lineDefaults('imessage', 'relay', 'email')).toEqual({
    ...lineDefaults('imessage', 'relay'),
    hourlyNewConversationsLimit: null,
  });
  expect(lineDefaults('email', 'smtp').hourlyNewConversationsLimit).toBeNull();
});

test('SMS go one a second and without caps', () => {
  expect(lineDefaults('sms', 'twilio')).toMatchObject({
    deviceGapMs: 1_000,
    contactGapMs: 0,
    dailyNewConversationsLimit: null,
    dailyTotalMessagesLimit: null,
    hourlyNewConversationsLimit: null,
  });
});

test('an email is tried for longer than a server that greylists keeps it waiting', () => {
  const { attempts, retryGapMs } = lineDefaults('email', 'smtp');
  expect((attempts - 1) * retryGapMs).toBeGreaterThanOrEqual(15 * 60_000);
});

test.each(MESSAGE_TYPES)(
  'a simulated %s line answers at once and tries again after a second',
  (messageType) => {
    expect(lineDefaults(messageType, 'sandbox')).toEqual({
      deviceGapMs: 0,
      contactGapMs: 0,
      dailyNewConversationsLimit: 1_000_000,
      dailyTotalMessagesLimit: 1_000_000,
      hourlyNewConversationsLimit: 1_000_000,
      attempts: 5,
      retryGapMs: 1_000,
      reconcileLimitMs: 30_000,
    });
  },
);
