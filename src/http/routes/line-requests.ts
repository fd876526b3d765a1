/** Asking for a line, as the documented API does. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import {
  LineRequestActionBody,
  LineRequestAnswer,
  NewLineRequestAnswer,
  parseLineRequestAction,
  parseLineRequestId,
  parseRequestLine,
  RequestLineBody,
} from '../../contract/lines/line-orders.ts';
import { readIdempotencyKey } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idParam } from './shared.ts';

const tag = 'Lines';

export const lineRequestRoutes: readonly Route[] = [
  {
    operationId: 'requestLine',
    method: 'POST',
    path: '/api/line-requests',
    tag,
    scope: 'admin',
    summary: 'Ask for a line',
    description:
      'With `lineType` `byon` a relay line is registered, which sends nothing until a Mac is paired with it by the code of the answer. Numbers are not sold: `purchased`, the default, is refused. The id of the request is that of its line.',
    headers: z.object({
      'idempotency-key': z
        .string()
        .optional()
        .meta({ description: 'Same key and same body: the first answer again, with the code it had.' }),
    }),
    body: RequestLineBody,
    answers: {
      201: {
        description: 'Registered.',
        schema: NewLineRequestAnswer,
        headers: z.object({
          'idempotent-replayed': z
            .string()
            .optional()
            .meta({ description: '`true`: the answer to an earlier request.' }),
        }),
      },
    },
    problems: [
      'READ_ONLY',
      'FORBIDDEN_LINE_TYPE',
      'INVALID_IDEMPOTENCY_KEY',
      'idempotency_mismatch',
      'idempotency_in_flight',
    ],
    handle: requestLine,
  },
  {
    operationId: 'getLineRequest',
    method: 'GET',
    path: '/api/line-requests/{id}',
    tag,
    scope: 'read',
    summary: 'Read how far a requested line is',
    pathParams: idParam,
    answers: { 200: { description: 'As it is now.', schema: LineRequestAnswer } },
    problems: ['INVALID_LINE_REQUEST_ID', 'LINE_REQUEST_NOT_FOUND'],
    handle: async ({ deps, actions, caller, params }) =>
      ok(await actions.getLineRequest(deps, caller, parseLineRequestId(params))),
  },
  {
    operationId: 'steerLineRequest',
    method: 'POST',
    path: '/api/line-requests/{id}',
    tag,
    scope: 'admin',
    summary: 'Ask for a payment link, or cancel a request',
    description:
      'Both are for requests that await a payment, which none does here: `payment_link` answers the state of the request, `cancel` is refused.',
    pathParams: idParam,
    body: LineRequestActionBody,
    answers: { 200: { description: 'As it is now: nothing is to be paid.', schema: LineRequestAnswer } },
    problems: [
      'READ_ONLY',
      'INVALID_LINE_REQUEST_ID',
      'UNSUPPORTED_ACTION',
      'LINE_REQUEST_NOT_FOUND',
      'LINE_REQUEST_NOT_AWAITING_PAYMENT',
    ],
    handle: async ({ deps, actions, caller, params, body }) => {
      const id = parseLineRequestId(params);
      return ok(await actions.steerLineRequest(deps, caller, id, parseLineRequestAction(body)));
    },
  },
];

const SIGNATURE = Buffer.from('POST /api/line-requests\n');

async function requestLine({ deps, actions, caller, body, headers, bytes }: Call): Promise<Answer> {
  const { request, idempotencyKey: ofBody, warnings } = parseRequestLine(body);
  const idempotencyKey = readIdempotencyKey(headers) ?? ofBody;
  const requested = await actions.requestLine(deps, caller, request, {
    idempotencyKey,
    requestHash: hash('sha256', Buffer.concat([SIGNATURE, bytes])),
    warnings,
    serverUrl: `http://${headers.host ?? '127.0.0.1'}`,
  });
  return {
    status: 201,
    body: requested.answer,
    ...(requested.replayed ? { headers: { 'idempotent-replayed': 'true' } } : {}),
  };
}
