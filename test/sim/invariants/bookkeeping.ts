/** What the app writes down is what happened: states, events, counters, leases. */
import { EVENT_OF, LIFECYCLE, LIFECYCLE_EVENTS } from '../../../src/domain/lifecycle.ts';
import type { MessageStatus } from '../../../src/domain/words.ts';
import type { LineFacts, MessageFacts } from '../eyes.ts';
import type { Attempt, LineRecord, SeenEvent } from '../history.ts';
import type { Finding, Look } from '../judge.ts';
import { localTime } from '../oracle.ts';

const HOUR_MS = 3_600_000;
/** How a message may come into the world. */
const BIRTHS: Readonly<Record<string, readonly MessageStatus[]>> = {
  'message.accepted': ['pending', 'scheduled', 'queued'],
  'message.failed': ['failed'],
  'message.fallback': ['fallback'],
};

/** Each event begins where the one before it ended: no transition is missing, none is told twice. */
export function* tellsEveryTransitionOnce({ events }: Look): Iterable<Finding> {
  for (const { type, messageId, before, data } of events) {
    if (messageId === null || before === null || type === 'message.moved') continue;
    if (data.from === before) continue;
    yield { text: `${type} tells of a message that was ${data.from}, but it was ${before}`, messageId };
  }
}

/** Every transition is one of the lifecycle's. */
export function* obeysTheLifecycle({ history, events }: Look): Iterable<Finding> {
  for (const event of events) {
    const { type, messageId, data } = event;
    if (messageId === null || !history.stories.has(messageId) || type === 'message.moved') continue;
    if (isLawful(event)) continue;
    yield { text: `${type} led from ${data.from} to ${data.status}`, messageId };
  }
}

function isLawful({ type, before, data }: SeenEvent): boolean {
  const to = data.status as MessageStatus;
  if (before === null) return BIRTHS[type]?.includes(to) ?? false;
  return LIFECYCLE_EVENTS.some((event) => {
    const next = LIFECYCLE[before][event];
    return EVENT_OF[event] === type && (next === 'same' ? before : next) === to;
  });
}

/** The state of a message is what its events say. */
export function* isWhatItsEventsTell({ history, messages }: Look): Iterable<Finding> {
  for (const { id, status } of messages) {
    const told = history.stories.get(id)?.status;
    if (told !== status)
      yield { text: `it is ${status}; by its events it is ${told ?? 'unheard of'}`, messageId: id };
  }
}

/**
 * The counters of a line are what left in their day and hour, and what may yet turn out to have left: an attempt that
 * did not leave has given back what it took, and no other has.
 */
export function* countsWhatLeft({ history, lines }: Look): Iterable<Finding> {
  for (const facts of lines) {
    const line = history.line(facts.id);
    for (const [what, counted, real] of recount(line, facts)) {
      if (counted === real) continue;
      yield { text: `${counted} ${what} counted, ${real} left or may have`, lineId: line.id };
    }
  }
}

function* recount(line: LineRecord, facts: LineFacts): Iterable<[string, number, number]> {
  const holding = line.attempts.filter(holds);
  const today = holding.filter((each) => localTime(line.capTimezone, each.reservedAt).day === facts.usageDay);
  const thisHour = holding.filter(
    (each) => Math.floor(each.reservedAt / HOUR_MS) * HOUR_MS === facts.usageHour,
  );
  const openings = (attempts: readonly Attempt[]) => attempts.filter((each) => each.firstTouch).length;
  yield ['messages of the day', facts.total, today.length];
  yield ['first touches of the day', facts.firstTouches, openings(today)];
  yield ['first touches of the hour', facts.firstTouchesHour, openings(thisHour)];
}

/** It left, or nobody knows yet, or nobody ever will. */
function holds(attempt: Attempt): boolean {
  return attempt.landed || attempt.end !== 'returned';
}

/** How many leads are in a list, or stand somewhere in a campaign, is kept; it is what a count of them would say. */
export function* countsLeadsAsTheyAre({ miscounted }: Look): Iterable<Finding> {
  for (const { groupId, status, stepKey, kept, real } of miscounted)
    yield { text: `${kept ?? 0} leads counted in ${groupId} (${status} ${stepKey}), ${real ?? 0} are there` };
}

/** Leases, reservations and questions end with what they were for. */
export function* leavesNothingBehind({ messages }: Look): Iterable<Finding> {
  for (const message of messages) {
    for (const text of leftovers(message)) yield { text, messageId: message.id };
  }
}

function* leftovers({ status, reason, leaseUntil, reserved, reconcileAt }: MessageFacts): Iterable<string> {
  const mayHold =
    ['sending', 'unknown', 'sent', 'delivered'].includes(status) ||
    reason === 'outcome_unknown' ||
    reason === 'bounced';
  if (leaseUntil !== null && status !== 'sending') yield `it is ${status} and still leased`;
  if (leaseUntil === null && status === 'sending') yield 'it is sending without a lease';
  if (reserved !== null && !mayHold) yield `it is ${status} and still holds what it reserved`;
  if (reconcileAt !== null && status !== 'unknown') yield `it is ${status} and still to be asked for`;
  if (reconcileAt === null && status === 'unknown') yield 'it is unknown and nobody will ask for it';
}

/** `sent` and `delivered` mean that a copy left; whatever else ended means that none did, unless it says so. */
export function* saysWhatHappened({ history, messages }: Look): Iterable<Finding> {
  for (const { id, status, reason } of messages) {
    const landed = history.handOversOf(id).filter((handOver) => handOver.landedAt !== null);
    const left = landed.length > 0;
    // Clocks that step twice within a second outrun a sender: what it is about to report is not denied for good.
    const isReported = landed.some(({ answered, sender }) => answered !== null || !sender.isAlive);
    if ((status === 'sent' || status === 'delivered') && !left) {
      yield { text: `it is ${status}, and nothing left`, messageId: id };
    }
    const deniesIt = ['fallback', 'cancelled', 'pending', 'scheduled', 'queued'].includes(status);
    const failed = status === 'failed' && reason !== 'outcome_unknown' && reason !== 'bounced';
    if (isReported && (deniesIt || failed))
      yield { text: `it is ${status} (${reason}), and a copy left`, messageId: id };
  }
}
