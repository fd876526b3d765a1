/** Steps that go on from another line, and their leads with them: from now on they stay there. */
import type { LineDecision } from '../../domain/line-choice.ts';
import { moveEntries } from '../../store/campaigns/campaign-leads.ts';
import type { Sql } from '../../store/database.ts';
import { type MessageRow, moveMessages } from '../../store/messages/messages.ts';

export interface StepMove {
  message: MessageRow;
  decision: LineDecision;
}

/** The caller holds the messages' locks. Those that belong to no campaign are moved as well. */
export async function moveSteps(
  tx: Sql,
  workspaceId: string,
  moves: readonly StepMove[],
  now: number,
): Promise<void> {
  await moveMessages(tx, workspaceId, moves, now);
  await moveLeads(tx, workspaceId, moves, now);
}

/** The leads alone. */
export async function moveLeads(
  tx: Sql,
  workspaceId: string,
  moves: readonly { message: MessageRow; decision: Pick<LineDecision, 'lineId'> }[],
  now: number,
): Promise<void> {
  const entries = moves.flatMap(({ message, decision: { lineId } }) => {
    const { campaignId, leadId, stepKey, campaignEntry: entry } = message;
    return campaignId === null || stepKey === null || entry === null
      ? []
      : [{ campaignId, leadId, entry, lineId }];
  });
  await moveEntries(tx, workspaceId, entries, now);
}
