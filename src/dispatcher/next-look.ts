/** When a line is looked at next, after a pass in which it might send: no earlier than something can go, and never too late. */
import { type LinePace, NEVER, opensAt } from '../domain/pacing.ts';
import { pickNext } from '../domain/pick.ts';
import type { QueueHead } from '../store/messages/deliveries.ts';

/** What the pass has left. */
export interface Looked {
  /** Heads that were not picked. */
  waiting: readonly QueueHead[];
  /** By queue, the heads of those of which more may wait than was read. */
  unread: readonly (readonly QueueHead[])[];
}

/** `lookAgainAt`: because of something in the pass; null: no. Null is answered when only a wake can bring something. */
export function nextLook(
  { waiting, unread }: Looked,
  pace: LinePace,
  lookAgainAt: number | null,
  now: number,
): number | null {
  const next = pickNext(waiting, pace, now);
  if (next.pick !== null) return now;
  // Where all of a queue that was read has gone, what was not read may be ready; elsewhere it comes behind what was.
  const beyond = unread
    .filter((heads) => heads.every((head) => !waiting.includes(head)))
    .map(([first]) => opensAt(pace, now, first?.queuedAsFirstTouch === true));
  const looks = [lookAgainAt, next.waitUntil, ...beyond].filter((at) => at !== null);
  const earliest = Math.min(...looks);
  return looks.length === 0 || earliest === NEVER ? null : earliest;
}
