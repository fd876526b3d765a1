import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import {
  ConversationAnswer,
  ConversationsAnswer,
  ConversationsQuery,
  MarkReadBody,
  MarksAnswer,
  parseListConversations,
  parseMarkRead,
  parsePage,
} from '../../contract/conversations/conversations.ts';
import { parseListReplies, RepliesAnswer, RepliesQuery } from '../../contract/conversations/replies.ts';
import { MAX_LIST_LIMIT } from '../../contract/messages/messages.ts';
import { problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import { toProblem } from '../failures.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { withWarnings } from './shared.ts';

const tag = 'Conversations';
const common = { method: 'GET', tag, scope: 'read' } as const;
const ofLead = { pathParams: z.object({ leadId: Id }) };
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
      'One for each contact, over all channels: it begins with the first message that leaves or comes in. What waits or was cancelled does not count as written. With `lineId`: in the order in which that line was last written to.',
    query: ConversationsQuery,
    answers: { 200: { description: 'One page.', schema: ConversationsAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR', 'INVALID_LINE_ID', 'SEARCH_TIMED_OUT'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.listConversations(deps, caller, parseListConversations(query))),
  },
  {
    ...common,
    operationId: 'getConversation',
    path: '/api/conversations/{leadId}',
    summary: 'Read the thread with one contact',
    description:
      'With its tapbacks, files, opt-outs and changes of line, and from which line the contact would be answered. Answer by `POST /api/messages` with `leadId`: it goes before what nobody waits for, since the contact wrote.',
    ...ofLead,
    query: pageQuery,
    answers: { 200: { description: 'One page, newest first.', schema: ConversationAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR', 'LEAD_NOT_FOUND'],
    handle: async (call) => {
      const { deps, actions, caller, query } = call;
      return ok(await actions.getConversation(deps, caller, leadIdOf(call), parsePage(query)));
    },
  },
  {
    operationId: 'readConversation',
    method: 'POST',
    path: '/api/conversations/{leadId}/read',
    tag,
    scope: 'send',
    summary: 'Mark the thread as read',
    description: 'For everybody of the workspace. Asked for again, it changes nothing.',
    ...ofLead,
    body: MarkReadBody,
    mayLackBody: true,
    answers: { 200: { description: 'Read.', schema: MarksAnswer } },
    problems: ['READ_ONLY', 'LEAD_NOT_FOUND', 'INVALID_MESSAGE_ID', 'MESSAGE_NOT_FOUND'],
    handle: async (call) => {
      const { deps, actions, caller, body } = call;
      const { messageId, warnings } = parseMarkRead(body);
      return withWarnings(await actions.readConversation(deps, caller, leadIdOf(call), messageId), warnings);
    },
  },
  {
    operationId: 'unreadConversation',
    method: 'POST',
    path: '/api/conversations/{leadId}/unread',
    tag,
    scope: 'send',
    summary: 'Mark the last that the contact wrote as unread',
    description: 'Where the contact wrote nothing, nothing can be unread: `unreadCount` stays 0.',
    ...ofLead,
    answers: { 200: { description: 'Unread.', schema: MarksAnswer } },
    problems: ['READ_ONLY', 'LEAD_NOT_FOUND'],
    handle: async (call) => {
      const { deps, actions, caller } = call;
      return withWarnings(await actions.unreadConversation(deps, caller, leadIdOf(call)), []);
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
