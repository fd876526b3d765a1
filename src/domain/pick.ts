/**
 * Which waiting message a line sends next (D11): replies, then single sends, then campaign steps; within a class by
 * due time, then the older campaign, then id; a message rises one class for every hour it has been due, so that no
 * class starves.
 */
import { type LinePace, NEVER, opensAt } from './pacing.ts';

/** A waiting message as far as its turn is concerned. `dueAt` in ms UTC. */
export interface Candidate {
  id: string;
  /** Index into PRIORITIES, 0 is best. */
  priority: number;
  firstTouch: boolean;
  dueAt: number;
  /** ms UTC; null or absent where it belongs to no campaign. */
  campaignStartedAt?: number | null;
}

/** Who goes now, or until when (ms UTC) nobody may. */
export type Pick<Message extends Candidate> =
  | { pick: Message }
  /** Nothing may go now; null when nothing waits that will be able to go by itself. */
  | { pick: null; waitUntil: number | null };

const RISE_MS = 3_600_000;

/** Index into PRIORITIES at `now` (ms UTC), after what the message has risen by waiting. */
export function effectivePriority(candidate: Candidate, now: number): number {
  return Math.max(0, candidate.priority - Math.max(0, Math.floor((now - candidate.dueAt) / RISE_MS)));
}

/** Order on a line: negative when `a` goes before `b`. */
export function compareTurn(a: Candidate, b: Candidate, now: number): number {
  return (
    effectivePriority(a, now) - effectivePriority(b, now) ||
    a.dueAt - b.dueAt ||
    compareAge(a.campaignStartedAt ?? NEVER, b.campaignStartedAt ?? NEVER) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

// NEVER may be endless, and endless minus endless is no number.
function compareAge(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * `candidates` must hold, for each class and each kind of touch, at least the earliest due one: the best of all is
 * then among them, because within a class the earliest due has also risen the furthest.
 */
export function pickNext<Message extends Candidate>(
  candidates: readonly Message[],
  pace: LinePace,
  now: number,
): Pick<Message> {
  const opens = { true: opensAt(pace, now, true), false: opensAt(pace, now, false) };
  let best: Message | null = null;
  let waitUntil = NEVER;
  for (const candidate of candidates) {
    const readyAt = Math.max(candidate.dueAt, opens[`${candidate.firstTouch}`]);
    if (readyAt <= now) {
      if (best === null || compareTurn(candidate, best, now) < 0) best = candidate;
    } else {
      waitUntil = Math.min(waitUntil, readyAt);
    }
  }
  return best === null ? { pick: null, waitUntil: waitUntil === NEVER ? null : waitUntil } : { pick: best };
}
