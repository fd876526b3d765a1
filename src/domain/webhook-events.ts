/** What customers can be told of: the documented events (contract 5.1) and those that are sent only when asked for (D31). */

export const WEBHOOK_EVENTS = [
  'message.sent',
  'message.failed',
  'message.fallback',
  'message.opened',
  'message.reply',
  'message.delivered',
  'message.cancelled',
  'message.received',
  'line.health_changed',
  'lead.opted_out',
  'conversation.dormant',
  'campaign.completed',
  'webhook.disabled',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

const KNOWN: ReadonlySet<string> = new Set(WEBHOOK_EVENTS);

/** Other rows of `events` are for timelines only. */
export function isWebhookEvent(type: string): type is WebhookEvent {
  return KNOWN.has(type);
}

/** A message that came in: its text stands where others show the message. */
export function isInbound(type: WebhookEvent): boolean {
  return type === 'message.reply' || type === 'message.received';
}

/** How far a delivery is; `exhausted`: given up, a replay brings it back. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'exhausted'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why we switched a webhook off. */
export type DisabledReason = 'gone' | 'failing';
