/** Threads, those last written in first, and which of them hold something that nobody has read. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { matchesSearch, searchPattern } from '../leads/lead-search.ts';
import { MESSAGE_COLUMNS, type MessageRow } from '../messages/messages.ts';
import { STANDS_AT } from './conversations.ts';

/** What people see as written: neither what waits nor what was taken back. */
const WRITTEN = `('sending', 'unknown', 'sent', 'delivered', 'fallback', 'failed')`;

/** The very condition of the index touches_unread. */
export const unread = (t: string) =>
  `${t}.last_reply_at IS NOT NULL AND (${t}.read_at IS NULL OR ${t}.read_at < ${t}.last_reply_at)`;

export interface InboxFilters {
  unread: boolean;
  lineId: string | null;
  /** Part of a name, of an address, or of what the contact wrote. */
  search: string | null;
  before: Place | null;
  limit: number;
}

/** Where a thread stands in the list. */
export interface Place {
  lastAt: number;
  leadId: string;
}

/** `message`: its latest; null when nothing of it is left to show. */
export interface InboxRow extends Place {
  message: MessageRow | null;
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  email: string | null;
  optedOutAt: number | null;
  lastReplyAt: number | null;
  messageCount: number;
  unreadCount: number;
}

/** Before every place. */
const START: Place = { lastAt: Date.UTC(9999, 0), leadId: '' };

/**
 * Each line's latest are read by an index and merged, so that a page costs the same however many threads there are. A search
 * finds its leads first. Nothing is read of a thread that is not on the page.
 */
export async function listInbox(
  sql: Sql,
  workspaceId: string,
  { unread: isUnread, lineId, search, before, limit }: InboxFilters,
): Promise<InboxRow[]> {
  const { lastAt, leadId } = before ?? START;
  const values: unknown[] = [workspaceId, toIso(lastAt), leadId, limit];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const wanted = (t: string) => (isUnread ? ` AND ${unread(t)}` : '');
  const after = `(t.last_at, t.lead_id) < ($2::timestamptz, $3)${wanted('t')}`;
  const ofLine = lineId === null ? '' : ` AND t.line_id = ${parameter(lineId)}`;
  // Of a contact that several lines talk to, the latest stands for the thread; of those of one line there is only one.
  const isLatest =
    lineId !== null
      ? ''
      : ` AND NOT EXISTS (SELECT 1 FROM touches n WHERE n.workspace_id = $1 AND n.lead_id = t.lead_id
           AND (n.last_at, n.line_id) > (t.last_at, t.line_id)${wanted('n')})`;
  // Whatever takes a line's places on the first page stands on that page itself, by another line. On a later one it may have
  // stood on a page before, and must be sorted out before each line's are counted.
  const early = before === null ? '' : isLatest;
  const inOrder = 'ORDER BY t.last_at DESC, t.lead_id DESC';
  const heads =
    search === null
      ? `SELECT t.* FROM (SELECT t.* FROM lines l CROSS JOIN LATERAL (SELECT t.lead_id, t.line_id, t.last_at FROM touches t
             WHERE t.workspace_id = $1 AND t.line_id = l.id AND ${after}${early} ${inOrder} LIMIT $4) t
           WHERE l.workspace_id = $1${ofLine} ${inOrder}) t
         WHERE true${isLatest} ${inOrder} LIMIT $4`
      : `SELECT t.lead_id, t.line_id, t.last_at FROM (${found(parameter(searchPattern(search)), parameter(search.toLowerCase()))}) f
         JOIN touches t ON t.workspace_id = $1 AND t.lead_id = f.lead_id
         WHERE ${after}${ofLine}${isLatest} ${inOrder} LIMIT $4`;
  const name = [
    isUnread && 'un',
    lineId !== null && 'li',
    search !== null && 'se',
    before !== null && 'on',
  ].filter((each) => each !== false);
  const rows = await sql.query<MessageRow & Omit<InboxRow, 'message' | 'leadId'> & { threadOf: string }>(
    statement(
      `list_inbox_${name.join('_')}`,
      `WITH t AS MATERIALIZED (${heads})
       SELECT m.*, t.lead_id AS "threadOf", t.last_at AS "lastAt", l.first_name AS "firstName", l.last_name AS "lastName",
         l.phone, l.email, l.opted_out_at AS "optedOutAt",
         (SELECT max(r.last_reply_at) FROM touches r WHERE r.workspace_id = $1 AND r.lead_id = t.lead_id) AS "lastReplyAt",
         (SELECT count(*)::int FROM messages c
          WHERE c.workspace_id = $1 AND c.lead_id = t.lead_id AND c.status IN ${WRITTEN}) AS "messageCount",
         (${UNREAD_OF_THREAD}) AS "unreadCount"
       FROM t LEFT JOIN leads l ON l.workspace_id = $1 AND l.id = t.lead_id
       LEFT JOIN LATERAL (SELECT ${MESSAGE_COLUMNS} FROM messages m
         WHERE m.workspace_id = $1 AND m.lead_id = t.lead_id AND m.status IN ${WRITTEN}
         ORDER BY ${STANDS_AT('m')} DESC, m.id DESC LIMIT 1) m ON true
       ORDER BY t.last_at DESC, t.lead_id DESC`,
    ),
    values,
  );
  return rows.map(
    ({
      threadOf,
      lastAt: at,
      firstName,
      lastName,
      phone,
      email,
      optedOutAt,
      lastReplyAt,
      messageCount,
      unreadCount,
      ...message
    }) => ({
      leadId: threadOf,
      lastAt: at,
      firstName,
      lastName,
      phone,
      email,
      optedOutAt,
      lastReplyAt,
      messageCount,
      unreadCount,
      message: message.id === null ? null : message,
    }),
  );
}

/** Leads by name or address, by an address of theirs that is not the first, or by what they wrote. */
function found(pattern: string, address: string): string {
  return `SELECT l.id AS lead_id FROM leads l WHERE l.workspace_id = $1 AND ${matchesSearch(pattern)}
    UNION SELECT a.lead_id FROM lead_addresses a WHERE a.workspace_id = $1 AND a.address = ${address}
    UNION SELECT m.lead_id FROM messages m WHERE m.workspace_id = $1 AND m.direction = 'received' AND m.message ILIKE ${pattern}`;
}

const UNREAD_OF_THREAD = `SELECT count(*)::int FROM touches u
  JOIN messages c ON c.workspace_id = $1 AND c.lead_id = u.lead_id AND c.line_id = u.line_id AND c.direction = 'received'
    AND (u.read_at IS NULL OR c.created_at > u.read_at)
  WHERE u.workspace_id = $1 AND u.lead_id = t.lead_id AND ${unread('u')}`;

const COUNT_UNREAD = statement(
  'count_unread_threads',
  `SELECT count(DISTINCT o.lead_id)::int AS total
   FROM (SELECT t.lead_id FROM touches t WHERE t.workspace_id = $1 AND ${unread('t')} LIMIT $2) o`,
);

/** Threads with something unread, counted no further than `upTo`. */
export async function countUnread(sql: Sql, workspaceId: string, upTo: number): Promise<number> {
  const [row] = await sql.query<{ total: number }>(COUNT_UNREAD, [workspaceId, upTo]);
  return row?.total ?? 0;
}

const COUNT_UNREAD_OF = statement(
  'count_unread_of_thread',
  `SELECT (${UNREAD_OF_THREAD}) AS count, (SELECT max(r.read_at) FROM touches r WHERE r.workspace_id = $1 AND r.lead_id = $2) AS "readAt"
   FROM (SELECT $2::text AS lead_id) t`,
);

export async function readMarks(
  sql: Sql,
  workspaceId: string,
  leadId: string,
): Promise<{ count: number; readAt: number | null }> {
  const [row] = await sql.query<{ count: number; readAt: number | null }>(COUNT_UNREAD_OF, [
    workspaceId,
    leadId,
  ]);
  return row ?? { count: 0, readAt: null };
}

const MARK_READ = statement(
  'mark_read',
  `UPDATE touches t SET read_at = greatest(t.read_at, $3)
   WHERE t.workspace_id = $1 AND t.lead_id = $2 AND t.last_reply_at IS NOT NULL AND (t.read_at IS NULL OR t.read_at < $3)`,
);

/** What came in until then is read, on every line. */
export async function markRead(sql: Sql, workspaceId: string, leadId: string, until: number): Promise<void> {
  await sql.query(MARK_READ, [workspaceId, leadId, toIso(until)]);
}

const MARK_UNREAD = statement(
  'mark_unread',
  `UPDATE touches t SET read_at = least(t.read_at, t.last_reply_at - interval '1 millisecond')
   WHERE t.workspace_id = $1 AND t.lead_id = $2 AND t.read_at IS NOT NULL AND t.line_id = (SELECT o.line_id FROM touches o
     WHERE o.workspace_id = $1 AND o.lead_id = $2 AND o.last_reply_at IS NOT NULL ORDER BY o.last_reply_at DESC LIMIT 1)`,
);

/** The latest that came in is unread again; nothing, where nothing came in. */
export async function markUnread(sql: Sql, workspaceId: string, leadId: string): Promise<void> {
  await sql.query(MARK_UNREAD, [workspaceId, leadId]);
}
