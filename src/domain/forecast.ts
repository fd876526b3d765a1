/** When a waiting message will go, found by running its line's queue through the real rules on paper. */
import { type LinePace, reserve } from './pacing.ts';
import { type Candidate, pickNext } from './pick.ts';
import { nextOpening, type SendWindow } from './window.ts';

/** A message of one line as the forecast needs it; `window` null = always open. */
export interface QueuedMessage extends Candidate {
  window: SendWindow | null;
  leadId: string;
}

const HORIZON_MS = 400 * 86_400_000;
/** A question must not keep everybody else waiting: past this many steps the answer is "too far to tell". */
const MAX_STEPS = 12_000;

/**
 * `queue` holds the messages of one line, the asked one included. null when it does not go within 400 days, or after
 * more steps than can be walked at once.
 * Retries, opt-outs and messages accepted later are not foreseen.
 */
export function forecast(
  queue: readonly QueuedMessage[],
  pace: LinePace,
  now: number,
  messageId: string,
): number | null {
  let left = [...queue];
  let line = pace;
  let at = now;
  for (let steps = 0; steps < MAX_STEPS && left.length > 0 && at - now < HORIZON_MS; steps += 1) {
    const next = pickNext(left, line, at);
    if (next.pick === null) {
      if (next.waitUntil === null) return null;
      at = next.waitUntil;
      continue;
    }
    const { pick } = next;
    const opening = pick.window === null ? at : nextOpening(pick.window, at);
    if (opening === null) {
      left = left.filter((each) => each.id !== pick.id);
    } else if (opening > at) {
      left = left.map((each) => (each.id === pick.id ? { ...each, dueAt: opening } : each));
    } else {
      if (pick.id === messageId) return at;
      line = reserve(line, at, pick.firstTouch).pace;
      left = left
        .filter((each) => each.id !== pick.id)
        .map((each) => (each.leadId === pick.leadId ? { ...each, firstTouch: false } : each));
    }
  }
  return null;
}
