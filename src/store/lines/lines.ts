/** Lines and the devices they sit on. */
import { HIGH_RISK_SLOWDOWN, type LineScore } from '../../domain/line-score.ts';
import type { LinePace } from '../../domain/pacing.ts';
import type {
  ChannelType,
  HealthStatus,
  LineType,
  MessageType,
  ProvisioningStatus,
  Risk,
  Transport,
} from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { WAITING_SQL } from '../messages/messages.ts';

export interface LineRow {
  workspaceId: string;
  id: string;
  deviceId: string;
  messageType: MessageType;
  channelType: ChannelType;
  transport: Transport;
  transportConfig: Record<string, unknown>;
  secret: Buffer | null;
  lineType: LineType;
  phone: string | null;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  isActive: boolean;
  provisioningStatus: ProvisioningStatus;
  paymentStatus: string | null;
  dailyNewConversationsLimit: number | null;
  dailyTotalMessagesLimit: number | null;
  hourlyNewConversationsLimit: number | null;
  contactGapMs: number;
  capTimezone: string;
  attempts: number;
  retryGapMs: number;
  reconcileLimitMs: number;
  usageDay: string | null;
  newConversationsToday: number;
  totalMessagesToday: number;
  usageHour: number | null;
  newConversationsHour: number;
  lastSendAt: number | null;
  lastFirstTouchAt: number | null;
  healthStatus: HealthStatus;
  healthCheckedAt: number | null;
  healthFailures: number;
  refusals: number;
  refusingSince: number | null;
  refusedAt: number | null;
  downSince: number | null;
  risk: Risk;
  score: LineScore | null;
  nextSendAt: number | null;
  createdAt: number;
  updatedAt: number;
  /** Its history stays; it sends, hears and is chosen no more. */
  deletedAt: number | null;
  /** Of the device. */
  deviceGapMs: number;
  deviceLastSendAt: number | null;
}

const OWN: Readonly<Record<Exclude<keyof LineRow, 'deviceGapMs' | 'deviceLastSendAt'>, string>> = {
  workspaceId: 'workspace_id',
  id: 'id',
  deviceId: 'device_id',
  messageType: 'message_type',
  channelType: 'channel_type',
  transport: 'transport',
  transportConfig: 'transport_config',
  secret: 'secret',
  lineType: 'line_type',
  phone: 'phone',
  email: 'email',
  firstName: 'first_name',
  lastName: 'last_name',
  isActive: 'is_active',
  provisioningStatus: 'provisioning_status',
  paymentStatus: 'payment_status',
  dailyNewConversationsLimit: 'daily_new_conversations_limit',
  dailyTotalMessagesLimit: 'daily_total_messages_limit',
  hourlyNewConversationsLimit: 'hourly_new_conversations_limit',
  contactGapMs: 'contact_gap_ms',
  capTimezone: 'cap_timezone',
  attempts: 'attempts',
  retryGapMs: 'retry_gap_ms',
  reconcileLimitMs: 'reconcile_limit_ms',
  usageDay: 'usage_day',
  newConversationsToday: 'new_conversations_today',
  totalMessagesToday: 'total_messages_today',
  usageHour: 'usage_hour',
  newConversationsHour: 'new_conversations_hour',
  lastSendAt: 'last_send_at',
  lastFirstTouchAt: 'last_first_touch_at',
  healthStatus: 'health_status',
  healthCheckedAt: 'health_checked_at',
  healthFailures: 'health_failures',
  refusals: 'refusals',
  refusingSince: 'refusing_since',
  refusedAt: 'refused_at',
  downSince: 'down_since',
  risk: 'risk',
  score: 'score',
  nextSendAt: 'next_send_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  deletedAt: 'deleted_at',
};

export const LINE_COLUMNS = Object.entries(OWN)
  .map(([name, column]) => `l.${column} AS "${name}"`)
  .join(', ');
const DEVICE_COLUMNS = 'd.gap_ms AS "deviceGapMs", d.last_send_at AS "deviceLastSendAt"';
const FROM_LINES = 'FROM lines l JOIN devices d ON d.workspace_id = l.workspace_id AND d.id = l.device_id';

const FIND_LINE = statement(
  'find_line',
  `SELECT ${LINE_COLUMNS}, ${DEVICE_COLUMNS} ${FROM_LINES} WHERE l.workspace_id = $1 AND l.id = $2`,
);

/** null: there is none, or it was deleted. */
export async function findLine(sql: Sql, workspaceId: string, id: string): Promise<LineRow | null> {
  const line = await findLineOrDeleted(sql, workspaceId, id);
  return line?.deletedAt === null ? line : null;
}

export async function findLineOrDeleted(sql: Sql, workspaceId: string, id: string): Promise<LineRow | null> {
  const [row] = await sql.query<LineRow>(FIND_LINE, [workspaceId, id]);
  return row ?? null;
}

const LIST_LINES = statement(
  'list_lines',
  `SELECT ${LINE_COLUMNS}, ${DEVICE_COLUMNS} ${FROM_LINES} WHERE l.workspace_id = $1 ORDER BY l.id`,
);

/** Every line of the workspace that was not deleted. */
export async function listLines(sql: Sql, workspaceId: string): Promise<LineRow[]> {
  return (await listLinesAndDeleted(sql, workspaceId)).filter((line) => line.deletedAt === null);
}

export function listLinesAndDeleted(sql: Sql, workspaceId: string): Promise<LineRow[]> {
  return sql.query(LIST_LINES, [workspaceId]);
}

const COUNT_WAITING_FIRST_TOUCHES = statement(
  'count_waiting_first_touches',
  `SELECT l.id, l.usage_day AS "usageDay", l.new_conversations_today AS "newConversationsToday",
     l.total_messages_today AS "totalMessagesToday", (
     SELECT count(*) FROM (
       SELECT 1 FROM (VALUES (0), (1), (2)) AS class(priority) CROSS JOIN LATERAL (
         SELECT 1 FROM messages m
         WHERE m.workspace_id = $1 AND m.line_id = l.id AND m.first_touch AND m.priority = class.priority
           AND m.due_at < $4 AND m.status IN ${WAITING_SQL}
         LIMIT asked.up_to) w
       LIMIT asked.up_to) counted) AS "waitingFirstTouches"
   FROM unnest($2::text[], $3::int[]) AS asked(id, up_to)
   JOIN lines l ON l.workspace_id = $1 AND l.id = asked.id`,
);

export type WaitingCount = Pick<
  LineRow,
  'id' | 'usageDay' | 'newConversationsToday' | 'totalMessagesToday'
> & { waitingFirstTouches: number };

/**
 * How many first touches wait on each line and are due before `dueBefore`; none is counted beyond `upTo`. With the
 * day's counters of the same instant, so that what leaves just now is counted here or there.
 */
export function countWaitingFirstTouches(
  sql: Sql,
  workspaceId: string,
  questions: readonly { lineId: string; upTo: number }[],
  dueBefore: number,
): Promise<WaitingCount[]> {
  if (questions.length === 0) return Promise.resolve([]);
  return sql.query<WaitingCount>(COUNT_WAITING_FIRST_TOUCHES, [
    workspaceId,
    questions.map(({ lineId }) => lineId),
    questions.map(({ upTo }) => upTo),
    toIso(dueBefore),
  ]);
}

/** The part of a line that paces it. A line at high risk keeps twice its gaps (D19). */
export function paceOf(line: LineRow): LinePace {
  const slowdown = line.risk === 'high' ? HIGH_RISK_SLOWDOWN : 1;
  return {
    dailyNewConversationsLimit: line.dailyNewConversationsLimit,
    dailyTotalMessagesLimit: line.dailyTotalMessagesLimit,
    hourlyNewConversationsLimit: line.hourlyNewConversationsLimit,
    capTimezone: line.capTimezone,
    contactGapMs: line.contactGapMs * slowdown,
    deviceGapMs: line.deviceGapMs * slowdown,
    usage: {
      day: line.usageDay,
      newConversations: line.newConversationsToday,
      totalMessages: line.totalMessagesToday,
      hour: line.usageHour,
      newConversationsHour: line.newConversationsHour,
    },
    lastFirstTouchAt: line.lastFirstTouchAt,
    deviceLastSendAt: line.deviceLastSendAt,
  };
}

export type NewLine = Pick<
  LineRow,
  | 'id'
  | 'deviceId'
  | 'messageType'
  | 'channelType'
  | 'transport'
  | 'transportConfig'
  | 'secret'
  | 'lineType'
  | 'phone'
  | 'email'
  | 'firstName'
  | 'lastName'
  | 'isActive'
  | 'dailyNewConversationsLimit'
  | 'dailyTotalMessagesLimit'
  | 'hourlyNewConversationsLimit'
  | 'contactGapMs'
  | 'capTimezone'
  | 'attempts'
  | 'retryGapMs'
  | 'reconcileLimitMs'
>;

const INSERT_LINE = statement(
  'insert_line',
  `INSERT INTO lines (workspace_id, id, device_id, message_type, channel_type, transport, transport_config, secret, line_type,
     phone, email, first_name, last_name, is_active, daily_new_conversations_limit, daily_total_messages_limit,
     hourly_new_conversations_limit, contact_gap_ms, cap_timezone, attempts, retry_gap_ms, reconcile_limit_ms,
     health_checked_at, down_since, created_at, updated_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
     $23, CASE WHEN $14::boolean THEN NULL ELSE $23::timestamptz END, $23, $23)`,
);

export async function insertLine(tx: Sql, workspaceId: string, line: NewLine, now: number): Promise<void> {
  await tx.query(INSERT_LINE, [workspaceId, ...lineValues(line), toIso(now)]);
}

const UPDATE_LINE = statement(
  'update_line',
  `UPDATE lines SET device_id = $3, message_type = $4, channel_type = $5, transport = $6, transport_config = $7, secret = $8,
     line_type = $9, phone = $10, email = $11, first_name = $12, last_name = $13, is_active = $14,
     daily_new_conversations_limit = $15, daily_total_messages_limit = $16, hourly_new_conversations_limit = $17,
     contact_gap_ms = $18, cap_timezone = $19, attempts = $20, retry_gap_ms = $21, reconcile_limit_ms = $22, updated_at = $23,
     refusals = 0, refusing_since = NULL, refused_at = NULL, cannot_check_at = NULL,
     down_since = CASE WHEN NOT $14 OR health_status = 'down' THEN coalesce(down_since, $23) ELSE NULL END
   WHERE workspace_id = $1 AND id = $2`,
);

/** Whoever changes a line may have mended it: what its sends met before no longer counts against it. */
export async function updateLine(tx: Sql, workspaceId: string, line: NewLine, now: number): Promise<void> {
  await tx.query(UPDATE_LINE, [workspaceId, ...lineValues(line), toIso(now)]);
}

function lineValues(line: NewLine): unknown[] {
  return [
    line.id,
    line.deviceId,
    line.messageType,
    line.channelType,
    line.transport,
    JSON.stringify(line.transportConfig),
    line.secret,
    line.lineType,
    line.phone,
    line.email,
    line.firstName,
    line.lastName,
    line.isActive,
    line.dailyNewConversationsLimit,
    line.dailyTotalMessagesLimit,
    line.hourlyNewConversationsLimit,
    line.contactGapMs,
    line.capTimezone,
    line.attempts,
    line.retryGapMs,
    line.reconcileLimitMs,
  ];
}

const UPSERT_DEVICE = statement(
  'upsert_device',
  `INSERT INTO devices (workspace_id, id, gap_ms) VALUES ($1, $2, $3)
   ON CONFLICT (workspace_id, id) DO UPDATE SET gap_ms = excluded.gap_ms`,
);

export async function upsertDevice(tx: Sql, workspaceId: string, id: string, gapMs: number): Promise<void> {
  await tx.query(UPSERT_DEVICE, [workspaceId, id, gapMs]);
}

const FIND_DEVICE = statement(
  'find_device',
  'SELECT gap_ms AS "gapMs" FROM devices WHERE workspace_id = $1 AND id = $2',
);

export async function findDevice(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<{ gapMs: number } | null> {
  const [row] = await sql.query<{ gapMs: number }>(FIND_DEVICE, [workspaceId, id]);
  return row ?? null;
}

const LINES_OF_DEVICE = statement(
  'lines_of_device',
  'SELECT id FROM lines WHERE workspace_id = $1 AND device_id = $2',
);

export async function lineIdsOfDevice(sql: Sql, workspaceId: string, deviceId: string): Promise<string[]> {
  return (await sql.query<{ id: string }>(LINES_OF_DEVICE, [workspaceId, deviceId])).map((row) => row.id);
}
