/**
 * A line went down, was switched off or deleted (D18). Messages to people it never wrote to move to another line; conversations
 * wait for it up to 24 h and then fail, unless the workspace chose to move them or to go on by SMS. Messages that name
 * their line with fromLineId wait whatever it chose: nobody gets a number the sender did not want.
 */

import type { Deps } from '../../deps.ts';
import { chooseLine, type LineDecision } from '../../domain/line-choice.ts';
import { insertEvents } from '../../store/events/events.ts';
import { type LostLine, lockEndingOfLine, lockWaitingOfLine } from '../../store/lines/line-loss.ts';
import { wakeLines } from '../../store/lines/line-queue.ts';
import { readTalkingLines } from '../../store/messages/deliveries.ts';
import { type MessageRow, moveMessages } from '../../store/messages/messages.ts';
import { leaveLine } from '../campaigns/leave-line.ts';
import { movedEvent } from '../messages/move-message.ts';
import { applyRulings, type Ruling } from '../messages/settle-messages.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';

const BATCH = 200;
/** How long a message waits for its line, from the moment it could have gone. */
export const CONVERSATION_WAITS_MS = 24 * 3_600_000;
const INACTIVE_SENTENCE = 'Line became inactive after previous messages were sent';
const NO_LINE_SENTENCE = 'Line became inactive and no other line could take its place';

export async function leaveDownLine(
  deps: Deps,
  snapshot: WorkspaceSnapshot,
  { lineId, downSince, isDeleted }: Pick<LostLine, 'lineId' | 'downSince' | 'isDeleted'>,
): Promise<void> {
  const { workspaceId, lineDownPolicy } = snapshot.workspace;
  const waitedSince = deps.clock.now() - CONVERSATION_WAITS_MS;
  const ending = {
    dueBy: downSince <= waitedSince ? waitedSince : null,
    bySms: lineDownPolicy === 'sms' && snapshot.fallbackLine?.isActive === true,
  };
  const others = snapshot.lineFacts.filter((line) => line.id !== lineId && line.isActive && line.isHealthy);
  const changed = await deps.database.transaction(async (tx) => {
    const movable = lineDownPolicy === 'move' ? 'all' : 'first_touches';
    const moving =
      others.length === 0 ? [] : await lockWaitingOfLine(tx, workspaceId, lineId, movable, BATCH);
    const leadIds = [...new Set(moving.map((message) => message.leadId))];
    const talking = await readTalkingLines(tx, workspaceId, leadIds);
    const chosenLines = new Map<string, string>();
    const moves = moving.flatMap((message) => move(deps, snapshot, others, talking, chosenLines, message));
    await moveMessages(tx, workspaceId, moves, deps.clock.now());
    await insertEvents(
      tx,
      workspaceId,
      moves.map(({ message, decision }) => movedEvent(deps.ids(), message, decision, deps.clock.now())),
    );
    const woken = [...new Set(moves.map(({ decision }) => decision.lineId))];
    await wakeLines(tx, workspaceId, woken, woken.map(deps.ids));
    // What was accepted while the line was being deleted: first whatever can move, then the rest at once.
    const all = isDeleted && moves.length === 0;
    if (ending.dueBy === null && !ending.bySms && !all) return moves.length > 0;
    const left = await lockEndingOfLine(tx, workspaceId, lineId, { ...ending, all }, BATCH);
    const rulings = left.map((message) => end(message, ending.bySms));
    await applyRulings(deps, tx, snapshot, rulings);
    return moves.length + rulings.length > 0;
  });
  const left = await leaveLine(deps, snapshot, lineId);
  if (!changed && !left) return;
  deps.announceSettled();
  deps.wakeDispatchers();
}

function move(
  deps: Deps,
  snapshot: WorkspaceSnapshot,
  others: WorkspaceSnapshot['lineFacts'],
  talking: readonly { leadId: string; lineId: string }[],
  /** By lead: whoever has several messages waiting gets all of them from one line. */
  chosenLines: Map<string, string>,
  message: MessageRow,
): { message: MessageRow; decision: LineDecision }[] {
  // Since it was accepted another line may have come to talk to the contact; if that one is down as well, it waits there.
  const known = talking
    .filter(({ leadId, lineId }) => leadId === message.leadId && lineId !== message.lineId)
    .map(({ lineId }) => snapshot.lineFacts.find((line) => line.id === lineId))
    .find((line) => line?.messageType === message.messageType);
  const wish = {
    messageType: message.messageType,
    talkingLineId: known?.id ?? null,
    waitingLineId: chosenLines.get(message.leadId) ?? null,
    lineDownPolicy: snapshot.workspace.lineDownPolicy,
  };
  const candidates = known === undefined || others.includes(known) ? others : [...others, known];
  const chosen = chooseLine(candidates, wish, deps.clock.now());
  if (chosen === null) return [];
  chosenLines.set(message.leadId, chosen.lineId);
  deps.snapshots.noteChosen(snapshot, chosen.lineId, true);
  return [
    { message, decision: { ...chosen, reason: 'moved', because: `Its line is down. ${chosen.because}` } },
  ];
}

/** By SMS where one can go; elsewhere there is nothing to go on with. */
function end(message: MessageRow, bySms: boolean): Ruling {
  const goesBySms = bySms && message.messageType === 'imessage' && message.recipientPhone !== null;
  return {
    messageId: message.id,
    attempt: message.attempt,
    event: goesBySms ? 'miss' : 'fail',
    reason: 'line_inactive',
    errorMessage: message.firstTouch ? NO_LINE_SENTENCE : INACTIVE_SENTENCE,
  };
}
