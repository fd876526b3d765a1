import { z } from 'zod';
import { parseCheckedId } from '../../contract/availability.ts';
import { Id } from '../../contract/common.ts';
import { LineForecast, LineForecastQuery, parseForecastLine } from '../../contract/line-forecast.ts';
import {
  CreateLineBody,
  parseCreateLine,
  parseUpdateLine,
  UpdateLineBody,
} from '../../contract/line-requests.ts';
import {
  LineAnswer,
  LineHealthAnswer,
  LinesAnswer,
  SpamMonitorAnswer,
  WriteLineAnswer,
} from '../../contract/lines.ts';
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

async function updateLine(call: Call): Promise<Answer> {
  const id = lineId(call);
  const { request, warnings } = parseUpdateLine(call.body);
  return withWarnings(await call.actions.updateLine(call.deps, call.caller, id, request), warnings);
}

function lineId(call: Call): string {
  return idOf(call, 'LINE_NOT_FOUND');
}
