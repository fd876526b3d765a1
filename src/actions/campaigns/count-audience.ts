/** Whom a list would bring into a campaign, counted before it is launched or the list is added. */
import type { CampaignAudienceAnswer } from '../../contract/campaigns/campaign-progress.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso } from '../../lib/clock.ts';
import { countAudience } from '../../store/campaigns/campaign-progress.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import { readLists } from '../../store/leads/lists.ts';
import type { Caller } from '../access/authenticate.ts';

/** `listId` null: the campaign's own. */
export async function readCampaignAudience(
  { database, keptCounts }: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  asked: string | null,
): Promise<CampaignAudienceAnswer> {
  const campaign = await findCampaign(database, workspaceId, campaignId);
  if (campaign === null) throw problem('CAMPAIGN_NOT_FOUND');
  const listId = asked ?? campaign.listId;
  const lists = await readLists(database, workspaceId);
  if (listId === null || !lists.some(({ id }) => id === listId))
    throw problem('LIST_NOT_FOUND', { param: 'listId' });
  const { messageType } = campaign;
  const wish = { campaignId, listId, byPhone: messageType !== 'email', byEmail: messageType !== 'sms' };
  const { counts, at } = await keptCounts.read(
    `audience ${workspaceId} ${campaignId} ${listId} ${messageType}`,
    () => countAudience(database, workspaceId, wish),
    ({ leads }) => leads,
  );
  return { listId, countedAt: toIso(at), ...counts };
}
