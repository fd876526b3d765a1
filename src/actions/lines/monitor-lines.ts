/** How lines are doing: the published score in the documented form, and the health of one (contract 6, D19). */
import type { LineHealthAnswer, SpamMonitorAnswer } from '../../contract/lines/lines.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { CHECKS_PER_DAY, canCheck, usedChecks } from '../../domain/availability.ts';
import { startOfNextDay } from '../../domain/day.ts';
import { RECOMMENDATIONS, SCORE_WINDOW_MS, scoreLine } from '../../domain/line-score.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { readChecker } from '../../store/leads/availability.ts';
import { readAllTallies } from '../../store/lines/line-tallies.ts';
import { findLine, type LineRow, listLines } from '../../store/lines/lines.ts';
import type { Caller } from '../access/authenticate.ts';
import { checkLineHealth } from './check-line-health.ts';

/** Whoever asks in a loop must not bring a line down by it: seven checks that fail do. */
const ASK_AGAIN_MS = 10_000;

export async function monitorLines(deps: Deps, { workspaceId }: Caller): Promise<SpamMonitorAnswer> {
  const since = deps.clock.now() - SCORE_WINDOW_MS;
  const lines = await listLines(deps.database, workspaceId);
  const tallies = Map.groupBy(
    await readAllTallies(deps.database, workspaceId, since),
    ({ lineId }) => lineId,
  );
  return {
    lines: lines.map(({ id, phone, email, channelType }) => {
      const ofLine = tallies.get(id) ?? [];
      const { risk, sent, failed, failureRate, consecutiveFailures, replyRate, because } = scoreLine(ofLine);
      return {
        lineId: id,
        linePhone: phone,
        lineType: channelType,
        totalSentLast24h: sent + failed,
        failedLast24h: failed,
        failureRate,
        consecutiveFailures,
        spamRisk: risk,
        recommendation: RECOMMENDATIONS[risk],
        lineEmail: email,
        repliesLast24h: ofLine.reduce((sum, { replies }) => sum + replies, 0),
        replyRate,
        because,
      };
    }),
  };
}

/** `id` null: no id of ours. */
export async function checkLine(
  deps: Deps,
  { workspaceId }: Caller,
  id: string | null,
): Promise<LineHealthAnswer> {
  const { database, clock } = deps;
  const before = id === null ? null : await findLine(database, workspaceId, id);
  if (before === null) throw problem('LINE_NOT_FOUND');
  const lineId = before.id;
  const trouble = before.isActive
    ? await checkLineHealth(deps, { workspaceId, lineId, before: clock.now() - ASK_AGAIN_MS })
    : null;
  const line = (await findLine(database, workspaceId, lineId)) ?? before;
  return {
    success: true,
    lineId,
    healthy: line.isActive && line.healthStatus === 'healthy',
    healthCheck: { status: line.healthStatus, lastCheckedAt: toIsoOrNull(line.healthCheckedAt) },
    message: describe(line, trouble),
    availabilityChecks: await checksOf(deps, line),
  };
}

function describe(line: LineRow, trouble: string | null): string {
  if (!line.isActive) return 'The line is not active';
  if (line.healthStatus === 'down')
    return trouble === null
      ? 'The line is down; its health is checked every minute'
      : `The line is down: ${trouble}`;
  return trouble === null
    ? 'The line is healthy'
    : `The line counts as healthy, but its last check failed: ${trouble}`;
}

async function checksOf(
  { database, clock }: Deps,
  line: LineRow,
): Promise<LineHealthAnswer['availabilityChecks']> {
  const checker =
    line.messageType === 'imessage' ? await readChecker(database, line.workspaceId, line.id) : null;
  if (checker === null) return null;
  const now = clock.now();
  return {
    canCheck: canCheck(checker, now),
    usedToday: usedChecks(checker, now).checks,
    limit: CHECKS_PER_DAY,
    resetsAt: toIso(startOfNextDay('UTC', now)),
  };
}
