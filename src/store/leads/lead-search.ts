/** Leads by what is known of them. Every filter has its index (docs/leads.md). */
import type { AvailabilityStatus } from '../../domain/words.ts';
import { type Sql, statement } from '../database.ts';
import { LEAD_JSON, type LeadRow, readLeads } from './leads.ts';

export interface LeadFilters {
  /** Part of names, addresses or company. */
  search: string | null;
  listId: string | null;
  tag: string | null;
  /** null: either. */
  optedOut: boolean | null;
  /** `unknown`: never checked. */
  availability: AvailabilityStatus | 'unknown' | null;
}

/** The very expression of the index leads_search. */
const SEARCHED = `(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '') || E'\\n' || coalesce(l.email, '') || E'\\n'
  || coalesce(l.phone, '') || E'\\n' || coalesce(l.company_name, ''))`;

/** Of leads as `l`; the parameter holds a pattern. */
export const matchesSearch = (parameter: string): string => `${SEARCHED} ILIKE ${parameter}`;

export interface Range {
  offset: number;
  limit: number;
}

const LIMIT_TIME = statement('limit_statement_time', `SELECT set_config('statement_timeout', $1, true)`);

/** Whatever follows in this transaction ends with PostgreSQL's 57014 when one statement takes longer. */
export async function limitTime(tx: Sql, timeoutMs: number): Promise<void> {
  await tx.query(LIMIT_TIME, [String(timeoutMs)]);
}

const BROWSE_ALL = statement(
  'browse_leads',
  'SELECT l.id FROM leads l WHERE l.workspace_id = $1 ORDER BY l.id DESC OFFSET $2 LIMIT $3',
);
// Bounds instead of equality: equal, the order of ids alone would do, and a planner that believes the list to be a large
// one reads all leads of the workspace for it.
const BROWSE_LIST = statement(
  'browse_list_leads',
  `SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.list_id >= $4 AND l.list_id <= $4
   ORDER BY l.list_id DESC, l.id DESC OFFSET $2 LIMIT $3`,
);

/** All, or those of one list; newest first. */
export async function browseLeads(
  tx: Sql,
  workspaceId: string,
  listId: string | null,
  { offset, limit }: Range,
): Promise<LeadRow[]> {
  const rows =
    listId === null
      ? await tx.query<{ id: string }>(BROWSE_ALL, [workspaceId, offset, limit])
      : await tx.query<{ id: string }>(BROWSE_LIST, [workspaceId, offset, limit, listId]);
  const ids = rows.map(({ id }) => id);
  return newestFirst(await readLeads(tx, workspaceId, ids));
}

/**
 * Newest first. All that match are found first, by the index, then put in order. Asked for the newest fifty right away, a planner that
 * believes in many matches reads leads from the newest on: for a rare name, a million of them.
 */
export async function searchLeads(
  tx: Sql,
  workspaceId: string,
  filters: LeadFilters,
  { offset, limit }: Range,
): Promise<{ leads: LeadRow[]; total: number }> {
  const values: unknown[] = [workspaceId, offset, limit];
  const { names, conditions } = conditionsOf(filters, values);
  const [found = { ids: [], total: 0 }] = await tx.query<{ ids: string[]; total: number }>(
    statement(
      `filter_leads_${names.join('_')}`,
      `WITH found AS MATERIALIZED (SELECT l.id FROM leads l WHERE ${['l.workspace_id = $1', ...conditions].join(' AND ')})
       SELECT ARRAY(SELECT f.id FROM found f ORDER BY f.id DESC OFFSET $2 LIMIT $3) AS ids,
         (SELECT count(*)::int FROM found) AS total`,
    ),
    values,
  );
  const leads = await readLeads(tx, workspaceId, found.ids);
  return { leads: newestFirst(leads), total: found.total };
}

/** What the filters ask of `l`, by name. Their values are put behind those that are there; each knows its parameter. */
function conditionsOf(
  { search, listId, tag, optedOut, availability }: LeadFilters,
  values: unknown[],
): { names: string[]; conditions: string[]; parameters: ReadonlyMap<string, string> } {
  const names: string[] = [];
  const conditions: string[] = [];
  const parameters = new Map<string, string>();
  const where = (name: string, condition: (parameter: string) => string, value: unknown) => {
    if (value === null) return;
    values.push(value);
    names.push(name);
    parameters.set(name, `$${values.length}`);
    conditions.push(condition(`$${values.length}`));
  };
  where('search', matchesSearch, search === null ? null : searchPattern(search));
  where('tag', (p) => `l.tags @> ${p}::text[]`, tag === null ? null : [tag]);
  where('list', (p) => `l.list_id = ${p}`, listId);
  where('availability', (p) => `${AVAILABILITY} = ${p}`, availability);
  if (optedOut !== null) {
    names.push(optedOut ? 'out' : 'in');
    conditions.push(`l.opted_out_at IS ${optedOut ? 'NOT NULL' : 'NULL'}`);
  }
  return { names, conditions, parameters };
}

/** The very expression of the index leads_availability. */
const AVAILABILITY = `coalesce(l.availability_status, 'unknown')`;
/** Behind every id. */
const LAST = '~';
const LOOKED_AT = 5_000;

/**
 * The next that match, newest first, without counting them. What many match is found among the newest of those that one
 * ordered index has together; where so few of these match that the page is not full, all that match are found by their own
 * index: of a million leads, what is too rare for the first are at most ten thousand.
 */
export async function seekLeads(
  tx: Sql,
  workspaceId: string,
  filters: LeadFilters,
  after: string | null,
  limit: number,
): Promise<LeadRow[]> {
  const values: unknown[] = [workspaceId, after ?? LAST, limit];
  const { names, conditions, parameters } = conditionsOf(filters, values);
  const name = names.join('_');
  const where = ['true', ...conditions].join(' AND ');
  const { ordered, order, covers } = orderedBy(filters, parameters);
  const near = statement(
    `seek_near_leads_${name}`,
    `SELECT l.id FROM (${ordered} LIMIT ${LOOKED_AT}) l WHERE l.workspace_id = $1 AND ${where} ORDER BY ${order} LIMIT $3`,
  );
  const far = statement(
    `seek_far_leads_${name}`,
    `WITH found AS MATERIALIZED (SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND ${where})
     SELECT f.id FROM found f WHERE f.id < $2 ORDER BY f.id DESC LIMIT $3`,
  );
  let found = await tx.query<{ id: string }>(near, values);
  if (found.length < limit && conditions.length > covers) found = await tx.query<{ id: string }>(far, values);
  const ids = found.map(({ id }) => id);
  return newestFirst(await readLeads(tx, workspaceId, ids));
}

/**
 * The narrowest set that an index has in the order of ids, and how many of the filters it answers. Compared as rows: equality
 * of the first column would not bind the planner to the index.
 */
function orderedBy(
  { listId, availability, optedOut }: LeadFilters,
  parameters: ReadonlyMap<string, string>,
): { ordered: string; order: string; covers: number } {
  const all = (condition: string, covers: number) => ({
    ordered: `SELECT l.* FROM leads l WHERE l.workspace_id = $1 AND ${condition} l.id < $2 ORDER BY l.id DESC`,
    order: 'l.id DESC',
    covers,
  });
  const group = (column: string, name: string) => {
    const value = parameters.get(name);
    const bounds = `(${column}, l.id) < (${value}, $2) AND ${column} >= ${value}`;
    return {
      ordered: `SELECT l.*, ${column} AS of FROM leads l WHERE l.workspace_id = $1 AND ${bounds} ORDER BY ${column} DESC, l.id DESC`,
      order: 'l.of DESC, l.id DESC',
      covers: 1,
    };
  };
  if (listId !== null) return group('l.list_id', 'list');
  if (optedOut === true) return all('l.opted_out_at IS NOT NULL AND', 1);
  if (availability !== null) return group(AVAILABILITY, 'availability');
  return all('', 0);
}

function newestFirst(leads: readonly LeadRow[]): LeadRow[] {
  return leads.toSorted((a, b) => (a.id > b.id ? -1 : 1));
}

const PHONE_LIKE = /^\+?[\d\s.()-]{4,}$/;

/** A number is found however it is written: stored are digits alone. */
export function searchPattern(search: string): string {
  const text = PHONE_LIKE.test(search) ? search.replace(/[\s.()-]+/g, '') : search;
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

const SORT_IN_PENDING = statement(
  'sort_in_pending_leads',
  `SELECT gin_clean_pending_list('leads_search'::regclass) AS pages`,
);

/** New leads stand in a list that every search reads through, until this puts them into the index proper. */
export async function sortInNewLeads(sql: Sql): Promise<void> {
  await sql.query(SORT_IN_PENDING, []);
}

const NEXT_LEADS = statement(
  'next_leads',
  `SELECT ${LEAD_JSON} AS lead FROM leads l WHERE l.workspace_id = $1 AND l.id > $2
     AND ($4::text IS NULL OR l.tags @> ARRAY[$4::text]) ORDER BY l.id LIMIT $3`,
);
const NEXT_LIST_LEADS = statement(
  'next_list_leads',
  `SELECT ${LEAD_JSON} AS lead FROM leads l WHERE l.workspace_id = $1 AND l.list_id >= $5 AND l.list_id <= $5 AND l.id > $2
     AND ($4::text IS NULL OR l.tags @> ARRAY[$4::text]) ORDER BY l.list_id, l.id LIMIT $3`,
);

/** The next leads after `after`, oldest first. */
export async function nextLeads(
  sql: Sql,
  workspaceId: string,
  { listId, tag }: Pick<LeadFilters, 'listId' | 'tag'>,
  after: string,
  limit: number,
): Promise<LeadRow[]> {
  const asked = [workspaceId, after, limit, tag];
  const rows =
    listId === null
      ? await sql.query<{ lead: LeadRow }>(NEXT_LEADS, asked)
      : await sql.query<{ lead: LeadRow }>(NEXT_LIST_LEADS, [...asked, listId]);
  return rows.map(({ lead }) => lead);
}

const TAGGED_LOOKED_AT = 100_000;
const COUNT_TAGS = statement(
  'count_tags',
  `WITH tagged AS MATERIALIZED (
     SELECT l.tags FROM leads l WHERE l.workspace_id = $1 AND l.tags <> '{}' ORDER BY l.id DESC LIMIT ${TAGGED_LOOKED_AT})
   SELECT t.tag, count(*)::int AS "leadCount", (SELECT count(*) = ${TAGGED_LOOKED_AT} FROM tagged) AS "isPartial"
   FROM tagged, LATERAL unnest(tagged.tags) AS t(tag) GROUP BY t.tag ORDER BY count(*) DESC, t.tag LIMIT $2`,
);

export interface TagCount {
  tag: string;
  leadCount: number;
  /** Only the newest hundred thousand leads that have any were looked at. */
  isPartial: boolean;
}

/** The tags that most leads have. */
export function countTags(sql: Sql, workspaceId: string, limit: number): Promise<TagCount[]> {
  return sql.query(COUNT_TAGS, [workspaceId, limit]);
}
