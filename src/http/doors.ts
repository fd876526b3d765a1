/** Doors for clients of other services: they bring the key in their own way, and are told no in their own form. */
import type { FastifyRequest } from 'fastify';
import { toSendblueError } from '../contract/doors/sendblue-door.ts';
import { toTwilioError } from '../contract/doors/twilio-door.ts';
import type { Operation } from '../contract/operation.ts';
import { type Problem, toBody } from '../contract/problems.ts';

type Headers = FastifyRequest['headers'];
type Door = Operation['door'];

/** The key as `Authorization: Bearer` would bring it. */
export function authorizationOf(door: Door, headers: Headers): string | undefined {
  const key = keyAt(door, headers);
  return key === null ? headers.authorization : `Bearer ${key}`;
}

/** The API key itself; '' where there is none. */
export function apiKeyOf(door: Door, headers: Headers): string {
  return keyAt(door, headers) ?? headers.authorization?.replace(/^Bearer +/i, '') ?? '';
}

/** null: brought as everywhere else. */
function keyAt(door: Door, headers: Headers): string | null {
  if (door === 'sendblue') {
    const secret = headers['sb-api-secret-key'];
    return typeof secret === 'string' ? secret : null;
  }
  const basic =
    door === 'twilio' ? /^Basic +([\w+/=-]+)$/i.exec(headers.authorization ?? '')?.[1] : undefined;
  if (basic === undefined) return null;
  // The user may be anything: an account sid, or the id of a key.
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

const TWILIO_PATH = '/2010-04-01/';

export function refusalBody(refusal: Problem, request: FastifyRequest): object {
  const { door } = (request.routeOptions.config ?? {}) as { door?: Door };
  // Also of what no route answers there.
  if (door === 'twilio' || request.raw.url?.startsWith(TWILIO_PATH)) return toTwilioError(refusal);
  return door === 'sendblue' ? toSendblueError(refusal) : toBody(refusal, request.id);
}
