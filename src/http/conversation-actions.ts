/** The actions that routes of conversations and replies need (actions.ts). */
import type { Caller } from '../actions/access/authenticate.ts';
import type {
  ConversationAnswer,
  ConversationsAnswer,
  ListConversations,
  MarksAnswer,
  Page,
} from '../contract/conversations/conversations.ts';
import type { ListReplies, RepliesAnswer } from '../contract/conversations/replies.ts';
import type { Deps } from '../deps.ts';

export interface ConversationActions {
  listConversations(deps: Deps, caller: Caller, query: ListConversations): Promise<ConversationsAnswer>;
  readConversation(
    deps: Deps,
    caller: Caller,
    leadId: string,
    messageId: string | null,
  ): Promise<MarksAnswer>;
  unreadConversation(deps: Deps, caller: Caller, leadId: string): Promise<MarksAnswer>;
  getConversation(deps: Deps, caller: Caller, leadId: string, page: Page): Promise<ConversationAnswer>;
  listReplies(deps: Deps, caller: Caller, filters: ListReplies): Promise<RepliesAnswer>;
}
