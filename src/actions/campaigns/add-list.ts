/** The leads of one more list enter a campaign that was launched: so many at a time, as those of its own list did. */
import type { CampaignAnswer } from '../../contract/campaigns/campaigns.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { type CampaignRow, lockCampaign, storeCampaign } from '../../store/campaigns/campaigns.ts';
import { findList, holdList } from '../../store/leads/lists.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { refuseWhileEnding } from './end-leads.ts';
import { answer, auditChange } from './manage-campaigns.ts';

/** Who has been in it already stays as it is. A completed campaign becomes active again. */
export async function addListToCampaign(
  deps: Deps,
  caller: Caller,
  id: string,
  listId: string,
): Promise<CampaignAnswer> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
  const answered = await deps.database.transaction(async (tx) => {
    const before = await lockCampaign(tx, workspaceId, id);
    if (before === null) throw problem('CAMPAIGN_NOT_FOUND');
    const { status } = before;
    if (status === 'archived') throw problem('CAMPAIGN_ARCHIVED', { reason: status });
    if (status === 'draft')
      throw problem('CAMPAIGN_STATE', {
        reason: status,
        error: 'The campaign is draft: give it the list as its `listId`, and launch it',
      });
    // It can't be deleted until the commit; from then on the campaign keeps it.
    const held = await holdList(tx, workspaceId, listId);
    const list = held ? await findList(tx, workspaceId, listId) : null;
    if (list === null) throw problem('LIST_NOT_FOUND', { param: 'listId' });
    if (before.enteringAfter !== null) {
      if ((before.enteringListId ?? before.listId) === listId) return answer(deps, tx, snapshot, before, []);
      throw problem('CAMPAIGN_STATE', {
        reason: 'entering',
        error: 'The leads of another list are entering just now: add this one when they are in',
      });
    }
    await refuseWhileEnding(tx, workspaceId, before);
    const now = deps.clock.now();
    const after: CampaignRow = {
      ...before,
      ...(status === 'completed' ? { status: 'active', completedAt: null } : {}),
      enteringAfter: '',
      enteringTotal: list.leadCount,
      enteringListId: listId,
      lookAt: now,
      updatedAt: now,
    };
    await storeCampaign(tx, workspaceId, after, now);
    await auditChange(deps, tx, caller, 'list_added', before, after);
    return answer(deps, tx, snapshot, after, []);
  });
  deps.wakeDispatchers();
  return answered;
}
