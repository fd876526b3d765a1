/** Request headers that carry a wish. Each is read by its standard; what is unusable counts as absent, except a key. */

import { isCorrelationId } from '../contract/messages/send-message.ts';
import { problem } from '../contract/problems.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const MAX_WAIT_SECONDS = 30;

/** null when absent. Refused when unusable: a caller who sends a key relies on it. */
export function readIdempotencyKey(headers: Headers): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(key)) throw problem('INVALID_IDEMPOTENCY_KEY');
  return key;
}

/** null when absent or unusable: proxies add such headers, and none of them is worth a lost message. */
export function readCorrelationId(headers: Headers): string | null {
  const id = headers['x-correlation-id'];
  return typeof id === 'string' && isCorrelationId(id) ? id : null;
}

/** Seconds of `Prefer: wait=N` (RFC 7240), at most 30; null when not asked for. The first of several counts. */
export function readWait(headers: Headers): number | null {
  const prefer = headers.prefer;
  if (prefer === undefined) return null;
  for (const preference of String(prefer).split(',')) {
    const match = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference);
    if (match !== null) return Math.min(Number(match[1]), MAX_WAIT_SECONDS);
  }
  return null;
}
