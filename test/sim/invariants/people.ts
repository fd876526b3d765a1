/** What is promised to those who receive. Judged at the instant at which a carrier is handed the message. */
import type { Finding, Look } from '../judge.ts';
import { mayGo } from '../oracle.ts';

/** What was read of a message is relied upon for so long while a carrier is waited for. */
const FACTS_AGE_MS = 1_000;

/** A message is never handed to a carrier outside its send window. */
export function* staysInsideItsWindow({ history, handOvers }: Look): Iterable<Finding> {
  for (const { messageId, lineId, at } of handOvers) {
    const { window } = history.story(messageId).terms;
    if (window === null || mayGo(window, at)) continue;
    yield { text: `handed over outside ${JSON.stringify(window)}`, messageId, lineId };
  }
}

/** A message never goes before its scheduled date. */
export function* waitsForItsDate({ history, handOvers }: Look): Iterable<Finding> {
  for (const { messageId, lineId, at } of handOvers) {
    const { scheduledDate } = history.story(messageId).terms;
    if (scheduledDate === null || at >= scheduledDate) continue;
    yield { text: `handed over ${scheduledDate - at} ms before its date`, messageId, lineId };
  }
}

/** A message never goes once it has expired. */
export function* stopsAtItsExpiry({ history, handOvers }: Look): Iterable<Finding> {
  for (const { messageId, lineId, at } of handOvers) {
    const { expiresAt } = history.story(messageId).terms;
    if (expiresAt === null || at < expiresAt) continue;
    yield { text: `handed over ${at - expiresAt} ms after it expired`, messageId, lineId };
  }
}

/** Nobody holds two copies of one message. Not even when processes die and carriers fall silent. */
export function* arrivesOnce({ history, landings }: Look): Iterable<Finding> {
  for (const { messageId, lineId } of landings) {
    const copies = history.handOversOf(messageId).filter((handOver) => handOver.landedAt !== null);
    if (copies.length > 1) yield { text: `${copies.length} copies of it arrived`, messageId, lineId };
  }
}

/** Nothing goes to an address or a lead that opted out, from a second after it was noted until they opt in again. */
export function* sparesWhoOptedOut({ history, handOvers }: Look): Iterable<Finding> {
  for (const { messageId, workspaceId, lineId, address, at } of handOvers) {
    const { optedOut } = history.workspace(workspaceId);
    for (const who of [address, history.story(messageId).leadId]) {
      const timeline = optedOut.get(who);
      if (timeline === undefined || timeline.within(at - FACTS_AGE_MS, at).includes(false)) continue;
      yield { text: `handed over to ${address} though ${who} opted out`, messageId, lineId };
    }
  }
}

/** What was cancelled is never handed over afterwards. */
export function* leavesTheCancelledAlone({ history, handOvers }: Look): Iterable<Finding> {
  for (const { messageId, lineId, at } of handOvers) {
    const { cancelledAt } = history.story(messageId);
    if (cancelledAt === null || at < cancelledAt) continue;
    yield { text: 'handed over after it was cancelled', messageId, lineId };
  }
}
