/** Lists of leads. How many leads a list has: lead-counts.ts. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { countByList, forgetLeadCounts } from './lead-counts.ts';

export interface ListRow {
  id: string;
  name: string;
  description: string;
  /** `quick_sends`, `inbound`; null: made by people. */
  special: string | null;
  leadCount: number;
  createdAt: number;
  updatedAt: number;
}

const COLUMNS = `i.id, i.name, i.description, i.special, i.created_at AS "createdAt", i.updated_at AS "updatedAt"`;

const READ_LISTS = statement(
  'read_lists',
  `SELECT ${COLUMNS} FROM lists i WHERE i.workspace_id = $1 ORDER BY i.id`,
);

/** Oldest first. */
export function readLists(sql: Sql, workspaceId: string): Promise<Omit<ListRow, 'leadCount'>[]> {
  return sql.query(READ_LISTS, [workspaceId]);
}

export async function readCountedLists(sql: Sql, workspaceId: string): Promise<ListRow[]> {
  const lists = await readLists(sql, workspaceId);
  const ids = lists.map(({ id }) => id);
  const counts = await countByList(sql, workspaceId, ids);
  return lists.map((list) => ({ ...list, leadCount: counts.get(list.id) ?? 0 }));
}

const FIND_LIST = statement(
  'find_list',
  `SELECT ${COLUMNS} FROM lists i WHERE i.workspace_id = $1 AND i.id = $2`,
);

export async function findList(sql: Sql, workspaceId: string, id: string): Promise<ListRow | null> {
  const [list] = await sql.query<Omit<ListRow, 'leadCount'>>(FIND_LIST, [workspaceId, id]);
  if (list === undefined) return null;
  const counts = await countByList(sql, workspaceId, [id]);
  return { ...list, leadCount: counts.get(id) ?? 0 };
}

const HOLD_LIST = statement(
  'hold_list',
  'SELECT id FROM lists WHERE workspace_id = $1 AND id = $2 FOR KEY SHARE',
);

/** It can't be deleted until the commit; whoever else puts leads into it is not kept waiting. False: there is none. */
export async function holdList(tx: Sql, workspaceId: string, id: string): Promise<boolean> {
  return (await tx.query(HOLD_LIST, [workspaceId, id])).length > 0;
}

const LOCK_LIST = statement(
  'lock_list',
  'SELECT name, description, special FROM lists WHERE workspace_id = $1 AND id = $2 FOR UPDATE',
);

/** Waits for all who hold it. */
export async function lockList(
  tx: Sql,
  workspaceId: string,
  id: string,
): Promise<Pick<ListRow, 'name' | 'description' | 'special'> | null> {
  const rows = await tx.query<Pick<ListRow, 'name' | 'description' | 'special'>>(LOCK_LIST, [
    workspaceId,
    id,
  ]);
  return rows[0] ?? null;
}

const INSERT_LIST = statement(
  'insert_list',
  'INSERT INTO lists (workspace_id, id, name, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)',
);

export async function insertList(
  tx: Sql,
  workspaceId: string,
  list: Pick<ListRow, 'id' | 'name' | 'description'>,
  now: number,
): Promise<void> {
  await tx.query(INSERT_LIST, [workspaceId, list.id, list.name, list.description, toIso(now)]);
}

const UPDATE_LIST = statement(
  'update_list',
  'UPDATE lists SET name = $3, description = $4, updated_at = $5 WHERE workspace_id = $1 AND id = $2',
);

export async function updateList(
  tx: Sql,
  workspaceId: string,
  list: Pick<ListRow, 'id' | 'name' | 'description'>,
  now: number,
): Promise<void> {
  await tx.query(UPDATE_LIST, [workspaceId, list.id, list.name, list.description, toIso(now)]);
}

const HAS_LEADS = statement(
  'list_has_leads',
  'SELECT 1 FROM leads WHERE workspace_id = $1 AND list_id = $2 LIMIT 1',
);
const DELETE_LIST = statement('delete_list', 'DELETE FROM lists WHERE workspace_id = $1 AND id = $2');

/** The caller holds its lock. False: it still has leads, and stays. */
export async function deleteList(tx: Sql, workspaceId: string, id: string): Promise<boolean> {
  if ((await tx.query(HAS_LEADS, [workspaceId, id])).length > 0) return false;
  await tx.query(DELETE_LIST, [workspaceId, id]);
  await forgetLeadCounts(tx, workspaceId, id);
  return true;
}
