import {
  LanguageAudit,
  parseLanguageAudit,
  UpdateLanguageAuditAnswer,
  UpdateLanguageAuditBody,
} from '../../contract/workspace/language-audit.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { withWarnings } from './shared.ts';

const common = { path: '/api/language-audit', tag: 'Workspace' } as const;

export const languageAuditRoutes: readonly Route[] = [
  {
    ...common,
    operationId: 'getLanguageAudit',
    method: 'GET',
    scope: 'read',
    summary: 'Read how the workspace wants to sound',
    answers: { 200: { description: 'Empty where nothing was said.', schema: LanguageAudit } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.getLanguageAudit(deps, caller)),
  },
  {
    ...common,
    operationId: 'updateLanguageAudit',
    method: 'POST',
    scope: 'admin',
    summary: 'Say how the workspace wants to sound',
    description:
      'Kept for whoever writes. A dry run warns of blocked phrases; a send is not refused for them.',
    body: UpdateLanguageAuditBody,
    answers: { 200: { description: 'As it is now.', schema: UpdateLanguageAuditAnswer } },
    problems: ['READ_ONLY', 'NOTHING_TO_CHANGE'],
    handle: updateLanguageAudit,
  },
];

async function updateLanguageAudit({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseLanguageAudit(body);
  return withWarnings(await actions.updateLanguageAudit(deps, caller, request), warnings);
}
