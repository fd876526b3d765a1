/** Who may send at all. Judged at the instant of the lease. */
import type { Finding, Look } from '../judge.ts';

/** Another process's change of billing is seen within this time. */
const SNAPSHOT_AGE_MS = 1_000;

/** Nothing is handed over without a lease of its own: message, attempt and line agree. */
export function* sendsOnlyWhatIsLeased({ history, handOvers }: Look): Iterable<Finding> {
  for (const { messageId, attempt, lineId } of handOvers) {
    const leased = history.stories.get(messageId)?.attempts.find((each) => each.number === attempt);
    if (leased?.lineId === lineId) continue;
    yield {
      text: `attempt ${attempt} was handed over from line ${lineId} without a lease`,
      messageId,
      lineId,
    };
  }
}

/** Nothing is leased on a line that is switched off or down. */
export function* sendsFromLivingLinesOnly({ history, events }: Look): Iterable<Finding> {
  for (const { type, messageId, lineId, at } of events) {
    if (type !== 'message.sending' || messageId === null || lineId === null) continue;
    const { settings, healthy } = history.line(lineId);
    if (settings.within(at).some((each) => each.isActive) && healthy.within(at).includes(true)) continue;
    yield { text: 'leased on a line that is switched off or down', messageId, lineId };
  }
}

/** A workspace whose payment is past due sends nothing. */
export function* readOnlySendsNothing({ history, events }: Look): Iterable<Finding> {
  for (const { type, workspaceId, messageId, lineId, at } of events) {
    if (type !== 'message.sending' || messageId === null || lineId === null) continue;
    if (
      history
        .workspace(workspaceId)
        .pastDue.within(at - SNAPSHOT_AGE_MS, at)
        .includes(false)
    )
      continue;
    yield { text: 'leased in a workspace that is past due', messageId, lineId };
  }
}
