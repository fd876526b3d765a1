/**
 * A campaign tries each message once per line (D21). Where the first step fails for a cause of the line's, nobody has been
 * written to yet: it goes on from the next of the campaign's lines that has not tried it, before it counts as failed (contract 4.10).
 */
import { takeTurn } from '../../domain/campaign/line-turns.ts';
import type { MessageStatus } from '../../domain/words.ts';
import { findCampaigns } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import { readTriedLines } from '../../store/events/events.ts';
import { readTalkingLines } from '../../store/messages/deliveries.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import type { Ruling } from '../messages/settle-messages.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { isUp, linesOf } from './line-turns.ts';

/** In the order of `rulings`: as they were, or turned into another attempt from another line. */
export async function tryOtherLines(
  tx: Sql,
  snapshot: WorkspaceSnapshot,
  rows: ReadonlyMap<string, MessageRow>,
  rulings: readonly Ruling[],
): Promise<readonly Ruling[]> {
  const failing = rulings.flatMap((ruling) => {
    const row = rows.get(ruling.messageId);
    return row !== undefined && isForOthers(row, ruling) ? [row] : [];
  });
  if (failing.length === 0) return rulings;
  const { workspaceId } = snapshot.workspace;
  const campaigns = await findCampaigns(tx, workspaceId, [
    ...new Set(failing.flatMap((row) => row.campaignId ?? [])),
  ]);
  const tried = await readTriedLines(
    tx,
    workspaceId,
    failing.map((row) => row.id),
  );
  const touches = await readTalkingLines(
    tx,
    workspaceId,
    failing.map((row) => row.leadId),
  );
  return rulings.map((ruling) => {
    const row = rows.get(ruling.messageId);
    if (row === undefined || !isForOthers(row, ruling)) return ruling;
    // Whoever is in a conversation with the line hears from that line, or not at all (D16, D18).
    if (!row.firstTouch && snapshot.workspace.lineDownPolicy !== 'move') return ruling;
    const campaign = campaigns.find(({ id }) => id === row.campaignId);
    if (campaign?.status !== 'active' && campaign?.status !== 'paused') return ruling;
    const before = new Set(tried.flatMap(({ messageId, lineId }) => (messageId === row.id ? [lineId] : [])));
    const own = linesOf({ snapshot, campaign });
    // Another line may have come to talk to the contact meanwhile: then it is that one, or none.
    const talking = touches.filter(({ leadId, lineId }) => {
      const line = snapshot.lines.find(({ id }) => id === lineId);
      return leadId === row.leadId && lineId !== row.lineId && line?.messageType === row.messageType;
    });
    const isStranger = talking.length === 0 || snapshot.workspace.lineDownPolicy === 'move';
    const lines = own.map((line) => ({
      id: line.id,
      isUp:
        isUp(line) &&
        !before.has(line.id) &&
        (isStranger || talking.some(({ lineId }) => lineId === line.id)),
    }));
    const next = own.findIndex(({ id }) => id === row.lineId) + 1;
    const turn = takeTurn(lines, { stayOn: null, talking: [], lineDownPolicy: 'move' }, next);
    if (turn === null) return ruling;
    const because = `It could not be sent from the line before: ${ruling.errorMessage ?? 'refused'}.`;
    const moveTo = { ...turn.decision, because };
    const { retryAt: _later, ...heard } = ruling;
    return { ...heard, event: 'retry', isFree: true, moveTo };
  });
}

const UNDER_WAY: readonly MessageStatus[] = ['sending', 'unknown'];

/** Not the contact's or the message's own fault: another line may fare better. */
function isForOthers(row: MessageRow, { event, attempt, reason, data, isLineBlameless }: Ruling): boolean {
  if (row.campaignId === null || row.stepKey === null || row.stepIndex !== 0 || row.linePinned) return false;
  if (attempt !== row.attempt || !UNDER_WAY.includes(row.status) || isLineBlameless === true) return false;
  if (data?.lineBad === true) return event === 'retry' || event === 'fail';
  return event === 'fail' && (reason === 'retries_exhausted' || reason === 'availability_error');
}
