/**
 * What follows an attempt: the fallback matrix of contract §4.11 and D20/D21/D24, as tables.
 */
import type { RetryPolicy } from './backoff.ts';
import { MAX_FREE_ATTEMPTS, nextRetryAt } from './backoff.ts';
import type { MessageType, Reason } from './words.ts';

/** One row of the matrix (contract 4.11): `sms` is the answer, the rest is the question. */
export interface FallbackRule {
  status: 'fallback' | 'failed';
  /** `sendFallbackSmsOnFailed` of the message or of the workspace. */
  flag: boolean;
  configured: boolean;
  sms: boolean;
}

/** Documented matrix, every row: does a fallback SMS go? */
export const FALLBACK_MATRIX: readonly FallbackRule[] = [
  { status: 'fallback', flag: false, configured: true, sms: true },
  { status: 'fallback', flag: true, configured: true, sms: true },
  { status: 'fallback', flag: false, configured: false, sms: false },
  { status: 'fallback', flag: true, configured: false, sms: false },
  { status: 'failed', flag: true, configured: true, sms: true },
  { status: 'failed', flag: true, configured: false, sms: false },
  { status: 'failed', flag: false, configured: true, sms: false },
  { status: 'failed', flag: false, configured: false, sms: false },
];

/** Reasons after which no SMS follows, whatever the matrix says: an opt-out binds all channels (D8), an expired message is no longer wanted (D10), an unknown one may have arrived (D20). */
export const NEVER_FALLBACK: readonly Reason[] = ['dnc', 'expired', 'outcome_unknown'];

/** What the matrix asks of one message. `flag` and `configured` as in `FallbackRule`. */
export interface FallbackFacts {
  messageType: MessageType;
  /** A fallback message has no fallback of its own. */
  isFallback: boolean;
  flag: boolean;
  configured: boolean;
  hasPhone: boolean;
}

/** Whether a message that ends as `status` for `reason` gets an SMS (D24). Needs a phone number; only an iMessage has one. */
export function sendsFallbackSms(
  status: 'fallback' | 'failed',
  reason: Reason,
  facts: FallbackFacts,
): boolean {
  if (facts.isFallback || !facts.hasPhone || facts.messageType !== 'imessage') return false;
  if (NEVER_FALLBACK.includes(reason)) return false;
  const rule = FALLBACK_MATRIX.find(
    (row) => row.status === status && row.flag === facts.flag && row.configured === facts.configured,
  );
  return rule?.sms ?? false;
}

/** How an attempt over the whole cascade ended, as the dispatcher saw it. */
export type AttemptEnd =
  | { end: 'accepted' }
  | { end: 'unknown' }
  /** `lineBad`: the fault is the line's, the message is sound. */
  | { end: 'rejected'; permanent: boolean; lineBad?: boolean }
  | { end: 'not_on_channel' }
  | { end: 'availability_error' }
  | { end: 'no_address' }
  | { end: 'suppressed' }
  | { end: 'expired' }
  /** Its contact leaves the campaign. */
  | { end: 'stopped' }
  /** A gate shut before it was handed over: it waits again, however many attempts were made. */
  | { end: 'held'; until: number };

/** The lifecycle event that follows; `at` in ms UTC. */
export type Verdict =
  | { event: 'accept' }
  | { event: 'lose' }
  | { event: 'retry'; at: number }
  | { event: 'miss'; reason: Reason }
  | { event: 'fail'; reason: Reason }
  | { event: 'stop'; reason: Reason };

/** `attempt` counts from 1. */
export function judge(
  end: AttemptEnd,
  messageType: MessageType,
  policy: RetryPolicy,
  attempt: number,
  now: number,
): Verdict {
  switch (end.end) {
    case 'accepted':
      return { event: 'accept' };
    case 'unknown':
      return { event: 'lose' };
    case 'not_on_channel':
      // Only iMessage has a lesser channel to fall back to; elsewhere an unreachable address is a failure.
      return messageType === 'imessage'
        ? { event: 'miss', reason: 'not_on_imessage' }
        : { event: 'fail', reason: 'refused' };
    case 'availability_error':
      return { event: 'fail', reason: 'availability_error' };
    case 'no_address':
      return { event: 'fail', reason: 'no_address' };
    case 'suppressed':
      return { event: 'fail', reason: 'dnc' };
    case 'expired':
      return { event: 'fail', reason: 'expired' };
    case 'stopped':
      return { event: 'stop', reason: 'campaign_stopped' };
    case 'held':
      return { event: 'retry', at: end.until };
    case 'rejected': {
      // The line is mended, or goes down and its messages wait or move (D18).
      if (end.lineBad === true && attempt < MAX_FREE_ATTEMPTS)
        return { event: 'retry', at: now + policy.gapMs };
      if (end.permanent) return { event: 'fail', reason: 'refused' };
      const at = nextRetryAt(policy, attempt, now);
      return at === null ? { event: 'fail', reason: 'retries_exhausted' } : { event: 'retry', at };
    }
  }
}
