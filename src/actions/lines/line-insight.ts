/** How a line is doing, in figures (contract/lines/line-insight.ts). Nothing here is counted message by message but what waits. */
import {
  COUNT_WAITING_UP_TO,
  type LineActivity,
  type LineHealthInputs,
  type LineQueues,
} from '../../contract/lines/line-insight.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { FAILURES_UNTIL_DOWN } from '../../domain/line-health.ts';
import {
  HIGH_RISK_SLOWDOWN,
  RECOMMENDATIONS,
  SCORE_WINDOW_MS,
  scoreInputs,
  scoreLine,
} from '../../domain/line-score.ts';
import { hourOf, NEVER, opensAt } from '../../domain/pacing.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { countQueues } from '../../store/lines/line-queue.ts';
import { readTallies } from '../../store/lines/line-tallies.ts';
import { findLine, findLineOrDeleted, type LineRow, listLines, paceOf } from '../../store/lines/lines.ts';
import type { Caller } from '../access/authenticate.ts';

const HOUR_MS = 3_600_000;

export async function readLineActivity(
  deps: Deps,
  { workspaceId }: Caller,
  id: string,
  hours: number,
): Promise<LineActivity> {
  const line = await findLineOrDeleted(deps.database, workspaceId, id);
  if (line === null) throw problem('LINE_NOT_FOUND');
  const last = hourOf(deps.clock.now());
  const first = last - (hours - 1) * HOUR_MS;
  const tallies = await readTallies(deps.database, workspaceId, id, first - HOUR_MS);
  const byHour = new Map(tallies.map((tally) => [tally.hour, tally]));
  const counted = Array.from({ length: hours }, (_, n) => {
    const hour = first + n * HOUR_MS;
    const { sent = 0, delivered = 0, failed = 0, replies = 0 } = byHour.get(hour) ?? {};
    return { hour: toIso(hour), sent, delivered, failed, received: replies };
  });
  const total = { sent: 0, delivered: 0, failed: 0, received: 0 };
  for (const each of counted) {
    total.sent += each.sent;
    total.delivered += each.delivered;
    total.failed += each.failed;
    total.received += each.received;
  }
  return { lineId: id, hours: counted, total };
}

export async function readLineHealth(
  deps: Deps,
  { workspaceId }: Caller,
  id: string,
): Promise<LineHealthInputs> {
  const line = await findLine(deps.database, workspaceId, id);
  if (line === null) throw problem('LINE_NOT_FOUND');
  const since = deps.clock.now() - SCORE_WINDOW_MS;
  const score = scoreLine(await readTallies(deps.database, workspaceId, id, since));
  const { risk, because } = score;
  return {
    lineId: id,
    status: line.healthStatus,
    isActive: line.isActive,
    lastCheckedAt: toIsoOrNull(line.healthCheckedAt),
    downSince: toIsoOrNull(line.downSince),
    checks: {
      inARow: line.healthFailures,
      untilDown: FAILURES_UNTIL_DOWN,
      sentence: checksSentence(line),
    },
    sends: { inARow: line.refusals, untilDown: FAILURES_UNTIL_DOWN, sentence: sendsSentence(line) },
    risk,
    because,
    recommendation: RECOMMENDATIONS[risk],
    // What holds now: the gaps follow the score that the last check stored.
    slowdown: line.risk === 'high' ? HIGH_RISK_SLOWDOWN : 1,
    inputs: scoreInputs(score).map((each) => ({ ...each, decides: risk !== 'low' && each.risk === risk })),
  };
}

function checksSentence({ healthFailures, healthCheckedAt, isActive }: LineRow): string {
  if (!isActive) return 'The line is switched off, so it is not checked.';
  if (healthCheckedAt === null) return 'It was not checked yet.';
  if (healthFailures === 0) return 'Its last check found nothing wrong.';
  return `Its last ${healthFailures === 1 ? 'check' : `${healthFailures} checks`} found trouble; ${FAILURES_UNTIL_DOWN} in a row bring it down.`;
}

function sendsSentence({ refusals }: LineRow): string {
  if (refusals === 0) return 'Its last send met no fault of the line.';
  return `Its last ${refusals === 1 ? 'send' : `${refusals} sends`} failed for a fault of the line; ${FAILURES_UNTIL_DOWN} in a row bring it down.`;
}

export async function readLineQueues(deps: Deps, { workspaceId }: Caller): Promise<LineQueues> {
  const lines = await listLines(deps.database, workspaceId);
  const counts = await countQueues(deps.database, workspaceId, COUNT_WAITING_UP_TO + 1);
  const byLine = new Map(counts.map((each) => [each.lineId, each]));
  const now = deps.clock.now();
  return {
    queues: lines.map((line) => {
      const { waiting = 0, underWay = 0 } = byLine.get(line.id) ?? {};
      const pace = paceOf(line);
      return {
        lineId: line.id,
        waiting: Math.min(waiting, COUNT_WAITING_UP_TO),
        isMore: waiting > COUNT_WAITING_UP_TO,
        underWay,
        nextMessageAt: instantOrNull(opensAt(pace, now, false)),
        nextConversationAt: instantOrNull(opensAt(pace, now, true)),
      };
    }),
  };
}

function instantOrNull(at: number): string | null {
  return at === NEVER ? null : toIso(at);
}
