/** Threads with contacts, over all channels (D38), and who replied to what (contract 3.6). */
import type {
  ConversationAnswer,
  ConversationsAnswer,
  ListReplies,
  Page,
  RepliesAnswer,
  Reply,
} from '../contract/conversations.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { toIso, toIsoOrNull } from '../lib/clock.ts';
import { findCampaign } from '../store/campaigns.ts';
import {
  hasConversation,
  listRepliers,
  listConversations as listRows,
  type ReplyRow,
  readReactions,
  readThreads,
  type ThreadRow,
} from '../store/conversations.ts';
import { findLead } from '../store/leads.ts';
import { listMessages } from '../store/message-list.ts';
import type { MessageRow } from '../store/messages.ts';
import type { Caller } from './authenticate.ts';
import { presentMessage } from './present-message.ts';

/** Sorts behind every id. */
const LAST_ID = 'g';
const SHOWN_PER_REPLY = 10;

export async function listConversations(
  deps: Deps,
  { workspaceId }: Caller,
  { limit, cursor }: Page,
): Promise<ConversationsAnswer> {
  // One more than asked for tells whether there is a next page.
  const rows = await listRows(deps.database, workspaceId, cursor ?? LAST_ID, limit + 1);
  const present = await presenter(deps, workspaceId);
  const page = rows.slice(0, limit);
  return {
    conversations: page.map((row) => ({
      leadId: row.leadId,
      name: fullName(row),
      phone: row.leadPhone,
      email: row.leadEmail,
      optedOutAt: toIsoOrNull(row.leadOptedOutAt),
      lastMessage: present(row),
      lastReplyAt: toIsoOrNull(row.lastReplyAt),
      messageCount: row.messageCount,
    })),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

export async function getConversation(
  deps: Deps,
  { workspaceId }: Caller,
  leadId: string,
  { limit, cursor }: Page,
): Promise<ConversationAnswer> {
  if (!(await isKnown(deps, workspaceId, leadId))) throw problem('LEAD_NOT_FOUND');
  const rows = await listMessages(deps.database, workspaceId, {
    ...ANY,
    leadId,
    after: cursor,
    limit: limit + 1,
  });
  const present = await presenter(deps, workspaceId);
  const page = rows.slice(0, limit);
  const reactions = await readReactions(
    deps.database,
    workspaceId,
    page.map(({ id }) => id),
  );
  return {
    leadId,
    messages: page.map(present),
    reactions: reactions.map(({ at, ...rest }) => ({ ...rest, at: toIso(at) })),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

const ANY = {
  status: null,
  lineId: null,
  campaignId: null,
  batchId: null,
  messageType: null,
  direction: null,
  dateFrom: null,
  dateTo: null,
  search: null,
};

export async function listReplies(
  deps: Deps,
  { workspaceId }: Caller,
  { page, limit, ...filters }: ListReplies,
): Promise<RepliesAnswer> {
  if (filters.leadId !== null && !(await isKnown(deps, workspaceId, filters.leadId)))
    throw problem('LEAD_NOT_ACCESSIBLE');
  const { campaignId } = filters;
  if (campaignId !== null && (await findCampaign(deps.database, workspaceId, campaignId)) === null)
    throw problem('CAMPAIGN_NOT_FOUND');
  const found = await listRepliers(deps.database, workspaceId, filters, {
    offset: (page - 1) * limit,
    limit,
  });
  const asked = found.rows.map(({ leadId, at }) => ({ leadId, until: at }));
  const threads = await readThreads(deps.database, workspaceId, asked, SHOWN_PER_REPLY);
  const byLead = Map.groupBy(threads, ({ leadId }) => leadId);
  return {
    replies: found.rows.map((row) => presentReply(row, byLead.get(row.leadId) ?? [])),
    total: found.total,
    page,
    limit,
    totalPages: Math.ceil(found.total / limit),
  };
}

/** What was written with a lead that was deleted stays readable. */
async function isKnown({ database }: Deps, workspaceId: string, leadId: string): Promise<boolean> {
  return (
    (await findLead(database, workspaceId, leadId)) !== null ||
    (await hasConversation(database, workspaceId, leadId))
  );
}

function presentReply(row: ReplyRow, thread: readonly ThreadRow[]): Reply {
  const of = (direction: ThreadRow['direction']) => thread.filter((each) => each.direction === direction);
  return {
    leadId: row.leadId,
    messageId: row.id,
    message: row.message,
    respondedAtUtc: toIso(row.at),
    recipientPhone: row.recipientPhone,
    recipientEmail: row.recipientEmail,
    name: fullName(row),
    recentReplies: of('received').map(({ id, message, at }) => ({
      messageId: id,
      message,
      receivedAtUtc: toIso(at),
    })),
    parentMessages: of('sent').map(({ id, message, sentAt, batchId, stepIndex }) => ({
      messageId: id,
      message,
      sentAtUtc: toIsoOrNull(sentAt),
      batchId,
      stepIndex,
    })),
  };
}

async function presenter(deps: Deps, workspaceId: string) {
  const snapshot = await deps.snapshots.read(workspaceId);
  const lines = new Map(snapshot?.lines.map((line) => [line.id, line]));
  return (row: MessageRow) => presentMessage(row, lines.get(row.lineId) ?? null);
}

/** Of a lead that was deleted: as the message has it. */
function fullName({
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
