import {
  DormantAnswer,
  parseScanDormant,
  parseWakeDormant,
  ScanDormantQuery,
  WakeDormantAnswer,
  WakeDormantBody,
} from '../../contract/conversations/dormant.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { withWarnings } from './shared.ts';

const common = { path: '/api/conversations/scan-dormant', tag: 'Conversations' } as const;

export const dormantRoutes: readonly Route[] = [
  {
    ...common,
    operationId: 'scanDormant',
    method: 'GET',
    scope: 'read',
    summary: 'Find conversations in which nobody wrote for some days',
    description:
      'Of contacts with a phone number who did not opt out; what has a message of ours on its way does not count as dormant.',
    query: ScanDormantQuery,
    answers: { 200: { description: 'Those last written in first.', schema: DormantAnswer } },
    problems: ['INVALID_FIELD'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.scanDormant(deps, caller, parseScanDormant(query))),
  },
  {
    ...common,
    operationId: 'wakeDormant',
    method: 'POST',
    scope: 'admin',
    summary: 'Tell of dormant conversations',
    description:
      '`notify` makes one event `conversation.dormant` for each, for webhooks that asked for it. `draft` is not available: writing is left to outside agents.',
    body: WakeDormantBody,
    answers: { 200: { description: 'Told.', schema: WakeDormantAnswer } },
    problems: ['READ_ONLY', 'DRAFTS_NOT_SUPPORTED'],
    handle: wakeDormant,
  },
];

async function wakeDormant({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { phones, warnings } = parseWakeDormant(body);
  return withWarnings(await actions.wakeDormant(deps, caller, phones), warnings);
}
