/** Everything that was taken on comes to an end, and in good time. */
import { isSettled, isWaiting } from '../../../src/domain/lifecycle.ts';
import type { LineFacts, MessageFacts } from '../eyes.ts';
import type { History, LineRecord } from '../history.ts';
import type { Finding, Look } from '../judge.ts';
import { localTime, mayGo } from '../oracle.ts';

const HOUR_MS = 3_600_000;
/** Attempts, retries and other people's turns that may come first, for each message that shares the device. */
const TURN_MS = 60_000;
const PATIENCE_MS = 1_800_000;

/** Nothing waits for ever: once the world is well again, every message ends. */
export function* endsEverything({ messages, end }: Look): Iterable<Finding> {
  if (!end) return;
  for (const { id, status, lineId } of messages) {
    if (!isSettled(status)) yield { text: `it is still ${status}`, messageId: id, lineId };
  }
}

/** What was answered is stored: no acknowledged message is lost. */
export function* keepsWhatItAccepted({ history, whole }: Look): Iterable<Finding> {
  if (!whole) return;
  for (const { id, answered } of history.asks.values()) {
    if (answered !== null && !history.stories.has(answered))
      yield { text: `${id} was answered and is not stored`, messageId: answered };
  }
}

/** One request is one message, however often it is repeated under its Idempotency-Key. */
export function* storesEachAskOnce({ history, whole }: Look): Iterable<Finding> {
  if (!whole) return;
  const originals = [...history.stories.values()].filter(
    (story) => story.fallbackOf === null && story.step === null,
  );
  for (const [ask, stories] of Map.groupBy(originals, (story) => story.ask)) {
    if (ask !== null && stories.length === 1) continue;
    const messageId = stories[0]?.id ?? '';
    yield { text: `${ask?.id ?? 'a request nobody made'} became ${stories.length} messages`, messageId };
  }
}

/** No class starves: a message with every other gate open has its turn within an hour a class, and its queue's time. */
export function* servesEveryClass({
  history,
  messages,
  lines,
  now,
  monotonic,
  whole,
}: Look): Iterable<Finding> {
  if (!whole) return;
  const counters = new Map(lines.map((line) => [line.id, line]));
  for (const message of messages) {
    const story = history.story(message.id);
    const line = history.line(message.lineId);
    const facts = counters.get(line.id);
    if (facts === undefined || !isReady(history, message, line, facts, now, messages)) {
      story.readySince = null;
      story.readyAs = 0;
      continue;
    }
    story.readySince ??= monotonic;
    story.readyAs = Math.max(story.readyAs, message.priority);
    const queueMs = sharing(history, line) * Math.max(TURN_MS, ...paces(history, line));
    const waited = monotonic - story.readySince;
    if (waited <= story.readyAs * HOUR_MS + queueMs + PATIENCE_MS) continue;
    yield {
      text: `ready for ${Math.round(waited / 60_000)} min and not served`,
      messageId: message.id,
      lineId: line.id,
    };
  }
}

/** Every gate open but the gaps of its line and device. */
function isReady(
  history: History,
  message: MessageFacts,
  line: LineRecord,
  facts: LineFacts,
  now: number,
  messages: readonly MessageFacts[],
): boolean {
  const { terms } = history.story(message.id);
  const settings = line.settings.latest;
  const usedToday = facts.usageDay === localTime(line.capTimezone, now).day;
  const usedThisHour = facts.usageHour === Math.floor(now / HOUR_MS) * HOUR_MS;
  const hasRoom = (cap: number | null, used: number, counts: boolean) =>
    cap === null || !counts || used < cap;
  return (
    isWaiting(message.status) &&
    message.dueAt <= now &&
    (terms.window === null || mayGo(terms.window, now)) &&
    settings.isActive &&
    line.healthy.latest &&
    !history.workspace(message.workspaceId).pastDue.latest &&
    hasRoom(settings.dailyTotal, facts.total, usedToday) &&
    hasRoom(settings.dailyNew, facts.firstTouches, usedToday) &&
    hasRoom(settings.hourlyNew, facts.firstTouchesHour, usedThisHour) &&
    !messages.some(
      (other) =>
        other.leadId === message.leadId && (other.status === 'sending' || other.status === 'unknown'),
    )
  );
}

/** Messages that ever used its device. */
function sharing(history: History, { deviceId }: LineRecord): number {
  return [...history.stories.values()].filter((story) => history.line(story.lineId).deviceId === deviceId)
    .length;
}

function paces(history: History, line: LineRecord): number[] {
  return [history.deviceGaps.get(line.deviceId)?.latest ?? 0, line.settings.latest.contactGapMs];
}
