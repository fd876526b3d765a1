/** The calls Twilio makes: signed, with a token that is the same on each retry, again only as the address's fragment says. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { systemClock } from '../../../src/lib/clock.ts';

/** One call, with every answer it got. */
export interface MadeCall {
  url: string;
  parameters: Record<string, string>;
  token: string;
  answers: { status: number; contentType: string; body: string }[];
}

export interface CallOptions {
  authToken: string;
  /** Signs with a token that is not the account's. */
  isForged?: boolean;
  /** As JSON, with the hash of the body in the address. */
  asJson?: boolean;
}

const RETRY_PAUSE_MS = 20;

export async function callOut(
  address: string,
  parameters: Record<string, string>,
  { authToken, isForged = false, asJson = false }: CallOptions,
): Promise<MadeCall> {
  const [bare = '', fragment = ''] = address.split('#');
  const asked = new URLSearchParams(fragment);
  const retries = Math.min(5, Number(asked.get('rc') ?? 1));
  const policy = (asked.get('rp') ?? 'ct').split(',');
  const body = asJson ? JSON.stringify(parameters) : new URLSearchParams(parameters).toString();
  const hash = createHash('sha256').update(body).digest('hex');
  const url = asJson ? `${bare}${bare.includes('?') ? '&' : '?'}bodySHA256=${hash}` : bare;
  const signed = asJson ? {} : parameters;
  const signature = sign(isForged ? `not ${authToken}` : authToken, url, signed);
  const made: MadeCall = { url, parameters, token: randomUUID(), answers: [] };
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    if (attempt > 0) await systemClock().sleep(RETRY_PAUSE_MS);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': asJson ? 'application/json' : 'application/x-www-form-urlencoded; charset=UTF-8',
          'user-agent': 'TwilioProxy/1.1',
          'i-twilio-idempotency-token': made.token,
          'x-twilio-signature': signature,
        },
        body,
        signal: AbortSignal.timeout(15_000),
      });
      const { status, headers } = response;
      const contentType = headers.get('content-type') ?? '';
      made.answers.push({ status, contentType, body: await response.text() });
      const why = status >= 500 ? '5xx' : status >= 400 ? '4xx' : null;
      if (why === null || (!policy.includes(why) && !policy.includes('all'))) return made;
    } catch {
      if (!policy.includes('ct') && !policy.includes('all')) return made;
    }
  }
  return made;
}

function sign(authToken: string, url: string, parameters: Record<string, string>): string {
  const data = Object.keys(parameters)
    .sort()
    .reduce((text, name) => text + name + parameters[name], url);
  return createHmac('sha1', authToken).update(data, 'utf8').digest('base64');
}
