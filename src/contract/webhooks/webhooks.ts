/** Wire shapes of webhooks, of what is sent to them, and of the feed of events: contract 2.7, 3.7, 5.2. */
import { z } from 'zod';
import { DELIVERY_STATUSES, WEBHOOK_EVENTS, type WebhookEvent } from '../../domain/webhook-events.ts';
import { Id, Instant, Warnings } from '../common.ts';

export const MAX_WEBHOOK_URL_CHARACTERS = 2_048;
export const MAX_DESCRIPTION_CHARACTERS = 2_000;
export const DEFAULT_FEED_LIMIT = 100;
export const MAX_FEED_LIMIT = 500;

const eventName = z.enum(WEBHOOK_EVENTS);
const events = z.array(eventName).meta({ description: 'Events that are sent there.' });

export const Webhook = z
  .object({
    id: Id,
    url: z.string(),
    events,
    name: z.string(),
    description: z.string().nullable(),
    isActive: z.boolean(),
    disabledReason: z.enum(['gone', 'failing']).nullable().meta({
      description:
        'Why it was switched off by us: `gone`, the receiver answered 410; `failing`, it took nothing for five days.',
    }),
    lastTriggeredAt: Instant.nullable(),
    lastSuccessAt: Instant.nullable().meta({
      description: 'To the second, where successes follow each other.',
    }),
    lastFailureAt: Instant.nullable(),
    failureCount: z.int().meta({ description: 'Attempts in a row that failed.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Webhook', description: 'The secret is shown once, by the call that makes it.' });
export type Webhook = z.infer<typeof Webhook>;

export const WebhooksAnswer = z.object({ webhooks: z.array(Webhook) }).meta({ id: 'WebhooksAnswer' });
export type WebhooksAnswer = z.infer<typeof WebhooksAnswer>;

export const SECRET_WARNING = 'Save this secret now. You will not be able to see it again.';
const secret = z.string().meta({
  description:
    'Verifies `X-Tuco-Signature` (the text as it stands) and `webhook-signature` (Standard Webhooks).',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});
const warning = z.literal(SECRET_WARNING);

export const CreateWebhookAnswer = z
  .object({
    id: Id,
    secret,
    url: z.string(),
    events,
    name: z.string(),
    description: z.string().nullable(),
    createdAt: Instant,
    warning,
    warnings: Warnings,
  })
  .meta({ id: 'CreateWebhookAnswer' });
export type CreateWebhookAnswer = z.infer<typeof CreateWebhookAnswer>;

export const RotateSecretAnswer = z
  .object({
    id: Id,
    secret,
    previousSecretValidUntil: Instant.meta({ description: 'Until then `webhook-signature` holds both.' }),
    warning,
  })
  .meta({ id: 'RotateSecretAnswer' });
export type RotateSecretAnswer = z.infer<typeof RotateSecretAnswer>;

export const WebhookDoneAnswer = z.object({ success: z.literal(true) }).meta({ id: 'WebhookDoneAnswer' });
export type WebhookDoneAnswer = z.infer<typeof WebhookDoneAnswer>;

export const UpdateWebhookAnswer = z
  .object({ success: z.literal(true), warnings: Warnings })
  .meta({ id: 'UpdateWebhookAnswer' });

export const CheckWebhookAnswer = z
  .union([
    z.object({
      success: z.literal(true),
      message: z.literal('Health check passed'),
      statusCode: z.int(),
      response: z.string().meta({ description: 'The first 4 KB.' }),
    }),
    z.object({
      success: z.literal(false),
      error: z.string().meta({ example: 'HTTP 502: Bad Gateway' }),
      details: z.string().optional().meta({ description: 'The first 4 KB of the answer.' }),
      statusCode: z.int().optional(),
    }),
  ])
  .meta({ id: 'CheckWebhookAnswer' });
export type CheckWebhookAnswer = z.infer<typeof CheckWebhookAnswer>;

export const WebhookDelivery = z
  .object({
    id: Id.meta({ description: 'Id of the event, and the header `webhook-id` of every attempt.' }),
    webhookId: Id,
    event: eventName,
    messageId: Id.nullable(),
    status: z.enum(DELIVERY_STATUSES),
    attempt: z.int().meta({ description: 'Attempts begun, those before a replay included.' }),
    nextAttemptAt: Instant.nullable().meta({ description: 'Not before this; null when it is over.' }),
    attempts: z
      .array(
        z
          .object({
            at: Instant,
            statusCode: z.int().nullable(),
            error: z.string().nullable(),
            durationMs: z.int(),
          })
          .meta({ id: 'WebhookAttempt' }),
      )
      .meta({ description: 'The last 20, oldest first.' }),
    deliveredAt: Instant.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookDeliveriesAnswer = z
  .object({
    deliveries: z.array(WebhookDelivery),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'Hand it back as `cursor`; null on the last page.' }),
  })
  .meta({ id: 'WebhookDeliveriesAnswer', description: 'Newest first.' });
export type WebhookDeliveriesAnswer = z.infer<typeof WebhookDeliveriesAnswer>;

export const ReplayDeliveryAnswer = z
  .object({ success: z.literal(true), delivery: WebhookDelivery })
  .meta({ id: 'ReplayDeliveryAnswer' });
export type ReplayDeliveryAnswer = z.infer<typeof ReplayDeliveryAnswer>;

export const ReplayAnswer = z
  .object({
    success: z.literal(true),
    since: Instant,
    until: Instant.meta({ description: 'Later events come by themselves.' }),
    warnings: Warnings,
  })
  .meta({ id: 'ReplayAnswer' });
/** As the action gives it. */
export type ReplayAnswer = Omit<z.infer<typeof ReplayAnswer>, 'warnings'>;

/** What is sent, and what the feed shows. Fields that depend on the kind of event are documented in docs/webhooks.md. */
export interface Envelope {
  event: WebhookEvent;
  timestamp: string;
  workspaceId: string;
  messageId: string | null;
  data: Record<string, unknown>;
  [field: string]: unknown;
}

export const FeedEvent = z
  .looseObject({
    id: Id.meta({
      description: 'The `webhook-id` of the same event, and the cursor for what comes after it.',
    }),
    event: eventName,
    timestamp: Instant,
    workspaceId: z.string(),
    messageId: Id.nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'FeedEvent', description: 'The envelope that webhooks get, with the id of the event.' });

export const FeedAnswer = z
  .object({
    events: z.array(FeedEvent),
    nextCursor: Id.nullable().meta({ description: 'Hand it back as `after`, also when `events` is empty.' }),
    hasMore: z
      .boolean()
      .meta({ description: 'Ask again at once. A page may be short and yet not the last.' }),
  })
  .meta({ id: 'FeedAnswer', description: 'Oldest first.' });
export type FeedAnswer = z.infer<typeof FeedAnswer>;
