/** One signed request to a receiver, and what it answered. Never throws for what a receiver does. */
import { STATUS_CODES } from 'node:http';
import type { Deps } from '../../deps.ts';
import { type ReceiverAnswer, readRetryAfter } from '../../domain/webhook-retry.ts';
import { toIso } from '../../lib/clock.ts';
import { FetchRefused, type GuardedResponse } from '../../lib/guarded-fetch.ts';
import { signBody, signStandard } from '../../lib/sign-webhook.ts';
import type { WebhookRow } from '../../store/events/webhooks.ts';

export interface WebhookRequest {
  /** The same for every attempt: what receivers recognise repetitions by. */
  id: string;
  event: string;
  body: Buffer;
  correlationId: string | null;
  timeoutMs: number;
}

export interface Posted extends ReceiverAnswer {
  /** null when it was taken. */
  error: string | null;
  /** The beginning of what it said. */
  response: string;
  durationMs: number;
}

const RESPONSE_BYTES = 4_096;
/** Far above what is read: where it ends, the reader has left. */
const MOST_BYTES = 1_000_000;

export async function postWebhook(
  deps: Deps,
  workspaceId: string,
  webhook: WebhookRow,
  { id, event, body, correlationId, timeoutMs }: WebhookRequest,
): Promise<Posted> {
  const at = deps.clock.now();
  const timestamp = Math.floor(at / 1000);
  const secrets = openSecrets(deps, workspaceId, webhook, at);
  const [secret = ''] = secrets;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Trunkline-Webhooks',
    'x-tuco-signature': signBody(secret, body),
    'x-tuco-event': event,
    'x-tuco-timestamp': toIso(at),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signStandard(secrets, { id, timestamp, body }),
    ...(correlationId === null ? {} : { 'x-correlation-id': correlationId }),
  };
  const { answer, ...posted } = await deps.web
    .fetch(webhook.url, { method: 'POST', headers, body, timeoutMs, redirects: 0, maxBytes: MOST_BYTES })
    .then(async (answered) => ({ answer: answered, ...judge(answered, await beginningOf(answered), deps) }))
    .catch((error: Error) => ({ answer: null, ...unanswered(error) }));
  return { ...posted, durationMs: Math.max(0, Math.round(deps.clock.now() - at)) };
}

/** The present one first. */
function openSecrets(deps: Deps, workspaceId: string, webhook: WebhookRow, now: number): string[] {
  const context = secretContext(workspaceId, webhook.id);
  const { secret, previousSecret, previousSecretUntil } = webhook;
  const isBoth = previousSecret !== null && previousSecretUntil !== null && now < previousSecretUntil;
  return [secret, ...(isBoth ? [previousSecret] : [])].map((box) => deps.secrets.open(box, context));
}

export function secretContext(workspaceId: string, webhookId: string): string {
  return `webhook:${workspaceId}:${webhookId}`;
}

function judge({ status, headers }: GuardedResponse, response: string, { clock }: Deps) {
  const retryAfter = headers['retry-after'];
  const isTaken = status >= 200 && status < 300;
  return {
    statusCode: status,
    retryAfterMs: readRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined, clock.now()),
    error: isTaken ? null : `HTTP ${status}: ${STATUS_CODES[status] ?? 'Unknown'}`,
    response,
  };
}

function unanswered(error: Error) {
  const isLate = error instanceof FetchRefused && error.code === 'timeout';
  const sentence = isLate ? 'The operation was aborted due to timeout' : sentenceOf(error);
  return { statusCode: null, retryAfterMs: null, error: sentence, response: '' };
}

/** What broke a connection often has only a code. */
function sentenceOf(error: Error): string {
  const { code } = error as { code?: unknown };
  const text = error.message === '' && typeof code === 'string' ? code : error.message;
  return text.slice(0, 300);
}

/** The status alone decides: what breaks or drags on after it changes nothing. */
async function beginningOf({ body }: GuardedResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= RESPONSE_BYTES) break;
    }
  } catch {
    // What came until then is what there is.
  }
  body.destroy();
  return Buffer.concat(chunks).subarray(0, RESPONSE_BYTES).toString('utf8').replaceAll('\0', '');
}
