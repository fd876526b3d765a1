/** What waits on lines, and what campaigns will still bring them, counted by what matters for its turn. */
import type { Schedule, Step } from '../../domain/campaign/campaign.ts';
import type { SendWindow } from '../../domain/window.ts';
import type { MessageType } from '../../domain/words.ts';
import { type Sql, statement } from '../database.ts';
import { WAITING_SQL } from '../messages/messages.ts';

/** Messages of a line that differ in nothing that matters. */
export interface WaitingGroup {
  /** Of the first of them. */
  id: string;
  lineId: string;
  priority: number;
  /** Only the first one to a contact opens the conversation. */
  firstTouch: boolean;
  dueAt: number;
  campaignStartedAt: number | null;
  window: SendWindow | null;
  campaignId: string | null;
  stepKey: string | null;
  linePinned: boolean;
  /** Of SMS, whose length counts. */
  text: string | null;
  count: number;
}

// A second message to a new contact follows up on the first.
const FIRST_TOUCH = `m.first_touch AND row_number() OVER (PARTITION BY m.line_id, m.lead_id, m.first_touch
  ORDER BY m.priority, m.due_at, m.campaign_started_at, m.id) = 1`;
const ALIKE = `line_id, priority, first_touch, due_at, campaign_started_at, settings, campaign_id, step_key, line_pinned, text`;
const COUNTED = `SELECT min(id) AS id, line_id AS "lineId", priority, first_touch AS "firstTouch", due_at AS "dueAt",
     campaign_started_at AS "campaignStartedAt", settings AS "window", campaign_id AS "campaignId", step_key AS "stepKey",
     line_pinned AS "linePinned", text, count(*)::int AS count
   FROM w GROUP BY ${ALIKE} ORDER BY due_at, campaign_started_at LIMIT $3`;

const READ_WAITING = statement(
  'read_waiting_groups',
  `WITH w AS MATERIALIZED (
     SELECT m.id, m.line_id, m.priority, ${FIRST_TOUCH} AS first_touch, m.due_at, m.campaign_started_at, m.settings, m.campaign_id,
       m.step_key, m.line_pinned, CASE WHEN m.message_type = 'sms' THEN m.message END AS text
     FROM messages m WHERE m.workspace_id = $1 AND m.line_id = ANY($2) AND m.status IN ${WAITING_SQL})
   ${COUNTED}`,
);
/** To the hour, and SMS by about how long they are. */
const READ_WAITING_ROUGHLY = statement(
  'read_waiting_groups_roughly',
  `WITH w AS MATERIALIZED (
     SELECT m.id, m.line_id, m.priority, ${FIRST_TOUCH} AS first_touch, date_trunc('hour', m.due_at) AS due_at, m.campaign_started_at,
       m.settings, m.campaign_id, m.step_key, m.line_pinned,
       CASE WHEN m.message_type = 'sms' THEN repeat('x', (char_length(m.message) / 150) * 150 + 1) END AS text
     FROM messages m WHERE m.workspace_id = $1 AND m.line_id = ANY($2) AND m.status IN ${WAITING_SQL})
   ${COUNTED}`,
);

/** More groups than `limit`: they are read again, by the hour; `isExact` says so. */
export async function readWaitingGroups(
  sql: Sql,
  workspaceId: string,
  lineIds: readonly string[],
  limit: number,
): Promise<{ groups: WaitingGroup[]; isExact: boolean }> {
  const values = [workspaceId, lineIds, limit + 1];
  const groups = await sql.query<WaitingGroup>(READ_WAITING, values);
  if (groups.length <= limit) return { groups, isExact: true };
  return { groups: await sql.query<WaitingGroup>(READ_WAITING_ROUGHLY, values), isExact: false };
}

export interface ComingCampaign {
  id: string;
  messageType: MessageType;
  lineIds: string[];
  nextLine: number;
  steps: Step[];
  schedule: Schedule | null;
  newLeadsFirst: boolean;
  startedAt: number;
  /** Leads of its list that have not entered yet. */
  toEnter: number;
}

const READ_COMING_CAMPAIGNS = statement(
  'read_coming_campaigns',
  `SELECT c.id, c.message_type AS "messageType", c.line_ids AS "lineIds", c.next_line AS "nextLine", c.steps, c.schedule,
     c.new_leads_first AS "newLeadsFirst", c.started_at AS "startedAt",
     CASE WHEN c.entering_after IS NULL THEN 0 ELSE (SELECT count(*)::int FROM leads l
       WHERE l.workspace_id = $1 AND l.list_id = coalesce(c.entering_list_id, c.list_id) AND l.id > c.entering_after) END AS "toEnter"
   FROM campaigns c WHERE c.workspace_id = $1 AND c.status = 'active' AND c.started_at IS NOT NULL AND c.line_ids && $2 ORDER BY c.started_at, c.id`,
);

export function readComingCampaigns(
  sql: Sql,
  workspaceId: string,
  lineIds: readonly string[],
): Promise<ComingCampaign[]> {
  return sql.query(READ_COMING_CAMPAIGNS, [workspaceId, lineIds]);
}

/** Leads that stand at the same place and are looked at at the same time. */
export interface ComingGroup {
  campaignId: string;
  /** null: it has no line yet. */
  lineId: string | null;
  stepKey: string | null;
  /** Decided on already; it is due at `lookAt`. */
  nextStepKey: string | null;
  lookAt: number;
  /** When its last step was sent, where the next one is not decided on. */
  sentAt: number | null;
  count: number;
}

// To the second: whoever entered together stays together.
const READ_COMING = statement(
  'read_coming_groups',
  `SELECT campaign_id AS "campaignId", line_id AS "lineId", step_key AS "stepKey", next_step_key AS "nextStepKey", look_at AS "lookAt",
     sent_at AS "sentAt", count(*)::int AS count
   FROM (SELECT e.campaign_id, e.line_id, e.step_key, e.next_step_key, e.look_at,
       CASE WHEN e.next_step_key IS NULL AND e.step_key IS NOT NULL THEN coalesce((SELECT m.sent_at FROM messages m
         WHERE m.workspace_id = $1 AND m.id = e.message_id), e.step_at, e.entered_at) END AS sent_at
     FROM campaign_leads e
     WHERE e.workspace_id = $1 AND e.campaign_id = ANY($2) AND e.status IN ('active', 'held') AND e.look_at IS NOT NULL
       AND (e.line_id IS NULL OR e.line_id = ANY($3))) e
   GROUP BY campaign_id, line_id, step_key, next_step_key, look_at, sent_at ORDER BY look_at LIMIT $4`,
);

/** At most `limit`, the soonest first. */
export function readComingGroups(
  sql: Sql,
  workspaceId: string,
  campaignIds: readonly string[],
  lineIds: readonly string[],
  limit: number,
): Promise<ComingGroup[]> {
  return sql.query(READ_COMING, [workspaceId, campaignIds, lineIds, limit]);
}
