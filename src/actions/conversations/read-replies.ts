/** Who replied, and to what (contract 3.6). */

import type { ListReplies, RepliesAnswer, Reply } from '../../contract/conversations/replies.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import {
  listRepliers,
  type ReplyRow,
  readThreads,
  type ThreadRow,
} from '../../store/conversations/conversations.ts';
import type { Caller } from '../access/authenticate.ts';
import { fullName, isKnown } from './read-inbox.ts';

const SHOWN_PER_REPLY = 10;

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
