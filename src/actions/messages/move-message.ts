/** How a timeline tells that a message goes on from another line. */
import type { LineDecision } from '../../domain/line-choice.ts';
import type { NewEvent } from '../../store/events/events.ts';
import type { MessageRow } from '../../store/messages/messages.ts';

/** `message`: as it was before. */
export function movedEvent(id: string, message: MessageRow, decision: LineDecision, at: number): NewEvent {
  return {
    id,
    type: 'message.moved',
    messageId: message.id,
    leadId: message.leadId,
    lineId: decision.lineId,
    at,
    data: { from: message.lineId, lineDecision: decision },
  };
}
