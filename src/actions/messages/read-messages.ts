/** Looking at messages: one, many, and what happened to one. */
import type {
  ListMessages,
  MessageAnswer,
  MessagesAnswer,
  TimelineAnswer,
} from '../../contract/messages/messages.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso } from '../../lib/clock.ts';
import { readTimeline } from '../../store/events/events.ts';
import { listMessages as listRows } from '../../store/messages/message-list.ts';
import { findMessage } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { presentMessage } from './present-message.ts';

export async function getMessage(deps: Deps, { workspaceId }: Caller, id: string): Promise<MessageAnswer> {
  const row = await findMessage(deps.database, workspaceId, id);
  if (row === null) throw problem('MESSAGE_NOT_FOUND');
  const snapshot = await deps.snapshots.read(workspaceId);
  return { message: presentMessage(row, snapshot?.lineIdentities.get(row.lineId) ?? null) };
}

export async function listMessages(
  deps: Deps,
  { workspaceId }: Caller,
  filters: ListMessages,
): Promise<MessagesAnswer> {
  const { cursor: after, limit, ...rest } = filters;
  const { rows, end } = await listRows(deps.database, workspaceId, rest, { limit, after });
  const snapshot = await deps.snapshots.read(workspaceId);
  return {
    messages: rows.map((row) => presentMessage(row, snapshot?.lineIdentities.get(row.lineId) ?? null)),
    nextCursor: end,
  };
}

export async function getTimeline(deps: Deps, { workspaceId }: Caller, id: string): Promise<TimelineAnswer> {
  if ((await findMessage(deps.database, workspaceId, id)) === null) throw problem('MESSAGE_NOT_FOUND');
  const events = await readTimeline(deps.database, workspaceId, id);
  return {
    messageId: id,
    events: events.map((event) => ({
      _id: event.id,
      type: event.type,
      at: toIso(event.at),
      data: event.data,
    })),
  };
}
