/** What must hold of campaigns after a run. Pure: facts in, sentences out. */
import { type Promised, STEP_KEYS, WAIT_MS } from './campaigns.ts';
import type { CopyFact, EntryFact, MessageFact } from './evidence.ts';
import { LEASE_MS } from './orders.ts';

export interface CampaignCase {
  promised: readonly Promised[];
  entries: readonly EntryFact[];
  messages: readonly MessageFact[];
  copies: ReadonlyMap<string, CopyFact[]>;
}

type Finding = [sentence: string, messageId?: string | undefined];

/** Until the message of somebody who stood still may have been handed over by whoever held it. */
const ON_ITS_WAY_MS = LEASE_MS;

/** Whoever was promised a way through a campaign went in once, and came to an end. */
export function* lostOnTheWay({ promised, entries }: CampaignCase): Generator<Finding> {
  const known = Map.groupBy(entries, wayOf);
  for (const each of promised) {
    const own = known.get(wayOf(each)) ?? [];
    if (own.length !== 1) yield [`${wayOf(each)} went in ${own.length} times`];
    for (const { status, campaignStatus, endless } of own) {
      if (status === 'active' || status === 'held') yield [`${wayOf(each)} is still ${status}`];
      else if (!endless && campaignStatus !== 'completed') yield [`its campaign is still ${campaignStatus}`];
      if (status === 'stopped' && each.stoppedAt === null) yield [`${wayOf(each)} was stopped by nobody`];
    }
  }
}

/** Who came to the end had every step once; who did not had each at most once; in their order, and the waits kept. */
export function* stepsOnce({ entries, messages, copies }: CampaignCase): Generator<Finding> {
  const steps = Map.groupBy(
    messages.filter(({ stepKey }) => stepKey !== null),
    wayOf,
  );
  for (const entry of entries) {
    const own = (steps.get(wayOf(entry)) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const keys = own.map(({ stepKey }) => stepKey);
    const wanted = STEP_KEYS.slice(0, entry.status === 'finished' ? STEP_KEYS.length : keys.length);
    if (keys.join() !== wanted.join()) yield [`${wayOf(entry)} (${entry.status}) had ${keys}`, own[0]?.id];
    // Who opted out is stopped, and a message that was too late fails for it.
    const failed = own.filter(({ status, reason }) => status === 'failed' && reason !== 'dnc');
    if (entry.status === 'failed' ? failed.length !== 1 : failed.length > 0)
      yield [`${wayOf(entry)} is ${entry.status} with ${failed.length} failed messages`, own.at(-1)?.id];
    for (const [n, each] of own.entries()) {
      const before = own[n - 1];
      const arrived = copies.get(each.id)?.[0]?.receivedAt;
      if (before?.sentAt != null && arrived !== undefined && arrived < before.sentAt + WAIT_MS)
        yield [
          `${each.stepKey} of ${wayOf(entry)} came ${arrived - before.sentAt} ms after the one before`,
          each.id,
        ];
    }
    if (new Set(own.map(({ lineId }) => lineId)).size > 1 && keys.length > 1)
      yield [`${wayOf(entry)} was written to from several lines`, own[0]?.id];
  }
}

/** Nothing came after it was stopped, but what was on its way by then; its first step only stops for do-not-contact. */
export function* afterItsStop({ promised, messages, copies }: CampaignCase): Generator<Finding> {
  const steps = Map.groupBy(
    messages.filter(({ stepKey }) => stepKey !== null && stepKey !== STEP_KEYS[0]),
    wayOf,
  );
  for (const each of promised) {
    if (each.stoppedAt === null) continue;
    for (const { id, stepKey } of steps.get(wayOf(each)) ?? [])
      for (const { receivedAt } of copies.get(id) ?? [])
        if (receivedAt > each.stoppedAt + ON_ITS_WAY_MS)
          yield [`${stepKey} reached ${wayOf(each)} ${receivedAt - each.stoppedAt} ms after its stop`, id];
  }
}

function wayOf({ campaignId, leadId }: { campaignId: string | null; leadId: string }): string {
  return `lead ${leadId} of campaign ${campaignId}`;
}
