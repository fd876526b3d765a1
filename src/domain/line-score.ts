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
  /** Receipts that came in. Not every carrier sends them, so the score does not look at them. */
  delivered: number;
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
  const [ofRate, ofStreak] = [counts ? riskOfRate(failureRate) : 'low', riskOfStreak(consecutiveFailures)];
  for (const risk of ['high', 'medium'] as const) {
    if (ofStreak === risk) return { risk, ...figures, because: row };
    if (ofRate === risk) return { risk, ...figures, because: percent };
  }
  return { risk: 'low', ...figures, because: counts ? percent : 'Too few messages to judge by' };
}

export interface ScoreInput {
  input: 'failure_rate' | 'consecutive_failures' | 'reply_rate';
  /** null: too little to tell. */
  value: number | null;
  /** Where the bands begin; null where it only informs. */
  medium: number | null;
  high: number | null;
  /** What it says alone. */
  risk: Risk;
  sentence: string;
}

/** What `scoreLine` looks at, each by itself: the highest risk of them is the line's. */
export function scoreInputs(score: LineScore): ScoreInput[] {
  const { sent, failed, failureRate, consecutiveFailures, replyRate } = score;
  const ended = sent + failed;
  const counts = ended >= LEAST_MESSAGES;
  const percent = (rate: number) => `${(rate * 100).toFixed(1)} %`;
  return [
    {
      input: 'failure_rate',
      value: counts ? failureRate : null,
      medium: MEDIUM_FAILURE_RATE,
      high: HIGH_FAILURE_RATE,
      risk: counts ? riskOfRate(failureRate) : 'low',
      sentence: counts
        ? `${percent(failureRate)} of ${ended} messages failed in 24 hours. From ${percent(MEDIUM_FAILURE_RATE)} the risk is medium, above ${percent(HIGH_FAILURE_RATE)} high.`
        : `${ended} messages came to an end in 24 hours: below ${LEAST_MESSAGES} their rate says nothing yet.`,
    },
    {
      input: 'consecutive_failures',
      value: consecutiveFailures,
      medium: MEDIUM_STREAK,
      high: HIGH_STREAK,
      risk: riskOfStreak(consecutiveFailures),
      sentence: `${consecutiveFailures} messages in a row failed. From ${MEDIUM_STREAK} the risk is medium, from ${HIGH_STREAK} high.`,
    },
    {
      input: 'reply_rate',
      value: sent === 0 ? null : replyRate,
      medium: null,
      high: null,
      risk: 'low',
      sentence:
        sent === 0
          ? 'Nothing was sent in 24 hours, so there is no reply rate.'
          : `${percent(replyRate)} as many replies as messages sent. It informs only: no risk follows from it.`,
    },
  ];
}

function riskOfRate(rate: number): Risk {
  if (rate > HIGH_FAILURE_RATE) return 'high';
  return rate >= MEDIUM_FAILURE_RATE ? 'medium' : 'low';
}

function riskOfStreak(streak: number): Risk {
  if (streak >= HIGH_STREAK) return 'high';
  return streak >= MEDIUM_STREAK ? 'medium' : 'low';
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
