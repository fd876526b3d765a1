/**
 * Telling one webhook of what is due for it: claim (commit), render and send with no transaction open, note (commit). A process that
 * dies in between leaves a lease that runs out: the event is sent again under the same `webhook-id`, never lost.
 */
import { type Posted, postWebhook } from '../actions/webhooks/post-webhook.ts';
import { renderEvents } from '../actions/webhooks/render-events.ts';
import type { Deps } from '../deps.ts';
import { chanceOf, hasArrived, holdUntil, nextAttemptAt, whyDisable } from '../domain/webhook-retry.ts';
import { toIso } from '../lib/clock.ts';
import { isOutOfReach } from '../lib/out-of-reach.ts';
import type { Sql } from '../store/database.ts';
import { type EventRow, insertEvents, readEvents } from '../store/events/events.ts';
import {
  bringForward,
  type ClaimedDelivery,
  claimDeliveries,
  giveUpDeliveries,
  noteDelivered,
  noteFailed,
} from '../store/events/webhook-queue.ts';
import {
  findWebhook,
  lockWebhook,
  noteWebhookFailure,
  noteWebhookSuccess,
  storeWebhook,
  type WebhookRow,
} from '../store/events/webhooks.ts';

export interface Telling extends ClaimedDelivery {
  workspaceId: string;
  webhook: WebhookRow;
  event: EventRow;
  /** What is sent; null: it could not be rendered. */
  body: Buffer | null;
  correlationId: string | null;
}

/** From the first byte out to the last byte in (D33). */
const TIMEOUT_MS = 15_000;
/** Longer than rendering, sending and noting take. */
const LEASE_MS = 60_000;

/** `more`: something else is due that only had to be put off. */
export async function claimTellings(
  deps: Deps,
  workspaceId: string,
  webhookId: string,
  limit: number,
): Promise<{ tellings: Telling[]; more: boolean }> {
  const { database, clock } = deps;
  const webhook = await findWebhook(database, workspaceId, webhookId);
  const now = clock.now();
  if (webhook === null || !webhook.isActive || (webhook.holdUntil ?? 0) > now)
    return { tellings: [], more: false };
  const { claimed, more } = await claimDeliveries(
    database,
    workspaceId,
    webhookId,
    now,
    now + LEASE_MS,
    limit,
  );
  if (claimed.length === 0) return { tellings: [], more };
  const ids = claimed.map(({ eventId }) => eventId);
  const events = (await readEvents(database, workspaceId, ids)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const rendered = await renderAll(deps, workspaceId, events);
  const tellings = events.flatMap((event, index) => {
    const claim = claimed.find(({ eventId }) => eventId === event.id);
    return claim === undefined ? [] : [{ ...claim, workspaceId, webhook, event, ...body(rendered[index]) }];
  });
  return { tellings, more };
}

type Rendered = Awaited<ReturnType<typeof renderEvents>>[number] | null;

/** Together; where that fails each by itself, so that one that can't be rendered does not keep the others. */
async function renderAll(deps: Deps, workspaceId: string, events: readonly EventRow[]): Promise<Rendered[]> {
  try {
    return await renderEvents(deps, workspaceId, events);
  } catch (error) {
    if (isOutOfReach(error)) throw error;
    const [only, ...others] = events;
    if (only !== undefined && others.length > 0)
      return (await Promise.all(events.map((event) => renderAll(deps, workspaceId, [event])))).flat();
    deps.log.error({ err: error, workspaceId, eventId: only?.id }, 'an event could not be rendered');
    return [null];
  }
}

function body(envelope: Rendered | undefined): Pick<Telling, 'body' | 'correlationId'> {
  if (envelope == null) return { body: null, correlationId: null };
  const { message } = envelope as { message?: { correlationId?: string } | string | null };
  const correlationId = typeof message === 'object' ? (message?.correlationId ?? null) : null;
  return { body: Buffer.from(JSON.stringify(envelope)), correlationId };
}

const NOT_RENDERED: Posted = {
  statusCode: null,
  retryAfterMs: null,
  error: 'The event could not be rendered',
  response: '',
  durationMs: 0,
};

export async function send(deps: Deps, telling: Telling): Promise<Posted> {
  const { workspaceId, webhook, event, body, correlationId } = telling;
  if (body === null) return NOT_RENDERED;
  const request = { id: event.id, event: event.type, correlationId, timeoutMs: TIMEOUT_MS, body };
  const posted = await postWebhook(deps, workspaceId, webhook, request);
  await deps.checkpoint('webhook.posted');
  return posted;
}

export function note(deps: Deps, telling: Telling, posted: Posted): Promise<void> {
  return hasArrived(posted) ? noteArrival(deps, telling, posted) : noteTrouble(deps, telling, posted);
}

async function noteArrival(deps: Deps, telling: Telling, posted: Posted): Promise<void> {
  const { workspaceId, webhook } = telling;
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const subject = await noteDelivered(tx, workspaceId, attemptOf(telling, posted, now), now);
    if (subject !== null) await endWait(tx, telling, subject, now);
  });
  // By itself: it is one row for all events of the webhook, and nothing hangs on it.
  await noteWebhookSuccess(deps.database, workspaceId, webhook.id, now);
}

async function noteTrouble(deps: Deps, telling: Telling, posted: Posted): Promise<void> {
  const { workspaceId, eventId, attempt, attemptBase } = telling;
  await deps.database.transaction(async (tx) => {
    const webhook = await lockWebhook(tx, workspaceId, telling.webhook.id);
    // Deleted meanwhile: nobody is told any more.
    if (webhook === null) return;
    const now = deps.clock.now();
    const count = attempt - attemptBase;
    const chance = chanceOf(`${webhook.id}${eventId}${count}`);
    const isOver = webhook.disabledReason !== null || posted.statusCode === 410;
    const retryAt = isOver ? null : nextAttemptAt(count, posted, chance, now);
    const subject = await noteFailed(tx, workspaceId, attemptOf(telling, posted, now), retryAt);
    if (subject === null) return;
    if (retryAt === null) await endWait(tx, telling, subject, now);
    await noteWebhookFailure(tx, workspaceId, webhook.id, holdUntil(posted, now), now);
    const failed = {
      ...webhook,
      failureCount: webhook.failureCount + 1,
      failingSince: webhook.failingSince ?? now,
    };
    const reason = webhook.isActive ? whyDisable(posted, failed, now) : null;
    if (reason !== null) await disable(deps, tx, workspaceId, { ...failed, disabledReason: reason }, now);
  });
}

/** With a notice: other webhooks can ask for it, and so can the feed. */
async function disable(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  webhook: WebhookRow & { failingSince: number },
  now: number,
): Promise<void> {
  const { id, url, name, failureCount, failingSince, disabledReason: reason } = webhook;
  await storeWebhook(tx, workspaceId, { ...webhook, isActive: false, holdUntil: null }, now);
  await giveUpDeliveries(tx, workspaceId, id, now);
  const data = { webhookId: id, name, url, reason, failureCount, failingSince: toIso(failingSince) };
  const notice = {
    id: deps.ids(),
    type: 'webhook.disabled',
    messageId: null,
    leadId: null,
    lineId: null,
    at: now,
    data,
  };
  await insertEvents(tx, workspaceId, [notice]);
  deps.log.warn({ workspaceId, ...data }, 'a webhook was switched off');
}

function endWait(tx: Sql, { workspaceId, webhook, eventId }: Telling, subject: string, now: number) {
  return bringForward(tx, workspaceId, webhook.id, { subject, eventId }, now);
}

function attemptOf({ webhook, eventId, attempt }: Telling, posted: Posted, now: number) {
  const { statusCode, error, durationMs } = posted;
  const note = { at: toIso(now - durationMs), statusCode, error, durationMs };
  return { webhookId: webhook.id, eventId, attempt, note };
}
