import {
  CreateLineBody,
  parseCreateLine,
  parseUpdateLine,
  UpdateLineBody,
} from '../../contract/line-requests.ts';
import { LineAnswer, LinesAnswer, WriteLineAnswer } from '../../contract/lines.ts';
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
