/**
 * Which line a message leaves from (D16, D18): the one asked for; else the one that already talks to this lead; else the
 * least recently used one that is up and has room today; else the one that is free earliest. The reason is stored.
 */
import { type LinePace, opensAt, usageAt } from './pacing.ts';
import type { LineDownPolicy, MessageType } from './words.ts';

/** A line as the choice sees it. Instants in ms UTC. */
export interface LineFacts {
  id: string;
  messageType: MessageType;
  isActive: boolean;
  isHealthy: boolean;
  pace: LinePace;
  /** Last time it was chosen or sent, whichever is later; null = never. */
  lastUsedAt: number | null;
  /** First touches already waiting on it, counted no further than its room today. */
  waitingFirstTouches: number;
}

/** Why a line was chosen (D16); `fallback` and `moved` (D18) are given by those who move a message, `campaign_turn` by campaigns. */
export const LINE_REASONS = [
  'requested',
  'conversation',
  'least_recently_used',
  'free_earliest',
  'fallback',
  'moved',
  'campaign_turn',
] as const;
export type LineReason = (typeof LINE_REASONS)[number];

/** Stored with the message and shown as `lineDecision`. */
export interface LineDecision {
  lineId: string;
  reason: LineReason;
  /** One sentence for people. */
  because: string;
}

/** What a message asks of its line. */
export interface LineRequest {
  messageType: MessageType;
  /** The line of the last message to this lead, if any. */
  talkingLineId: string | null;
  /** A line on which an earlier message to this lead still waits; asked when none talks to the lead yet. */
  waitingLineId: string | null;
  lineDownPolicy: LineDownPolicy;
}

/** null when the workspace has no active line for this type of message: then not even a conversation waits for its own. */
export function chooseLine(lines: readonly LineFacts[], wish: LineRequest, now: number): LineDecision | null {
  const ofType = lines.filter((line) => line.messageType === wish.messageType);
  const active = ofType.filter((line) => line.isActive);
  if (active.length === 0) return null;
  const talking = ofType.find((line) => line.id === wish.talkingLineId);
  if (talking !== undefined && (isUp(talking) || wish.lineDownPolicy !== 'move')) {
    return {
      lineId: talking.id,
      reason: 'conversation',
      because: isUp(talking)
        ? 'This line already talks to the contact.'
        : `This line already talks to the contact; it is ${troubleOf(talking)}, and conversations wait for their line.`,
    };
  }
  const waiting = active.find((line) => line.id === wish.waitingLineId && line.isHealthy);
  if (waiting !== undefined) {
    return {
      lineId: waiting.id,
      reason: 'conversation',
      because: 'An earlier message to the contact waits on this line.',
    };
  }
  const withRoom = active.filter((line) => line.isHealthy && hasRoomToday(line, now));
  const rested = leastBy(withRoom, (line) => line.lastUsedAt ?? Number.NEGATIVE_INFINITY);
  if (rested !== null) {
    return {
      lineId: rested.id,
      reason: 'least_recently_used',
      because: 'Least recently used of the lines that are up and have room today.',
    };
  }
  const up = active.filter((line) => line.isHealthy);
  const earliest = leastBy(up.length > 0 ? up : active, (line) => opensAt(line.pace, now, true));
  if (earliest === null) return null;
  return {
    lineId: earliest.id,
    reason: 'free_earliest',
    because: 'No line has room today; this one is free earliest.',
  };
}

function isUp(line: LineFacts): boolean {
  return troubleOf(line) === null;
}

/** Why a line can't send, as a part of a sentence: "it is …"; null when it can. */
export function troubleOf({ isActive, isHealthy }: Pick<LineFacts, 'isActive' | 'isHealthy'>): string | null {
  if (!isActive) return 'not active';
  return isHealthy ? null : 'down';
}

function hasRoomToday({ pace, waitingFirstTouches }: LineFacts, now: number): boolean {
  return roomToday(pace, now) - waitingFirstTouches > 0;
}

/** New conversations that fit into what is left of the day, whatever waits; Infinity without a cap. */
export function roomToday(pace: LinePace, now: number): number {
  const usage = usageAt(pace, now);
  const newLeft = (pace.dailyNewConversationsLimit ?? Number.POSITIVE_INFINITY) - usage.newConversations;
  const totalLeft = (pace.dailyTotalMessagesLimit ?? Number.POSITIVE_INFINITY) - usage.totalMessages;
  return Math.max(0, Math.min(newLeft, totalLeft));
}

/** The first of the least, so that ties go in a stable order. */
function leastBy<Item>(items: readonly Item[], measure: (item: Item) => number): Item | null {
  let best: Item | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const value = measure(item);
    if (best === null || value < least) {
      best = item;
      least = value;
    }
  }
  return best;
}
