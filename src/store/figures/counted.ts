/** What the figures count, in the words of SQL: the same for a day that is folded and for what is counted on the spot. */
import { statement } from '../database.ts';

/** Of messages aliased `m`; word for word the predicate of the index messages_counted. */
export const COUNTED = `m.status IN ('sent', 'delivered', 'fallback', 'failed')`;

/** A reply has no user of its own: it counts for the user of what its contact had been sent last when it came. */
export const USER = 'coalesce(m.created_by_user_id, m.answers_user_id)';

/** Of the messages of one contact. */
export const FIGURES = `count(*) FILTER (WHERE m.direction = 'sent' AND m.status IN ('sent', 'delivered')) AS sent,
  count(*) FILTER (WHERE m.direction = 'sent' AND (m.status = 'fallback' OR m.fallback_sms_dispatched)) AS fallback,
  count(*) FILTER (WHERE m.direction = 'sent' AND m.status = 'failed') AS failed,
  count(*) FILTER (WHERE m.direction = 'received') AS replied,
  bool_or(m.direction = 'received' AND m.is_positive IS TRUE) AS positive`;

/** The number of the contact. A sub-select, so that it is looked up for each: never all that the workspace has are read. */
export const LEAD_NUMBER =
  '(SELECT k.n FROM counted_leads k WHERE k.workspace_id = $1 AND k.lead_id = m.lead_id)';

/** Between two statements a message may change, or a day be folded: it must not be counted twice, or not at all. */
export const ONE_INSTANT = statement(
  'count_as_of_one_instant',
  'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
);

/** Contacts are kept apart in memory: a quarter of a million did not fit the usual 4 MB, and took half as long again. */
export const MAKE_ROOM = statement('make_room_to_count', `SET LOCAL work_mem = '32MB'`);
