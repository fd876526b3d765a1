/** Beats two and three: hand it over, then write down what came of it. */
import { noteHealth } from '../actions/lines/check-line-health.ts';
import type { Ruling } from '../actions/messages/settle-messages.ts';
import type { Deps } from '../deps.ts';
import { isOutOfReach } from '../lib/out-of-reach.ts';
import { repeatHint } from '../store/lines/news.ts';
import type { Leased } from './prepare.ts';
import { send } from './send.ts';

/** Longer than a restart of the database takes, or the change to its deputy. */
const STORE_WITHIN_MS = 300_000;
/** Once the dispatcher is asked to stop. */
const STORE_AT_THE_END_WITHIN_MS = 5_000;
const PAUSE_MS = { first: 50, longest: 1_000 } as const;

export async function deliver(deps: Deps, leased: Leased, stopping: AbortSignal): Promise<void> {
  const { workspaceId, id: lineId, refusals } = leased.line;
  const startedAt = deps.clock.now();
  const ruling = await send(deps, leased, stopping);
  if (deps.log.isLevelEnabled('debug')) deps.log.debug(summaryOf(leased, ruling), 'message.send.summary');
  await deps.checkpoint('settle.before');
  await store(deps, workspaceId, ruling, stopping);
  await deps.checkpoint('settle.after');
  // What a send says of its line counts like a health check: the sooner a dead line is down, the sooner others help out.
  if (ruling.data?.lineBad === true)
    await noteHealth(deps, workspaceId, lineId, 'refused', ruling.errorMessage ?? 'It refuses what is sent');
  else if (ruling.event === 'accept' && refusals > 0) await noteHealth(deps, workspaceId, lineId, 'accepted');
  if (ruling.event === 'accept') await heedEarlyHint(deps, leased, startedAt);
}

/** What was hinted while the message was under way may have been its receipt: asked too early, before it was stored as sent. */
async function heedEarlyHint(deps: Deps, { line }: Leased, startedAt: number): Promise<void> {
  const { knowsReceipts, receiveHook } = deps.channels.get(line.transport) ?? {};
  if (knowsReceipts !== true || receiveHook === undefined) return;
  const { workspaceId, id } = line;
  if (await repeatHint(deps.database, workspaceId, id, startedAt, deps.clock.now())) deps.wakeDispatchers();
}

function summaryOf({ facts, line, attempt }: Leased, { event, reason, errorCode }: Ruling) {
  const { id: messageId, correlationId } = facts.message;
  return {
    workspaceId: line.workspaceId,
    correlationId,
    messageId,
    lineId: line.id,
    attempt,
    event,
    reason,
    errorCode,
  };
}

/**
 * Nobody but this process knows the carrier's answer, and some carriers can't be asked again. So it is kept until the
 * database is back. The attempt's number fences it: what was stored and not acknowledged is ignored the second time.
 */
async function store(deps: Deps, workspaceId: string, ruling: Ruling, stopping: AbortSignal): Promise<void> {
  let patienceMs = STORE_WITHIN_MS;
  let pauseMs: number = PAUSE_MS.first;
  for (;;) {
    try {
      await deps.settlements.add(workspaceId, ruling);
      return;
    } catch (error) {
      if (stopping.aborted) patienceMs = Math.min(patienceMs, STORE_AT_THE_END_WITHIN_MS);
      if (patienceMs <= 0 || !isOutOfReach(error)) throw error;
      deps.log.warn({ err: error, messageId: ruling.messageId }, 'what a carrier said is not stored yet');
      await deps.clock.sleep(pauseMs);
      patienceMs -= pauseMs;
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS.longest);
    }
  }
}
