/** Beats two and three: hand it over, then write down what came of it. */
import { noteHealth } from '../actions/check-line-health.ts';
import type { Ruling } from '../actions/settle-messages.ts';
import type { Deps } from '../deps.ts';
import type { Leased } from './prepare.ts';
import { send } from './send.ts';

export async function deliver(deps: Deps, leased: Leased): Promise<void> {
  const { workspaceId, id: lineId, refusals } = leased.line;
  const ruling = await send(deps, leased);
  if (deps.log.isLevelEnabled('debug')) deps.log.debug(summaryOf(leased, ruling), 'message.send.summary');
  await deps.checkpoint('settle.before');
  await deps.settlements.add(workspaceId, ruling);
  await deps.checkpoint('settle.after');
  // What a send says of its line counts like a health check: the sooner a dead line is down, the sooner others help out.
  if (ruling.data?.lineBad === true)
    await noteHealth(deps, workspaceId, lineId, 'refused', ruling.errorMessage ?? 'It refuses what is sent');
  else if (ruling.event === 'accept' && refusals > 0) await noteHealth(deps, workspaceId, lineId, 'accepted');
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
