/** Asks a line how it is, once a minute, and notes what its sends meet; `domain/line-health.ts` decides what follows. */

import type { Deps } from '../../deps.ts';
import { type HealthNews, healthAfter, type LineHealth } from '../../domain/line-health.ts';
import { SCORE_WINDOW_MS, scoreLine } from '../../domain/line-score.ts';
import { insertEvents } from '../../store/events/events.ts';
import { lockLines, wakeLines } from '../../store/lines/line-queue.ts';
import { forgetTallies, readTallies } from '../../store/lines/line-tallies.ts';
import { findLine, type LineRow } from '../../store/lines/lines.ts';
import { claimHealthCheck, storeHealth } from '../../store/messages/due.ts';
import { channelLine } from './channel-line.ts';

export interface HealthQuestion {
  workspaceId: string;
  lineId: string;
  /** Only if it was last asked at or before this. */
  before: number;
}

/** Twice what the score looks at: nobody asks for older hours. */
const KEEP_TALLIES_MS = 2 * SCORE_WINDOW_MS;

/** Answers what is wrong; null when nothing is, or when it was asked too lately. */
export async function checkLineHealth(
  deps: Deps,
  { workspaceId, lineId, before }: HealthQuestion,
): Promise<string | null> {
  if (!(await claimHealthCheck(deps.database, workspaceId, lineId, before, deps.clock.now()))) return null;
  const line = await findLine(deps.database, workspaceId, lineId);
  const channel = line === null ? undefined : deps.channels.get(line.transport);
  if (line === null || channel === undefined) return null;
  const answer = await channel
    .checkHealth(channelLine(deps.secrets, line))
    .catch((error: Error) => ({ healthy: false as const, message: error.message }));
  if (answer.healthy) await noteHealth(deps, workspaceId, lineId, 'fine');
  else await noteHealth(deps, workspaceId, lineId, 'wrong', answer.message);
  return answer.healthy ? null : answer.message;
}

/** `because` names the trouble, for the event; a line without any needs none. */
export async function noteHealth(
  deps: Deps,
  workspaceId: string,
  lineId: string,
  news: HealthNews,
  because: string | null = null,
): Promise<void> {
  const changed = await deps.database.transaction(async (tx) => {
    const [line] = await lockLines(tx, workspaceId, [lineId], { skipLocked: false });
    if (line === undefined) return false;
    const now = deps.clock.now();
    const health = healthAfter(healthOf(line), news, now);
    const { status } = health;
    const score = scoreLine(await readTallies(tx, workspaceId, lineId, now - SCORE_WINDOW_MS));
    await forgetTallies(tx, workspaceId, lineId, now - KEEP_TALLIES_MS);
    await storeHealth(tx, workspaceId, lineId, health, score, now);
    if (status === line.healthStatus && score.risk === line.risk) return false;
    await wakeLines(tx, workspaceId, [lineId], [deps.ids()]);
    const reason = status === line.healthStatus ? score.because : (because ?? 'It answers again');
    const data = { from: line.healthStatus, status, risk: score.risk, because: reason };
    const event = {
      id: deps.ids(),
      type: 'line.health_changed',
      messageId: null,
      leadId: null,
      lineId,
      at: now,
      data,
    };
    await insertEvents(tx, workspaceId, [event]);
    return true;
  });
  // Most answers are the same as a minute ago: nobody is woken for those.
  if (!changed) return;
  deps.snapshots.forget(workspaceId);
  deps.wakeDispatchers();
}

function healthOf(line: LineRow): LineHealth {
  const { healthStatus: status, healthFailures: failures, refusals, refusingSince, refusedAt } = line;
  return { status, failures, refusals, refusingSince, refusedAt };
}
