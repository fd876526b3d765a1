/** Another text, another time, another line for a message that still waits. */
import {
  checkExpiry,
  checkLength,
  checkWindow,
  IDLE_TIMEZONE,
  ignoredSubject,
} from '../../contract/messages/message-rules.ts';
import type { EditMessage, EditMessageAnswer } from '../../contract/messages/messages.ts';
import { Problem, problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { EVENT_OF, isWaiting, type LifecycleEvent, transition } from '../../domain/lifecycle.ts';
import { planWait } from '../../domain/plan.ts';
import type { SendWindow } from '../../domain/window.ts';
import type { WaitingStatus } from '../../domain/words.ts';
import { invariant } from '../../lib/invariant.ts';
import { insertEvents } from '../../store/events/events.ts';
import { wakeLines } from '../../store/lines/line-queue.ts';
import { lockMessages, type MessageRow, storeEdit } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { moveLeads } from '../campaigns/move-steps.ts';
import { presentMessage } from './present-message.ts';
import { requestedLine } from './requested-line.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

interface Edit {
  next: MessageRow;
  /** What the edit makes of the message, in the terms of the lifecycle. */
  event: LifecycleEvent;
  /** Names of the fields that took effect. */
  changed: string[];
  warnings: string[];
}

export async function editMessage(
  deps: Deps,
  caller: Caller,
  id: string,
  changes: EditMessage,
): Promise<EditMessageAnswer> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
  const { next, warnings } = await deps.database.transaction(async (tx) => {
    const [row] = await lockMessages(tx, workspaceId, [id]);
    if (row === undefined) throw problem('MESSAGE_NOT_FOUND');
    if (!isWaiting(row.status)) throw problem('MESSAGE_NOT_WAITING', { reason: row.status });
    const now = deps.clock.now();
    const edit = applyChanges(row, changes, snapshot, now);
    await storeEdit(tx, workspaceId, edit.next, now);
    const { lineId } = edit.next;
    if (lineId !== row.lineId)
      await moveLeads(tx, workspaceId, [{ message: row, decision: { lineId } }], now);
    await insertEvents(tx, workspaceId, [
      {
        id: deps.ids(),
        type: EVENT_OF[edit.event],
        messageId: id,
        leadId: row.leadId,
        lineId: edit.next.lineId,
        at: now,
        data: { from: row.status, status: edit.next.status, changed: edit.changed },
      },
    ]);
    const lines = [...new Set([row.lineId, edit.next.lineId])];
    await wakeLines(tx, workspaceId, lines, lines.map(deps.ids));
    return edit;
  });
  deps.wakeDispatchers();
  const line = snapshot.lines.find((each) => each.id === next.lineId) ?? null;
  return { message: presentMessage(next, line), warnings };
}

const EVENT_OF_EDIT: Readonly<Record<WaitingStatus, LifecycleEvent>> = {
  pending: 'edit',
  scheduled: 'postpone',
  queued: 'edit_held',
};

function applyChanges(row: MessageRow, changes: EditMessage, snapshot: WorkspaceSnapshot, now: number): Edit {
  const message = changes.message ?? row.message;
  if (message.trim() === '' && row.attachments === null) throw problem('MESSAGE_EMPTY', { param: 'message' });
  checkLength(message, row.messageType);
  const settings = mergeWindow(row.settings, changes, snapshot.workspace.timezone);
  const scheduledDate = changes.scheduledDate === undefined ? row.scheduledDate : changes.scheduledDate;
  const expiresAt = changes.expiresAt === undefined ? row.expiresAt : changes.expiresAt;
  if (expiresAt !== null) checkExpiry(expiresAt, scheduledDate, now);
  const wait = planWait(now, scheduledDate, settings);
  if (wait === null) throw problem('INVALID_WINDOW', { reason: 'the send window never opens' });
  const event = EVENT_OF_EDIT[wait.status];
  const status = transition(row.status, event, row.attempt);
  invariant(status === wait.status, 'the lifecycle knows what an edit makes of a message that waits');
  const ignored = ignoredBy(row, changes, settings);
  const hasSubject = changes.subject !== undefined && !ignored.has('subject');
  const next: MessageRow = {
    ...row,
    ...chooseAnotherLine(row, changes, snapshot),
    message,
    rendered: changes.message === undefined && row.rendered,
    subject: hasSubject ? (changes.subject ?? null) : row.subject,
    settings,
    scheduledDate,
    expiresAt,
    status,
    // A pause between attempts stays, whatever else changes.
    dueAt: row.attempt > 0 ? Math.max(wait.dueAt, row.dueAt) : wait.dueAt,
    updatedAt: now,
  };
  const changed = Object.keys(changes).filter((name) => !ignored.has(name));
  return { next, event, changed, warnings: [...ignored.values()] };
}

/** Fields that mean nothing for this message, each with the warning that says so. */
function ignoredBy(row: MessageRow, changes: EditMessage, window: SendWindow | null): Map<string, string> {
  const ignored = new Map<string, string>();
  if (typeof changes.subject === 'string' && row.messageType !== 'email')
    ignored.set('subject', ignoredSubject(row.messageType));
  if (typeof changes.timezone === 'string' && window === null) ignored.set('timezone', IDLE_TIMEZONE);
  return ignored;
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

function chooseAnotherLine(
  row: MessageRow,
  { fromLineId }: EditMessage,
  snapshot: WorkspaceSnapshot,
): LineChoice {
  const { lineId, linePinned, lineDecision } = row;
  if (fromLineId === undefined) return { lineId, linePinned, lineDecision };
  const requested = requestedLine(snapshot, fromLineId, row.messageType);
  if (requested instanceof Problem) throw requested;
  return { lineId: requested.line.id, linePinned: true, lineDecision: requested.decision };
}
