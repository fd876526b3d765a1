/**
 * Whether a webhook is genuine. Web Crypto only, so that it runs in Node, browsers, workers and edge functions.
 * Both customs of docs/webhooks.md: the headers `webhook-*`, which also prove when it was sent, and `X-Tuco-Signature`.
 */
import type { Lead, Message } from './types.ts';

const TOLERANCE_SECONDS = 300;
const encoder = new TextEncoder();

export interface WebhookToVerify {
  /** The very bytes that came: anything parsed and printed again has another signature. */
  body: string | Uint8Array;
  headers: Headers | Record<string, string | string[] | undefined>;
  /** `whsec_…`; several while one replaces another. */
  secret: string | readonly string[];
  /** How old, or how far ahead, `webhook-timestamp` may be; 300 by default. */
  toleranceSeconds?: number;
  /** Milliseconds since 1970; the present by default. */
  now?: number;
}

/** What every webhook says; more by kind of event, see docs/webhooks.md. */
export interface WebhookEvent {
  /** The same for every attempt: recognise repetitions by it. null when only `X-Tuco-Signature` came. */
  id: string | null;
  event: string;
  /** When it happened. */
  timestamp: string;
  workspaceId: string;
  messageId: string | null;
  /** The message; the text alone of `message.reply` and `message.received`. */
  message: Message | string | null;
  leadId: string | null;
  lead?: Lead;
  data: Record<string, unknown>;
  [field: string]: unknown;
}

export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

/** The event, once it is proved; throws a `WebhookVerificationError` otherwise. */
export async function verifyWebhook(given: WebhookToVerify): Promise<WebhookEvent> {
  const body = typeof given.body === 'string' ? encoder.encode(given.body) : given.body;
  const secrets = [given.secret].flat();
  const header = (name: string) => headerOf(given.headers, name);
  const id = header('webhook-id');
  const signatures = header('webhook-signature');
  const hex = header('x-tuco-signature');
  if (signatures !== null && id !== null) {
    const timestamp = header('webhook-timestamp') ?? '';
    checkAge(timestamp, given);
    const signed = concatenate(encoder.encode(`${id}.${timestamp}.`), body);
    const expected = signatures.split(' ').filter((entry) => entry.startsWith('v1,'));
    await expectOne(
      secrets.map(standardKey),
      signed,
      expected.map((entry) => fromBase64(entry.slice(3))),
    );
  } else if (hex !== null) {
    await expectOne(
      secrets.map((secret) => encoder.encode(secret)),
      body,
      [fromHex(hex)],
    );
  } else {
    throw new WebhookVerificationError(
      'There is no signature: neither webhook-signature nor X-Tuco-Signature',
    );
  }
  return { id, ...JSON.parse(new TextDecoder().decode(body)) } as WebhookEvent;
}

/** Old ones may be somebody's repetition of what he once overheard. */
function checkAge(
  timestamp: string,
  { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() }: WebhookToVerify,
) {
  const sentAt = /^\d+$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  const age = now / 1000 - sentAt;
  if (!(Math.abs(age) <= toleranceSeconds))
    throw new WebhookVerificationError('webhook-timestamp is missing, too old, or in the future');
}

/** `crypto.subtle.verify` compares in constant time. */
async function expectOne(
  keys: readonly Uint8Array[],
  signed: Uint8Array,
  signatures: readonly (Uint8Array | null)[],
): Promise<void> {
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey('raw', own(bytes), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    for (const signature of signatures) {
      if (signature !== null && (await crypto.subtle.verify('HMAC', key, own(signature), own(signed))))
        return;
    }
  }
  throw new WebhookVerificationError('The signature is not by this secret');
}

/** The bytes that stand in base64 after `whsec_`. */
function standardKey(secret: string): Uint8Array {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''));
  if (bytes === null || bytes.length === 0)
    throw new WebhookVerificationError('The secret is not one of Trunkline: whsec_ and base64');
  return bytes;
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function fromHex(text: string): Uint8Array | null {
  if (!/^([0-9a-f]{2})+$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function headerOf(headers: WebhookToVerify['headers'], name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return Array.isArray(value) ? value.join(' ') : (value ?? null);
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** Web Crypto wants bytes that are not shared with another thread. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
