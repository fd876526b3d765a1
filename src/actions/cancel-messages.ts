/** Taking back what has not left yet: one message, or all that wait for a person. */
import type { CancelAnswer, CancelForLead, CancelForLeadAnswer } from '../contract/messages.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { EVENT_OF, isWaiting } from '../domain/lifecycle.ts';
import type { Sql } from '../store/database.ts';
import { insertEvents } from '../store/events.ts';
import { findLead, findLeadIdsByAddress } from '../store/leads.ts';
import {
  lockMessages,
  lockWaitingOfLeads,
  lockWaitingTo,
  type MessageRow,
  markCancelled,
} from '../store/messages.ts';
import type { Caller } from './authenticate.ts';
import { presentMessage } from './present-message.ts';
import { refuseReadOnly } from './read-only.ts';

export async function cancelMessage(deps: Deps, caller: Caller, id: string): Promise<CancelAnswer> {
  const { workspaceId } = caller;
  const book = await refuseReadOnly(deps, caller);
  const message = await deps.database.transaction(async (tx) => {
    const [row] = await lockMessages(tx, workspaceId, [id]);
    if (row === undefined) throw problem('MESSAGE_NOT_FOUND');
    if (row.status === 'cancelled') return row;
    if (!isWaiting(row.status)) throw problem('MESSAGE_NOT_WAITING', { reason: row.status });
    await cancel(deps, tx, workspaceId, [row], 'Cancelled by request');
    return row;
  });
  deps.announceSettled();
  return {
    success: true,
    message: presentMessage(message, book.lines.find((line) => line.id === message.lineId) ?? null),
  };
}

/** Finds the person by id or by any of their addresses, else messages by theirs; cancels everything that waits. */
export async function cancelForLead(
  deps: Deps,
  caller: Caller,
  target: CancelForLead,
): Promise<CancelForLeadAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const leadIds = await findTargets(deps, workspaceId, target);
  const cancelled = await deps.database.transaction(async (tx) => {
    const waiting =
      leadIds.length > 0
        ? await lockWaitingOfLeads(tx, workspaceId, leadIds)
        : await lockAddressed(tx, workspaceId, target);
    await cancel(deps, tx, workspaceId, waiting, 'Cancelled for the contact');
    return waiting;
  });
  deps.announceSettled();
  return {
    success: true,
    cancelledCount: cancelled.length,
    // The row is the queue: what is cancelled is out of it.
    jobsRemovedFromQueue: cancelled.length,
    leadId: leadIds[0] ?? null,
    messageIds: cancelled.map((message) => message.id),
  };
}

/** Whoever names a lead means that lead, and nobody when there is none. */
async function lockAddressed(tx: Sql, workspaceId: string, target: CancelForLead): Promise<MessageRow[]> {
  if (target.leadId !== null) return [];
  return lockWaitingTo(tx, workspaceId, target.recipientPhone, target.recipientEmail);
}

async function findTargets(deps: Deps, workspaceId: string, target: CancelForLead): Promise<string[]> {
  if (target.leadId !== null) {
    const lead = await findLead(deps.database, workspaceId, target.leadId);
    return lead === null ? [] : [lead.id];
  }
  for (const address of [target.recipientPhone, target.recipientEmail]) {
    if (address === null) continue;
    const ids = await findLeadIdsByAddress(deps.database, workspaceId, address);
    if (ids.length > 0) return ids;
  }
  return [];
}

async function cancel(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  rows: readonly MessageRow[],
  because: string,
): Promise<void> {
  const now = deps.clock.now();
  await markCancelled(
    tx,
    workspaceId,
    rows.map((row) => row.id),
    now,
  );
  await insertEvents(
    tx,
    workspaceId,
    rows.map((row) => ({
      id: deps.ids(),
      type: EVENT_OF.cancel,
      messageId: row.id,
      leadId: row.leadId,
      lineId: row.lineId,
      at: now,
      data: { from: row.status, status: 'cancelled', because },
    })),
  );
  for (const row of rows) {
    row.status = 'cancelled';
    row.updatedAt = now;
  }
}
