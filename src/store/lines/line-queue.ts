/** When a line is looked at, under which locks, and what a look leaves on it. */
import type { LinePace } from '../../domain/pacing.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { UNDER_WAY_SQL, WAITING_SQL } from '../messages/messages.ts';
import { LINE_COLUMNS, type LineRow } from './lines.ts';

const WAKE_LINES = statement(
  'wake_lines',
  'INSERT INTO line_wakes (workspace_id, line_id, id) SELECT $1, w.line_id, w.id FROM unnest($2::text[], $3::text[]) AS w(line_id, id)',
);

/** "Look at these lines again": in the commit that gave them work or changed what they may do. `wakeIds` are fresh ids. */
export async function wakeLines(
  tx: Sql,
  workspaceId: string,
  lineIds: readonly string[],
  wakeIds: readonly string[],
): Promise<void> {
  if (lineIds.length > 0) await tx.query(WAKE_LINES, [workspaceId, lineIds, wakeIds]);
}

const LOCK_LINES_TO_SEND = statement(
  'lock_lines_to_send',
  `SELECT ${LINE_COLUMNS} FROM lines l WHERE l.workspace_id = $1 AND l.id = ANY($2)
   ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED`,
);
const LOCK_LINES = statement(
  'lock_lines',
  `SELECT ${LINE_COLUMNS} FROM lines l WHERE l.workspace_id = $1 AND l.id = ANY($2) ORDER BY l.id FOR NO KEY UPDATE`,
);
const LOCK_DEVICES = statement(
  'lock_devices',
  `SELECT d.id, d.gap_ms AS "gapMs", d.last_send_at AS "lastSendAt" FROM devices d
   WHERE d.workspace_id = $1 AND d.id = ANY($2) ORDER BY d.id FOR NO KEY UPDATE`,
);
const LOCK_DEVICES_TO_SEND = statement(
  'lock_devices_to_send',
  `SELECT d.id, d.gap_ms AS "gapMs", d.last_send_at AS "lastSendAt" FROM devices d
   WHERE d.workspace_id = $1 AND d.id = ANY($2) ORDER BY d.id FOR NO KEY UPDATE SKIP LOCKED`,
);

/**
 * Locks lines, then their devices, each in the order of ids; every transaction that takes both goes in this order.
 * With `skipLocked` a line that another process holds, or whose device it holds, is left out: a process that stands still
 * in the middle of a transaction must not make everybody else wait.
 */
export async function lockLines(
  tx: Sql,
  workspaceId: string,
  ids: readonly string[],
  options: { skipLocked: boolean },
): Promise<LineRow[]> {
  const { skipLocked } = options;
  const lines = await tx.query<LineRow>(skipLocked ? LOCK_LINES_TO_SEND : LOCK_LINES, [workspaceId, ids]);
  if (lines.length === 0) return [];
  const deviceIds = [...new Set(lines.map((line) => line.deviceId))].sort();
  const devices = await tx.query<{ id: string; gapMs: number; lastSendAt: number | null }>(
    skipLocked ? LOCK_DEVICES_TO_SEND : LOCK_DEVICES,
    [workspaceId, deviceIds],
  );
  const byId = new Map(devices.map((device) => [device.id, device]));
  return lines.flatMap((line) => {
    const device = byId.get(line.deviceId);
    if (device === undefined) return [];
    return [{ ...line, deviceGapMs: device.gapMs, deviceLastSendAt: device.lastSendAt }];
  });
}

export interface LinePaceUpdate {
  id: string;
  deviceId: string;
  pace: LinePace;
  lastSendAt: number | null;
  /** undefined leaves it as it is. */
  nextSendAt: number | null;
  setNextSendAt: boolean;
}

const STORE_LINE_PACES = statement(
  'store_line_paces',
  `UPDATE lines l SET usage_day = r.usage_day, new_conversations_today = r.new_today, total_messages_today = r.total_today,
     usage_hour = r.usage_hour, new_conversations_hour = r.new_hour, last_send_at = r.last_send_at,
     last_first_touch_at = r.last_first_touch_at,
     next_send_at = CASE WHEN r.set_next THEN r.next_send_at ELSE l.next_send_at END
   FROM json_to_recordset($2::json) AS r(id text, usage_day date, new_today int, total_today int, usage_hour timestamptz,
     new_hour int, last_send_at timestamptz, last_first_touch_at timestamptz, next_send_at timestamptz, set_next boolean)
   WHERE l.workspace_id = $1 AND l.id = ANY($3) AND l.id = r.id`,
);
const STORE_DEVICE_SENDS = statement(
  'store_device_sends',
  `UPDATE devices d SET last_send_at = r.last_send_at
   FROM json_to_recordset($2::json) AS r(id text, last_send_at timestamptz)
   WHERE d.workspace_id = $1 AND d.id = ANY($3) AND d.id = r.id AND d.last_send_at IS DISTINCT FROM r.last_send_at`,
);

/** Writes counters, gaps and next look of lines whose locks the caller holds. */
export async function storeLinePaces(
  tx: Sql,
  workspaceId: string,
  updates: readonly LinePaceUpdate[],
): Promise<void> {
  if (updates.length === 0) return;
  const rows = updates.map(({ id, pace, lastSendAt, nextSendAt, setNextSendAt }) => ({
    id,
    usage_day: pace.usage.day,
    new_today: pace.usage.newConversations,
    total_today: pace.usage.totalMessages,
    usage_hour: toIsoOrNull(pace.usage.hour),
    new_hour: pace.usage.newConversationsHour,
    last_send_at: toIsoOrNull(lastSendAt),
    last_first_touch_at: toIsoOrNull(pace.lastFirstTouchAt),
    next_send_at: toIsoOrNull(nextSendAt),
    set_next: setNextSendAt,
  }));
  await tx.query(STORE_LINE_PACES, [workspaceId, JSON.stringify(rows), rows.map((row) => row.id)]);
  const devices = new Map<string, string | null>();
  for (const { deviceId, pace } of updates) devices.set(deviceId, toIsoOrNull(pace.deviceLastSendAt));
  const sends = [...devices].map(([id, lastSendAt]) => ({ id, last_send_at: lastSendAt }));
  await tx.query(STORE_DEVICE_SENDS, [workspaceId, JSON.stringify(sends), [...devices.keys()]]);
}

const COUNT_QUEUES = statement(
  'count_queues',
  `SELECT l.id AS "lineId",
     (SELECT count(*)::int FROM (SELECT 1 FROM messages m
       WHERE m.workspace_id = $1 AND m.line_id = l.id AND m.status IN ${WAITING_SQL} LIMIT $2) w) AS waiting,
     (SELECT count(*)::int FROM (SELECT 1 FROM messages m
       WHERE m.workspace_id = $1 AND m.line_id = l.id AND m.status IN ${UNDER_WAY_SQL} LIMIT $2) u) AS "underWay"
   FROM lines l WHERE l.workspace_id = $1 AND l.deleted_at IS NULL ORDER BY l.id`,
);

export interface QueueCount {
  lineId: string;
  waiting: number;
  /** Being sent, or of unknown outcome. */
  underWay: number;
}

/** Of every line of the workspace; neither is counted beyond `upTo`. */
export function countQueues(sql: Sql, workspaceId: string, upTo: number): Promise<QueueCount[]> {
  return sql.query(COUNT_QUEUES, [workspaceId, upTo]);
}

const TAKE_WAKES = statement(
  'take_wakes',
  'DELETE FROM line_wakes WHERE workspace_id = $1 AND line_id = ANY($2)',
);

/** Removes the wakes a pass is about to answer. Before it reads the queue: a wake it cannot see yet stays for the next. */
export async function takeWakes(tx: Sql, workspaceId: string, lineIds: readonly string[]): Promise<void> {
  await tx.query(TAKE_WAKES, [workspaceId, lineIds]);
}

const PUT_OFF_LINES = statement(
  'put_off_lines',
  `WITH held AS MATERIALIZED (
     SELECT l.id FROM lines l WHERE l.workspace_id = $1 AND l.id = ANY($2) ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED)
   UPDATE lines l SET next_send_at = $3 FROM held WHERE l.workspace_id = $1 AND l.id = held.id`,
);

/** Looks at them again only at `until`, or when they are woken; null: only then. Who holds one decides for it. */
export async function putOffLines(
  sql: Sql,
  workspaceId: string,
  lineIds: readonly string[],
  until: number | null,
): Promise<void> {
  await sql.query(PUT_OFF_LINES, [workspaceId, lineIds, toIsoOrNull(until)]);
}

const SCAN_DUE_LINES = statement(
  'scan_due_lines',
  `SELECT due.workspace_id AS "workspaceId", due.line_id AS "lineId" FROM (
     (SELECT workspace_id, id AS line_id, next_send_at AS at FROM lines
      WHERE next_send_at IS NOT NULL AND next_send_at <= $1 ORDER BY next_send_at LIMIT $2)
     UNION ALL
     (SELECT DISTINCT workspace_id, line_id, $1::timestamptz FROM line_wakes LIMIT $2)
   ) due GROUP BY due.workspace_id, due.line_id ORDER BY min(due.at), due.line_id`,
);

/** Lines that may have something to send, over all workspaces, without locks; the longest due first. */
export function scanDueLines(
  sql: Sql,
  now: number,
  limit: number,
): Promise<{ workspaceId: string; lineId: string }[]> {
  return sql.query(SCAN_DUE_LINES, [toIso(now), limit]);
}
