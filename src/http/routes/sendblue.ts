/** The door for clients of Sendblue (docs/migrating.md). */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { parseSendblueSend, SendblueMessage, SendblueSendBody } from '../../contract/doors/sendblue-door.ts';
import { apiKeyOf } from '../doors.ts';
import { readIdempotencyKey } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';

export const sendblueRoutes: readonly Route[] = [
  {
    operationId: 'sendBySendblue',
    method: 'POST',
    path: '/api/send-message',
    tag: 'Migration',
    door: 'sendblue',
    scope: 'send',
    limited: 'sends',
    summary: 'Send as a client of Sendblue does',
    description:
      'A key of the workspace goes into `sb-api-secret-key`. Accepted like any other message; `status_callback` is told until all is told.',
    headers: z.object({
      'sb-api-key-id': z.string().optional().meta({ description: 'Anything.' }),
      'sb-api-secret-key': z.string().optional().meta({ description: 'A key, `tl_sk_…`.' }),
    }),
    body: SendblueSendBody,
    forms: true,
    answers: { 200: { description: 'Accepted.', schema: SendblueMessage } },
    problems: [
      'READ_ONLY',
      'DOOR_REFUSED',
      'DOOR_SENDER_UNKNOWN',
      'FOREIGN_ATTACHMENT',
      'MESSAGE_TOO_LONG',
      'NO_ACTIVE_LINES',
      'LINE_NOT_ACTIVE',
      'INVALID_IDEMPOTENCY_KEY',
      'idempotency_mismatch',
      'idempotency_in_flight',
    ],
    handle: send,
  },
];

const SIGNATURE = Buffer.from('POST /api/send-message\n');

async function send({ deps, actions, caller, body, bytes, headers, correlation }: Call): Promise<Answer> {
  const { send: wish, sendStyle } = parseSendblueSend(body);
  const message = await actions.sendBySendblue(deps, caller, wish, sendStyle, {
    door: 'sendblue',
    account: '',
    apiKey: apiKeyOf('sendblue', headers),
    idempotencyKey: readIdempotencyKey(headers),
    requestHash: hash('sha256', Buffer.concat([SIGNATURE, bytes])),
    correlationId: correlation.id,
  });
  return ok(message);
}
