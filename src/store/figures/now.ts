/** What the page "now" asks beside lines and counts: what waits, what is under way, and what needs somebody's hand. */
import type { DisabledReason } from '../../domain/webhook-events.ts';
import { unread } from '../conversations/inbox.ts';
import { type Sql, statement } from '../database.ts';
import { UNDER_WAY_SQL, WAITING_SQL } from '../messages/messages.ts';

export interface LineCount {
  lineId: string;
  count: number;
}

// In the order of the queue's index, so that no other index serves: one of all messages would be walked to its end.
const COUNT_WAITING_BY_LINE = statement(
  'count_waiting_by_line',
  `SELECT w.line_id AS "lineId", count(*)::int AS count FROM (
     SELECT m.line_id FROM messages m WHERE m.workspace_id = $1 AND m.status IN ${WAITING_SQL}
     ORDER BY m.line_id, m.first_touch, m.priority, m.due_at LIMIT $2) w
   GROUP BY w.line_id`,
);

/** At most `limit` in all. */
export function countWaitingByLine(sql: Sql, workspaceId: string, limit: number): Promise<LineCount[]> {
  return sql.query(COUNT_WAITING_BY_LINE, [workspaceId, limit]);
}

const COUNT_WAITING_OF_LINES = statement(
  'count_waiting_of_lines',
  `SELECT asked.id AS "lineId", (SELECT count(*)::int FROM (
     SELECT 1 FROM messages m WHERE m.workspace_id = $1 AND m.line_id = asked.id AND m.status IN ${WAITING_SQL}
     ORDER BY m.line_id, m.first_touch, m.priority, m.due_at LIMIT $3) w) AS count
   FROM unnest($2::text[]) AS asked(id)`,
);

/** At most `limit` of each. */
export function countWaitingOfLines(
  sql: Sql,
  workspaceId: string,
  lineIds: readonly string[],
  limit: number,
): Promise<LineCount[]> {
  return sql.query(COUNT_WAITING_OF_LINES, [workspaceId, lineIds, limit]);
}

const COUNT_UNDER_WAY = statement(
  'count_under_way',
  `SELECT w.line_id AS "lineId", w.status, count(*)::int AS count FROM (
     SELECT m.line_id, m.status FROM messages m WHERE m.workspace_id = $1 AND m.status IN ${UNDER_WAY_SQL}
     ORDER BY m.line_id, m.lead_id LIMIT $2) w
   GROUP BY w.line_id, w.status`,
);

/** At most `limit` in all. */
export function countUnderWay(
  sql: Sql,
  workspaceId: string,
  limit: number,
): Promise<(LineCount & { status: 'sending' | 'unknown' })[]> {
  return sql.query(COUNT_UNDER_WAY, [workspaceId, limit]);
}

export interface WebhookState {
  id: string;
  name: string;
  isActive: boolean;
  failureCount: number;
  failingSince: number | null;
  disabledReason: DisabledReason | null;
  updatedAt: number;
  lastTriggeredAt: number | null;
}

const READ_WEBHOOK_STATES = statement(
  'read_webhook_states',
  `SELECT w.id, w.name, w.is_active AS "isActive", w.failure_count AS "failureCount", w.failing_since AS "failingSince",
     w.disabled_reason AS "disabledReason", w.updated_at AS "updatedAt", w.last_triggered_at AS "lastTriggeredAt"
   FROM webhooks w WHERE w.workspace_id = $1 AND w.deleted_at IS NULL ORDER BY w.id`,
);

export function readWebhookStates(sql: Sql, workspaceId: string): Promise<WebhookState[]> {
  return sql.query(READ_WEBHOOK_STATES, [workspaceId]);
}

export interface PausedCampaign {
  id: string;
  name: string;
  pausedAt: number | null;
  pauseReason: string;
}

const READ_PAUSED_CAMPAIGNS = statement(
  'read_paused_campaigns',
  `SELECT c.id, c.name, c.paused_at AS "pausedAt", c.pause_reason AS "pauseReason" FROM campaigns c
   WHERE c.workspace_id = $1 AND c.status = 'paused' AND c.pause_reason <> 'requested' ORDER BY c.updated_at DESC LIMIT $2`,
);

/** Those that nobody paused: they did by themselves. */
export function readPausedCampaigns(sql: Sql, workspaceId: string, limit: number): Promise<PausedCampaign[]> {
  return sql.query(READ_PAUSED_CAMPAIGNS, [workspaceId, limit]);
}

export interface LatestChanges {
  /** When a campaign of each status changed last, and whether any is active. */
  campaigns: string | null;
  hasActiveCampaign: boolean;
  /** Of the last change of settings by a caller. */
  auditId: string | null;
  /** Of what was opted out or in last. */
  ledgerId: string | null;
  /** Which threads are unread. */
  unread: string;
}

/** Of more unread threads than that, in the order of their index, marks are not looked at. */
const MARKS_LOOKED_AT = 1_000;

const READ_LATEST_CHANGES = statement(
  'read_latest_changes',
  `SELECT (SELECT string_agg(concat(s.status, ' ', (
       SELECT max(c.updated_at) FROM campaigns c WHERE c.workspace_id = $1 AND c.status = s.status)), ',')
     FROM unnest(ARRAY['draft', 'active', 'paused', 'completed', 'archived']) AS s(status)) AS campaigns,
     EXISTS (SELECT 1 FROM campaigns c WHERE c.workspace_id = $1 AND c.status = 'active') AS "hasActiveCampaign",
     (SELECT max(a.id) FROM audit_log a WHERE a.workspace_id = $1) AS "auditId",
     (SELECT max(p.id) FROM suppressions p WHERE p.workspace_id = $1) AS "ledgerId",
     (SELECT concat(count(*), ' ', sum(hashtext(u.lead_id || u.line_id)::bigint)) FROM (
        SELECT t.lead_id, t.line_id FROM touches t WHERE t.workspace_id = $1 AND ${unread('t')}
        ORDER BY t.line_id, t.last_at, t.lead_id LIMIT $2) u) AS unread`,
);

/** For whoever wants to know whether anything changed: it is compared, never shown. */
export async function readLatestChanges(sql: Sql, workspaceId: string): Promise<LatestChanges> {
  const [row] = await sql.query<LatestChanges>(READ_LATEST_CHANGES, [workspaceId, MARKS_LOOKED_AT]);
  return row ?? { campaigns: null, hasActiveCampaign: false, auditId: null, ledgerId: null, unread: '' };
}

const READ_ENTITIES_CHANGED = statement(
  'read_entities_changed',
  `SELECT DISTINCT c.entity FROM (
     SELECT a.entity FROM audit_log a WHERE a.workspace_id = $1 AND a.id > $2 ORDER BY a.id DESC LIMIT 100) c`,
);

/** What the latest changes after that one were about. */
export async function readEntitiesChanged(sql: Sql, workspaceId: string, after: string): Promise<string[]> {
  const rows = await sql.query<{ entity: string }>(READ_ENTITIES_CHANGED, [workspaceId, after]);
  return rows.map(({ entity }) => entity);
}
