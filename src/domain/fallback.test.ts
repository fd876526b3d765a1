import { describe, expect, it } from 'vitest';
import {
  type AttemptEnd,
  FALLBACK_MATRIX,
  type FallbackFacts,
  judge,
  NEVER_FALLBACK,
  sendsFallbackSms,
} from './fallback.ts';
import { NOW } from './testing.ts';
import { MESSAGE_TYPES, type MessageType, REASONS, type Reason } from './words.ts';

const IMESSAGE: FallbackFacts = {
  messageType: 'imessage',
  isFallback: false,
  flag: false,
  configured: true,
  hasPhone: true,
};
const BOTH = [false, true];
const STATUSES = ['fallback', 'failed'] as const;

/** The documented table (contract 4.11), row by row; a flag of `null` stands for "any". */
const DOCUMENTED = [
  { status: 'fallback', flag: null, configured: true, sms: true },
  { status: 'fallback', flag: null, configured: false, sms: false },
  { status: 'failed', flag: true, configured: true, sms: true },
  { status: 'failed', flag: false, configured: true, sms: false },
  { status: 'failed', flag: false, configured: false, sms: false },
  // Refused when the message is accepted; a configuration removed since then sends nothing.
  { status: 'failed', flag: true, configured: false, sms: false },
] as const;

describe('the fallback SMS of an iMessage', () => {
  const rows = DOCUMENTED.flatMap(({ flag, ...row }) =>
    (flag === null ? BOTH : [flag]).map((each) => ({ ...row, flag: each })),
  );

  it.each(rows)(
    'after $status, flag $flag, configured $configured: $sms',
    ({ status, flag, configured, sms }) => {
      expect(sendsFallbackSms(status, 'refused', { ...IMESSAGE, flag, configured })).toBe(sms);
    },
  );

  it('has one row in the matrix for every case', () => {
    const cases = STATUSES.flatMap((status) =>
      BOTH.flatMap((flag) => BOTH.map((configured) => ({ status, flag, configured }))),
    );
    for (const each of cases) {
      const found = FALLBACK_MATRIX.filter(
        (row) => row.status === each.status && row.flag === each.flag && row.configured === each.configured,
      );
      expect(found).toHaveLength(1);
    }
    expect(FALLBACK_MATRIX).toHaveLength(cases.length);
  });

  it('never goes after an opt-out, an expiry or an unknown outcome, whatever is asked for', () => {
    expect(NEVER_FALLBACK).toEqual(['dnc', 'expired', 'outcome_unknown']);
    for (const reason of NEVER_FALLBACK) {
      for (const status of STATUSES)
        expect(sendsFallbackSms(status, reason, { ...IMESSAGE, flag: true })).toBe(false);
    }
  });

  it('goes after every other reason', () => {
    for (const reason of REASONS.filter((each) => !NEVER_FALLBACK.includes(each))) {
      expect(sendsFallbackSms('failed', reason, { ...IMESSAGE, flag: true })).toBe(true);
      expect(sendsFallbackSms('fallback', reason, IMESSAGE)).toBe(true);
    }
  });

  it.each<[string, Partial<FallbackFacts>]>([
    ['without a phone number', { hasPhone: false }],
    ['for a message that is itself a fallback', { isFallback: true }],
    ['for an SMS', { messageType: 'sms' }],
    ['for an email', { messageType: 'email' }],
  ])('never goes %s', (_title, differs) => {
    for (const status of STATUSES) {
      expect(sendsFallbackSms(status, 'refused', { ...IMESSAGE, flag: true, ...differs })).toBe(false);
    }
  });
});

describe('what follows an attempt', () => {
  const policy = { attempts: 3, gapMs: 60_000 };
  const verdict = (end: AttemptEnd, messageType: MessageType = 'imessage', attempt = 1) =>
    judge(end, messageType, policy, attempt, NOW);
  const fails = (reason: Reason) => ({ event: 'fail', reason });

  it.each<[AttemptEnd, object]>([
    [{ end: 'accepted' }, { event: 'accept' }],
    [{ end: 'unknown' }, { event: 'lose' }],
    [{ end: 'rejected', permanent: true }, fails('refused')],
    [
      { end: 'rejected', permanent: false },
      { event: 'retry', at: NOW + 60_000 },
    ],
    [{ end: 'not_on_channel' }, { event: 'miss', reason: 'not_on_imessage' }],
    [{ end: 'availability_error' }, fails('availability_error')],
    [{ end: 'no_address' }, fails('no_address')],
    [{ end: 'suppressed' }, fails('dnc')],
  ])('$end: %j', (end, expected) => {
    expect(verdict(end)).toEqual(expected);
  });

  it('that was the last one and refused for now is a failure', () => {
    const refused: AttemptEnd = { end: 'rejected', permanent: false };
    expect(verdict(refused, 'imessage', 2)).toEqual({ event: 'retry', at: NOW + 60_000 });
    expect(verdict(refused, 'imessage', 3)).toEqual(fails('retries_exhausted'));
  });

  it('to an address that is not on the channel is a fallback for iMessage only', () => {
    expect(MESSAGE_TYPES.map((type) => verdict({ end: 'not_on_channel' }, type))).toEqual([
      { event: 'miss', reason: 'not_on_imessage' },
      fails('refused'),
      fails('refused'),
    ]);
  });

  it('of unknown outcome is never another attempt, however many are left', () => {
    for (const attempt of [1, 2, 3, 4])
      expect(verdict({ end: 'unknown' }, 'sms', attempt)).toEqual({ event: 'lose' });
  });
});
