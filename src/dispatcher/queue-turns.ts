/** Whose turn it is on the lines of a pass: what waits on each, and what of it would go, on paper. */
import type { WorkspaceSnapshot } from '../actions/messages/workspace-snapshot.ts';
import { afterClockStep, reserve } from '../domain/pacing.ts';
import { pickNext } from '../domain/pick.ts';
import { type LineRow, paceOf } from '../store/lines/lines.ts';
import type { QueueHead } from '../store/messages/deliveries.ts';

/** One line during a pass. */
export interface LineTurn {
  line: LineRow;
  canSend: boolean;
  /** When to look again if it can't send now; null = when somebody wakes it. */
  recheckAt: number | null;
  heads: QueueHead[];
  /** In the order they would go. */
  picks: QueueHead[];
  /** Heads that were not picked. */
  waiting: QueueHead[];
  /** By queue, the heads of those of which more may wait than was read. */
  unread: readonly (readonly QueueHead[])[];
}

export function startTurns(
  lines: readonly LineRow[],
  heads: readonly QueueHead[],
  snapshot: WorkspaceSnapshot,
  now: number,
): LineTurn[] {
  const readOnly = snapshot.workspace.billingStatus === 'past_due';
  const byLine = Map.groupBy(heads, (head) => head.lineId);
  return lines.map((line) => {
    const own = byLine.get(line.id) ?? [];
    const classes = Map.groupBy(own, (head) => `${head.queuedAsFirstTouch} ${head.priority}`);
    return {
      line,
      canSend: line.isActive && line.healthStatus === 'healthy' && !readOnly,
      recheckAt: readOnly && own.length > 0 ? now + READ_ONLY_RECHECK_MS : null,
      heads: own,
      picks: [],
      waiting: own,
      unread: [...classes.values()].filter((each) => each.length === depthOf(line)),
    };
  });
}

/**
 * Runs each line's queue on paper, as if every message passed its gates, so that facts are read for these alone. Lines
 * take turns, the one that sent longest ago first: where places are few, none of them takes all.
 */
export function pickUpTo(turns: readonly LineTurn[], capacity: number, now: number): string[] {
  const deviceSends = new Map<string, number | null>();
  const paces = new Map(turns.map((turn) => [turn, afterClockStep(paceOf(turn.line), now)]));
  let taking = turns
    .filter((turn) => turn.canSend)
    .toSorted((a, b) => (a.line.lastSendAt ?? 0) - (b.line.lastSendAt ?? 0));
  let left = capacity;
  while (taking.length > 0 && left > 0) {
    taking = taking.filter((turn) => {
      const { deviceId } = turn.line;
      const own = paces.get(turn);
      if (left === 0 || own === undefined) return false;
      const pace = { ...own, deviceLastSendAt: deviceSends.get(deviceId) ?? own.deviceLastSendAt };
      const { pick } = pickNext(turn.waiting, pace, now);
      if (pick === null) return false;
      turn.picks.push(pick);
      turn.waiting = turn.waiting.filter((head) => head !== pick);
      left -= 1;
      paces.set(turn, reserve(pace, now, pick.firstTouch).pace);
      deviceSends.set(deviceId, now);
      return true;
    });
  }
  return turns.flatMap((turn) => turn.picks.map((pick) => pick.id));
}

/** A line with a gap sends one, and a second stands by. */
const DEPTH_WITH_GAP = 2;
const DEPTH_WITHOUT_GAP = 16;
const READ_ONLY_RECHECK_MS = 60_000;

/** Messages looked at per line, class and pass. */
export function depthOf(line: LineRow): number {
  return line.deviceGapMs > 0 ? DEPTH_WITH_GAP : DEPTH_WITHOUT_GAP;
}
