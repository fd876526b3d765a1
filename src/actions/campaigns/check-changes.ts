/** What a change to a campaign would come to, told before it is made. Nothing is stored. */
import type { CampaignCheckAnswer } from '../../contract/campaigns/campaign-progress.ts';
import type { CampaignChanges } from '../../contract/campaigns/campaign-requests.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { countOnTheWay } from '../../store/campaigns/campaign-entries.ts';
import { type CampaignRow, countMade, findCampaign } from '../../store/campaigns/campaigns.ts';
import type { Caller } from '../access/authenticate.ts';
import { checkCampaign, warnOfCampaign } from './check-campaign.ts';
import { checkEdit, mergeChanges } from './manage-campaigns.ts';

/** `changes`: what could be read of it; `unread`: what was wrong with the rest. */
export async function checkCampaignChanges(
  deps: Deps,
  { workspaceId }: Caller,
  id: string,
  { changes, unread, warnings }: Proposal,
): Promise<CampaignCheckAnswer> {
  const { database } = deps;
  const before = await findCampaign(database, workspaceId, id);
  const snapshot = await deps.snapshots.read(workspaceId);
  if (before === null || snapshot === null) throw problem('CAMPAIGN_NOT_FOUND');
  if (before.status === 'archived') throw problem('CAMPAIGN_ARCHIVED', { reason: before.status });
  const affected = before.status === 'draft' ? NOBODY : await affectedBy(deps, workspaceId, before);
  if (changes === null) return { problems: unread, warnings, ...affected };
  const { row: after, faults } = mergeChanges(deps, workspaceId, before, changes);
  const found =
    before.status === 'draft'
      ? await checkCampaign(deps, database, snapshot, after)
      : await checkEdit(deps, database, snapshot, before, after, changes);
  return {
    problems: [...faults, ...found],
    warnings: [...warnings, ...warnOfCampaign(snapshot, after)],
    ...affected,
  };
}

export interface Proposal {
  /** null: it can't be read as a whole. */
  changes: CampaignChanges | null;
  unread: CampaignCheckAnswer['problems'];
  warnings: string[];
}

type Affected = Pick<CampaignCheckAnswer, 'alreadyMade' | 'standing'>;
const NOBODY: Affected = { alreadyMade: [], standing: [] };

async function affectedBy(
  { database, keptCounts }: Deps,
  workspaceId: string,
  { id }: CampaignRow,
): Promise<Affected> {
  const { counts } = await keptCounts.read(
    `affected ${workspaceId} ${id}`,
    async () => ({
      alreadyMade: await countMade(database, workspaceId, id),
      standing: [...(await countOnTheWay(database, workspaceId, id))]
        .map(([key, leads]) => ({ key, leads }))
        .sort((a, b) => b.leads - a.leads || ((a.key ?? '') < (b.key ?? '') ? -1 : 1)),
    }),
    ({ alreadyMade, standing }) =>
      [...alreadyMade.map(({ messages }) => messages), ...standing.map(({ leads }) => leads)].reduce(
        (total, each) => total + each,
        0,
      ),
  );
  return counts;
}
