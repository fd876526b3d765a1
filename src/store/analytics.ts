/**
 * A full count over the index messages_counted, which holds every message that any figure counts and all that is asked
 * of it: exact whatever became of a message later. Counted contact by contact, in one walk.
 */
import { toIsoOrNull } from '../lib/clock.ts';
import { type Database, statement } from './database.ts';

export interface MessageCounts {
  reached: number;
  sent: number;
  fallback: number;
  failed: number;
  replied: number;
  uniqueReplied: number;
  positiveReplied: number;
}

export interface CountFilter {
  campaignId: string | null;
  lineId: string | null;
  userId: string | null;
  dateFrom: number | null;
  dateTo: number | null;
}

/** Contacts are kept apart in memory: a quarter of a million did not fit the usual 4 MB, and took half as long again. */
const MAKE_ROOM = statement('make_room_to_count', `SET LOCAL work_mem = '32MB'`);

/** A reply has no user of its own: it counts for the user of what the contact had been sent last. */
const USER_OF_REPLY = `(SELECT o.created_by_user_id FROM messages o
  WHERE o.workspace_id = $1 AND o.lead_id = m.lead_id AND o.direction = 'sent' AND o.sent_at IS NOT NULL
    AND o.sent_at <= m.created_at ORDER BY o.sent_at DESC, o.id DESC LIMIT 1)`;

/** Word for word the predicate of the index. */
const COUNTED = `m.status IN ('sent', 'delivered', 'fallback', 'failed')`;

/** The filters given decide the statement, so it is prepared anew for each combination. */
export async function countMessages(
  database: Database,
  workspaceId: string,
  filter: CountFilter,
): Promise<MessageCounts> {
  const values: unknown[] = [workspaceId];
  const conditions = ['m.workspace_id = $1', COUNTED];
  const names: string[] = [];
  const where = (name: string, condition: (parameter: string) => string, value: unknown) => {
    if (value === null) return;
    values.push(value);
    names.push(name);
    conditions.push(condition(`$${values.length}`));
  };
  where('campaign', (p) => `m.campaign_id = ${p}`, filter.campaignId);
  where('line', (p) => `m.line_id = ${p}`, filter.lineId);
  where('from', (p) => `m.created_at >= ${p}`, toIsoOrNull(filter.dateFrom));
  where('to', (p) => `m.created_at <= ${p}`, toIsoOrNull(filter.dateTo));
  where(
    'user',
    (p) => `CASE WHEN m.direction = 'sent' THEN m.created_by_user_id = ${p} ELSE ${USER_OF_REPLY} = ${p} END`,
    filter.userId,
  );
  const count = statement(
    `count_messages_${names.join('_')}`,
    `SELECT count(*) FILTER (WHERE c.sent > 0) AS reached, coalesce(sum(c.sent), 0)::bigint AS sent,
         coalesce(sum(c.fallback), 0)::bigint AS fallback, coalesce(sum(c.failed), 0)::bigint AS failed,
         coalesce(sum(c.replied), 0)::bigint AS replied, count(*) FILTER (WHERE c.replied > 0) AS "uniqueReplied",
         count(*) FILTER (WHERE c.positive) AS "positiveReplied"
       FROM (SELECT count(*) FILTER (WHERE m.direction = 'sent' AND m.status IN ('sent', 'delivered')) AS sent,
               count(*) FILTER (WHERE m.direction = 'sent' AND (m.status = 'fallback' OR m.fallback_sms_dispatched)) AS fallback,
               count(*) FILTER (WHERE m.direction = 'sent' AND m.status = 'failed') AS failed,
               count(*) FILTER (WHERE m.direction = 'received') AS replied,
               bool_or(m.direction = 'received' AND m.is_positive IS TRUE) AS positive
             FROM messages m WHERE ${conditions.join(' AND ')} GROUP BY m.lead_id) c`,
  );
  const [counts] = await database.transaction(async (tx) => {
    await tx.query(MAKE_ROOM, []);
    return tx.query<MessageCounts>(count, values);
  });
  return counts ?? NONE;
}

const NONE: MessageCounts = {
  reached: 0,
  sent: 0,
  fallback: 0,
  failed: 0,
  replied: 0,
  uniqueReplied: 0,
  positiveReplied: 0,
};
