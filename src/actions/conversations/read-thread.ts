/** One thread with a contact, over all channels (D38): what was said, and what happened in between. */
import type { ConversationAnswer, Page, ThreadEvent } from '../../contract/conversations/conversations.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import {
  hasConversation,
  type ReactionRow,
  readReactions,
  readThread,
} from '../../store/conversations/conversations.ts';
import { readMarks } from '../../store/conversations/inbox.ts';
import {
  findCreatedAt,
  type LedgerRow,
  type MoveRow,
  readLedgerOf,
  readMoves,
  readSuppressedOf,
} from '../../store/conversations/thread-facts.ts';
import { findLead } from '../../store/leads/leads.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { answeringLines } from '../lines/answering-lines.ts';
import { fullName, presenter } from './read-inbox.ts';
import { threadAttachments } from './thread-attachments.ts';

/** Of one page; a contact who opts out and in more often between fifty messages than that is not told of in full. */
const MAX_LEDGER = 100;

export async function getConversation(
  deps: Deps,
  { workspaceId }: Caller,
  leadId: string,
  { limit, cursor }: Page,
): Promise<ConversationAnswer> {
  const { database } = deps;
  const lead = await findLead(database, workspaceId, leadId);
  if (lead === null && !(await hasConversation(database, workspaceId, leadId)))
    throw problem('LEAD_NOT_FOUND');
  const rows = await readThread(database, workspaceId, leadId, cursor, limit + 1);
  const page = rows.slice(0, limit);
  const hasMore = rows.length > page.length;
  const ids = page.map(({ id }) => id);
  const present = await presenter(deps, workspaceId);
  const isFirst = cursor === null;
  const answering = isFirst && lead !== null ? await answeringLines(deps, workspaceId, lead) : null;
  const marks = await readMarks(database, workspaceId, leadId);
  const suppressed = await readSuppressedOf(database, workspaceId, leadId);
  const reactions = await readReactions(database, workspaceId, ids);
  const ledger = await readLedgerOf(database, workspaceId, leadId, {
    from: hasMore ? (page.at(-1)?.createdAt ?? null) : null,
    until: isFirst ? null : await findCreatedAt(database, workspaceId, leadId, cursor),
    limit: MAX_LEDGER,
  });
  const moves = await readMoves(database, workspaceId, ids);
  const lines = await ownAddresses(deps, workspaceId);
  return {
    leadId,
    name: fullName({
      firstName: lead?.firstName ?? null,
      lastName: lead?.lastName ?? null,
      recipientName: page.find(({ recipientName }) => recipientName !== null)?.recipientName ?? null,
    }),
    phone: lead?.phone ?? null,
    email: lead?.email ?? null,
    optedOutAt: toIsoOrNull(lead?.optedOutAt ?? null),
    doNotContact: suppressed.map(({ at, ...rest }) => ({ ...rest, at: toIso(at) })),
    readAt: toIsoOrNull(marks.readAt),
    unreadCount: marks.count,
    messages: page.map(present),
    reactions: reactions.map((row) => presentReaction(row, page, lines)),
    attachments: await threadAttachments(deps, workspaceId, page),
    events: presentEvents(ledger, moves),
    answeringLines: answering?.lines ?? [],
    answerBy: answering?.answerBy ?? null,
    nextCursor: hasMore ? (page.at(-1)?.id ?? null) : null,
  };
}

/** By which each line is known to those who write to it. */
async function ownAddresses(deps: Deps, workspaceId: string): Promise<Map<string, string>> {
  const snapshot = await deps.snapshots.read(workspaceId);
  const lines = [...(snapshot?.lineIdentities ?? [])];
  return new Map(lines.map(([id, { phone, email }]) => [id, phone ?? email ?? '']));
}

function presentReaction(
  { messageId, address, reaction, at }: ReactionRow,
  page: readonly MessageRow[],
  lines: ReadonlyMap<string, string>,
): ConversationAnswer['reactions'][number] {
  const lineId = page.find(({ id }) => id === messageId)?.lineId ?? '';
  const direction = lines.get(lineId) === address ? 'sent' : 'received';
  return { messageId, address, direction, reaction, at: toIso(at) };
}

function presentEvents(ledger: readonly LedgerRow[], moves: readonly MoveRow[]): ThreadEvent[] {
  const nothing = {
    messageId: null,
    address: null,
    source: null,
    words: null,
    fromLineId: null,
    toLineId: null,
  };
  const events = [
    ...ledger.map(({ action, at, address, source, words }) => ({
      ...nothing,
      type: action === 'opt_out' ? ('opted_out' as const) : ('opted_in' as const),
      at,
      address,
      source,
      words,
      because: null,
    })),
    ...moves.map(({ messageId, at, data }) => ({
      ...nothing,
      type: 'line_changed' as const,
      at,
      messageId,
      fromLineId: data.from,
      toLineId: data.lineDecision.lineId,
      because: data.lineDecision.because,
    })),
  ];
  return events.toSorted((a, b) => b.at - a.at).map(({ at, ...rest }) => ({ ...rest, at: toIso(at) }));
}
