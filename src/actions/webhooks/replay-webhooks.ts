/** The log of a webhook, and sending again: one delivery, or everything since. The id of a delivery is that of its event. */
import { problem } from '../../contract/problems.ts';
import type { ListDeliveries, Replay } from '../../contract/webhooks/webhook-requests.ts';
import type {
  ReplayAnswer,
  ReplayDeliveryAnswer,
  WebhookDeliveriesAnswer,
  WebhookDelivery,
} from '../../contract/webhooks/webhooks.ts';
import type { Deps } from '../../deps.ts';
import type { WebhookEvent } from '../../domain/webhook-events.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { firstIdAt } from '../../lib/ids.ts';
import {
  type DeliveryRow,
  listDeliveries as listRows,
  readReplayPage,
  replayEvents,
  replayDelivery as replayRow,
} from '../../store/events/webhook-log.ts';
import { findWebhook, lockWebhook, storeWebhook } from '../../store/events/webhooks.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';

export async function listDeliveries(
  deps: Deps,
  { workspaceId }: Caller,
  webhookId: string,
  { cursor, limit, ...filters }: ListDeliveries,
): Promise<WebhookDeliveriesAnswer> {
  if ((await findWebhook(deps.database, workspaceId, webhookId)) === null) throw problem('WEBHOOK_NOT_FOUND');
  // One more than asked for tells whether there is a next page.
  const wanted = { ...filters, after: cursor, limit: limit + 1 };
  const rows = await listRows(deps.database, workspaceId, webhookId, wanted);
  const page = rows.slice(0, limit);
  return {
    deliveries: page.map(presentDelivery),
    nextCursor: rows.length > limit ? (page.at(-1)?.eventId ?? null) : null,
  };
}

export async function replayDelivery(
  deps: Deps,
  caller: Caller,
  webhookId: string,
  deliveryId: string,
): Promise<ReplayDeliveryAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  if ((await findWebhook(deps.database, workspaceId, webhookId)) === null) throw problem('WEBHOOK_NOT_FOUND');
  const row = await deps.database.transaction((tx) =>
    replayRow(tx, workspaceId, webhookId, deliveryId, deps.clock.now()),
  );
  if (row === null) throw problem('DELIVERY_NOT_FOUND');
  deps.wakeDispatchers();
  return { success: true, delivery: presentDelivery(row) };
}

/** Only noted here: there may be a million events. A dispatcher puts them into the log again, page by page. */
export async function replaySince(
  deps: Deps,
  caller: Caller,
  webhookId: string,
  { since, undeliveredOnly }: Replay,
): Promise<ReplayAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const row = await lockWebhook(tx, workspaceId, webhookId);
    if (row === null) throw problem('WEBHOOK_NOT_FOUND');
    const from = firstIdAt(since);
    // One that is under way goes on within it.
    const isWider = row.replayAfter === null || from < row.replayAfter;
    const next = {
      ...row,
      replayAfter: isWider ? from : row.replayAfter,
      replayUntil: firstIdAt(now + 1),
      replayUndelivered: undeliveredOnly && (row.replayAfter === null || row.replayUndelivered),
    };
    await storeWebhook(tx, workspaceId, next, now);
  });
  deps.wakeDispatchers();
  return { success: true, since: toIso(since), until: toIso(now) };
}

const PAGE = 1_000;

/** One page of a replay, in one commit with how far it is. Answers whether there is more. */
export async function continueReplay(deps: Deps, workspaceId: string, webhookId: string): Promise<boolean> {
  return deps.database.transaction(async (tx) => {
    const row = await lockWebhook(tx, workspaceId, webhookId);
    if (row === null || row.replayAfter === null || row.replayUntil === null) return false;
    const now = deps.clock.now();
    const page = await readReplayPage(tx, workspaceId, row.replayAfter, row.replayUntil, PAGE);
    const wanted = page.filter(({ type }) => row.events.includes(type)).map(({ id }) => id);
    if (wanted.length > 0) await replayEvents(tx, workspaceId, webhookId, wanted, row.replayUndelivered, now);
    const more = page.length === PAGE;
    const next = { ...row, replayAfter: more ? (page.at(-1)?.id ?? null) : null };
    await storeWebhook(tx, workspaceId, next, row.updatedAt);
    return more;
  });
}

function presentDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.eventId,
    webhookId: row.webhookId,
    event: row.event as WebhookEvent,
    messageId: row.messageId,
    status: row.status,
    attempt: row.attempt,
    nextAttemptAt: row.status === 'pending' ? toIso(row.dueAt) : null,
    attempts: row.attempts,
    deliveredAt: toIsoOrNull(row.deliveredAt),
    createdAt: toIso(row.createdAt),
  };
}
