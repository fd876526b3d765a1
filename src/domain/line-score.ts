/**
 * How a line is doing, by what came of its messages in 24 hours (D19). Published, formula and all: nobody should have to
 * guess why a line slows down.
 */
import type { Risk } from './words.ts';

/** One hour of a line. Instants in epoch ms. */
export interface Tally {
  hour: number;
  /** Taken by the carrier. */
  sent: number;
  /** Refused for good, given up, or bounced; what opted out, expired or was cancelled does not count. */
  failed: number;
  /** Failures since the last success of this hour. */
  streak: number;
  replies: number;
}

/** Shown with the line as its published score. */
export interface LineScore {
  risk: Risk;
  sent: number;
  failed: number;
  /** 0–1, of all that came to an end. */
  failureRate: number;
  consecutiveFailures: number;
  /** Replies per message sent. */
  replyRate: number;
  /** What weighed most, for people. */
  because: string;
}

/** What helps at each risk (contract §6). */
export const RECOMMENDATIONS: Readonly<Record<Risk, string>> = {
  low: 'Nothing to do: the line is doing well.',
  medium: 'Halve the volume of this line and watch it for 24 hours.',
  high: 'Pause campaigns on this line and wait 24 to 48 hours; its gaps are doubled meanwhile.',
};

/** How far back the score looks. */
export const SCORE_WINDOW_MS = 24 * 3_600_000;
/** Documented bands (contract §6). */
export const MEDIUM_FAILURE_RATE = 0.05;
/** Above it the risk is high; at or above the medium one, medium. */
export const HIGH_FAILURE_RATE = 0.15;
/** A rate over fewer messages than this says nothing yet. */
export const LEAST_MESSAGES = 20;
/** Failures in a row from which the risk is medium. */
export const MEDIUM_STREAK = 5;
/** The same for high risk. */
export const HIGH_STREAK = 10;
/** At high risk every gap counts double. */
export const HIGH_RISK_SLOWDOWN = 2;

/** `tallies` of the last 24 hours, latest first. */
export function scoreLine(tallies: readonly Tally[]): LineScore {
  const sum = (read: (tally: Tally) => number) => tallies.reduce((total, tally) => total + read(tally), 0);
  const sent = sum((tally) => tally.sent);
  const failed = sum((tally) => tally.failed);
  const ended = sent + failed;
  const failureRate = ended === 0 ? 0 : failed / ended;
  const consecutiveFailures = countStreak(tallies);
  const counts = ended >= LEAST_MESSAGES;
  const figures = {
    sent,
    failed,
    failureRate,
    consecutiveFailures,
    replyRate: sent === 0 ? 0 : sum((tally) => tally.replies) / sent,
  };
  const percent = `${(failureRate * 100).toFixed(1)} % of ${ended} messages failed in 24 hours`;
  const row = `${consecutiveFailures} messages in a row failed`;
  if (consecutiveFailures >= HIGH_STREAK) return { risk: 'high', ...figures, because: row };
  if (counts && failureRate > HIGH_FAILURE_RATE) return { risk: 'high', ...figures, because: percent };
  if (consecutiveFailures >= MEDIUM_STREAK) return { risk: 'medium', ...figures, because: row };
  if (counts && failureRate >= MEDIUM_FAILURE_RATE) return { risk: 'medium', ...figures, because: percent };
  return { risk: 'low', ...figures, because: counts ? percent : 'Too few messages to judge by' };
}

/** Back in time until an hour that had a success. */
function countStreak(tallies: readonly Tally[]): number {
  let streak = 0;
  for (const tally of tallies) {
    streak += tally.streak;
    if (tally.sent > 0) break;
  }
  return streak;
}
