/**
 * Between lease and hand-over a carrier may have to be waited for: is the contact on iMessage, is the next address any
 * better. By then the facts are old, the gap has partly run out, the line may be off and the day another. All of it is
 * asked and taken anew, under the line's lock.
 */
import { addStops } from '../actions/campaigns/stop-gate.ts';
import { lineGateFacts } from '../actions/messages/delivery-facts.ts';
import type { Deps } from '../deps.ts';
import { lineStateGates } from '../domain/gates.ts';
import { afterClockStep, NEVER, renew } from '../domain/pacing.ts';
import { lockLines, storeLinePaces } from '../store/lines/line-queue.ts';
import { paceOf } from '../store/lines/lines.ts';
import { type DeliveryFacts, readDeliveryFacts, renewReservation } from '../store/messages/deliveries.ts';
import type { Leased } from './prepare.ts';

/** `until`: when it may be tried again, because of something that came between. */
export type Renewed = { facts: DeliveryFacts } | { until: number; because: string };

const TAKEN_OVER = 'The attempt is over: somebody else has ruled on it';
const ASK_AGAIN = 'While its carrier was waited for, the answers of its HTTP conditions grew old';
const NO_ROOM = 'While its carrier was waited for, the line had to pause or its cap was reached';

export async function renewLease(
  deps: Deps,
  { facts: { message }, line: leasedOn, attempt }: Leased,
): Promise<Renewed> {
  const { workspaceId } = leasedOn;
  const snapshot = await deps.snapshots.read(workspaceId);
  const readOnly = snapshot?.workspace.billingStatus === 'past_due';
  return deps.database.transaction(async (tx): Promise<Renewed> => {
    const [line] = await lockLines(tx, workspaceId, [leasedOn.id], { skipLocked: false });
    const facts = await readDeliveryFacts(tx, workspaceId, message.id);
    const now = deps.clock.now();
    if (line === undefined || facts === null || facts.message.reserved === null)
      return { until: now, because: TAKEN_OVER };
    await addStops(tx, workspaceId, [facts], now);
    if (facts.stop?.do === 'ask') return { until: now, because: ASK_AGAIN };
    if (facts.stop?.do === 'hold') return { until: facts.stop.until, because: facts.stop.detail };
    const shut = lineStateGates(lineGateFacts(line, readOnly)).find((gate) => gate.state === 'blocked');
    if (shut !== undefined) return { until: now, because: shut.reason };
    const renewed = renew(afterClockStep(paceOf(line), now), facts.message.reserved, now);
    // A cap of 0 never opens: the line's own gate then keeps it.
    if ('opensAt' in renewed)
      return { until: renewed.opensAt === NEVER ? now : renewed.opensAt, because: NO_ROOM };
    const isOurs = await renewReservation(tx, workspaceId, message.id, attempt, renewed.reservation);
    if (!isOurs) return { until: now, because: TAKEN_OVER };
    const { id, deviceId } = line;
    const { pace } = renewed;
    await storeLinePaces(tx, workspaceId, [
      { id, deviceId, pace, lastSendAt: now, nextSendAt: null, setNextSendAt: false },
    ]);
    return { facts };
  });
}
