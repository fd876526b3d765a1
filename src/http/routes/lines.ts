import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import { parseCheckedId } from '../../contract/leads/availability.ts';
import { LineCheckAnswer } from '../../contract/lines/line-check.ts';
import { LineForecast, LineForecastQuery, parseForecastLine } from '../../contract/lines/line-forecast.ts';
import {
  LineActivity,
  LineActivityQuery,
  LineHealthInputs,
  LineQueues,
  parseActivityHours,
} from '../../contract/lines/line-insight.ts';
import {
  CreateLineBody,
  parseCreateLine,
  parseUpdateLine,
  UpdateLineBody,
} from '../../contract/lines/line-requests.ts';
import {
  LineAnswer,
  LineHealthAnswer,
  LinesAnswer,
  SpamMonitorAnswer,
  WriteLineAnswer,
} from '../../contract/lines/lines.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const tag = 'Lines';

export const lineRoutes: readonly Route[] = [
  {
    operationId: 'listLines',
    method: 'GET',
    path: '/api/lines',
    tag,
    scope: 'read',
    summary: 'List the lines of the workspace',
    answers: { 200: { description: 'All of them, also inactive ones.', schema: LinesAnswer } },
    problems: [],
    handle: listLines,
  },
  {
    operationId: 'createLine',
    method: 'POST',
    path: '/api/lines',
    tag,
    scope: 'admin',
    summary: 'Make a line',
    description:
      'Pacing that is not given takes the defaults of its kind: iMessage 50 new conversations and 75 messages a day, 50 new conversations an hour, 30 s between messages of a device, 45 s between new conversations; SMS one message a second; email 50 and 75 a day. Simulated lines have no gaps.',
    body: CreateLineBody,
    answers: { 201: { description: 'Made.', schema: WriteLineAnswer } },
    problems: ['READ_ONLY', 'INVALID_MESSAGE_TYPE', 'TRANSPORT_NOT_SUPPORTED', 'INVALID_TRANSPORT_CONFIG'],
    handle: createLine,
  },
  {
    operationId: 'listLinesByUser',
    method: 'GET',
    path: '/api/lines/by-user',
    tag,
    scope: 'read',
    summary: 'List the lines of the workspace (documented path)',
    answers: { 200: { description: 'The same as `GET /api/lines`.', schema: LinesAnswer } },
    problems: [],
    handle: listLines,
  },
  {
    operationId: 'monitorLines',
    method: 'GET',
    path: '/api/lines/spam-monitor',
    tag,
    scope: 'read',
    summary: 'How likely are lines to be flagged?',
    description:
      'Of the last 24 hours, read at this moment; the line itself carries the same score, renewed every minute. At `high` its gaps are doubled.',
    answers: { 200: { description: 'All lines of the workspace.', schema: SpamMonitorAnswer } },
    problems: [],
    handle: async (call) => ok(await call.actions.monitorLines(call.deps, call.caller)),
  },
  {
    operationId: 'readLineQueues',
    method: 'GET',
    path: '/api/lines/queues',
    tag,
    scope: 'read',
    summary: 'What waits on each line, and when it may send next',
    answers: { 200: { description: 'Of all lines.', schema: LineQueues } },
    problems: [],
    handle: async (call) => ok(await call.actions.readLineQueues(call.deps, call.caller)),
  },
  {
    operationId: 'checkLine',
    method: 'GET',
    path: '/api/lines/check-availability',
    tag,
    scope: 'read',
    summary: 'Is this line healthy?',
    description:
      'Asks the line now, unless it was asked in the last 10 seconds. Seven checks in a row that fail bring it down.',
    query: z.object({ id: Id }),
    answers: { 200: { description: 'How it is.', schema: LineHealthAnswer } },
    problems: ['LINE_ID_REQUIRED', 'LINE_NOT_FOUND'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.checkLine(deps, caller, parseCheckedId(query, 'LINE_ID_REQUIRED'))),
  },
  {
    operationId: 'getLine',
    method: 'GET',
    path: '/api/lines/{id}',
    tag,
    scope: 'read',
    summary: 'Read one line',
    pathParams: idParam,
    answers: { 200: { description: 'The line.', schema: LineAnswer } },
    problems: ['LINE_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.getLine(call.deps, call.caller, lineId(call))),
  },
  {
    operationId: 'forecastLine',
    method: 'GET',
    path: '/api/lines/{id}/forecast',
    tag,
    scope: 'read',
    summary: 'When does its queue drain?',
    description:
      'By the rules it is sent by: what waits on the line, and what running campaigns will still bring it. And what more lines or another cap would change.',
    pathParams: idParam,
    query: LineForecastQuery,
    answers: { 200: { description: 'As things are, and what if.', schema: LineForecast } },
    problems: ['LINE_NOT_FOUND', 'INVALID_FIELD'],
    handle: async (call) => {
      const asked = parseForecastLine(call.query);
      return ok(await call.actions.forecastLine(call.deps, call.caller, lineId(call), asked));
    },
  },
  {
    operationId: 'readLineActivity',
    method: 'GET',
    path: '/api/lines/{id}/activity',
    tag,
    scope: 'read',
    summary: 'What went out and came in, hour by hour',
    description: 'Of the last 24 hours, or up to 48.',
    pathParams: idParam,
    query: LineActivityQuery,
    answers: { 200: { description: 'One entry for each hour.', schema: LineActivity } },
    problems: ['LINE_NOT_FOUND', 'INVALID_FIELD'],
    handle: async (call) => {
      const hours = parseActivityHours(call.query);
      return ok(await call.actions.readLineActivity(call.deps, call.caller, lineId(call), hours));
    },
  },
  {
    operationId: 'readLineHealth',
    method: 'GET',
    path: '/api/lines/{id}/health',
    tag,
    scope: 'read',
    summary: 'Why its health and its score are what they are',
    description: 'Each input with its value, its bands and a sentence. Nothing is asked of the line for it.',
    pathParams: idParam,
    answers: { 200: { description: 'As of now.', schema: LineHealthInputs } },
    problems: ['LINE_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.readLineHealth(call.deps, call.caller, lineId(call))),
  },
  {
    operationId: 'checkNewLine',
    method: 'POST',
    path: '/api/lines/check',
    tag,
    scope: 'admin',
    summary: 'Would a line like this work?',
    description:
      'Takes what `POST /api/lines` takes and goes through it step by step: settings, server, credentials, sender, what it can carry, what comes back. Nothing is stored or sent, and it ends within half a minute. The steps differ by transport.',
    body: CreateLineBody,
    answers: { 200: { description: 'What was found, also where a step failed.', schema: LineCheckAnswer } },
    problems: ['INVALID_MESSAGE_TYPE', 'TRANSPORT_NOT_SUPPORTED'],
    handle: checkNewLine,
  },
  {
    operationId: 'checkStoredLine',
    method: 'POST',
    path: '/api/lines/{id}/check',
    tag,
    scope: 'admin',
    summary: 'Go through a line step by step',
    description: 'The same as `POST /api/lines/check`, with what is stored. Its health is not changed by it.',
    pathParams: idParam,
    answers: { 200: { description: 'What was found, also where a step failed.', schema: LineCheckAnswer } },
    problems: ['LINE_NOT_FOUND'],
    handle: async (call) =>
      withWarnings(await call.actions.checkStoredLine(call.deps, call.caller, lineId(call)), []),
  },
  {
    operationId: 'deleteLine',
    method: 'DELETE',
    path: '/api/lines/{id}',
    tag,
    scope: 'admin',
    summary: 'Delete a line',
    description:
      'Only one by which nothing is to leave: no message waits on it or is under way, no campaign that is not over names it, and fallback SMS leave elsewhere. Its messages and figures stay, and `GET /api/lines/{id}` still shows it; its credentials, settings and Macs are gone. Its contacts are written to by other lines from then on, as new ones.',
    pathParams: idParam,
    answers: { 200: { description: 'Deleted.', schema: z.object({ success: z.literal(true) }) } },
    problems: ['READ_ONLY', 'LINE_NOT_FOUND', 'LINE_HAS_MESSAGES', 'LINE_IN_CAMPAIGN', 'LINE_IS_FALLBACK'],
    handle: async (call) => ok(await call.actions.deleteLine(call.deps, call.caller, lineId(call))),
  },
  {
    operationId: 'updateLine',
    method: 'PATCH',
    path: '/api/lines/{id}',
    tag,
    scope: 'admin',
    summary: 'Change a line',
    pathParams: idParam,
    body: UpdateLineBody,
    answers: { 200: { description: 'The line as it is now.', schema: WriteLineAnswer } },
    problems: ['READ_ONLY', 'LINE_NOT_FOUND', 'NOTHING_TO_CHANGE', 'INVALID_TRANSPORT_CONFIG'],
    handle: updateLine,
  },
];

async function listLines({ deps, actions, caller }: Call): Promise<Answer> {
  return ok(await actions.listLines(deps, caller));
}

async function createLine({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseCreateLine(body);
  return { ...withWarnings(await actions.createLine(deps, caller, request), warnings), status: 201 };
}

async function checkNewLine({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseCreateLine(body);
  return withWarnings(await actions.checkNewLine(deps, caller, request), warnings);
}

async function updateLine(call: Call): Promise<Answer> {
  const id = lineId(call);
  const { request, warnings } = parseUpdateLine(call.body);
  return withWarnings(await call.actions.updateLine(call.deps, call.caller, id, request), warnings);
}

function lineId(call: Call): string {
  return idOf(call, 'LINE_NOT_FOUND');
}
