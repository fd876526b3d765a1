/** The figures by a plain count over all messages, which knows nothing of days: what every other way to them is held against. */
import { toIsoOrNull } from '../src/lib/clock.ts';
import { type Sql, statement } from '../src/store/database.ts';
import type { CountFilter, MessageCounts } from '../src/store/figures/analytics.ts';

const COUNT = statement(
  '',
  `SELECT count(DISTINCT m.lead_id) FILTER (WHERE ours AND m.status IN ('sent', 'delivered')) AS reached,
     count(*) FILTER (WHERE ours AND m.status IN ('sent', 'delivered')) AS sent,
     count(*) FILTER (WHERE ours AND (m.status = 'fallback' OR m.fallback_sms_dispatched)) AS fallback,
     count(*) FILTER (WHERE ours AND m.status = 'failed') AS failed,
     count(*) FILTER (WHERE NOT ours) AS replied,
     count(DISTINCT m.lead_id) FILTER (WHERE NOT ours) AS "uniqueReplied",
     count(DISTINCT m.lead_id) FILTER (WHERE NOT ours AND m.is_positive) AS "positiveReplied"
   FROM messages m, LATERAL (SELECT m.direction = 'sent' AS ours) d
   WHERE m.workspace_id = $1 AND m.status IN ('sent', 'delivered', 'fallback', 'failed')
     AND ($2::text IS NULL OR m.campaign_id = $2) AND ($3::text IS NULL OR m.line_id = $3)
     AND ($4::text IS NULL OR CASE WHEN ours THEN m.created_by_user_id ELSE m.answers_user_id END = $4)
     AND ($5::timestamptz IS NULL OR m.created_at >= $5) AND ($6::timestamptz IS NULL OR m.created_at <= $6)`,
);

export async function countInFull(
  sql: Sql,
  workspaceId: string,
  filter: CountFilter,
): Promise<MessageCounts | undefined> {
  const [counts] = await sql.query<MessageCounts>(COUNT, [
    workspaceId,
    filter.campaignId,
    filter.lineId,
    filter.userId,
    toIsoOrNull(filter.dateFrom),
    toIsoOrNull(filter.dateTo),
  ]);
  return counts;
}
