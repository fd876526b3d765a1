/**
 * `X-Twilio-Signature`: HMAC-SHA1, by the account's auth token, over the exact address that was called and the sorted
 * form fields. A JSON body is not in it: then the address carries `bodySHA256`, which is compared with the body.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export function twilioSignature(authToken: string, url: string, form: URLSearchParams): string {
  // Gathered in one pass: a stranger's form may have a hundred thousand fields.
  const values = new Map<string, Set<string>>();
  for (const [name, value] of form) {
    const before = values.get(name);
    if (before === undefined) values.set(name, new Set([value]));
    else before.add(value);
  }
  const fields = [...values.keys()].sort().map((name) =>
    [...(values.get(name) ?? [])]
      .sort()
      .map((value) => name + value)
      .join(''),
  );
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
}

export interface SignedCall {
  /** As Twilio was told to call it, without the fragment. */
  url: string;
  /** null when the header is missing. */
  signature: string | null;
  contentType: string;
  body: Buffer;
}

/** Twilio signs the address now with its port and now without: both are accepted. */
export function isSignedByTwilio(authToken: string, call: SignedCall): boolean {
  const { signature } = call;
  if (signature === null) return false;
  const sha256 = URL.parse(call.url)?.searchParams.get('bodySHA256') ?? null;
  const isForm = call.contentType.startsWith('application/x-www-form-urlencoded');
  if (!isForm && call.body.length > 0 && sha256 === null) return false;
  if (sha256 !== null && !isEqual(sha256.toLowerCase(), createHash('sha256').update(call.body).digest('hex')))
    return false;
  const form = new URLSearchParams(isForm ? call.body.toString('utf8') : '');
  return addressesOf(call.url).some((url) => isEqual(signature, twilioSignature(authToken, url, form)));
}

/** With and without the port: the standard one is written or not, one of our own proxy's may be left out. */
function addressesOf(url: string): string[] {
  const match = /^(https?):\/\/([^/?#]+?)(?::(\d+))?([/?].*)?$/i.exec(url);
  if (match === null) return [url];
  const [, scheme = 'https', host = '', port, rest = ''] = match;
  const standard = port ?? (scheme.toLowerCase() === 'https' ? '443' : '80');
  return [`${scheme}://${host}:${standard}${rest}`, `${scheme}://${host}${rest}`];
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
