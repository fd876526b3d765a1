/** What is promised to those who go through a campaign. Judged at the instant at which a carrier is handed a step. */
import type { HandOver, History, Story } from '../history.ts';
import type { Finding, Look } from '../judge.ts';

/** What was read of a message is relied upon for so long while a carrier is waited for. */
const FACTS_AGE_MS = 1_000;
/** And so is a server's answer, which may come late itself. */
const ANSWERS_AGE_MS = 60_000 + FACTS_AGE_MS;

/** A lead gets each step of a campaign once. */
export function* givesEachStepOnce({ history, landings }: Look): Iterable<Finding> {
  for (const { story, before } of stepsOf(history, landings)) {
    const twin = before.find((other) => other.step?.key === story.step?.key && hasLanded(history, other));
    if (twin !== undefined) yield about(story, `the same step arrived before, as ${twin.id}`);
  }
}

/** Steps come in their order. */
export function* keepsTheOrderOfSteps({ history, handOvers }: Look): Iterable<Finding> {
  for (const { story, before } of stepsOf(history, handOvers)) {
    const own = placeOf(history, story);
    const later = before.find((other) => placeOf(history, other) > own && hasLanded(history, other));
    if (later !== undefined) yield about(story, `handed over after ${later.step?.key}`);
  }
}

/** A step waits its time, counted from when the one before it was handed over. */
export function* waitsBetweenSteps({ history, handOvers }: Look): Iterable<Finding> {
  for (const { story, before, at } of stepsOf(history, handOvers)) {
    const { steps } = history.campaign(story.step?.campaignId ?? '');
    const waits = steps[placeOf(history, story)]?.waitMs ?? 0;
    const last = Math.max(...before.flatMap(({ id }) => history.handOversOf(id)).map((each) => each.at));
    if (at < last + waits) yield about(story, `handed over ${last + waits - at} ms too early`);
  }
}

/** Who has replied gets nothing more where a reply ends it. */
export function* stopsAtAReply({ history, handOvers }: Look): Iterable<Finding> {
  for (const { story, before, at } of stepsOf(history, handOvers)) {
    const { stopsOnReply } = history.campaign(story.step?.campaignId ?? '');
    if (!stopsOnReply || before.length === 0) continue;
    const since = Math.min(...before.flatMap(({ events }) => events[0]?.at ?? at));
    const reply = history.replies.get(story.leadId)?.find((each) => each > since && each < at - FACTS_AGE_MS);
    if (reply !== undefined) yield about(story, `handed over ${at - reply} ms after a reply`);
  }
}

/** A step does not leave once a condition that stops it holds. */
export function* stopsAtAConditionThatHolds({ history, handOvers }: Look): Iterable<Finding> {
  for (const { story, at } of stepsOf(history, handOvers)) {
    const { steps } = history.campaign(story.step?.campaignId ?? '');
    for (const stop of steps[placeOf(history, story)]?.stops ?? []) {
      const age = stop === 'won' ? ANSWERS_AGE_MS : FACTS_AGE_MS;
      const held = history.contact(story.leadId)[stop].within(at - age, at);
      if (!held.includes(false)) yield about(story, `handed over though the contact is ${stop}`);
    }
  }
}

/**
 * Whoever a campaign wrote to hears of it from that line only, unless the workspace has conversations moved, or somebody gave
 * a step another line by hand.
 */
export function* staysOnItsLine({ history, handOvers }: Look): Iterable<Finding> {
  for (const { story, before, lineId } of stepsOf(history, handOvers)) {
    if (history.workspace(story.workspaceId).lineDownPolicy === 'move' || wasGivenLine(story)) continue;
    const lines = before
      .filter((each) => !wasGivenLine(each))
      .flatMap(({ id }) =>
        history.handOversOf(id).flatMap((each) => (each.landedAt === null ? [] : [each.lineId])),
      );
    if (lines.some((other) => other !== lineId))
      yield about(story, `handed over from ${lineId}, after a step from ${lines[0]}`);
  }
}

function wasGivenLine({ events }: Story): boolean {
  return events.some(
    ({ type, data }) =>
      type === 'message.edited' && Array.isArray(data.changed) && data.changed.includes('fromLineId'),
  );
}

/** A campaign that is paused sends nothing. */
export function* pausedSendsNothing({ history, handOvers }: Look): Iterable<Finding> {
  for (const { story, at } of stepsOf(history, handOvers)) {
    const { paused } = history.campaign(story.step?.campaignId ?? '');
    if (!paused.within(at - FACTS_AGE_MS, at).includes(false))
      yield about(story, 'handed over while its campaign was paused');
  }
}

/** Once the world is well again, everybody comes to the end of their way. */
export function* endsEveryWay({ end, onTheWay }: Look): Iterable<Finding> {
  if (!end) return;
  for (const each of onTheWay) yield { text: each };
}

/** `before`: messages of the same way that came into being earlier, but for fallback SMS. */
function* stepsOf(
  history: History,
  handOvers: readonly HandOver[],
): Iterable<{ story: Story; before: Story[]; at: number; lineId: string }> {
  for (const { messageId, at, lineId } of handOvers) {
    const story = history.stories.get(messageId);
    if (story === undefined || story.step === null) continue;
    const way = history.ways.get(story.step.way) ?? [];
    yield { story, before: way.filter(({ id }) => id < messageId), at, lineId };
  }
}

function placeOf(history: History, { step }: Story): number {
  return history.campaign(step?.campaignId ?? '').steps.findIndex(({ key }) => key === step?.key);
}

function hasLanded(history: History, { id }: Story): boolean {
  return history.handOversOf(id).some(({ landedAt }) => landedAt !== null);
}

function about({ id, lineId }: Story, text: string): Finding {
  return { text, messageId: id, lineId };
}
