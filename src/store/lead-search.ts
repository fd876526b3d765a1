/** Leads by what is known of them. Every filter has its index (docs/leads.md). */
import { type Sql, statement } from './database.ts';
import { LEAD_JSON, type LeadRow, readLeads } from './leads.ts';

export interface LeadFilters {
  /** Part of names, addresses or company. */
  search: string | null;
  listId: string | null;
  tag: string | null;
}

/** The very expression of the index leads_search. */
const SEARCHED = `(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '') || E'\\n' || coalesce(l.email, '') || E'\\n'
  || coalesce(l.phone, '') || E'\\n' || coalesce(l.company_name, ''))`;

const LIMIT_TIME = statement('limit_statement_time', `SELECT set_config('statement_timeout', $1, true)`);

/** Newest first. Ends with PostgreSQL's 57014 after `timeoutMs`. */
export async function searchLeads(
  tx: Sql,
  workspaceId: string,
  filters: LeadFilters,
  { offset, limit, timeoutMs }: { offset: number; limit: number; timeoutMs: number },
): Promise<{ leads: LeadRow[]; total: number }> {
  await tx.query(LIMIT_TIME, [String(timeoutMs)]);
  const found =
    filters.search === null && filters.tag === null
      ? await browse(tx, workspaceId, filters.listId, { offset, limit })
      : await filter(tx, workspaceId, filters, { offset, limit });
  const leads = await readLeads(tx, workspaceId, found.ids);
  return { leads: leads.toSorted((a, b) => (a.id > b.id ? -1 : 1)), total: found.total };
}

interface Found {
  ids: string[];
  total: number;
}

const BROWSE_ALL = statement(
  'browse_leads',
  `SELECT ARRAY(SELECT l.id FROM leads l WHERE l.workspace_id = $1 ORDER BY l.id DESC OFFSET $2 LIMIT $3) AS ids,
     (SELECT count(*)::int FROM leads l WHERE l.workspace_id = $1) AS total`,
);
// Bounds instead of equality: equal, the order of ids alone would do, and a planner that believes the list to be a large
// one reads all leads of the workspace for it.
const BROWSE_LIST = statement(
  'browse_list_leads',
  `SELECT ARRAY(SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.list_id >= $4 AND l.list_id <= $4
       ORDER BY l.list_id DESC, l.id DESC OFFSET $2 LIMIT $3) AS ids,
     (SELECT count(*)::int FROM leads l WHERE l.workspace_id = $1 AND l.list_id = $4) AS total`,
);

async function browse(
  tx: Sql,
  workspaceId: string,
  listId: string | null,
  { offset, limit }: { offset: number; limit: number },
): Promise<Found> {
  const [found] =
    listId === null
      ? await tx.query<Found>(BROWSE_ALL, [workspaceId, offset, limit])
      : await tx.query<Found>(BROWSE_LIST, [workspaceId, offset, limit, listId]);
  return found ?? { ids: [], total: 0 };
}

/**
 * All that match are found first, by the index, then put in order. Asked for the newest fifty right away, a planner that
 * believes in many matches reads leads from the newest on: for a rare name, a million of them.
 */
async function filter(
  tx: Sql,
  workspaceId: string,
  { search, listId, tag }: LeadFilters,
  { offset, limit }: { offset: number; limit: number },
): Promise<Found> {
  const values: unknown[] = [workspaceId, offset, limit];
  const conditions = ['l.workspace_id = $1'];
  const names: string[] = [];
  const where = (name: string, condition: (parameter: string) => string, value: unknown) => {
    if (value === null) return;
    values.push(value);
    names.push(name);
    conditions.push(condition(`$${values.length}`));
  };
  where('search', (p) => `${SEARCHED} ILIKE ${p}`, search === null ? null : pattern(search));
  where('tag', (p) => `l.tags @> ${p}::text[]`, tag === null ? null : [tag]);
  where('list', (p) => `l.list_id = ${p}`, listId);
  const [found] = await tx.query<Found>(
    statement(
      `filter_leads_${names.join('_')}`,
      `WITH found AS MATERIALIZED (SELECT l.id FROM leads l WHERE ${conditions.join(' AND ')})
       SELECT ARRAY(SELECT f.id FROM found f ORDER BY f.id DESC OFFSET $2 LIMIT $3) AS ids,
         (SELECT count(*)::int FROM found) AS total`,
    ),
    values,
  );
  return found ?? { ids: [], total: 0 };
}

const PHONE_LIKE = /^\+?[\d\s.()-]{4,}$/;

/** A number is found however it is written: stored are digits alone. */
function pattern(search: string): string {
  const text = PHONE_LIKE.test(search) ? search.replace(/[\s.()-]+/g, '') : search;
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
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
