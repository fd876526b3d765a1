/**
 * A contact wants to be left alone, or lets us write again (D29): by words to one of our lines, or by a person who enters
 * it. An opt-out covers the lead on all channels, cancels what waits for it, and goes into the ledger.
 */
import type { Deps } from '../../deps.ts';
import { wakeLeads } from '../../store/campaigns/campaign-leads.ts';
import type { Sql } from '../../store/database.ts';
import type { NewEvent } from '../../store/events/events.ts';
import { markOptedOut } from '../../store/leads/leads.ts';
import {
  type EnteredBy,
  findSuppression,
  insertLedgerEntry,
  suppressAddress,
} from '../../store/leads/suppressions.ts';
import { lockWaitingOfLeads } from '../../store/messages/messages.ts';
import { cancel } from '../messages/cancel-messages.ts';

export interface OptOut {
  address: string;
  /** Every lead that holds the address. */
  leadIds: readonly string[];
  source: 'words' | 'manual';
  /** What was said, or why it was entered. */
  words: string;
  /** The line it was said to. */
  lineId: string | null;
  /** Who entered it. */
  by?: EnteredBy;
}

/** Why an address is suppressed: words may lift only what words imposed. */
const REASON_OF = { words: 'opt_out_words', manual: 'manual' } as const;

/** Answers the events that tell of it, and the id of the ledger's entry. */
export async function optOut(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  wish: OptOut,
  now: number,
): Promise<{ entryId: string; events: NewEvent[] }> {
  const { address, leadIds, source } = wish;
  const waiting = await lockWaitingOfLeads(tx, workspaceId, leadIds);
  await cancel(deps, tx, workspaceId, waiting, 'The contact opted out');
  await markOptedOut(tx, workspaceId, leadIds, now, now);
  await wakeLeads(tx, workspaceId, leadIds, deps.ids, now);
  const entryId = await enter(deps, tx, workspaceId, wish, 'opt_out', now);
  // What a person or a carrier imposed stays theirs: words must not make it liftable by words.
  if (source === 'manual' || (await findSuppression(tx, workspaceId, address)) === null)
    await suppressAddress(tx, workspaceId, address, { at: now, reason: REASON_OF[source], entryId });
  return { entryId, events: leadIds.map((leadId) => event(deps, 'lead.opted_out', wish, leadId, now)) };
}

/** By words it lifts only what words had imposed; by a person, anything. */
export async function optIn(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  wish: OptOut,
  now: number,
): Promise<NewEvent[]> {
  const { address, leadIds, source } = wish;
  const reason = await findSuppression(tx, workspaceId, address);
  if (reason === null || (source === 'words' && reason !== REASON_OF.words)) return [];
  await markOptedOut(tx, workspaceId, leadIds, null, now);
  await suppressAddress(tx, workspaceId, address, null);
  await enter(deps, tx, workspaceId, wish, 'opt_in', now);
  return leadIds.map((leadId) => event(deps, 'lead.opted_in', wish, leadId, now));
}

/** Who, on which channels, in which words, when. */
async function enter(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  { address, leadIds, source, words, by }: OptOut,
  action: 'opt_out' | 'opt_in',
  at: number,
): Promise<string> {
  const id = deps.ids();
  const leadId = leadIds[0] ?? null;
  await insertLedgerEntry(tx, workspaceId, {
    id,
    action,
    leadId,
    address,
    channel: 'all',
    source,
    words,
    at,
    ...(by === undefined ? {} : { by }),
  });
  return id;
}

function event(
  deps: Deps,
  type: string,
  { lineId, address, source }: OptOut,
  leadId: string,
  at: number,
): NewEvent {
  return { id: deps.ids(), type, messageId: null, leadId, lineId, at, data: { address, source } };
}
