/**
 * A line is deleted (D38) once nothing is to leave by it and nothing is open. Its row, its messages and its figures stay;
 * its credentials, settings and Macs go. It knows nobody any more: its contacts are written to by other lines, as new ones.
 */
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { findCampaignOnLine } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents } from '../../store/events/events.ts';
import { countOpenOfLine, deleteLine as storeDeletion } from '../../store/lines/delete-line.ts';
import { lockLines } from '../../store/lines/line-queue.ts';
import { lockWorkspace } from '../../store/workspace/workspaces.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';

/** More are not counted for the sentence that refuses. */
const COUNT_UP_TO = 1_000;

export async function deleteLine(deps: Deps, caller: Caller, id: string): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    // Before the line, as whoever changes the fallback does.
    const workspace = await lockWorkspace(tx, workspaceId);
    // Leasing takes this lock too: what is not under way now never will be.
    const [line] = await lockLines(tx, workspaceId, [id], { skipLocked: false });
    if (line === undefined || line.deletedAt !== null) throw problem('LINE_NOT_FOUND');
    if (workspace?.fallbackEnabled === true && workspace.fallbackLineId === id)
      throw problem('LINE_IS_FALLBACK');
    const campaignId = await findCampaignOnLine(tx, workspaceId, id);
    if (campaignId !== null) throw problem('LINE_IN_CAMPAIGN', { reason: campaignId });
    await refuseOpen(tx, workspaceId, id);
    const now = deps.clock.now();
    await storeDeletion(tx, workspaceId, id, now);
    if (line.isActive) {
      const event = { id: deps.ids(), type: 'line.deactivated', messageId: null, leadId: null, lineId: id };
      await insertEvents(tx, workspaceId, [{ ...event, at: now, data: { deleted: true } }]);
    }
    await audit(deps, tx, caller, {
      entity: 'line',
      entityId: id,
      action: 'deleted',
      before: line,
      after: null,
    });
  });
  deps.snapshots.forget(workspaceId);
  deps.relay.jobs.announce();
  return { success: true };
}

async function refuseOpen(tx: Sql, workspaceId: string, id: string): Promise<void> {
  const { waiting, underWay } = await countOpenOfLine(tx, workspaceId, id, COUNT_UP_TO);
  if (waiting + underWay === 0) return;
  const counted = (count: number) => (count === COUNT_UP_TO ? `${COUNT_UP_TO} or more` : String(count));
  throw problem('LINE_HAS_MESSAGES', {
    reason: `${counted(waiting)} waiting, ${counted(underWay)} under way`,
  });
}
