export type { Answer, CallOptions } from './call.ts';
export { type Client, type ClientSettings, createClient } from './client.ts';
export { TrunklineError } from './error.ts';
export type { Operations, Pages } from './operations.ts';
export type * from './types.ts';
export {
  verifyWebhook,
  type WebhookEvent,
  type WebhookToVerify,
  WebhookVerificationError,
} from './webhooks.ts';
