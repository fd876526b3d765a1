/**
 * An address that may not be written to any more, for another reason than its owner's words to us: the carrier says so, an
 * unsubscribe link was used, a complaint came, or there is nobody (D29). It binds the address, not the whole lead.
 */
import type { SuppressionNews } from '../../channels/news.ts';
import type { Deps } from '../../deps.ts';
import { wakeLeads } from '../../store/campaigns/campaign-leads.ts';
import { findWriters } from '../../store/conversations/inbound.ts';
import type { Sql } from '../../store/database.ts';
import type { NewEvent } from '../../store/events/events.ts';
import { findSuppression, insertLedgerEntry, suppressAddress } from '../../store/leads/suppressions.ts';

export interface Suppression {
  address: string;
  source: SuppressionNews['source'];
  words: string;
  /** What told it, where the same may be told again. */
  origin?: string;
}

type SuppressDeps = Pick<Deps, 'ids'>;

/** Writes the ledger; answers the events that tell of it, none when it was entered before. */
export async function suppress(
  deps: SuppressDeps,
  tx: Sql,
  workspaceId: string,
  line: { id: string; messageType: string },
  { address, source, words, origin }: Suppression,
  now: number,
): Promise<NewEvent[]> {
  const leadIds = await findWriters(tx, workspaceId, address, line.id);
  const entry = {
    id: deps.ids(),
    action: 'opt_out' as const,
    leadId: leadIds[0] ?? null,
    address,
    channel: line.messageType,
    source,
    words,
    at: now,
    ...(origin === undefined ? {} : { origin: `${line.id} ${origin}` }),
  };
  if (!(await insertLedgerEntry(tx, workspaceId, entry))) return [];
  // Whoever imposed it first is the one who may lift it.
  if ((await findSuppression(tx, workspaceId, address)) === null)
    await suppressAddress(tx, workspaceId, address, { at: now, reason: source, entryId: entry.id });
  await wakeLeads(tx, workspaceId, leadIds, deps.ids, now);
  // Nobody decided anything where there is nobody.
  if (source === 'hard_bounce') return [];
  return leadIds.map((leadId) => ({
    id: deps.ids(),
    type: 'lead.opted_out',
    messageId: null,
    leadId,
    lineId: line.id,
    at: now,
    data: { address, source },
  }));
}

/** The carrier lets the address be written to again. Lifts only what the carrier had imposed. */
export async function lift(
  deps: SuppressDeps,
  tx: Sql,
  workspaceId: string,
  line: { id: string; messageType: string },
  { address, words, origin }: { address: string; words: string; origin: string },
  now: number,
): Promise<void> {
  if ((await findSuppression(tx, workspaceId, address)) !== 'carrier_opt_out') return;
  const [leadId = null] = await findWriters(tx, workspaceId, address, line.id);
  const isNew = await insertLedgerEntry(tx, workspaceId, {
    id: deps.ids(),
    action: 'opt_in',
    leadId,
    address,
    channel: line.messageType,
    source: 'carrier_opt_out',
    words,
    origin: `${line.id} ${origin}`,
    at: now,
  });
  if (isNew) await suppressAddress(tx, workspaceId, address, null);
}
