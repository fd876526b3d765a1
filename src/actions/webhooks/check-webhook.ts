/** A real, signed request that says it is a test (contract 3.7, D32). It counts for nothing and stands in no log. */
import { problem } from '../../contract/problems.ts';
import type { CheckWebhookAnswer } from '../../contract/webhooks/webhooks.ts';
import type { Deps } from '../../deps.ts';
import { toIso } from '../../lib/clock.ts';
import { findWebhook } from '../../store/events/webhooks.ts';
import type { Caller } from '../access/authenticate.ts';
import { postWebhook } from './post-webhook.ts';

const TIMEOUT_MS = 10_000;

export async function checkWebhook(
  deps: Deps,
  { workspaceId }: Caller,
  webhookId: string,
): Promise<CheckWebhookAnswer> {
  const webhook = await findWebhook(deps.database, workspaceId, webhookId);
  if (webhook === null) throw problem('WEBHOOK_NOT_FOUND');
  const [event = 'message.sent'] = webhook.events;
  const envelope = {
    event,
    timestamp: toIso(deps.clock.now()),
    workspaceId,
    testMode: true,
    messageId: null,
    message: null,
    leadId: null,
    data: { test: true, message: 'This is a test of your webhook. Nothing happened.' },
  };
  const { statusCode, error, response } = await postWebhook(deps, workspaceId, webhook, {
    id: deps.ids(),
    event,
    body: Buffer.from(JSON.stringify(envelope)),
    correlationId: null,
    timeoutMs: TIMEOUT_MS,
  });
  if (statusCode === null) return { success: false, error: error ?? 'It did not answer' };
  if (error !== null) return { success: false, error, details: response, statusCode };
  return { success: true, message: 'Health check passed', statusCode, response };
}
