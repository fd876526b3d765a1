import {
  FallbackConfig,
  parseFallbackConfig,
  UpdateFallbackConfigAnswer,
  UpdateFallbackConfigBody,
} from '../../contract/lines/fallback-config.ts';
import {
  parseUpdateWorkspace,
  UpdateWorkspaceAnswer,
  UpdateWorkspaceBody,
  Workspace,
} from '../../contract/workspace/workspace.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { withWarnings } from './shared.ts';

const tag = 'Workspace';

export const workspaceRoutes: readonly Route[] = [
  {
    operationId: 'getWorkspace',
    method: 'GET',
    path: '/api/workspace',
    tag,
    scope: 'read',
    summary: 'Read the workspace',
    answers: { 200: { description: 'The workspace of the key.', schema: Workspace } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.getWorkspace(deps, caller)),
  },
  {
    operationId: 'updateWorkspace',
    method: 'PATCH',
    path: '/api/workspace',
    tag,
    scope: 'admin',
    summary: 'Change the workspace',
    body: UpdateWorkspaceBody,
    answers: { 200: { description: 'The workspace as it is now.', schema: UpdateWorkspaceAnswer } },
    problems: ['READ_ONLY', 'NOTHING_TO_CHANGE'],
    handle: updateWorkspace,
  },
  {
    operationId: 'getFallbackConfig',
    method: 'GET',
    path: '/api/workspace/fallback-config',
    tag,
    scope: 'read',
    summary: 'Read how fallback SMS go',
    answers: { 200: { description: 'The configuration, without secrets.', schema: FallbackConfig } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.getFallbackConfig(deps, caller)),
  },
  {
    operationId: 'updateFallbackConfig',
    method: 'PATCH',
    path: '/api/workspace/fallback-config',
    tag,
    scope: 'admin',
    summary: 'Change how fallback SMS go',
    body: UpdateFallbackConfigBody,
    answers: { 200: { description: 'The configuration as it is now.', schema: UpdateFallbackConfigAnswer } },
    problems: [
      'READ_ONLY',
      'NOTHING_TO_CHANGE',
      'FALLBACK_NOT_VERIFIED',
      'FALLBACK_NOT_CONFIGURED',
      'LINE_NOT_FOUND',
      'LINE_WRONG_CHANNEL',
    ],
    handle: updateFallbackConfig,
  },
];

async function updateFallbackConfig({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseFallbackConfig(body);
  return withWarnings(await actions.updateFallbackConfig(deps, caller, request), warnings);
}

async function updateWorkspace({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseUpdateWorkspace(body);
  return withWarnings(await actions.updateWorkspace(deps, caller, request), warnings);
}
