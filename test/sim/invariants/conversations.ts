/** What holds between a contact and a line once they talk. */
import type { History, LineRecord, Story } from '../history.ts';
import type { Finding, Look } from '../judge.ts';

/**
 * While a message to a contact is under way from a line, the next one from there to the same contact waits. Exempt is
 * what a stepped clock took the lease from, and what a dead process left behind.
 */
export function* speaksToOneAtATime({ history, handOvers }: Look): Iterable<Finding> {
  for (const { messageId, lineId, begun, at } of handOvers) {
    const { leadId } = history.story(messageId);
    const others = history.line(lineId).attempts.filter(({ story }) => story.leadId === leadId);
    for (const other of new Set(others.flatMap(({ story }) => history.handOversOf(story.id)))) {
      if (other.lineId !== lineId || other.begun >= begun) continue;
      const isUnderWay = (other.answered ?? Number.POSITIVE_INFINITY) > begun && (other.landedAt ?? at) >= at;
      if (!isUnderWay || !other.sender.isAlive || history.steppedAt >= other.begun) continue;
      yield {
        text: `handed over while ${other.messageId} is under way to the same contact`,
        messageId,
        lineId,
      };
    }
  }
}

/**
 * A contact hears from a line that already talks to them, unless the sender named another one: nobody in a thread gets a
 * second number silently. Where the workspace wants conversations moved, a line that is down loses them.
 */
export function* keepsToTheLineTheyKnow({ history, events }: Look): Iterable<Finding> {
  for (const { type, messageId, lineId, at } of events) {
    const story = messageId === null ? undefined : history.stories.get(messageId);
    if (story === undefined || (type !== 'message.accepted' && type !== 'message.moved')) continue;
    const named = story.fallbackOf !== null || (story.ask?.request.fromLineId ?? null) !== null;
    if (named || history.workspace(story.workspaceId).lineDownPolicy === 'move') continue;
    const known = linesKnownTo(history, story, at);
    if (known.length === 0 || known.some((line) => line.id === lineId)) continue;
    const text = `${type} gave it line ${lineId}, and the contact knows ${known.map((line) => line.id)}`;
    yield { text, messageId: story.id };
  }
}

/** Lines of its kind that wrote to its contact before `at`, or are writing or may have, or to which the contact wrote. */
function linesKnownTo(
  history: History,
  { workspaceId, messageType, leadId }: Story,
  at: number,
): LineRecord[] {
  return [...history.lines.values()].filter(
    (line) =>
      line.workspaceId === workspaceId &&
      line.messageType === messageType &&
      ((line.wroteFirst.get(leadId) ?? at) < at ||
        line.attempts.some(
          (each) =>
            (each.landed || each.end !== 'returned') && each.story.leadId === leadId && each.leasedAt < at,
        )),
  );
}
