/** The same campaign once more, as a draft: nobody is in it, and its conditions' headers are sealed for it anew. */
import type { CampaignAnswer } from '../../contract/campaigns/campaigns.ts';
import { MAX_LABEL_CHARACTERS } from '../../contract/messages/messages.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { findCampaign, insertCampaign } from '../../store/campaigns/campaigns.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { answerOnce, type KeyedAnswer, type KeyedRequest } from '../idempotency.ts';
import { openHeaders, sealHeaders } from './condition-headers.ts';
import { answer, auditChange } from './manage-campaigns.ts';

export async function duplicateCampaign(
  deps: Deps,
  caller: Caller,
  campaignId: string,
  options: KeyedRequest,
): Promise<KeyedAnswer<CampaignAnswer>> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
  return answerOnce(deps, workspaceId, options, 201, async (tx) => {
    const original = await findCampaign(tx, workspaceId, campaignId);
    if (original === null) throw problem('CAMPAIGN_NOT_FOUND');
    const id = deps.ids();
    const headers = openHeaders(deps.secrets, workspaceId, campaignId, original.secret);
    const secret = sealHeaders(deps.secrets, workspaceId, id, headers);
    const name = nameOfCopy(original.name);
    await insertCampaign(tx, workspaceId, id, { ...original, name, secret }, deps.clock.now());
    const copy = await findCampaign(tx, workspaceId, id);
    if (copy === null) throw problem('CAMPAIGN_NOT_FOUND');
    await auditChange(deps, tx, caller, 'created', null, copy);
    return answer(deps, tx, snapshot, copy, []);
  });
}

const SUFFIX = ' (copy)';

/** In characters as people count them. */
function nameOfCopy(name: string): string {
  return [...name].slice(0, MAX_LABEL_CHARACTERS - SUFFIX.length).join('') + SUFFIX;
}
