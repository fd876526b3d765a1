/** Taking back what has not left yet: one message, or all that wait for a person. */
import type { CancelAnswer, CancelForLead, CancelForLeadAnswer } from '../../contract/messages/messages.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { EVENT_OF, isWaiting } from '../../domain/lifecycle.ts';
import type { Reason } from '../../domain/words.ts';
import { settledStep, wakeEntries } from '../../store/campaigns/campaign-leads.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents } from '../../store/events/events.ts';
import { findLead, findLeadIdsByAddress } from '../../store/leads/leads.ts';
import {
  lockMessages,
  lockWaitingFor,
  lockWaitingOfLeads,
  type MessageRow,
  markCancelled,
} from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { presentMessage } from './present-message.ts';

export async function cancelMessage(deps: Deps, caller: Caller, id: string): Promise<CancelAnswer> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
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
    message: presentMessage(message, snapshot.lines.find((line) => line.id === message.lineId) ?? null),
  };
}

/**
 * Whoever asks wants this person left alone: cancelled is what waits for any lead that any of the given fields names, and
 * what is addressed to the given number or e-mail address, whichever lead it belongs to.
 */
export async function cancelForLead(
  deps: Deps,
  caller: Caller,
  target: CancelForLead,
): Promise<CancelForLeadAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const leadIds = await findTargets(deps, workspaceId, target);
  const { recipientPhone: phone, recipientEmail: email } = target;
  const cancelled = await deps.database.transaction(async (tx) => {
    const waiting =
      phone === null && email === null
        ? await lockWaitingOfLeads(tx, workspaceId, leadIds)
        : await lockWaitingFor(tx, workspaceId, leadIds, { phone, email });
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

/** In the order of the fields: the first is the one that is answered. */
async function findTargets(deps: Deps, workspaceId: string, target: CancelForLead): Promise<string[]> {
  const found = new Set<string>();
  if (target.leadId !== null) {
    const lead = await findLead(deps.database, workspaceId, target.leadId);
    if (lead !== null) found.add(lead.id);
  }
  for (const address of [target.recipientPhone, target.recipientEmail]) {
    if (address === null) continue;
    for (const id of await findLeadIdsByAddress(deps.database, workspaceId, address)) found.add(id);
  }
  return [...found];
}

/** In the caller's commit. The caller holds the rows' locks and has seen that they wait. */
export async function cancel(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  rows: readonly MessageRow[],
  because: string,
  reason: Reason | null = null,
): Promise<void> {
  const now = deps.clock.now();
  const ids = rows.map((row) => row.id);
  const why = reason === null ? null : { reason, sentence: because };
  await markCancelled(tx, workspaceId, ids, why, now);
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
      data: { from: row.status, status: 'cancelled', because, ...(reason === null ? {} : { reason }) },
    })),
  );
  for (const row of rows) {
    row.status = 'cancelled';
    if (why !== null) [row.reason, row.errorMessage] = [why.reason, why.sentence];
    row.updatedAt = now;
  }
  await wakeEntries(
    tx,
    workspaceId,
    rows.flatMap((row) => settledStep(row) ?? []),
    deps.ids,
    now,
  );
}
