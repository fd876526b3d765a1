/**
 * How fast a line may speak, by the world's account and not the counters': of those attempts alone that left. Caps count
 * for the day and hour in which they were taken last, with the lease or anew at the hand-over, and are judged by that; gaps
 * are judged by the instants of hand-over, to within a second.
 */
import type { Attempt, HandOver, History, LineRecord, LineSettings } from '../history.ts';
import type { Finding, Look } from '../judge.ts';
import { localTime } from '../oracle.ts';

const HOUR_MS = 3_600_000;
/** Waiting for a carrier between lease and hand-over goes unnoticed for so long. */
const TO_WITHIN_MS = 1_000;

/** A line never sends more in a day of its zone than its daily total allowed at each moment. */
export function* keepsTheDailyTotal({ history, landings }: Look): Iterable<Finding> {
  for (const { line, attempts } of ofTheSame(dayOf, history, landings)) {
    yield* overCap(line, attempts, (settings) => settings.dailyTotal, 'messages a day');
  }
}

/** A line never opens more conversations in a day than its cap allowed. */
export function* keepsTheDailyFirstTouches({ history, landings }: Look): Iterable<Finding> {
  for (const { line, attempts } of ofTheSame(dayOf, history, landings)) {
    const opening = attempts.filter((attempt) => isFirstTouch(line, attempt));
    yield* overCap(line, opening, (settings) => settings.dailyNew, 'new conversations a day');
  }
}

/** A line never opens more conversations in an hour than its cap allowed. */
export function* keepsTheHourlyFirstTouches({ history, landings }: Look): Iterable<Finding> {
  for (const { line, attempts } of ofTheSame(hourOf, history, landings)) {
    const opening = attempts.filter((attempt) => isFirstTouch(line, attempt));
    yield* overCap(line, opening, (settings) => settings.hourlyNew, 'new conversations an hour');
  }
}

/** Two messages of one device, whichever its lines, never leave closer than its gap. */
export function* keepsTheDeviceGap({ history, landings }: Look): Iterable<Finding> {
  for (const deviceId of new Set(landings.map(({ lineId }) => history.line(lineId).deviceId))) {
    const lines = [...history.lines.values()].filter((line) => line.deviceId === deviceId);
    const gaps = history.deviceGaps.get(deviceId);
    const least = (at: number) => Math.min(...(gaps?.within(at) ?? [0]));
    yield* tooClose(history, lines.flatMap(left), least, `device ${deviceId}`);
  }
}

/** First messages of a line to different contacts never leave closer than its contact gap. */
export function* keepsTheContactGap({ history, landings }: Look): Iterable<Finding> {
  for (const line of new Set(landings.map(({ lineId }) => history.line(lineId)))) {
    const opening = left(line).filter((attempt) => isFirstTouch(line, attempt));
    const least = (at: number) =>
      Math.min(...line.settings.within(at).map(({ contactGapMs }) => contactGapMs));
    yield* tooClose(history, opening, least, `new contacts of line ${line.id}`);
  }
}

/** Attempts of a line that reached somebody, in the order of their reservations. */
function left(line: LineRecord): Attempt[] {
  return line.attempts
    .filter((attempt) => attempt.landed)
    .toSorted((one, other) => one.reservedAt - other.reservedAt);
}

/** For each new landing: everything that left from its line in the same day, or hour. */
function* ofTheSame(
  unit: (line: LineRecord, at: number) => string,
  history: History,
  landings: readonly HandOver[],
): Iterable<{ line: LineRecord; attempts: Attempt[] }> {
  for (const { messageId, attempt, lineId } of landings) {
    const line = history.line(lineId);
    const leased = history.story(messageId).attempts.find((each) => each.number === attempt);
    if (leased === undefined) continue;
    const same = unit(line, leased.reservedAt);
    yield { line, attempts: left(line).filter((each) => unit(line, each.reservedAt) === same) };
  }
}

function* overCap(
  line: LineRecord,
  attempts: readonly Attempt[],
  capOf: (settings: LineSettings) => number | null,
  what: string,
): Iterable<Finding> {
  for (const [index, { reservedAt, story }] of attempts.entries()) {
    const caps = line.settings.within(reservedAt).map(capOf);
    if (caps.some((cap) => cap === null || index < cap)) continue;
    yield { text: `number ${index + 1} of at most ${caps} ${what}`, messageId: story.id, lineId: line.id };
  }
}

function* tooClose(
  history: History,
  attempts: readonly Attempt[],
  leastAt: (instant: number) => number,
  what: string,
): Iterable<Finding> {
  const handedAt = ({ story, number }: Attempt) =>
    history.handOversOf(story.id).find((each) => each.attempt === number && each.landedAt !== null)?.at ?? 0;
  const inOrder = attempts.toSorted((one, other) => handedAt(one) - handedAt(other));
  for (const [earlier, later] of neighbours(inOrder)) {
    const at = handedAt(later);
    const gapMs = at - handedAt(earlier);
    const leastMs = leastAt(at);
    if (gapMs >= leastMs - TO_WITHIN_MS) continue;
    const text = `${gapMs} ms after ${earlier.story.id}, and not ${leastMs}: ${what}`;
    yield { text, messageId: later.story.id, lineId: later.lineId };
  }
}

/** Whether it is what opened the conversation: before it nothing went, or may have gone, and nobody wrote. */
function isFirstTouch(line: LineRecord, attempt: Attempt): boolean {
  const { leadId } = attempt.story;
  if ((line.wroteFirst.get(leadId) ?? Number.POSITIVE_INFINITY) <= attempt.leasedAt) return false;
  return !line.attempts.some(
    (other) =>
      other !== attempt &&
      other.story.leadId === leadId &&
      other.leasedAt <= attempt.leasedAt &&
      (other.landed || other.end === 'unclear'),
  );
}

function dayOf(line: LineRecord, at: number): string {
  return localTime(line.capTimezone, at).day;
}

function hourOf(_line: LineRecord, at: number): string {
  return String(Math.floor(at / HOUR_MS));
}

function neighbours(attempts: readonly Attempt[]): [Attempt, Attempt][] {
  return attempts.slice(1).map((later, index) => [attempts[index] ?? later, later]);
}
