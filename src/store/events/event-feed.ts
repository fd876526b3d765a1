/**
 * The feed: a workspace's events in an order that never changes behind a reader. Ids sort by when an event happened, but commits
 * come in any order; so whoever reads places what has become visible since, behind everything that was placed before, under
 * the lock of the feed. An event whose commit came late is placed late, and no reader has passed it.
 */
import { type Sql, statement } from '../database.ts';
import { EVENT_COLUMNS, type EventRow } from './events.ts';

const LOCK_FEED = statement(
  'lock_event_feed',
  `INSERT INTO event_feeds AS f (workspace_id, last) VALUES ($1, 0)
   ON CONFLICT (workspace_id) DO UPDATE SET last = f.last RETURNING f.last`,
);
const PLACE_EVENTS = statement(
  'place_events',
  `WITH next AS MATERIALIZED (
     SELECT n.id, row_number() OVER (ORDER BY n.id) AS place FROM (
       SELECT u.id FROM events u WHERE u.workspace_id = $1 AND u.sequence = 0 ORDER BY u.id LIMIT $3) n
   ), placed AS (
     UPDATE events e SET sequence = $2 + next.place FROM next WHERE e.workspace_id = $1 AND e.id = next.id RETURNING e.id
   )
   UPDATE event_feeds SET last = $2 + (SELECT count(*) FROM placed) WHERE workspace_id = $1 RETURNING last`,
);

/** In a transaction of its own. Answers how many were placed: less than `limit` when no more were to be seen. */
export async function placeEvents(tx: Sql, workspaceId: string, limit: number): Promise<number> {
  const [feed] = await tx.query<{ last: number }>(LOCK_FEED, [workspaceId]);
  const before = feed?.last ?? 0;
  const [placed] = await tx.query<{ last: number }>(PLACE_EVENTS, [workspaceId, before, limit]);
  return (placed?.last ?? before) - before;
}

const FIND_PLACE = statement(
  'find_event_place',
  'SELECT sequence FROM events WHERE workspace_id = $1 AND id = $2',
);

/** 0: not placed yet. null: there is no such event, or it is none for customers. */
export async function findPlace(sql: Sql, workspaceId: string, eventId: string): Promise<number | null> {
  const [row] = await sql.query<{ sequence: number | null }>(FIND_PLACE, [workspaceId, eventId]);
  return row?.sequence ?? null;
}

const READ_FEED = statement(
  'read_event_feed',
  `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.workspace_id = $1 AND e.sequence > $2 AND e.sequence > 0
   ORDER BY e.sequence LIMIT $3`,
);

/** Of all kinds: a reader that wants only some passes the others too. */
export function readFeed(sql: Sql, workspaceId: string, after: number, limit: number): Promise<EventRow[]> {
  return sql.query(READ_FEED, [workspaceId, after, limit]);
}
