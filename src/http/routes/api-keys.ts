import { z } from 'zod';
import {
  ApiKeyAnswer,
  ApiKeysAnswer,
  CreateApiKeyBody,
  NewApiKeyAnswer,
  parseCreateApiKey,
  parseRenameApiKey,
  RenameApiKeyBody,
} from '../../contract/access/api-keys.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const tag = 'API keys';

export const apiKeyRoutes: readonly Route[] = [
  {
    operationId: 'listApiKeys',
    method: 'GET',
    path: '/api/api-keys',
    tag,
    scope: 'read',
    summary: 'List the keys of the workspace',
    answers: {
      200: { description: 'What is known of each, without the keys themselves.', schema: ApiKeysAnswer },
    },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.listApiKeys(deps, caller)),
  },
  {
    operationId: 'createApiKey',
    method: 'POST',
    path: '/api/api-keys',
    tag,
    scope: 'admin',
    summary: 'Make a key',
    body: CreateApiKeyBody,
    answers: { 201: { description: 'Made. The key is shown this once.', schema: NewApiKeyAnswer } },
    problems: ['READ_ONLY'],
    handle: createApiKey,
  },
  {
    operationId: 'renameApiKey',
    method: 'PATCH',
    path: '/api/api-keys/{id}',
    tag,
    scope: 'admin',
    summary: 'Rename a key',
    pathParams: idParam,
    body: RenameApiKeyBody,
    answers: { 200: { description: 'Renamed.', schema: ApiKeyAnswer } },
    problems: ['READ_ONLY', 'API_KEY_NOT_FOUND', 'NOTHING_TO_CHANGE'],
    handle: renameApiKey,
  },
  {
    operationId: 'removeApiKey',
    method: 'DELETE',
    path: '/api/api-keys/{id}',
    tag,
    scope: 'admin',
    summary: 'Remove a key',
    description:
      'It opens nothing any more within a second. Also the key that asks can be removed, but never the last `admin` key that is good today; a workspace whose payment is past due can remove keys, too.',
    pathParams: idParam,
    answers: { 200: { description: 'Removed.', schema: z.object({ success: z.literal(true) }) } },
    problems: ['API_KEY_NOT_FOUND', 'LAST_ADMIN_KEY'],
    handle: async (call) => ok(await call.actions.removeApiKey(call.deps, call.caller, keyId(call))),
  },
];

async function createApiKey({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseCreateApiKey(body, { now: deps.clock.now() });
  return { ...withWarnings(await actions.createApiKey(deps, caller, request), warnings), status: 201 };
}

async function renameApiKey(call: Call): Promise<Answer> {
  const { name, warnings } = parseRenameApiKey(call.body);
  return withWarnings(await call.actions.renameApiKey(call.deps, call.caller, keyId(call), name), warnings);
}

function keyId(call: Call): string {
  return idOf(call, 'API_KEY_NOT_FOUND');
}
