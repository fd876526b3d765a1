/** Webhooks in tests: one made by the API that tells a receiver of this machine. */
import type { CreateWebhookAnswer, Webhook, WebhookDelivery } from '../src/contract/webhooks/webhooks.ts';
import { WEBHOOK_EVENTS } from '../src/domain/webhook-events.ts';
import type { Client } from './client.ts';
import type { TestApp } from './harness.ts';
import type { LeapingClock } from './leaping-clock.ts';
import { until } from './until.ts';
import { read } from './workspaces.ts';

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

/** Leaps to when something is due next for the webhook, once nothing is under way for it. False: nothing is left to do. */
export async function leapToNextAttempt(
  app: TestApp,
  clock: LeapingClock,
  workspaceId: string,
  webhookId: string,
): Promise<boolean> {
  const look = async () => {
    const [row] = await read<{ due: number | null; busy: boolean }>(
      app,
      `SELECT greatest(min(d.due_at), (SELECT hold_until FROM webhooks WHERE workspace_id = $1 AND id = $2)) AS due,
         coalesce(bool_or(d.leased), false) AS busy
       FROM webhook_deliveries d WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.status = 'pending'`,
      [workspaceId, webhookId],
    );
    return row;
  };
  const isActive = async () =>
    (await read<{ is_active: boolean }>(app, 'SELECT is_active FROM webhooks WHERE id = $1', [webhookId]))[0]
      ?.is_active;
  const next = await until('nothing is under way', async () => {
    const row = await look();
    if (row === undefined || row.due === null || !(await isActive())) return { due: null };
    return !row.busy && row.due > clock.now() ? row : null;
  });
  if (next.due === null) return false;
  clock.leap(next.due - clock.now() + 1);
  return true;
}
