/** Everything about messages. The table is the page; what needs more than one line stands below it. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import {
  CancelForLeadBody,
  CancelMessagesBody,
  EditMessageBody,
  ListMessagesQuery,
  SendMessageBody,
} from '../../contract/messages/message-bodies.ts';
import {
  parseCancelForLead,
  parseCancelMessages,
  parseEditMessage,
  parseListMessages,
} from '../../contract/messages/message-requests.ts';
import {
  CancelAnswer,
  CancelForLeadAnswer,
  CancelMessagesAnswer,
  DryRunAnswer,
  EditMessageAnswer,
  ExplainAnswer,
  MessageAnswer,
  MessagesAnswer,
  RetryAnswer,
  SendAnswer,
  TimelineAnswer,
} from '../../contract/messages/messages.ts';
import { parseSendMessage } from '../../contract/messages/send-message.ts';
import { invalidField } from '../../contract/problems.ts';
import { readIdempotencyKey, readWait } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { correlationHeader, idOf, idParam, withWarnings } from './shared.ts';

const tag = 'Messages';

const acceptedHeaders = z.object({
  'idempotent-replayed': z
    .string()
    .optional()
    .meta({ description: '`true`: the answer to an earlier request.' }),
  'preference-applied': z
    .string()
    .optional()
    .meta({ description: '`wait=N`: the outcome was waited for, up to N seconds.' }),
});

export const messageRoutes: readonly Route[] = [
  {
    operationId: 'sendMessage',
    method: 'POST',
    path: '/api/messages',
    tag,
    scope: 'send',
    limited: 'sends',
    summary: 'Send a message',
    description:
      'Stored durably before it is answered, then sent when window, caps and gaps allow; `GET /api/messages/{id}/explain` says what it waits for. 201, or 200 when an existing lead was matched by the recipient. A dry run answers 200 with another shape.',
    query: z.object({
      dryRun: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Answer what would happen; store and send nothing.' }),
    }),
    headers: z.object({
      'idempotency-key': z.string().optional().meta({
        description:
          'Same key and same body: the first answer again, no second message; `status` and `message` tell of the message as it is by now, so that no state goes backwards. Kept for 24 hours at least.',
      }),
      prefer: z.string().optional().meta({
        description:
          '`wait=N` (RFC 7240): wait up to N seconds, 30 at most, for the outcome; a replay waits too. What is due only after that is answered at once, without `Preference-Applied`.',
        example: 'wait=10',
      }),
      ...correlationHeader,
    }),
    body: SendMessageBody,
    answers: {
      200: {
        description: 'Accepted; an existing lead was matched. Or the outcome of a dry run.',
        schema: z.union([SendAnswer, DryRunAnswer]),
        headers: acceptedHeaders,
      },
      201: { description: 'Accepted.', schema: SendAnswer, headers: acceptedHeaders },
    },
    problems: [
      'READ_ONLY',
      'MESSAGE_EMPTY',
      'MESSAGE_TOO_LONG',
      'INVALID_MESSAGE_TYPE',
      'ATTACHMENTS_NOT_ARRAY',
      'TOO_MANY_ATTACHMENTS',
      'FOREIGN_ATTACHMENT',
      'INVALID_SCHEDULED_DATE',
      'INVALID_TIME_FORMAT',
      'INVALID_WINDOW',
      'RECIPIENT_REQUIRED',
      'FALLBACK_NOT_CONFIGURED',
      'LEAD_NOT_ACCESSIBLE',
      'NO_ACTIVE_LINES',
      'LINE_NOT_FOUND',
      'LINE_NOT_ACTIVE',
      'LINE_WRONG_CHANNEL',
      'INVALID_IDEMPOTENCY_KEY',
      'idempotency_mismatch',
      'idempotency_in_flight',
    ],
    handle: sendMessage,
  },
  {
    operationId: 'listMessages',
    method: 'GET',
    path: '/api/messages',
    tag,
    scope: 'read',
    summary: 'List messages, newest first',
    query: ListMessagesQuery,
    answers: { 200: { description: 'One page.', schema: MessagesAnswer } },
    problems: [
      'INVALID_FIELD',
      'INVALID_CURSOR',
      'INVALID_DATE_FROM',
      'INVALID_DATE_TO',
      'INVALID_DATE_RANGE',
    ],
    handle: async (call) =>
      ok(await call.actions.listMessages(call.deps, call.caller, parseListMessages(call.query))),
  },
  {
    operationId: 'cancelForLead',
    method: 'POST',
    path: '/api/messages/cancel-for-lead',
    tag,
    scope: 'send',
    summary: 'Cancel everything that waits for one lead',
    body: CancelForLeadBody,
    answers: {
      200: { description: 'Done, also when there was nothing to cancel.', schema: CancelForLeadAnswer },
    },
    problems: ['READ_ONLY', 'CANCEL_TARGET_REQUIRED', 'INVALID_LEAD_ID'],
    handle: cancelForLead,
  },
  {
    operationId: 'cancelMessages',
    method: 'POST',
    path: '/api/messages/cancel',
    tag,
    scope: 'send',
    summary: 'Cancel many messages',
    description:
      'By their ids, or whatever waits and fits a filter; at most 500 with one call. With a filter, call again with `cursor` until `nextCursor` is null. What is past cancelling stays as it is, and is counted.',
    body: CancelMessagesBody,
    answers: { 200: { description: 'What was cancelled, and what was not.', schema: CancelMessagesAnswer } },
    problems: [
      'READ_ONLY',
      'INVALID_FIELD',
      'INVALID_CURSOR',
      'INVALID_DATE_FROM',
      'INVALID_DATE_TO',
      'INVALID_DATE_RANGE',
      'CANCEL_MESSAGES_TARGET_REQUIRED',
    ],
    handle: cancelMessages,
  },
  {
    operationId: 'getMessage',
    method: 'GET',
    path: '/api/messages/{id}',
    tag,
    scope: 'read',
    summary: 'Read one message',
    pathParams: idParam,
    answers: { 200: { description: 'The message.', schema: MessageAnswer } },
    problems: ['MESSAGE_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.getMessage(call.deps, call.caller, messageId(call))),
  },
  {
    operationId: 'editMessage',
    method: 'PATCH',
    path: '/api/messages/{id}',
    tag,
    scope: 'send',
    summary: 'Edit or reschedule a message while it waits',
    pathParams: idParam,
    body: EditMessageBody,
    answers: { 200: { description: 'The message as it is now.', schema: EditMessageAnswer } },
    problems: [
      'READ_ONLY',
      'MESSAGE_NOT_FOUND',
      'MESSAGE_NOT_WAITING',
      'NOTHING_TO_CHANGE',
      'MESSAGE_EMPTY',
      'MESSAGE_TOO_LONG',
      'INVALID_SCHEDULED_DATE',
      'INVALID_TIME_FORMAT',
      'INVALID_WINDOW',
      'LINE_NOT_FOUND',
      'LINE_NOT_ACTIVE',
      'LINE_WRONG_CHANNEL',
    ],
    handle: editMessage,
  },
  {
    operationId: 'getTimeline',
    method: 'GET',
    path: '/api/messages/{id}/timeline',
    tag,
    scope: 'read',
    summary: 'Read what happened to a message',
    pathParams: idParam,
    answers: { 200: { description: 'Every event, oldest first.', schema: TimelineAnswer } },
    problems: ['MESSAGE_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.getTimeline(call.deps, call.caller, messageId(call))),
  },
  {
    operationId: 'explainMessage',
    method: 'GET',
    path: '/api/messages/{id}/explain',
    tag,
    scope: 'read',
    summary: 'Ask why a message waits, and until when',
    pathParams: idParam,
    answers: { 200: { description: 'Every gate, in order.', schema: ExplainAnswer } },
    problems: ['MESSAGE_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.explainMessage(call.deps, call.caller, messageId(call))),
  },
  {
    operationId: 'cancelMessage',
    method: 'POST',
    path: '/api/messages/{id}/cancel',
    tag,
    scope: 'send',
    summary: 'Cancel a message while it waits',
    pathParams: idParam,
    answers: { 200: { description: 'Cancelled: it will not be sent.', schema: CancelAnswer } },
    problems: ['READ_ONLY', 'MESSAGE_NOT_FOUND', 'MESSAGE_NOT_WAITING'],
    handle: async (call) => ok(await call.actions.cancelMessage(call.deps, call.caller, messageId(call))),
  },
  {
    operationId: 'retryMessage',
    method: 'POST',
    path: '/api/messages/{id}/retry',
    tag,
    scope: 'send',
    limited: 'sends',
    summary: 'Send a failed message again',
    description:
      'A new message with the same content to the same contact, which goes as soon as the rules allow; each knows the other by `retryOf` and `retriedBy`. However often it is asked for, one is made. It belongs to no campaign. A message whose outcome stayed unknown may have arrived: its retry may be a second copy.',
    pathParams: idParam,
    answers: {
      200: { description: 'It was sent again before: the message that was.', schema: RetryAnswer },
      201: { description: 'The new message.', schema: RetryAnswer },
    },
    problems: [
      'READ_ONLY',
      'MESSAGE_NOT_FOUND',
      'MESSAGE_NOT_RETRIABLE',
      'RECIPIENT_REQUIRED',
      'FALLBACK_NOT_CONFIGURED',
      'FOREIGN_ATTACHMENT',
      'LEAD_NOT_ACCESSIBLE',
      'NO_ACTIVE_LINES',
      'INVALID_WINDOW',
      'idempotency_mismatch',
      'idempotency_in_flight',
    ],
    handle: retryMessage,
  },
];

async function sendMessage(call: Call): Promise<Answer> {
  const { deps, actions, caller, headers } = call;
  const { request, warnings } = parseSendMessage(call.body, { now: deps.clock.now() });
  if (isDryRun(call)) {
    const outcome = await actions.dryRunMessage(deps, caller, request);
    return withWarnings(outcome, [...warnings, ...outcome.warnings]);
  }
  const idempotencyKey = readIdempotencyKey(headers);
  const waitSeconds = readWait(headers);
  const { id, given } = call.correlation;
  const correlationId = given ? id : (request.correlationId ?? id);
  const isTraced = deps.log.isLevelEnabled('debug');
  const { workspaceId } = caller;
  if (isTraced) deps.log.debug({ workspaceId, correlationId }, 'message.api.request');
  const accepted = await actions.acceptMessage(deps, caller, request, {
    idempotencyKey,
    requestHash: idempotencyKey === null ? '' : hash('sha256', Buffer.concat([SIGNATURE, call.bytes])),
    correlationId,
    waitMs: (waitSeconds ?? 0) * 1000,
    warnings,
  });
  if (isTraced) {
    const { _id: messageId, status } = accepted.body.message;
    const outcome = { workspaceId, correlationId, messageId, status, replayed: accepted.replayed };
    deps.log.debug(outcome, 'message.api.create_message_returned');
  }
  return {
    status: accepted.httpStatus,
    body: accepted.body,
    headers: {
      'x-correlation-id': correlationId,
      ...(accepted.waited ? { 'preference-applied': `wait=${waitSeconds}` } : {}),
      ...(accepted.replayed ? { 'idempotent-replayed': 'true' } : {}),
    },
  };
}

/** What a key vouches for is this call with these bytes. */
const SIGNATURE = Buffer.from('POST /api/messages\n');

function isDryRun({ query: { dryRun } }: Call): boolean {
  if (dryRun === undefined || dryRun === 'false') return false;
  // `?dryRun` alone means it too: whoever writes it does not want a message sent.
  if (dryRun === 'true' || dryRun === '') return true;
  throw invalidField('dryRun', 'must be true or false');
}

async function editMessage(call: Call): Promise<Answer> {
  const id = messageId(call);
  const { request, warnings } = parseEditMessage(call.body, { now: call.deps.clock.now() });
  const edited = await call.actions.editMessage(call.deps, call.caller, id, request);
  return withWarnings(edited, [...warnings, ...edited.warnings]);
}

async function retryMessage(call: Call): Promise<Answer> {
  const { isNew, ...body } = await call.actions.retryMessage(call.deps, call.caller, messageId(call));
  return { status: isNew ? 201 : 200, body };
}

async function cancelMessages({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseCancelMessages(body);
  return withWarnings(await actions.cancelMessages(deps, caller, request), warnings);
}

async function cancelForLead({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseCancelForLead(body);
  return withWarnings(await actions.cancelForLead(deps, caller, request), warnings);
}

function messageId(call: Call): string {
  return idOf(call, 'MESSAGE_NOT_FOUND');
}
