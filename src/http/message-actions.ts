/** Of the list of actions those about messages. */
import type { Caller } from '../actions/access/authenticate.ts';
import type { Accepted, SendOptions } from '../actions/messages/intake.ts';
import type {
  CancelAnswer,
  CancelForLead,
  CancelForLeadAnswer,
  CancelMessages,
  CancelMessagesAnswer,
  DryRunAnswer,
  EditMessage,
  EditMessageAnswer,
  ExplainAnswer,
  ListMessages,
  MessageAnswer,
  MessagesAnswer,
  RetryAnswer,
  SendMessage,
  TimelineAnswer,
} from '../contract/messages/messages.ts';
import type { Deps } from '../deps.ts';

export interface MessageActions {
  acceptMessage(deps: Deps, caller: Caller, request: SendMessage, options: SendOptions): Promise<Accepted>;
  dryRunMessage(deps: Deps, caller: Caller, request: SendMessage): Promise<DryRunAnswer>;
  listMessages(deps: Deps, caller: Caller, filters: ListMessages): Promise<MessagesAnswer>;
  getMessage(deps: Deps, caller: Caller, id: string): Promise<MessageAnswer>;
  getTimeline(deps: Deps, caller: Caller, id: string): Promise<TimelineAnswer>;
  explainMessage(deps: Deps, caller: Caller, id: string): Promise<ExplainAnswer>;
  editMessage(deps: Deps, caller: Caller, id: string, changes: EditMessage): Promise<EditMessageAnswer>;
  cancelMessage(deps: Deps, caller: Caller, id: string): Promise<CancelAnswer>;
  cancelMessages(deps: Deps, caller: Caller, request: CancelMessages): Promise<CancelMessagesAnswer>;
  retryMessage(deps: Deps, caller: Caller, id: string): Promise<RetryAnswer & { isNew: boolean }>;
  cancelForLead(deps: Deps, caller: Caller, target: CancelForLead): Promise<CancelForLeadAnswer>;
}
