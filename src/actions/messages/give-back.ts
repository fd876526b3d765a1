/** What attempts reserved that definitely did not leave: cap, gap and first touch (D15). */
import { release } from '../../domain/pacing.ts';
import type { Sql } from '../../store/database.ts';
import { lockLines, storeLinePaces } from '../../store/lines/line-queue.ts';
import { paceOf } from '../../store/lines/lines.ts';
import { deleteTouches, markFirstTouch } from '../../store/messages/deliveries.ts';
import type { MessageRow } from '../../store/messages/messages.ts';

/** `released`: as they were when the reservation was still theirs. Answers the lines that have room again. */
export async function giveBack(
  tx: Sql,
  workspaceId: string,
  released: readonly MessageRow[],
): Promise<string[]> {
  if (released.length === 0) return [];
  const lineIds = [...new Set(released.map((message) => message.lineId))].sort();
  const lines = await lockLines(tx, workspaceId, lineIds, { skipLocked: false });
  const deviceSends = new Map(lines.map((line) => [line.deviceId, line.deviceLastSendAt]));
  const updates = lines.map((line) => {
    let pace = paceOf(line);
    for (const { lineId, reserved } of released) {
      if (lineId !== line.id || reserved === null) continue;
      pace = release({ ...pace, deviceLastSendAt: deviceSends.get(line.deviceId) ?? null }, reserved);
      deviceSends.set(line.deviceId, pace.deviceLastSendAt);
    }
    return {
      id: line.id,
      deviceId: line.deviceId,
      pace,
      lastSendAt: line.lastSendAt,
      nextSendAt: null,
      setNextSendAt: false,
    };
  });
  for (const update of updates) update.pace.deviceLastSendAt = deviceSends.get(update.deviceId) ?? null;
  await storeLinePaces(tx, workspaceId, updates);
  const forgotten = await deleteTouches(tx, workspaceId, released);
  await markFirstTouch(
    tx,
    workspaceId,
    forgotten.map((touch) => ({ ...touch, firstTouch: true })),
  );
  return lineIds;
}
