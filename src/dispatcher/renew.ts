/**
 * Between lease and hand-over a carrier may have to be waited for: is the contact on iMessage, is the next address any
 * better. By then the facts are old and the gap has partly run out. Both are taken anew, under the line's lock.
 */
import type { Deps } from '../deps.ts';
import { renew } from '../domain/pacing.ts';
import { type DeliveryFacts, readDeliveryFacts, renewReservation } from '../store/deliveries.ts';
import { lockLines, storeLinePaces } from '../store/line-queue.ts';
import { paceOf } from '../store/lines.ts';
import type { Leased } from './prepare.ts';

/** `until`: another message of the device went first, or the attempt is over. */
export type Renewed = { facts: DeliveryFacts } | { until: number };

export function renewLease(
  deps: Deps,
  { facts: { message }, line: leasedOn, attempt }: Leased,
): Promise<Renewed> {
  const { workspaceId } = leasedOn;
  return deps.database.transaction(async (tx): Promise<Renewed> => {
    const [line] = await lockLines(tx, workspaceId, [leasedOn.id], { skipLocked: false });
    const facts = await readDeliveryFacts(tx, workspaceId, message.id);
    const now = deps.clock.now();
    if (line === undefined || facts === null || facts.message.reserved === null) return { until: now };
    const renewed = renew(paceOf(line), facts.message.reserved, now);
    if ('opensAt' in renewed) return { until: renewed.opensAt };
    const isOurs = await renewReservation(tx, workspaceId, message.id, attempt, renewed.reservation);
    if (!isOurs) return { until: now };
    const { id, deviceId } = line;
    const { pace } = renewed;
    await storeLinePaces(tx, workspaceId, [
      { id, deviceId, pace, lastSendAt: now, nextSendAt: null, setNextSendAt: false },
    ]);
    return { facts };
  });
}
