/** Webhooks, their log, and the feed of events for those who would rather ask. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import { problem } from '../../contract/problems.ts';
import {
  CreateWebhookBody,
  FeedQuery,
  ListDeliveriesQuery,
  parseCreateWebhook,
  parseFeedQuery,
  parseListDeliveries,
  parseReplay,
  parseUpdateWebhook,
  ReplayBody,
  UpdateWebhookBody,
} from '../../contract/webhooks/webhook-requests.ts';
import {
  CheckWebhookAnswer,
  CreateWebhookAnswer,
  FeedAnswer,
  ReplayAnswer,
  ReplayDeliveryAnswer,
  RotateSecretAnswer,
  UpdateWebhookAnswer,
  Webhook,
  WebhookDeliveriesAnswer,
  WebhookDoneAnswer,
  WebhooksAnswer,
} from '../../contract/webhooks/webhooks.ts';
import { isId } from '../../lib/ids.ts';
import { readIdempotencyKey } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const tag = 'Webhooks';
const REFUSED_FIELDS = [
  'WEBHOOK_URL_REQUIRED',
  'INVALID_WEBHOOK_URL',
  'WEBHOOK_EVENTS_REQUIRED',
  'INVALID_WEBHOOK_EVENTS',
  'WEBHOOK_NAME_REQUIRED',
] as const;

export const webhookRoutes: readonly Route[] = [
  {
    operationId: 'listWebhooks',
    method: 'GET',
    path: '/api/webhooks',
    tag,
    scope: 'read',
    summary: 'List the webhooks, newest first',
    answers: {
      200: { description: 'All of them, also inactive ones; never a secret.', schema: WebhooksAnswer },
    },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.listWebhooks(deps, caller)),
  },
  {
    operationId: 'createWebhook',
    method: 'POST',
    path: '/api/webhooks',
    tag,
    scope: 'admin',
    summary: 'Make a webhook',
    description: 'The secret is in this answer only. What is sent, and how it is signed: docs/webhooks.md.',
    headers: z.object({
      'idempotency-key': z.string().optional().meta({
        description:
          'Same key and same body: the first answer again, secret included. Kept for 24 hours at least.',
      }),
    }),
    body: CreateWebhookBody,
    answers: {
      201: {
        description: 'Made.',
        schema: CreateWebhookAnswer,
        headers: z.object({
          'idempotent-replayed': z
            .string()
            .optional()
            .meta({ description: '`true`: the answer to an earlier request.' }),
        }),
      },
    },
    problems: [
      'READ_ONLY',
      ...REFUSED_FIELDS,
      'INVALID_IDEMPOTENCY_KEY',
      'idempotency_mismatch',
      'idempotency_in_flight',
    ],
    handle: createWebhook,
  },
  {
    operationId: 'getWebhook',
    method: 'GET',
    path: '/api/webhooks/{id}',
    tag,
    scope: 'read',
    summary: 'Read one webhook',
    pathParams: idParam,
    answers: { 200: { description: 'The webhook, without its secret.', schema: Webhook } },
    problems: ['WEBHOOK_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.getWebhook(call.deps, call.caller, webhookId(call))),
  },
  {
    operationId: 'updateWebhook',
    method: 'PATCH',
    path: '/api/webhooks/{id}',
    tag,
    scope: 'admin',
    summary: 'Change a webhook',
    pathParams: idParam,
    body: UpdateWebhookBody,
    answers: { 200: { description: 'Changed.', schema: UpdateWebhookAnswer } },
    problems: ['READ_ONLY', 'WEBHOOK_NOT_FOUND', 'NOTHING_TO_CHANGE', ...REFUSED_FIELDS],
    handle: updateWebhook,
  },
  {
    operationId: 'deleteWebhook',
    method: 'DELETE',
    path: '/api/webhooks/{id}',
    tag,
    scope: 'admin',
    summary: 'Delete a webhook and its log',
    pathParams: idParam,
    answers: { 200: { description: 'Nothing more is sent there.', schema: WebhookDoneAnswer } },
    problems: ['READ_ONLY', 'WEBHOOK_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.deleteWebhook(call.deps, call.caller, webhookId(call))),
  },
  {
    operationId: 'checkWebhook',
    method: 'POST',
    path: '/api/webhooks/{id}/health-check',
    tag,
    scope: 'admin',
    summary: 'Send a test event',
    description:
      'A real, signed request with `testMode: true`; 10 seconds. It counts for nothing and stands in no log.',
    pathParams: idParam,
    answers: { 200: { description: 'What the receiver answered.', schema: CheckWebhookAnswer } },
    problems: ['WEBHOOK_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.checkWebhook(call.deps, call.caller, webhookId(call))),
  },
  {
    operationId: 'rotateWebhookSecret',
    method: 'POST',
    path: '/api/webhooks/{id}/rotate-secret',
    tag,
    scope: 'admin',
    summary: 'Make a new secret',
    description:
      'For 24 hours `webhook-signature` holds the signatures of both secrets; `X-Tuco-Signature` has room for one, that of the new secret.',
    pathParams: idParam,
    answers: { 200: { description: 'The new secret, shown this once.', schema: RotateSecretAnswer } },
    problems: ['READ_ONLY', 'WEBHOOK_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.rotateSecret(call.deps, call.caller, webhookId(call))),
  },
  {
    operationId: 'listWebhookDeliveries',
    method: 'GET',
    path: '/api/webhooks/{id}/deliveries',
    tag,
    scope: 'read',
    summary: 'Read the log of a webhook, newest first',
    pathParams: idParam,
    query: ListDeliveriesQuery,
    answers: { 200: { description: 'One page.', schema: WebhookDeliveriesAnswer } },
    problems: ['WEBHOOK_NOT_FOUND', 'INVALID_FIELD', 'INVALID_CURSOR'],
    handle: async (call) => {
      const filters = parseListDeliveries(call.query);
      return ok(await call.actions.listDeliveries(call.deps, call.caller, webhookId(call), filters));
    },
  },
  {
    operationId: 'replayWebhookDelivery',
    method: 'POST',
    path: '/api/webhooks/{id}/deliveries/{deliveryId}/replay',
    tag,
    scope: 'admin',
    summary: 'Send one event again',
    description:
      'Under the same `webhook-id`, with attempts of its own. One that is still pending is sent now.',
    pathParams: z.object({ id: Id, deliveryId: Id }),
    answers: { 200: { description: 'It is due now.', schema: ReplayDeliveryAnswer } },
    problems: ['READ_ONLY', 'WEBHOOK_NOT_FOUND', 'DELIVERY_NOT_FOUND'],
    handle: replayDelivery,
  },
  {
    operationId: 'replayWebhook',
    method: 'POST',
    path: '/api/webhooks/{id}/replay',
    tag,
    scope: 'admin',
    summary: 'Send everything since again',
    description:
      'Every event since then that the webhook wants now, also those it was never sent, in their order. It begins at once and goes on by itself.',
    pathParams: idParam,
    body: ReplayBody,
    answers: { 200: { description: 'Begun.', schema: ReplayAnswer } },
    problems: ['READ_ONLY', 'WEBHOOK_NOT_FOUND'],
    handle: replaySince,
  },
  {
    operationId: 'readEvents',
    method: 'GET',
    path: '/api/events',
    tag,
    scope: 'read',
    summary: 'Read events, oldest first',
    description:
      'The same events that webhooks get, to be fetched: hand back `nextCursor` as `after`. No event appears behind a cursor that was given out.',
    query: FeedQuery,
    answers: { 200: { description: 'One page.', schema: FeedAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR', 'INVALID_WEBHOOK_EVENTS'],
    handle: async (call) =>
      ok(await call.actions.readFeed(call.deps, call.caller, parseFeedQuery(call.query))),
  },
];

async function createWebhook(call: Call): Promise<Answer> {
  const { deps, actions, caller, body, bytes, headers } = call;
  const idempotencyKey = readIdempotencyKey(headers);
  const { request, warnings } = parseCreateWebhook(body, deps.config);
  const { httpStatus, answer, replayed } = await actions.createWebhook(deps, caller, request, {
    idempotencyKey,
    requestHash: idempotencyKey === null ? '' : hash('sha256', Buffer.concat([SIGNATURE, bytes])),
    warnings,
  });
  return {
    status: httpStatus,
    body: answer,
    ...(replayed ? { headers: { 'idempotent-replayed': 'true' } } : {}),
  };
}

/** What a key vouches for is this call with these bytes. */
const SIGNATURE = Buffer.from('POST /api/webhooks\n');

async function updateWebhook(call: Call): Promise<Answer> {
  const id = webhookId(call);
  const { request, warnings } = parseUpdateWebhook(call.body, call.deps.config);
  return withWarnings(await call.actions.updateWebhook(call.deps, call.caller, id, request), warnings);
}

async function replayDelivery(call: Call): Promise<Answer> {
  const id = webhookId(call);
  const { deliveryId } = call.params;
  if (deliveryId === undefined || !isId(deliveryId)) throw problem('DELIVERY_NOT_FOUND');
  return ok(await call.actions.replayDelivery(call.deps, call.caller, id, deliveryId));
}

async function replaySince(call: Call): Promise<Answer> {
  const id = webhookId(call);
  const { request, warnings } = parseReplay(call.body, { now: call.deps.clock.now() });
  return withWarnings(await call.actions.replaySince(call.deps, call.caller, id, request), warnings);
}

function webhookId(call: Call): string {
  return idOf(call, 'WEBHOOK_NOT_FOUND');
}
