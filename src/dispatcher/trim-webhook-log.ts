/** Old deliveries, and what webhooks that were deleted left behind. Short statements: nobody waits long for them. */
import type { Deps } from '../deps.ts';
import { firstIdAt } from '../lib/ids.ts';
import {
  forgetWebhook,
  scanWebhooksToTrim,
  trimDeliveries,
  type WebhookToTrim,
} from '../store/events/webhook-log.ts';
import { giveUpLeftDeliveries } from '../store/events/webhook-queue.ts';

const DAY_MS = 86_400_000;
const WEBHOOKS_PER_ROUND = 500;
const DELIVERIES_PER_ROUND = 2_000;
/** Longer than any commit takes: none can still add a delivery by then. */
const LEAVE_DELETED_MS = 3_600_000;
const AFTER_ALL = 'g';

export async function trimWebhookLog(deps: Deps, stopping: AbortSignal): Promise<void> {
  let last = { workspaceId: '', id: '' };
  for (;;) {
    const webhooks = await scanWebhooksToTrim(deps.database, last, WEBHOOKS_PER_ROUND);
    for (const webhook of webhooks) {
      if (stopping.aborted) return;
      await trim(deps, webhook, stopping);
      last = webhook;
    }
    if (webhooks.length < WEBHOOKS_PER_ROUND) return;
  }
}

async function trim(deps: Deps, webhook: WebhookToTrim, stopping: AbortSignal): Promise<void> {
  const { database, clock, config } = deps;
  const { workspaceId, id, isActive, isGivenUp, deletedAt } = webhook;
  if (!isActive && isGivenUp) await giveUpLeftDeliveries(database, workspaceId, id, clock.now());
  if (deletedAt !== null && clock.now() - deletedAt < LEAVE_DELETED_MS) return;
  const before = deletedAt === null ? firstIdAt(clock.now() - config.webhookLogDays * DAY_MS) : AFTER_ALL;
  // What waits for a webhook that is switched off waits in vain by then.
  const pendingToo = !isActive;
  let found = DELIVERIES_PER_ROUND;
  while (found === DELIVERIES_PER_ROUND && !stopping.aborted)
    found = await trimDeliveries(database, workspaceId, id, before, pendingToo, DELIVERIES_PER_ROUND);
  if (deletedAt !== null && found < DELIVERIES_PER_ROUND) await forgetWebhook(database, workspaceId, id);
}
