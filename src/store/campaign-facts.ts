/** What decisions about leads on their way are made of, read for many of them at once. */
import type { EntryFacts } from '../domain/campaign/next-step.ts';
import type { EntryRow } from './campaign-leads.ts';
import type { CampaignRow } from './campaigns.ts';
import type { Sql } from './database.ts';
import { readLeads } from './leads.ts';
import { readMessages } from './webhook-facts.ts';

/** In the order of `entries`. */
export async function readEntryFacts(
  sql: Sql,
  workspaceId: string,
  _campaign: CampaignRow,
  entries: readonly EntryRow[],
  now: number,
): Promise<EntryFacts[]> {
  const leads = new Map(
    (
      await readLeads(
        sql,
        workspaceId,
        entries.map((e) => e.leadId),
      )
    ).map((l) => [l.id, l]),
  );
  const messages = new Map(
    (
      await readMessages(
        sql,
        workspaceId,
        entries.flatMap((e) => e.messageId ?? []),
      )
    ).map((m) => [m.id, m]),
  );
  return entries.map((entry) => {
    const lead = leads.get(entry.leadId);
    const message = messages.get(entry.messageId ?? '');
    return {
      now,
      enteredAt: entry.enteredAt,
      stepKey: entry.stepKey,
      stepAt: entry.stepAt,
      nextStepKey: entry.nextStepKey,
      had: entry.stepKey === null ? [] : [entry.stepKey],
      message: message === undefined ? null : { ...message, endedAt: message.updatedAt },
      lead: lead === undefined ? null : { ...lead, isDnc: lead.optedOutAt !== null },
      replies: [],
      contactedBefore: { campaign: false, anyCampaign: false },
      http: new Map(),
    };
  });
}
