/** Asks a line how it is, once a minute; seven failures in a row mean down (D18, D19). */

import type { Deps } from '../deps.ts';
import { SCORE_WINDOW_MS, scoreLine } from '../domain/line-score.ts';
import type { HealthStatus } from '../domain/words.ts';
import { claimHealthCheck, storeHealth } from '../store/due.ts';
import { insertEvents } from '../store/events.ts';
import { lockLines, wakeLines } from '../store/line-queue.ts';
import { readTallies } from '../store/line-tallies.ts';
import { findLine } from '../store/lines.ts';
import { channelLine } from './channel-line.ts';

export interface HealthQuestion {
  workspaceId: string;
  lineId: string;
  /** Only if it was last asked at or before this. */
  before: number;
}

/** Failures in a row until a line counts as down. */
export const FAILURES_UNTIL_DOWN = 7;

export async function checkLineHealth(
  deps: Deps,
  { workspaceId, lineId, before }: HealthQuestion,
): Promise<void> {
  if (!(await claimHealthCheck(deps.database, workspaceId, lineId, before, deps.clock.now()))) return;
  const line = await findLine(deps.database, workspaceId, lineId);
  const channel = line === null ? undefined : deps.channels.get(line.transport);
  if (line === null || channel === undefined) return;
  const answer = await channel
    .checkHealth(channelLine(deps.secrets, line))
    .catch((error: Error) => ({ healthy: false as const, message: error.message }));
  await noteHealth(deps, workspaceId, lineId, answer.healthy ? null : answer.message);
}

/** `trouble` null means that the line answered well. */
export async function noteHealth(
  deps: Deps,
  workspaceId: string,
  lineId: string,
  trouble: string | null,
): Promise<void> {
  const changed = await deps.database.transaction(async (tx) => {
    const [line] = await lockLines(tx, workspaceId, [lineId], { skipLocked: false });
    if (line === undefined) return false;
    const now = deps.clock.now();
    const failures = trouble === null ? 0 : line.healthFailures + 1;
    const status: HealthStatus =
      failures >= FAILURES_UNTIL_DOWN ? 'down' : trouble === null ? 'healthy' : line.healthStatus;
    const score = scoreLine(await readTallies(tx, workspaceId, lineId, now - SCORE_WINDOW_MS));
    await storeHealth(tx, workspaceId, lineId, { status, failures, score }, now);
    if (status === line.healthStatus && score.risk === line.risk) return false;
    await wakeLines(tx, workspaceId, [lineId], [deps.ids()]);
    const because = status === line.healthStatus ? score.because : (trouble ?? 'It answers again');
    const data = { from: line.healthStatus, status, risk: score.risk, because };
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
  deps.books.forget(workspaceId);
  deps.wakeDispatchers();
}
