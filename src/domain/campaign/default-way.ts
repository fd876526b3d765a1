/**
 * The way of a lead of whom nothing more is known: nobody replies, and no condition holds that depends on them. As
 * next-step.ts decides it, for forecasts that count leads instead of reading each.
 */
import { type Branch, END, type Step, waitMs } from './campaign.ts';

/** From the step at `place`: where it goes on, and how long after that step was sent; null at the end. */
export function defaultWay(steps: readonly Step[], place: number): { place: number; afterMs: number } | null {
  const here = steps[place];
  if (here === undefined) return null;
  const target = (to: Branch['to'] | null) => placeOf(steps, place, to);
  const dueAfter = (to: Branch['to'] | null) => {
    const step = steps[target(to) ?? -1];
    return step === undefined ? 0 : waitMs(step.wait);
  };
  // Silence is what is assumed: the first of its ways is taken.
  const silences = here.branches
    .flatMap(({ condition, to }) =>
      condition.type === 'no_reply_for' ? [{ ripeAfter: waitMs(condition.wait), to }] : [],
    )
    .toSorted((a, b) => a.ripeAfter - b.ripeAfter);
  const [silence] = silences;
  if (silence !== undefined) {
    const to = target(silence.to);
    return to === null ? null : { place: to, afterMs: Math.max(dueAfter(silence.to), silence.ripeAfter) };
  }
  const to = target(here.next);
  if (to === null) return null;
  // Every other way has its chance first.
  const chances = here.branches.filter(
    ({ condition: { type } }) => type !== 'replied' && type !== 'replied_with',
  );
  return {
    place: to,
    afterMs: Math.max(dueAfter(here.next), ...chances.map((branch) => dueAfter(branch.to))),
  };
}

/** Ways only lead forward. */
function placeOf(steps: readonly Step[], at: number, to: Branch['to'] | null): number | null {
  if (to === END) return null;
  const place = to === null ? at + 1 : steps.findIndex(({ key }) => key === to);
  return place > at && place < steps.length ? place : null;
}
