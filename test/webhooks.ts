/** Webhooks in tests: one made by the API that tells a receiver of this machine. */
import type { CreateWebhookAnswer, Webhook, WebhookDelivery } from '../src/contract/webhooks.ts';
import { WEBHOOK_EVENTS } from '../src/domain/webhook-events.ts';
import type { Client } from './client.ts';

export async function addWebhook(
  client: Client,
  url: string,
  wish: Record<string, unknown> = {},
): Promise<CreateWebhookAnswer> {
  const { status, body } = await client.call<CreateWebhookAnswer>('POST', '/api/webhooks', {
    url,
    name: 'Test',
    events: WEBHOOK_EVENTS,
    ...wish,
  });
  if (status !== 201) throw new Error(`the webhook was not made: ${status} ${JSON.stringify(body)}`);
  return body;
}

export async function webhook(client: Client, id: string): Promise<Webhook> {
  return (await client.call<Webhook>('GET', `/api/webhooks/${id}`)).body;
}

/** The whole log, oldest first. */
export async function deliveries(client: Client, id: string, query = ''): Promise<WebhookDelivery[]> {
  const found: WebhookDelivery[] = [];
  for (let cursor = ''; ; ) {
    const path = `/api/webhooks/${id}/deliveries?limit=100${query}${cursor}`;
    const { body } = await client.call<{ deliveries: WebhookDelivery[]; nextCursor: string | null }>(
      'GET',
      path,
    );
    found.push(...body.deliveries);
    if (body.nextCursor === null) return found.reverse();
    cursor = `&cursor=${body.nextCursor}`;
  }
}
