/** Webhooks of a workspace. A secret leaves once: in the answer of the call that made it. */
import { problem } from '../../contract/problems.ts';
import type { CreateWebhook, UpdateWebhook } from '../../contract/webhooks/webhook-requests.ts';
import {
  type CreateWebhookAnswer,
  type RotateSecretAnswer,
  SECRET_WARNING,
  type Webhook,
  type WebhookDoneAnswer,
  type WebhooksAnswer,
} from '../../contract/webhooks/webhooks.ts';
import type { Deps } from '../../deps.ts';
import type { WebhookEvent } from '../../domain/webhook-events.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { newWebhookSecret } from '../../lib/sign-webhook.ts';
import {
  deleteWebhook as deleteRow,
  findWebhook,
  insertWebhook,
  listWebhooks as listRows,
  lockWebhook,
  storeWebhook,
  type WebhookRow,
} from '../../store/events/webhooks.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { answerOnce, type KeyedAnswer, type KeyedRequest } from '../idempotency.ts';
import { secretContext } from './post-webhook.ts';

/** How long both secrets sign after a rotation. */
const OVERLAP_MS = 24 * 3_600_000;

export async function listWebhooks(deps: Deps, { workspaceId }: Caller): Promise<WebhooksAnswer> {
  const rows = await listRows(deps.database, workspaceId);
  return { webhooks: rows.map(presentWebhook) };
}

export async function getWebhook(deps: Deps, { workspaceId }: Caller, id: string): Promise<Webhook> {
  const row = await findWebhook(deps.database, workspaceId, id);
  if (row === null) throw problem('WEBHOOK_NOT_FOUND');
  return presentWebhook(row);
}

/** Kept under its key with the secret sealed: a repeated request gets the very same answer, and the table holds no secret. */
type KeptAnswer = Omit<CreateWebhookAnswer, 'secret'> & { sealedSecret: string };

export async function createWebhook(
  deps: Deps,
  caller: Caller,
  request: CreateWebhook,
  options: KeyedRequest & { warnings: string[] },
): Promise<KeyedAnswer<CreateWebhookAnswer>> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const kept = await answerOnce(deps, workspaceId, options, 201, async (tx): Promise<KeptAnswer> => {
    const id = deps.ids();
    const now = deps.clock.now();
    const secret = deps.secrets.seal(newWebhookSecret(), secretContext(workspaceId, id));
    await insertWebhook(tx, workspaceId, { id, secret, ...request }, now);
    const made = { secret, ...request };
    await audit(deps, tx, caller, {
      entity: 'webhook',
      entityId: id,
      action: 'created',
      before: null,
      after: made,
    });
    return {
      id,
      sealedSecret: secret.toString('base64'),
      ...request,
      createdAt: toIso(now),
      warning: SECRET_WARNING,
      warnings: options.warnings,
    };
  });
  const { id, sealedSecret, ...shown } = kept.answer;
  const secret = deps.secrets.open(Buffer.from(sealedSecret, 'base64'), secretContext(workspaceId, id));
  return { ...kept, answer: { id, secret, ...shown } };
}

export async function updateWebhook(
  deps: Deps,
  caller: Caller,
  id: string,
  changes: UpdateWebhook,
): Promise<WebhookDoneAnswer> {
  await refuseReadOnly(deps, caller);
  await change(deps, caller, id, (row) => {
    const next = { ...row, ...changes };
    // Somewhere else, or asked to try again: what failed before says nothing any more.
    if (next.url !== row.url || changes.isActive === true)
      return { ...next, failureCount: 0, failingSince: null, holdUntil: null, disabledReason: null };
    return next;
  });
  deps.wakeDispatchers();
  return { success: true };
}

export async function deleteWebhook(deps: Deps, caller: Caller, id: string): Promise<WebhookDoneAnswer> {
  await refuseReadOnly(deps, caller);
  const { workspaceId } = caller;
  await deps.database.transaction(async (tx) => {
    const before = await lockWebhook(tx, workspaceId, id);
    if (before === null || !(await deleteRow(tx, workspaceId, id, deps.clock.now())))
      throw problem('WEBHOOK_NOT_FOUND');
    await audit(deps, tx, caller, {
      entity: 'webhook',
      entityId: id,
      action: 'deleted',
      before,
      after: null,
    });
  });
  return { success: true };
}

/** For a day both secrets sign, so that a receiver can change over without losing an event. */
export async function rotateSecret(deps: Deps, caller: Caller, id: string): Promise<RotateSecretAnswer> {
  await refuseReadOnly(deps, caller);
  const secret = newWebhookSecret();
  const until = deps.clock.now() + OVERLAP_MS;
  const sealed = deps.secrets.seal(secret, secretContext(caller.workspaceId, id));
  await change(deps, caller, id, (row) => ({
    ...row,
    secret: sealed,
    previousSecret: row.secret,
    previousSecretUntil: until,
  }));
  return { id, secret, previousSecretValidUntil: toIso(until), warning: SECRET_WARNING };
}

async function change(
  deps: Deps,
  caller: Caller,
  id: string,
  work: (row: WebhookRow) => WebhookRow,
): Promise<void> {
  const { workspaceId } = caller;
  await deps.database.transaction(async (tx) => {
    const before = await lockWebhook(tx, workspaceId, id);
    if (before === null) throw problem('WEBHOOK_NOT_FOUND');
    const after = work(before);
    await storeWebhook(tx, workspaceId, after, deps.clock.now());
    await audit(deps, tx, caller, { entity: 'webhook', entityId: id, action: 'updated', before, after });
  });
}

function presentWebhook(row: WebhookRow): Webhook {
  return {
    id: row.id,
    url: row.url,
    events: row.events as WebhookEvent[],
    name: row.name,
    description: row.description,
    isActive: row.isActive,
    disabledReason: row.disabledReason,
    lastTriggeredAt: toIsoOrNull(row.lastTriggeredAt),
    lastSuccessAt: toIsoOrNull(row.lastSuccessAt),
    lastFailureAt: toIsoOrNull(row.lastFailureAt),
    failureCount: row.failureCount,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  };
}
