/** Taking back many messages at once, step by step: by their ids, or whatever a filter of the list finds waiting. */
import {
  type CancelMessages,
  type CancelMessagesAnswer,
  MAX_CANCEL_STEP,
} from '../../contract/messages/messages.ts';
import type { Deps } from '../../deps.ts';
import { isWaiting } from '../../domain/lifecycle.ts';
import { type MessageStatus, WAITING_STATUSES } from '../../domain/words.ts';
import type { Sql } from '../../store/database.ts';
import { listMessages } from '../../store/messages/message-list.ts';
import { lockMessages, readStatuses } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { cancel } from './cancel-messages.ts';

export async function cancelMessages(
  deps: Deps,
  caller: Caller,
  request: CancelMessages,
): Promise<CancelMessagesAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const { ids, nextCursor } = await findStep(deps, workspaceId, request);
  const { cancelled, others } = request.dryRun
    ? await look(deps.database, workspaceId, ids)
    : await deps.database.transaction((tx) => cancelStep(deps, tx, workspaceId, ids));
  if (!request.dryRun) deps.announceSettled();
  // A filter finds what waits: what went on before it was locked is no news to whoever asked.
  const missing = ids.length - cancelled.length - others.length;
  return {
    success: true,
    cancelledCount: cancelled.length,
    messageIds: request.dryRun ? [] : cancelled,
    notCancelled: countByStatus([...others, ...Array<'not_found'>(missing).fill('not_found')]),
    nextCursor,
  };
}

async function findStep(
  deps: Deps,
  workspaceId: string,
  { target }: CancelMessages,
): Promise<{ ids: string[]; nextCursor: string | null }> {
  if ('ids' in target) return { ids: target.ids, nextCursor: null };
  const { filter, cursor: after } = target;
  const status = (filter.status ?? WAITING_STATUSES).filter((each) => isWaiting(each));
  if (status.length === 0) return { ids: [], nextCursor: null };
  const wanted = { ...filter, status };
  const { rows, end } = await listMessages(deps.database, workspaceId, wanted, {
    limit: MAX_CANCEL_STEP,
    after,
  });
  return { ids: rows.map(({ id }) => id), nextCursor: end };
}

interface Step {
  /** Ids of those that were taken back, or would be. */
  cancelled: string[];
  /** What the others are. */
  others: MessageStatus[];
}

async function cancelStep(deps: Deps, tx: Sql, workspaceId: string, ids: readonly string[]): Promise<Step> {
  const rows = await lockMessages(tx, workspaceId, ids);
  const waiting = rows.filter((row) => isWaiting(row.status));
  const others = rows.filter((row) => !isWaiting(row.status)).map(({ status }) => status);
  if (waiting.length > 0) await cancel(deps, tx, workspaceId, waiting, 'Cancelled by request');
  return { cancelled: waiting.map(({ id }) => id), others };
}

async function look(sql: Sql, workspaceId: string, ids: readonly string[]): Promise<Step> {
  const rows = await readStatuses(sql, workspaceId, ids);
  return {
    cancelled: rows.filter(({ status }) => isWaiting(status)).map(({ id }) => id),
    others: rows.filter(({ status }) => !isWaiting(status)).map(({ status }) => status),
  };
}

function countByStatus(statuses: CancelMessagesAnswer['notCancelled'][number]['status'][]) {
  const counts = Map.groupBy(statuses, (status) => status);
  return [...counts].map(([status, all]) => ({ status, count: all.length }));
}
