/** Where each lead stands in a campaign, and taking one out of it. */
import type { ListCampaignLeads } from '../../contract/campaigns/campaign-requests.ts';
import type {
  CampaignLead,
  CampaignLeadAnswer,
  CampaignLeadsAnswer,
} from '../../contract/campaigns/campaigns.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { isWaiting } from '../../domain/lifecycle.ts';
import { listEntries, stopEntry } from '../../store/campaigns/campaign-entries.ts';
import { type EntryRow, findLastEntry } from '../../store/campaigns/campaign-leads.ts';
import { readStepMessages } from '../../store/campaigns/campaign-progress.ts';
import { wakeCampaigns } from '../../store/campaigns/campaign-runs.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import { readLeads } from '../../store/leads/leads.ts';
import { lockMessages } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { cancel } from '../messages/cancel-messages.ts';
import { presentEntry } from './present-campaign.ts';

export async function listCampaignLeads(
  deps: Deps,
  { workspaceId }: Caller,
  id: string,
  { limit, ...asked }: ListCampaignLeads,
): Promise<CampaignLeadsAnswer> {
  if ((await findCampaign(deps.database, workspaceId, id)) === null) throw problem('CAMPAIGN_NOT_FOUND');
  const rows = await listEntries(deps.database, workspaceId, id, { ...asked, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    leads: await presentEntries(deps, workspaceId, page),
    nextCursor: rows.length > page.length && last !== undefined ? `${last.leadId}_${last.entry}` : null,
  };
}

/** With their contacts and the messages of the steps they stand at, read for all of them at once. */
export async function presentEntries(
  { database }: Deps,
  workspaceId: string,
  entries: readonly EntryRow[],
): Promise<CampaignLead[]> {
  const rows = await readLeads(
    database,
    workspaceId,
    entries.map(({ leadId }) => leadId),
  );
  const leads = new Map(rows.map((lead) => [lead.id, lead]));
  const messageIds = entries.flatMap(({ messageId }) => (messageId === null ? [] : [messageId]));
  const read = messageIds.length === 0 ? [] : await readStepMessages(database, workspaceId, messageIds);
  const messages = new Map(read.map((message) => [message.id, message]));
  return entries.map((entry) =>
    presentEntry(entry, leads.get(entry.leadId) ?? null, messages.get(entry.messageId ?? '') ?? null),
  );
}

const STOPPED = { reason: 'cancelled', detail: 'Taken out of the campaign by request' };

/**
 * A step that waits is cancelled with it; one that is just being sent still goes. Whoever has ended already stays as it is.
 * The message is locked before the entry, as where it is settled; should another have been made meanwhile, all begins again.
 */
export async function stopCampaignLead(
  deps: Deps,
  caller: Caller,
  id: string,
  leadId: string,
): Promise<CampaignLeadAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  if ((await findCampaign(deps.database, workspaceId, id)) === null) throw problem('CAMPAIGN_NOT_FOUND');
  const stopOnce = () =>
    deps.database.transaction(async (tx) => {
      const entry = await findLastEntry(tx, workspaceId, id, leadId);
      if (entry === null) throw problem('CAMPAIGN_LEAD_NOT_FOUND');
      if (entry.endedAt !== null) return true;
      const rows = entry.messageId === null ? [] : await lockMessages(tx, workspaceId, [entry.messageId]);
      const waiting = rows.filter(({ status }) => isWaiting(status));
      if (!(await stopEntry(tx, workspaceId, id, entry, STOPPED, deps.ids, deps.clock.now()))) return false;
      if (waiting.length > 0) await cancel(deps, tx, workspaceId, waiting, STOPPED.detail);
      // It may have been the last one.
      await wakeCampaigns(tx, workspaceId, [id], deps.ids);
      return true;
    });
  while (!(await stopOnce()));
  deps.announceSettled();
  deps.wakeDispatchers();
  const stopped = await findLastEntry(deps.database, workspaceId, id, leadId);
  const [lead] = stopped === null ? [] : await presentEntries(deps, workspaceId, [stopped]);
  if (lead === undefined) throw problem('CAMPAIGN_LEAD_NOT_FOUND');
  return { lead };
}
