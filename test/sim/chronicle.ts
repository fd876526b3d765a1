/** Turns events of the app into the history the invariants are asked about. */
import type { MessageStatus } from '../../src/domain/words.ts';
import type { MessageFacts } from './eyes.ts';
import type { Attempt, History, SeenEvent, Story, Terms } from './history.ts';

const NO_TERMS: Terms = { window: null, scheduledDate: null, expiresAt: null };

/** Adds new events in the order in which they happened, each with the state its message was in before. */
export function recordEvents(
  history: History,
  events: readonly SeenEvent[],
  rows: readonly MessageFacts[],
): void {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const byMessage = Map.groupBy(events, (event) => event.messageId);
  for (const [messageId, own] of byMessage) {
    if (messageId === null) own.forEach((event) => void recordLineEvent(history, event));
    else recordMessageEvents(history, own, byId.get(messageId));
  }
}

function recordLineEvent(history: History, event: SeenEvent): void {
  if (event.type !== 'line.health_changed' || event.lineId === null) return;
  history.line(event.lineId).healthy.set(event.at, event.data.status === 'healthy');
}

function recordMessageEvents(
  history: History,
  events: readonly SeenEvent[],
  row: MessageFacts | undefined,
): void {
  const [first] = events;
  if (first?.messageId == null) return;
  if (row === undefined) return void events.forEach((event) => void recordReceived(history, event));
  const story = history.stories.get(row.id) ?? newStory(history, row, first);
  for (const event of inOrder(events, story.events.length === 0 ? null : story.status)) {
    event.before = story.events.length === 0 ? null : story.status;
    story.events.push(event);
    apply(history, story, event);
  }
}

/** Ids of two processes may stand in any order within a millisecond: there, what follows from what decides. */
function inOrder(events: readonly SeenEvent[], status: MessageStatus | null): SeenEvent[] {
  const left = [...events];
  const ordered: SeenEvent[] = [];
  let current: unknown = status;
  while (left.length > 0) {
    const at = left[0]?.at;
    const fitting = left.findIndex(
      (event) => event.at === at && (event.type === 'message.moved' || (event.data.from ?? null) === current),
    );
    const [next] = left.splice(Math.max(0, fitting), 1);
    if (next === undefined) break;
    ordered.push(next);
    current = next.data.status ?? current;
  }
  return ordered;
}

function newStory(history: History, row: MessageFacts, born: SeenEvent): Story {
  const ask = row.batchId === null ? null : (history.asks.get(row.batchId) ?? null);
  const original = row.fallbackOf === null ? undefined : history.stories.get(row.fallbackOf);
  const story: Story = {
    id: row.id,
    workspaceId: row.workspaceId,
    leadId: row.leadId,
    messageType: row.messageType,
    fallbackOf: row.fallbackOf,
    hasPhone: row.recipientPhone !== null,
    ask,
    step: stepOf(row),
    // A fallback SMS keeps what bound its original, edits included.
    terms: original?.terms ?? (ask === null ? termsOfStep(history, row) : termsOf(ask.request)),
    status: 'pending',
    lineId: born.lineId ?? row.lineId,
    events: [],
    attempts: [],
    cancelledAt: null,
    readySince: null,
    readyAs: 0,
  };
  history.stories.set(row.id, story);
  if (story.step !== null) {
    const way = history.ways.get(story.step.way) ?? [];
    history.ways.set(story.step.way, [...way, story]);
  }
  return story;
}

function stepOf({ campaignId, stepKey, campaignEntry, leadId }: MessageFacts): Story['step'] {
  if (campaignId === null || stepKey === null) return null;
  return { campaignId, key: stepKey, way: `${campaignId} ${leadId} ${campaignEntry}` };
}

function termsOfStep(history: History, { campaignId }: MessageFacts): Terms {
  return campaignId === null ? NO_TERMS : { ...NO_TERMS, window: history.campaign(campaignId).window };
}

function termsOf(request: {
  timezone: string | null;
  sendWindowStart: string | null;
  sendWindowEnd: string | null;
  allowedDaysOfWeek: number[] | null;
  scheduledDate: number | null;
  expiresAt: number | null;
}): Terms {
  const { sendWindowStart: start, sendWindowEnd: end, allowedDaysOfWeek: days, timezone } = request;
  const window = start === null && days === null ? null : { timezone: timezone ?? 'UTC', start, end, days };
  return { window, scheduledDate: request.scheduledDate, expiresAt: request.expiresAt };
}

function apply(history: History, story: Story, event: SeenEvent): void {
  story.lineId = event.lineId ?? story.lineId;
  if (event.type === 'message.moved') return;
  if (event.type === 'message.edited')
    story.terms = { ...story.terms, ...history.edits.get(story.id)?.shift() };
  if (event.type === 'message.cancelled') story.cancelledAt = event.at;
  if (event.type === 'message.sending') lease(history, story, event);
  const attempt = story.attempts.at(-1);
  if (attempt !== undefined && attempt.end === null) attempt.end = endOf(event);
  if (typeof event.data.status === 'string') story.status = event.data.status as MessageStatus;
}

function lease(history: History, story: Story, event: SeenEvent): void {
  const line = history.line(event.lineId ?? story.lineId);
  const attempt: Attempt = {
    story,
    number: Number(event.data.attempt),
    lineId: line.id,
    leasedAt: event.at,
    reservedAt: event.at,
    firstTouch: event.data.firstTouch === true,
    end: null,
    landed: false,
  };
  story.attempts.push(attempt);
  line.attempts.push(attempt);
}

function endOf({ type, data }: SeenEvent): Attempt['end'] {
  switch (type) {
    case 'message.sent':
    case 'message.delivered':
    case 'message.opened':
      return 'left';
    case 'message.retrying':
    case 'message.fallback':
    // While an attempt is under way: its step was stopped in the last moment before it would have been handed over.
    case 'message.cancelled':
      return 'returned';
    case 'message.failed':
      return data.reason === 'outcome_unknown' ? 'unclear' : 'returned';
    default:
      return null;
  }
}

function recordReceived(history: History, { type, leadId, lineId, at }: SeenEvent): void {
  if (type !== 'message.received' || leadId === null || lineId === null) return;
  history.replies.set(leadId, [...(history.replies.get(leadId) ?? []), at]);
  const { wroteFirst } = history.line(lineId);
  if (!wroteFirst.has(leadId)) wroteFirst.set(leadId, at);
}
