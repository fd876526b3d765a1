/**
 * The list of messages by filters: the one statement that depends on what is asked. What an index serves is found by it;
 * everything else is looked for in a walk of bounded length, so that no page takes long in a workspace of a million. An
 * index for each filter would make every intake dearer: measured, a tenth for each.
 */
import type { Direction, MessageStatus, MessageType } from '../../domain/words.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import { firstIdAt } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { MESSAGE_COLUMNS, type MessageRow, UNDER_WAY_SQL, WAITING_SQL } from './messages.ts';

export interface MessageFilters {
  status: readonly MessageStatus[] | null;
  lineId: string | null;
  leadId: string | null;
  campaignId: string | null;
  batchId: string | null;
  messageType: MessageType | null;
  direction: Direction | null;
  dateFrom: number | null;
  dateTo: number | null;
  /** Part of the text, the recipient's name or an address. */
  search: string | null;
}

export interface MessagePage {
  /** Newest first; none older than `end`. */
  rows: MessageRow[];
  /** Id of the last message that was looked at; null: there is nothing older. */
  end: string | null;
}

/** So many messages are looked at for one page. Reading text takes longest. */
const WALK = 10_000;
const SEARCH_WALK = 3_000;
/** Where no more than that are on the road, they are looked through instead. */
const FEW_OPEN = 2_000;
/** Of `messages_ended`. */
const ENDED = ['fallback', 'failed', 'cancelled'] as const;
const OPEN: readonly MessageStatus[] = ['pending', 'scheduled', 'queued', 'sending', 'unknown'];
/** A message and its id are made at almost the same moment, by one clock. */
const ID_SLACK_MS = 60 * 60_000;

/** Newest first, at most `limit`. `after`: id of the last message of the page before. */
export async function listMessages(
  sql: Sql,
  workspaceId: string,
  filters: MessageFilters,
  { limit, after }: { limit: number; after: string | null },
): Promise<MessagePage> {
  const open = await findFewOpen(sql, workspaceId, filters);
  const query = queryOf(workspaceId, filters, after, open);
  // One more than asked for tells whether anything follows.
  const rows = await query.rows(sql, limit + 1);
  if (rows.length > limit) return { rows: rows.slice(0, limit), end: rows[limit - 1]?.id ?? null };
  return { rows, end: open === null ? await query.end(sql) : null };
}

const FIND_OPEN = statement(
  'find_open_messages',
  `(SELECT id FROM messages WHERE workspace_id = $1 AND status IN ${WAITING_SQL} LIMIT ${FEW_OPEN + 1})
   UNION ALL
   (SELECT id FROM messages WHERE workspace_id = $1 AND status IN ${UNDER_WAY_SQL} LIMIT ${FEW_OPEN + 1})`,
);

/** All that waits or is being sent, where only that is asked for and is not much. */
async function findFewOpen(
  sql: Sql,
  workspaceId: string,
  { status, ...filters }: MessageFilters,
): Promise<string[] | null> {
  if (status === null || !status.every((each) => OPEN.includes(each)) || hasOwnIndex(filters)) return null;
  const open = await sql.query<{ id: string }>(FIND_OPEN, [workspaceId]);
  return open.length > FEW_OPEN ? null : open.map(({ id }) => id);
}

function hasOwnIndex({ leadId, campaignId, batchId }: Omit<MessageFilters, 'status'>): boolean {
  return leadId !== null || campaignId !== null || batchId !== null;
}

/** What is walked, by an index, and which of it is wanted. Each combination of filters is a statement of its own. */
function queryOf(workspaceId: string, filters: MessageFilters, after: string | null, open: string[] | null) {
  // Those of the walk first.
  const values: unknown[] = [workspaceId];
  const names: string[] = [];
  const conditions = ['m.workspace_id = $1'];
  const wishes: string[] = [];
  const add = (to: string[]) => (name: string, condition: (parameter: string) => string, value: unknown) => {
    if (value === null) return;
    values.push(value);
    names.push(name);
    to.push(condition(`$${values.length}`));
  };
  const { status, dateFrom, dateTo, search } = filters;
  const length = search === null ? WALK : SEARCH_WALK;

  const walk = add(conditions);
  walk('open', (p) => `m.id = ANY(${p})`, open);
  walk('lead', (p) => `m.lead_id = ${p}`, filters.leadId);
  walk('campaign', (p) => `m.campaign_id = ${p}`, filters.campaignId);
  walk('batch', (p) => `m.batch_id = ${p}`, filters.batchId);
  const ended = endedStatus(filters);
  if (ended !== null) {
    // As a literal: of a parameter the planner can't know that the index holds it.
    conditions.push(`m.status = '${ended}'`);
    names.push(`${ENDED.indexOf(ended)}.`);
  }
  walk('after', (p) => `m.id < ${p}`, after);
  walk('begin', (p) => `m.id >= ${p}`, dateFrom === null ? null : firstIdAt(dateFrom - ID_SLACK_MS));
  walk('until', (p) => `m.id < ${p}`, dateTo === null ? null : firstIdAt(dateTo + ID_SLACK_MS));
  const walked = { values: [...values], names: [...names] };

  const wish = add(wishes);
  wish('status', (p) => `m.status = ANY(${p})`, ended === null ? status : null);
  wish('line', (p) => `m.line_id = ${p}`, filters.lineId);
  wish('type', (p) => `m.message_type = ${p}`, filters.messageType);
  wish('direction', (p) => `m.direction = ${p}`, filters.direction);
  wish('from', (p) => `m.created_at >= ${p}`, toIsoOrNull(dateFrom));
  wish('to', (p) => `m.created_at <= ${p}`, toIsoOrNull(dateTo));
  wish(
    'search',
    (p) =>
      `(m.message ILIKE ${p} OR m.recipient_name ILIKE ${p} OR m.recipient_phone ILIKE ${p} OR m.recipient_email ILIKE ${p})`,
    search === null ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`,
  );

  return {
    rows: (sql: Sql, limit: number): Promise<MessageRow[]> =>
      sql.query<MessageRow>(
        statement(
          `list_messages_${abbreviated(names)}`,
          `SELECT ${MESSAGE_COLUMNS} FROM (
             SELECT * FROM messages m WHERE ${conditions.join(' AND ')} ORDER BY m.id DESC LIMIT ${length}) m
           WHERE ${['true', ...wishes].join(' AND ')} ORDER BY m.id DESC LIMIT $${values.length + 1}`,
        ),
        [...values, limit],
      ),
    /** Where the walk ended; null when it came to the end of all. */
    async end(sql: Sql): Promise<string | null> {
      const [last] = await sql.query<{ id: string }>(
        statement(
          `list_messages_end_${length}_${abbreviated(walked.names)}`,
          `SELECT m.id FROM messages m WHERE ${conditions.join(' AND ')}
           ORDER BY m.id DESC OFFSET ${length - 1} LIMIT 1`,
        ),
        walked.values,
      );
      return last?.id ?? null;
    },
  };
}

/** The one status that is asked for, where its index is the best way to what is. */
function endedStatus({ status, ...filters }: MessageFilters): (typeof ENDED)[number] | null {
  if (status?.length !== 1 || hasOwnIndex(filters)) return null;
  return ENDED.find((each) => each === status[0]) ?? null;
}

/** PostgreSQL tells names apart by their first 63 characters: two of each filter's do. */
function abbreviated(names: readonly string[]): string {
  return names.map((name) => name.slice(0, 2)).join('_');
}
