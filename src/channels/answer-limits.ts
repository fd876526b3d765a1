/**
 * Every question to a carrier comes to an end, whatever its channel does: a server that hangs must not keep those who
 * wait for its answer. A send is not among them: its own limit is its lease, and what it interrupts is `unknown`.
 */
import { type Clock, within } from '../lib/clock.ts';
import type { Availability, Channel, Finding } from './channel.ts';

/** No question takes longer than a send may either: the lease of whoever asks outlasts it. */
const LONGEST_ANSWER_MS = 30_000;
const TOO_LATE = 'It did not answer in time';

export function withAnswerLimits(channel: Channel, clock: Clock): Channel {
  // At the end nobody waits for an answer any more, and no timer of ours keeps the process.
  const closed = new AbortController();
  const untilClosed: Clock = {
    now: () => clock.now(),
    sleep: (ms, signal) =>
      clock.sleep(ms, AbortSignal.any([closed.signal, ...(signal === undefined ? [] : [signal])])),
  };
  const limitMs = Math.min(channel.sendTimeoutMs, LONGEST_ANSWER_MS);
  const unhealthy = { healthy: false as const, message: TOO_LATE };
  const undecided: Finding = { finding: 'undecided', message: TOO_LATE, final: false };
  const error: Availability = { availability: 'error', message: TOO_LATE };
  return {
    ...channel,
    reconcile: async (...asked) => within(untilClosed, limitMs, channel.reconcile(...asked), undecided),
    checkAvailability: async (line, address) =>
      within(untilClosed, limitMs, channel.checkAvailability(line, address), error),
    checkHealth: async (line) => within(untilClosed, limitMs, channel.checkHealth(line), unhealthy),
    close() {
      closed.abort();
      return channel.close();
    },
  };
}
