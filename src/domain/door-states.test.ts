import { describe, expect, test } from 'vitest';
import { type DoorFacts, isLastStep, nextLookAt, stepsFor, stepsOf, twilioErrorCode } from './door-states.ts';

const NOTHING: DoorFacts = {
  direction: 'sent',
  status: 'pending',
  reason: null,
  errorCode: null,
  errorMessage: null,
  scheduledDate: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
};
const facts = (changes: Partial<DoorFacts>): DoorFacts => ({ ...NOTHING, ...changes });

describe('the steps of a message', () => {
  test.each<[string, Partial<DoorFacts>, Partial<DoorFacts> | null, string[]]>([
    ['waiting', {}, null, []],
    ['under way', { status: 'sending' }, null, []],
    ['unknown', { status: 'unknown' }, null, []],
    ['sent', { status: 'sent', sentAt: 1 }, null, ['sent']],
    ['delivered', { status: 'delivered', sentAt: 1, deliveredAt: 2 }, null, ['sent', 'delivered']],
    [
      'read',
      { status: 'delivered', sentAt: 1, deliveredAt: 2, readAt: 3 },
      null,
      ['sent', 'delivered', 'read'],
    ],
    ['failed before it left', { status: 'failed' }, null, ['failed']],
    ['bounced', { status: 'failed', sentAt: 1 }, null, ['sent', 'undelivered']],
    ['cancelled', { status: 'cancelled' }, null, ['cancelled']],
    ['not on iMessage, without SMS', { status: 'fallback' }, null, ['undelivered']],
    ['taken over by SMS that waits', { status: 'fallback' }, {}, []],
    ['taken over by SMS', { status: 'fallback' }, { status: 'sent', sentAt: 1 }, ['sent']],
    ['taken over, and failed', { status: 'fallback' }, { status: 'failed' }, ['failed']],
  ])('that is %s', (_name, message, sms, steps) => {
    expect(stepsOf(facts(message), sms === null ? null : facts(sms))).toEqual(steps);
  });

  test('are only ever added to while it goes its way', () => {
    const way = [
      {},
      { status: 'sent', sentAt: 1 },
      { status: 'delivered', sentAt: 1, deliveredAt: 2 },
      { status: 'delivered', sentAt: 1, deliveredAt: 2, readAt: 3 },
    ] as const;
    const told = way.map((each) => stepsOf(facts(each), null));
    for (const [index, steps] of told.entries()) {
      const before = told[index - 1] ?? [];
      expect(steps.slice(0, before.length)).toEqual(before);
    }
  });

  test('end where a service has no further word', () => {
    expect(stepsFor('twilio', ['sent', 'delivered', 'read'])).toEqual(['sent', 'delivered']);
    expect([isLastStep('twilio', 'delivered'), isLastStep('sendblue', 'delivered')]).toEqual([true, false]);
    expect([isLastStep('twilio', 'sent'), isLastStep('sendblue', 'read')]).toEqual([false, true]);
  });
});

test('a message is looked at often when something just changed, and for ever while it waits', () => {
  expect(nextLookAt({ status: 'sent' }, 0, 100)).toBe(600);
  expect(nextLookAt({ status: 'sent' }, 0, 3_600_000)).toBe(3_780_000);
  expect(nextLookAt({ status: 'scheduled' }, 0, 3_600_000)).toBe(3_630_000);
  expect(nextLookAt({ status: 'sent' }, 0, 73 * 3_600_000)).toBeNull();
  expect(nextLookAt({ status: 'scheduled' }, 0, 73 * 3_600_000)).not.toBeNull();
});

test('a failure has Twilio’s number; a carrier’s own is passed on', () => {
  expect(twilioErrorCode(facts({ status: 'failed', reason: 'dnc' }))).toBe(21_610);
  expect(twilioErrorCode(facts({ status: 'failed', reason: 'refused', errorCode: '30007' }))).toBe(30_007);
  expect(twilioErrorCode(facts({ status: 'failed', reason: 'retries_exhausted' }))).toBe(30_008);
  expect(twilioErrorCode(facts({ status: 'fallback' }))).toBe(30_006);
  expect(twilioErrorCode(facts({ status: 'delivered' }))).toBeNull();
});
