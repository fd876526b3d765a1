/** The list of threads with contacts, over all channels (D38), and what of them was read. */
import type {
  ConversationsAnswer,
  ListConversations,
  MarksAnswer,
} from '../../contract/conversations/conversations.ts';
import { placeCursor } from '../../contract/conversations/conversations.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { hasConversation } from '../../store/conversations/conversations.ts';
import { countUnread, listInbox, markRead, markUnread, readMarks } from '../../store/conversations/inbox.ts';
import { findSeenUntil } from '../../store/conversations/thread-facts.ts';
import { sqlState } from '../../store/database.ts';
import { limitTime } from '../../store/leads/lead-search.ts';
import { findLead } from '../../store/leads/leads.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { presentMessage } from '../messages/present-message.ts';

const SEARCH_MS = 5_000;
const QUERY_CANCELLED = '57014';
/** More than anybody counts; a workspace that never reads here may have a hundred thousand. */
const COUNTED_UP_TO = 1_000;

export async function listConversations(
  deps: Deps,
  { workspaceId }: Caller,
  query: ListConversations,
): Promise<ConversationsAnswer> {
  const { limit } = query;
  // One more than asked for tells whether there is a next page.
  const asked = { ...query, limit: limit + 1 };
  const rows = await deps.database
    .transaction(async (tx) => {
      await limitTime(tx, SEARCH_MS);
      return listInbox(tx, workspaceId, asked);
    })
    .catch((cause: unknown) => {
      throw sqlState(cause) === QUERY_CANCELLED ? problem('SEARCH_TIMED_OUT', { cause }) : cause;
    });
  const present = await presenter(deps, workspaceId);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    conversations: page.flatMap(({ message, lastAt, optedOutAt, lastReplyAt, ...row }) => {
      if (message === null) return [];
      const { leadId, phone, email, messageCount, unreadCount } = row;
      return [
        {
          leadId,
          name: fullName({ ...row, recipientName: message.recipientName }),
          phone,
          email,
          optedOutAt: toIsoOrNull(optedOutAt),
          lastMessage: present(message),
          lastAt: toIso(lastAt),
          lastReplyAt: toIsoOrNull(lastReplyAt),
          messageCount,
          unreadCount,
        },
      ];
    }),
    unreadTotal: await countUnread(deps.database, workspaceId, COUNTED_UP_TO),
    nextCursor: rows.length > page.length && last !== undefined ? placeCursor(last) : null,
  };
}

/** What came in after `messageId` stays unread: nobody has seen it. */
export async function readConversation(
  deps: Deps,
  caller: Caller,
  leadId: string,
  messageId: string | null,
): Promise<MarksAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  if (!(await isKnown(deps, workspaceId, leadId))) throw problem('LEAD_NOT_FOUND');
  const until =
    messageId === null
      ? deps.clock.now()
      : await findSeenUntil(deps.database, workspaceId, leadId, messageId);
  if (until === null) throw problem('MESSAGE_NOT_FOUND', { param: 'messageId' });
  await markRead(deps.database, workspaceId, leadId, until);
  return marksOf(deps, workspaceId, leadId);
}

export async function unreadConversation(deps: Deps, caller: Caller, leadId: string): Promise<MarksAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  if (!(await isKnown(deps, workspaceId, leadId))) throw problem('LEAD_NOT_FOUND');
  await markUnread(deps.database, workspaceId, leadId);
  return marksOf(deps, workspaceId, leadId);
}

async function marksOf({ database }: Deps, workspaceId: string, leadId: string): Promise<MarksAnswer> {
  const { count, readAt } = await readMarks(database, workspaceId, leadId);
  const unreadTotal = await countUnread(database, workspaceId, COUNTED_UP_TO);
  return { leadId, unreadCount: count, readAt: toIsoOrNull(readAt), unreadTotal };
}

/** What was written with a lead that was deleted stays readable. */
export async function isKnown({ database }: Deps, workspaceId: string, leadId: string): Promise<boolean> {
  return (
    (await findLead(database, workspaceId, leadId)) !== null ||
    (await hasConversation(database, workspaceId, leadId))
  );
}

export async function presenter(deps: Deps, workspaceId: string) {
  const snapshot = await deps.snapshots.read(workspaceId);
  return (row: MessageRow) => presentMessage(row, snapshot?.lineIdentities.get(row.lineId) ?? null);
}

/** Of a lead that was deleted: as the message has it. */
export function fullName({
  firstName,
  lastName,
  recipientName,
}: {
  firstName: string | null;
  lastName: string | null;
  recipientName: string | null;
}): string | null {
  return [firstName, lastName].filter((part) => part !== null && part !== '').join(' ') || recipientName;
}
