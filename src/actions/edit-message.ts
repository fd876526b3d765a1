/** Another text, another time, another line for a message that still waits. */
import { checkExpiry, checkLength, checkWindow } from '../contract/message-rules.ts';
import type { EditMessage, MessageAnswer } from '../contract/messages.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { EVENT_OF, isWaiting } from '../domain/lifecycle.ts';
import type { LineDecision } from '../domain/line-choice.ts';
import { planAcceptance } from '../domain/plan.ts';
import type { SendWindow } from '../domain/window.ts';
import { insertEvents } from '../store/events.ts';
import { wakeLines } from '../store/line-queue.ts';
import { lockMessages, type MessageRow, storeEdit } from '../store/messages.ts';
import type { Caller } from './authenticate.ts';
import { presentMessage } from './present-message.ts';
import { refuseReadOnly } from './read-only.ts';
import type { WorkspaceBook } from './workspace-book.ts';

export async function editMessage(
  deps: Deps,
  caller: Caller,
  id: string,
  changes: EditMessage,
): Promise<MessageAnswer> {
  const { workspaceId } = caller;
  const book = await refuseReadOnly(deps, caller);
  const edited = await deps.database.transaction(async (tx) => {
    const [row] = await lockMessages(tx, workspaceId, [id]);
    if (row === undefined) throw problem('MESSAGE_NOT_FOUND');
    if (!isWaiting(row.status)) throw problem('MESSAGE_NOT_WAITING', { reason: row.status });
    const now = deps.clock.now();
    const before = row.lineId;
    const next = applyChanges(row, changes, book, now);
    await storeEdit(tx, workspaceId, next, now);
    await insertEvents(tx, workspaceId, [
      {
        id: deps.ids(),
        type: EVENT_OF.edit,
        messageId: id,
        leadId: row.leadId,
        lineId: next.lineId,
        at: now,
        data: { from: row.status, status: next.status, changed: Object.keys(changes) },
      },
    ]);
    const lines = [...new Set([before, next.lineId])];
    await wakeLines(tx, workspaceId, lines, lines.map(deps.ids));
    return next;
  });
  deps.wakeDispatchers();
  return { message: presentMessage(edited, book.lines.find((line) => line.id === edited.lineId) ?? null) };
}

function applyChanges(row: MessageRow, changes: EditMessage, book: WorkspaceBook, now: number): MessageRow {
  const message = changes.message ?? row.message;
  if (message === '' && row.attachments === null) throw problem('MESSAGE_EMPTY');
  checkLength(message, row.messageType);
  const settings = mergeWindow(row.settings, changes, book.workspace.timezone);
  const scheduledDate = changes.scheduledDate === undefined ? row.scheduledDate : changes.scheduledDate;
  const expiresAt = changes.expiresAt === undefined ? row.expiresAt : changes.expiresAt;
  if (expiresAt !== null) checkExpiry(expiresAt, scheduledDate, now);
  const plan = planAcceptance({
    now,
    scheduledDate,
    window: settings,
    suppressed: false,
    forceFallback: false,
    lastReplyAt: null,
    isCampaign: false,
  });
  if (plan === null) throw problem('INVALID_WINDOW', { reason: 'the send window never opens' });
  // A pause between attempts stays, whatever else changes.
  const dueAt = row.attempt > 0 ? Math.max(plan.dueAt, row.dueAt) : plan.dueAt;
  return {
    ...row,
    ...chooseAnotherLine(row, changes, book),
    message,
    rendered: changes.message === undefined && row.rendered,
    subject: changes.subject === undefined ? row.subject : changes.subject,
    settings,
    scheduledDate,
    expiresAt,
    status: plan.status,
    dueAt,
    updatedAt: now,
  };
}

function mergeWindow(
  stored: SendWindow | null,
  changes: EditMessage,
  workspaceTimezone: string,
): SendWindow | null {
  const timezone = changes.timezone === undefined ? (stored?.timezone ?? null) : changes.timezone;
  const start = changes.sendWindowStart === undefined ? (stored?.start ?? null) : changes.sendWindowStart;
  const end = changes.sendWindowEnd === undefined ? (stored?.end ?? null) : changes.sendWindowEnd;
  const given = changes.allowedDaysOfWeek === undefined ? stored?.days : changes.allowedDaysOfWeek;
  const days = given === undefined || given === null ? null : [...given];
  checkWindow({ timezone, sendWindowStart: start, sendWindowEnd: end });
  return start === null && days === null
    ? null
    : { timezone: timezone ?? workspaceTimezone, start, end, days };
}

type LineChoice = Pick<MessageRow, 'lineId' | 'linePinned' | 'lineDecision'>;

function chooseAnotherLine(row: MessageRow, { fromLineId }: EditMessage, book: WorkspaceBook): LineChoice {
  const { lineId, linePinned, lineDecision } = row;
  if (fromLineId === undefined) return { lineId, linePinned, lineDecision };
  const line = book.lines.find((each) => each.id === fromLineId);
  if (line === undefined) throw problem('LINE_NOT_FOUND', { param: 'fromLineId' });
  if (!line.isActive) throw problem('LINE_NOT_ACTIVE', { param: 'fromLineId' });
  if (line.messageType !== row.messageType) {
    throw problem('LINE_WRONG_CHANNEL', {
      param: 'fromLineId',
      reason: `the line sends ${line.messageType}`,
    });
  }
  const decision: LineDecision = {
    lineId: line.id,
    reason: 'requested',
    because: 'Asked for with fromLineId.',
  };
  return { lineId: line.id, linePinned: true, lineDecision: decision };
}
