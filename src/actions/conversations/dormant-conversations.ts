/** Conversations that fell asleep (contract 3.9): found, and told of to whoever listens. */
import type { DormantAnswer, ScanDormant, WakeDormantAnswer } from '../../contract/conversations/dormant.ts';
import type { Deps } from '../../deps.ts';
import { toIso } from '../../lib/clock.ts';
import { findConversations, scanDormant as scan } from '../../store/conversations/dormant.ts';
import { insertEvents } from '../../store/events/events.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';

const DAY_MS = 86_400_000;

export async function scanDormant(
  deps: Deps,
  { workspaceId }: Caller,
  { days, limit }: ScanDormant,
): Promise<DormantAnswer> {
  const now = deps.clock.now();
  const { rows, total } = await scan(deps.database, workspaceId, now - days * DAY_MS, limit);
  return {
    dormantConversations: rows.map((row) => ({
      recipientPhone: row.phone,
      lastMessageAt: toIso(row.lastAt),
      lastMessageDirection: row.lastDirection,
      leadName: [row.firstName, row.lastName].filter(Boolean).join(' ') || null,
      daysSinceLastMessage: Math.floor((now - row.lastAt) / DAY_MS),
      messageCount: row.messageCount,
    })),
    total,
  };
}

/** Tells of each, as the event `conversation.dormant`. */
export async function wakeDormant(
  deps: Deps,
  caller: Caller,
  phones: readonly string[],
): Promise<WakeDormantAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const now = deps.clock.now();
  const notified = await deps.database.transaction(async (tx) => {
    const found = await findConversations(tx, workspaceId, phones);
    const events = found.map(({ phone, leadId, lastAt }) => ({
      id: deps.ids(),
      type: 'conversation.dormant',
      messageId: null,
      leadId,
      lineId: null,
      at: now,
      data: {
        recipientPhone: phone,
        lastMessageAt: toIso(lastAt),
        daysSinceLastMessage: Math.floor((now - lastAt) / DAY_MS),
      },
    }));
    await insertEvents(tx, workspaceId, events);
    return new Set(found.map(({ phone }) => phone));
  });
  deps.announceSettled();
  return {
    success: true,
    action: 'notify',
    notified: phones.filter((phone) => notified.has(phone)),
    notFound: phones.filter((phone) => !notified.has(phone)),
  };
}
