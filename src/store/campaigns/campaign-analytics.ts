/**
 * A full count of one campaign: of its messages, by every view in one walk, and of where its leads stand. Counted contact by
 * contact first, so that whoever got three messages is reached once.
 */
import type { CampaignLeadStatus } from '../../domain/words.ts';
import { type Database, statement } from '../database.ts';
import type { MessageCounts } from '../figures/analytics.ts';
import { MAKE_ROOM, ONE_INSTANT } from '../figures/counted.ts';

export interface CampaignCounts extends MessageCounts {
  waiting: number;
  cancelled: number;
}

/** Of all, or of one step, line or day: whatever is named. */
export interface CampaignCountsRow extends CampaignCounts {
  view: 'all' | 'step' | 'line' | 'day';
  stepKey: string | null;
  lineId: string | null;
  day: string | null;
}

export interface StandingCount {
  stepKey: string | null;
  status: CampaignLeadStatus;
  reason: string | null;
  conditionId: string | null;
  /** One of the sentences they were ended with. */
  detail: string | null;
  leads: number;
}

// A fallback SMS is of the step it stands in for, a reply of the step its contact had been sent last. A message is of the day on
// which it went; one that did not go, of the day on which that was settled.
const COUNT_CAMPAIGN = statement(
  'count_campaign',
  `WITH own AS MATERIALIZED (
     SELECT m.id, m.lead_id, m.line_id, m.direction, m.status, m.step_key, m.fallback_of, m.fallback_sms_dispatched, m.is_positive,
       m.sent_at, m.created_at, (coalesce(m.sent_at, m.updated_at) AT TIME ZONE $3)::date AS day
     FROM messages m WHERE m.workspace_id = $1 AND m.campaign_id = $2
   ), ours AS MATERIALIZED (
     SELECT own.*, coalesce(own.step_key, original.step_key) AS step
     FROM own LEFT JOIN own original ON original.id = own.fallback_of WHERE own.direction = 'sent'
   ), answered AS (
     SELECT DISTINCT ON (reply.id) reply.id, ours.step
     FROM own reply JOIN ours ON ours.lead_id = reply.lead_id AND ours.sent_at <= reply.created_at
     WHERE reply.direction = 'received' ORDER BY reply.id, ours.sent_at DESC, ours.id DESC
   ), counted AS (
     SELECT lead_id, step, line_id, day, status, fallback_sms_dispatched, true AS outbound, false AS is_positive FROM ours
     UNION ALL
     SELECT own.lead_id, answered.step, own.line_id, own.day, own.status, false, false, own.is_positive IS TRUE
     FROM own LEFT JOIN answered ON answered.id = own.id WHERE own.direction = 'received'
   ), by_contact AS (
     SELECT grouping(step, line_id, day) AS view, step, line_id, day,
       count(*) FILTER (WHERE outbound AND status IN ('sent', 'delivered')) AS sent,
       count(*) FILTER (WHERE outbound AND (status = 'fallback' OR (fallback_sms_dispatched AND status IN ('sent', 'delivered', 'failed'))))
         AS fallback,
       count(*) FILTER (WHERE outbound AND status = 'failed') AS failed,
       count(*) FILTER (WHERE outbound AND status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE outbound AND status IN ('pending', 'scheduled', 'queued', 'sending', 'unknown')) AS waiting,
       count(*) FILTER (WHERE NOT outbound) AS replied,
       bool_or(NOT outbound AND is_positive) AS positive
     FROM counted GROUP BY GROUPING SETS ((lead_id), (lead_id, step), (lead_id, line_id), (lead_id, day))
   )
   SELECT CASE view WHEN 7 THEN 'all' WHEN 3 THEN 'step' WHEN 5 THEN 'line' ELSE 'day' END AS view,
     step AS "stepKey", line_id AS "lineId", day::text AS day,
     count(*) FILTER (WHERE sent > 0) AS reached, sum(sent)::bigint AS sent, sum(fallback)::bigint AS fallback,
     sum(failed)::bigint AS failed, sum(replied)::bigint AS replied, count(*) FILTER (WHERE replied > 0) AS "uniqueReplied",
     count(*) FILTER (WHERE positive) AS "positiveReplied", sum(waiting)::bigint AS waiting, sum(cancelled)::bigint AS cancelled
   FROM by_contact GROUP BY by_contact.view, step, line_id, day ORDER BY by_contact.view, day, line_id`,
);

const COUNT_STANDING = statement(
  'count_standing_and_why',
  `SELECT e.step_key AS "stepKey", e.status, e.reason, e.condition_id AS "conditionId", min(e.detail) AS detail, count(*)::int AS leads
   FROM campaign_leads e WHERE e.workspace_id = $1 AND e.campaign_id = $2
   GROUP BY 1, 2, 3, 4 ORDER BY count(*) DESC, 3, 4, 1`,
);

/** Days are days of `timezone`. */
export function countCampaign(
  database: Database,
  workspaceId: string,
  campaignId: string,
  timezone: string,
): Promise<{ counts: CampaignCountsRow[]; standing: StandingCount[] }> {
  return database.transaction(async (tx) => {
    await tx.query(ONE_INSTANT, []);
    await tx.query(MAKE_ROOM, []);
    return {
      counts: await tx.query<CampaignCountsRow>(COUNT_CAMPAIGN, [workspaceId, campaignId, timezone]),
      standing: await tx.query<StandingCount>(COUNT_STANDING, [workspaceId, campaignId]),
    };
  });
}
