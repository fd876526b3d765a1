/** The door for clients of Twilio's messaging API (docs/migrating.md). */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { fromMessageSid } from '../../contract/doors/door-ids.ts';
import {
  checkAccountSid,
  parseTwilioList,
  parseTwilioSend,
  parseTwilioUpdate,
  TwilioAccount,
  TwilioMessage,
  TwilioMessages,
  TwilioSendBody,
  TwilioUpdateBody,
} from '../../contract/doors/twilio-door.ts';
import { apiKeyOf } from '../doors.ts';
import { readIdempotencyKey } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';

const common = { tag: 'Migration', door: 'twilio' } as const;
const ACCOUNT = '/2010-04-01/Accounts/{accountSid}';
const accountSid = z
  .string()
  .meta({ description: 'AC and 32 hex digits, whichever: the key says whose it is.' });
const accountParam = z.object({ accountSid });
const messageParams = z.object({
  accountSid,
  sid: z.string().meta({ description: 'SM or MM and 32 hex digits.' }),
});

export const twilioRoutes: readonly Route[] = [
  {
    ...common,
    operationId: 'sendByTwilio',
    method: 'POST',
    path: `${ACCOUNT}/Messages.json`,
    scope: 'send',
    limited: 'sends',
    summary: 'Send as a client of Twilio does',
    description:
      'HTTP Basic with a key of the workspace as the password. Accepted like any other message, iMessage first or SMS alone as the key says. `StatusCallback` is told, signed with the key, until all is told.',
    pathParams: accountParam,
    body: TwilioSendBody,
    forms: true,
    answers: { 201: { description: 'Accepted.', schema: TwilioMessage } },
    problems: [
      'NOT_FOUND',
      'READ_ONLY',
      'DOOR_REFUSED',
      'DOOR_SENDER_UNKNOWN',
      'TOO_MANY_ATTACHMENTS',
      'FOREIGN_ATTACHMENT',
      'NO_ACTIVE_LINES',
      'LINE_NOT_ACTIVE',
      'INVALID_IDEMPOTENCY_KEY',
      'idempotency_mismatch',
      'idempotency_in_flight',
    ],
    handle: send,
  },
  {
    ...common,
    operationId: 'listByTwilio',
    method: 'GET',
    path: `${ACCOUNT}/Messages.json`,
    scope: 'read',
    summary: 'List as a client of Twilio does',
    pathParams: accountParam,
    query: z.object({
      To: z.string().optional(),
      From: z.string().optional(),
      DateSent: z
        .string()
        .optional()
        .meta({ description: 'A day; `DateSent>` and `DateSent<` bound a range.' }),
      PageSize: z.int().max(1000).optional().meta({ default: 50 }),
      Page: z.int().optional(),
      PageToken: z.string().optional(),
    }),
    answers: { 200: { description: 'One page, newest first.', schema: TwilioMessages } },
    problems: ['NOT_FOUND', 'DOOR_REFUSED'],
    handle: list,
  },
  {
    ...common,
    operationId: 'getByTwilio',
    method: 'GET',
    path: `${ACCOUNT}/Messages/{sid}.json`,
    scope: 'read',
    summary: 'Read one message as a client of Twilio does',
    pathParams: messageParams,
    answers: { 200: { description: 'The message.', schema: TwilioMessage } },
    problems: ['NOT_FOUND', 'MESSAGE_NOT_FOUND'],
    handle: async ({ deps, actions, caller, params }) =>
      ok(await actions.getByTwilio(deps, caller, checkAccountSid(params.accountSid), params.sid ?? '')),
  },
  {
    ...common,
    operationId: 'cancelByTwilio',
    method: 'POST',
    path: `${ACCOUNT}/Messages/{sid}.json`,
    scope: 'send',
    summary: 'Cancel as a client of Twilio does',
    description: 'Whatever still waits can be cancelled, not only what was scheduled.',
    pathParams: messageParams,
    body: TwilioUpdateBody,
    forms: true,
    answers: { 200: { description: 'Cancelled.', schema: TwilioMessage } },
    problems: ['NOT_FOUND', 'READ_ONLY', 'DOOR_REFUSED', 'MESSAGE_NOT_FOUND', 'MESSAGE_NOT_WAITING'],
    async handle({ deps, actions, caller, params, body }) {
      parseTwilioUpdate(body);
      const account = checkAccountSid(params.accountSid);
      return ok(await actions.cancelByTwilio(deps, caller, account, params.sid ?? ''));
    },
  },
  {
    ...common,
    operationId: 'getTwilioAccount',
    method: 'GET',
    path: `${ACCOUNT}.json`,
    scope: 'read',
    summary: 'Read the account as a client of Twilio does',
    pathParams: accountParam,
    answers: { 200: { description: 'The workspace of the key.', schema: TwilioAccount } },
    problems: ['NOT_FOUND'],
    handle: async ({ deps, actions, caller, params }) =>
      ok(await actions.getTwilioAccount(deps, caller, checkAccountSid(params.accountSid))),
  },
];

const SIGNATURE = Buffer.from('POST /2010-04-01/Accounts/Messages.json\n');

async function send({
  deps,
  actions,
  caller,
  params,
  body,
  bytes,
  headers,
  correlation,
}: Call): Promise<Answer> {
  const account = checkAccountSid(params.accountSid);
  const wish = parseTwilioSend(body, { now: deps.clock.now() });
  const message = await actions.sendByTwilio(deps, caller, wish, {
    door: 'twilio',
    account,
    apiKey: apiKeyOf('twilio', headers),
    idempotencyKey: readIdempotencyKey(headers),
    requestHash: hash('sha256', Buffer.concat([SIGNATURE, bytes])),
    correlationId: correlation.id,
  });
  return { status: 201, body: message };
}

async function list({ deps, actions, caller, params, query, url }: Call): Promise<Answer> {
  const account = checkAccountSid(params.accountSid);
  const filters = parseTwilioList(query, (token) => fromMessageSid(token.replace(/^PA/, '')));
  const asked = new URL(url, 'http://localhost').searchParams;
  return ok(await actions.listByTwilio(deps, caller, account, filters, asked));
}
