/** Why a message waits, until when, and when it will go: the dispatcher's own gates, read instead of obeyed. */
import type { ExplainAnswer, Gate as GateAnswer } from '../../contract/messages/messages.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { forecast, type QueuedMessage } from '../../domain/forecast.ts';
import { earliestAt, type Gate, lineGates, messageGates } from '../../domain/gates.ts';
import { isWaiting } from '../../domain/lifecycle.ts';
import type { LinePace } from '../../domain/pacing.ts';
import { compareTurn } from '../../domain/pick.ts';
import { renderMessage, templateValues } from '../../domain/template.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import { findLine, type LineRow, paceOf } from '../../store/lines/lines.ts';
import { readLineQueue } from '../../store/lines/queue-outlook.ts';
import { type DeliveryFacts, readDeliveryFacts } from '../../store/messages/deliveries.ts';
import { findWorkspace } from '../../store/workspace/workspaces.ts';
import type { Caller } from '../access/authenticate.ts';
import { addStops } from '../campaigns/stop-gate.ts';
import { isFirstTouch, lineGateFacts, messageGateFacts } from './delivery-facts.ts';

/** A queue longer than this is not forecast: too much would change before its end. */
export const FORECAST_LIMIT = 500;

export async function explainMessage(
  deps: Deps,
  { workspaceId }: Caller,
  id: string,
): Promise<ExplainAnswer> {
  const facts = await readDeliveryFacts(deps.database, workspaceId, id);
  if (facts === null) throw problem('MESSAGE_NOT_FOUND');
  const { message } = facts;
  const line = await findLine(deps.database, workspaceId, message.lineId);
  const answer: ExplainAnswer = {
    messageId: id,
    status: message.status,
    gates: [],
    earliestAt: null,
    expectedAt: null,
    aheadOnLine: null,
    lineDecision: message.lineDecision,
    ...textOf(facts, line),
  };
  if (!isWaiting(message.status)) return answer;
  await addStops(deps.database, workspaceId, [facts], deps.clock.now());
  const workspace = await findWorkspace(deps.database, workspaceId);
  if (line === null || workspace === null) return answer;
  const now = deps.clock.now();
  const firstTouch = isFirstTouch(facts);
  const own = messageGateFacts(facts);
  const lineFacts = lineGateFacts(line, workspace.billingStatus === 'past_due');
  const earliest = earliestAt(own, lineFacts, now, firstTouch);
  answer.gates = [...messageGates(own, now), ...lineGates(lineFacts, now, firstTouch)].map(presentGate);
  answer.earliestAt = toIsoOrNull(earliest);
  const queue = await readLineQueue(deps.database, workspaceId, line.id, FORECAST_LIMIT + 1);
  const self = { id, priority: message.priority, firstTouch, dueAt: message.dueAt };
  if (queue.length > FORECAST_LIMIT) return answer;
  answer.aheadOnLine = queue.filter((other) => other.id !== id && compareTurn(other, self, now) < 0).length;
  answer.expectedAt = toIsoOrNull(expectedAt(queue, paceOf(line), now, id, earliest));
  return answer;
}

/** As it would read if it went now. */
function textOf({ message, lead }: DeliveryFacts, line: LineRow | null) {
  const { message: text, subject, rendered, direction } = message;
  if (rendered || direction === 'received') return { text, subject, missing: [] };
  return lead === null
    ? { text: null, subject: null, missing: [] }
    : renderMessage(message, templateValues(lead, line));
}

/** The queue knows the line's turns and the gates know what each message waits for: it takes both to open. */
export function expectedAt(
  queue: readonly QueuedMessage[],
  pace: LinePace,
  now: number,
  messageId: string,
  earliest: number | null,
): number | null {
  if (earliest === null || queue.length > FORECAST_LIMIT) return null;
  const turn = forecast(queue, pace, now, messageId);
  return turn === null ? null : Math.max(turn, earliest);
}

export function presentGate({ gate, state, until, reason }: Gate): GateAnswer {
  return { gate, state, until: toIsoOrNull(until), reason };
}
