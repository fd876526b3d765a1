/** How far a campaign has come, counted from indexes alone: what pages ask again and again while it runs. */
import type { MessageStatus } from '../../domain/words.ts';
import { type Sql, statement } from '../database.ts';

export interface StepCount {
  stepKey: string;
  lineId: string;
  status: MessageStatus;
  count: number;
}

const COUNT_STEPS = statement(
  'count_campaign_steps',
  `SELECT m.step_key AS "stepKey", m.line_id AS "lineId", m.status, count(*)::int AS count FROM messages m
   WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND m.step_key IS NOT NULL GROUP BY 1, 2, 3`,
);

/** Messages of its steps, by line and state. */
export function countSteps(sql: Sql, workspaceId: string, campaignId: string): Promise<StepCount[]> {
  return sql.query(COUNT_STEPS, [workspaceId, campaignId]);
}

const COUNT_REPLIED = statement(
  'count_campaign_replied',
  `SELECT last.step_key AS "stepKey", count(DISTINCT r.lead_id)::int AS count FROM messages r
   CROSS JOIN LATERAL (
     SELECT m.step_key FROM messages m
     WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND m.lead_id = r.lead_id AND m.step_key IS NOT NULL
       AND m.sent_at <= r.created_at
     ORDER BY m.sent_at DESC LIMIT 1) last
   WHERE r.workspace_id = $1 AND r.campaign_id = $2 AND r.direction = 'received' GROUP BY 1`,
);

/** Leads who replied, by the step they had been sent last. */
export function countReplied(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
): Promise<{ stepKey: string; count: number }[]> {
  return sql.query(COUNT_REPLIED, [workspaceId, campaignId]);
}

const READ_NEXT_SENDS = statement(
  'read_next_sends',
  'SELECT id, next_send_at AS "nextSendAt" FROM lines WHERE workspace_id = $1 AND id = ANY($2) AND next_send_at IS NOT NULL',
);

/** When these lines are looked at next; those on which nothing waits are not among them. */
export async function readNextSends(
  sql: Sql,
  workspaceId: string,
  lineIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await sql.query<{ id: string; nextSendAt: number }>(READ_NEXT_SENDS, [workspaceId, lineIds]);
  return new Map(rows.map(({ id, nextSendAt }) => [id, nextSendAt]));
}

const COUNT_AUDIENCE = statement(
  'count_campaign_audience',
  `SELECT count(*)::int AS leads, count(*) FILTER (WHERE why IS NULL)::int AS enter,
     count(*) FILTER (WHERE why = 'opted_out')::int AS "optedOut",
     count(*) FILTER (WHERE why = 'no_address')::int AS "withoutAddress", count(*) FILTER (WHERE why = 'in')::int AS "alreadyIn"
   FROM (
     SELECT CASE
       WHEN e.lead_id IS NOT NULL THEN 'in'
       WHEN l.opted_out_at IS NOT NULL THEN 'opted_out'
       WHEN NOT (($4 AND coalesce(l.phone, l.alt_phone1, l.alt_phone2, l.alt_phone3) IS NOT NULL)
         OR ($5 AND coalesce(l.email, l.alt_email1, l.alt_email2, l.alt_email3) IS NOT NULL)) THEN 'no_address'
     END AS why
     FROM leads l
     LEFT JOIN campaign_leads e ON e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id = l.id AND e.entry = 1
     WHERE l.workspace_id = $1 AND l.list_id = $3
   ) each`,
);

export interface Audience {
  leads: number;
  enter: number;
  optedOut: number;
  withoutAddress: number;
  alreadyIn: number;
}

/** Each lead of a list once: as what stands in its way first, or as one that enters. */
export async function countAudience(
  sql: Sql,
  workspaceId: string,
  {
    campaignId,
    listId,
    byPhone,
    byEmail,
  }: { campaignId: string; listId: string; byPhone: boolean; byEmail: boolean },
): Promise<Audience> {
  const [row] = await sql.query<Audience>(COUNT_AUDIENCE, [
    workspaceId,
    campaignId,
    listId,
    byPhone,
    byEmail,
  ]);
  return row ?? { leads: 0, enter: 0, optedOut: 0, withoutAddress: 0, alreadyIn: 0 };
}

const READ_STEP_MESSAGES = statement(
  'read_step_messages',
  `SELECT m.id, m.status, m.due_at AS "dueAt", m.sent_at AS "sentAt", m.reason, m.error_message AS error FROM messages m
   WHERE m.workspace_id = $1 AND m.id = ANY($2)`,
);

export interface StepMessage {
  id: string;
  status: MessageStatus;
  dueAt: number;
  sentAt: number | null;
  reason: string | null;
  error: string | null;
}

/** In no order. */
export function readStepMessages(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<StepMessage[]> {
  return sql.query(READ_STEP_MESSAGES, [workspaceId, ids]);
}
