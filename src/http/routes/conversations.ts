import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import {
  ConversationAnswer,
  ConversationsAnswer,
  parseListReplies,
  parsePage,
  RepliesAnswer,
  RepliesQuery,
} from '../../contract/conversations.ts';
import { MAX_LIST_LIMIT } from '../../contract/messages.ts';
import { problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import { toProblem } from '../failures.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';

const common = { method: 'GET', tag: 'Conversations', scope: 'read' } as const;
const pageQuery = z.object({
  limit: z.int().min(1).max(MAX_LIST_LIMIT).optional(),
  cursor: Id.optional().meta({ description: '`nextCursor` of the page before.' }),
});

export const conversationRoutes: readonly Route[] = [
  {
    ...common,
    operationId: 'listConversations',
    path: '/api/conversations',
    summary: 'List the threads, those last written in first',
    description:
      'One for each contact, over all channels. What waits or was cancelled does not count as written.',
    query: pageQuery,
    answers: { 200: { description: 'One page.', schema: ConversationsAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.listConversations(deps, caller, parsePage(query))),
  },
  {
    ...common,
    operationId: 'getConversation',
    path: '/api/conversations/{leadId}',
    summary: 'Read the thread with one contact',
    pathParams: z.object({ leadId: Id }),
    query: pageQuery,
    answers: { 200: { description: 'One page, newest first.', schema: ConversationAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR', 'LEAD_NOT_FOUND'],
    handle: async (call) => {
      const { deps, actions, caller, query } = call;
      return ok(await actions.getConversation(deps, caller, leadIdOf(call), parsePage(query)));
    },
  },
  {
    ...common,
    operationId: 'listReplies',
    path: '/api/replies',
    summary: 'List who replied, and to what',
    description: 'One row for each lead that replied, with its latest reply that matches; latest first.',
    query: RepliesQuery,
    answers: { 200: { description: 'One page.', schema: RepliesAnswer } },
    problems: [
      'INVALID_FIELD',
      'INVALID_LEAD_ID',
      'INVALID_CAMPAIGN_ID',
      'INVALID_LINE_ID',
      'INVALID_DATE_FROM',
      'INVALID_DATE_TO',
      'INVALID_DATE_RANGE',
      'LEAD_NOT_ACCESSIBLE',
      'CAMPAIGN_NOT_FOUND',
    ],
    handle: listReplies,
  },
];

/** A defect has words of its own here, as documented. */
async function listReplies({ deps, actions, caller, query }: Call): Promise<Answer> {
  try {
    return ok(await actions.listReplies(deps, caller, parseListReplies(query)));
  } catch (cause) {
    if (toProblem(cause).code !== 'INTERNAL') throw cause;
    throw problem('INTERNAL', { error: 'Failed to fetch replies', cause });
  }
}

function leadIdOf({ params }: Call): string {
  const { leadId = '' } = params;
  if (!isId(leadId)) throw problem('LEAD_NOT_FOUND');
  return leadId;
}
