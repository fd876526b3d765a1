/** Lists, made and kept by people (contract 2.5, D38). */
import type { List, ListAnswer, ListChanges, ListsAnswer } from '../contract/lists.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { toIso } from '../lib/clock.ts';
import {
  countByList,
  findList,
  insertList,
  type ListRow,
  lockList,
  readLists,
  deleteList as remove,
  updateList as store,
} from '../store/lists.ts';
import type { Caller } from './authenticate.ts';
import { refuseReadOnly } from './read-only.ts';

export async function listLists(deps: Deps, { workspaceId }: Caller): Promise<ListsAnswer> {
  const lists = await readLists(deps.database, workspaceId);
  const counts = await countByList(deps.database, workspaceId);
  return { lists: lists.map((list) => presentList(workspaceId, counted(list, counts))) };
}

export async function getList(deps: Deps, { workspaceId }: Caller, id: string): Promise<ListAnswer> {
  const list = await findList(deps.database, workspaceId, id);
  if (list === null) throw problem('LIST_NOT_FOUND');
  return { list: presentList(workspaceId, list) };
}

export async function createList(
  deps: Deps,
  caller: Caller,
  request: Required<ListChanges>,
): Promise<ListAnswer> {
  await refuseReadOnly(deps, caller);
  const id = deps.ids();
  await insertList(deps.database, caller.workspaceId, { id, ...request }, deps.clock.now());
  return getList(deps, caller, id);
}

export async function updateList(
  deps: Deps,
  caller: Caller,
  id: string,
  changes: ListChanges,
): Promise<ListAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    const list = await lockList(tx, workspaceId, id);
    if (list === null) throw problem('LIST_NOT_FOUND');
    if (list.special !== null) throw problem('LIST_IS_SPECIAL');
    const { name, description } = { ...list, ...changes };
    await store(tx, workspaceId, { id, name, description }, deps.clock.now());
  });
  return getList(deps, caller, id);
}

/** Only an empty one. Whoever puts leads into it at this moment is waited for, or finds it gone. */
export async function deleteList(deps: Deps, caller: Caller, id: string): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    const list = await lockList(tx, workspaceId, id);
    if (list === null) throw problem('LIST_NOT_FOUND');
    if (list.special !== null) throw problem('LIST_IS_SPECIAL');
    if (!(await remove(tx, workspaceId, id))) throw problem('LIST_NOT_EMPTY');
  });
  return { success: true };
}

export function counted(list: Omit<ListRow, 'leadCount'>, counts: ReadonlyMap<string, number>): ListRow {
  return { ...list, leadCount: counts.get(list.id) ?? 0 };
}

export function presentList(workspaceId: string, { id, createdAt, updatedAt, ...rest }: ListRow): List {
  return { _id: id, workspaceId, ...rest, createdAt: toIso(createdAt), updatedAt: toIso(updatedAt) };
}
