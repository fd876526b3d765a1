/** Lists, made and kept by people (contract 2.5, D38). */
import type { List, ListAnswer, ListChanges, ListsAnswer } from '../../contract/leads/lists.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso } from '../../lib/clock.ts';
import { findCampaignOnList } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import {
  findList,
  insertList,
  type ListRow,
  lockList,
  readCountedLists,
  deleteList as remove,
  updateList as store,
} from '../../store/leads/lists.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';

export async function listLists(deps: Deps, { workspaceId }: Caller): Promise<ListsAnswer> {
  const lists = await readCountedLists(deps.database, workspaceId);
  return { lists: lists.map((list) => presentList(workspaceId, list)) };
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
  await deps.database.transaction(async (tx) => {
    await insertList(tx, caller.workspaceId, { id, ...request }, deps.clock.now());
    await tell(deps, tx, caller, id, 'created', null, request);
  });
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
    await tell(deps, tx, caller, id, 'updated', list, { name, description });
  });
  return getList(deps, caller, id);
}

/** Only an empty one that no campaign works on. Whoever puts leads into it at this moment is waited for, or finds it gone. */
export async function deleteList(deps: Deps, caller: Caller, id: string): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    const list = await lockList(tx, workspaceId, id);
    if (list === null) throw problem('LIST_NOT_FOUND');
    if (list.special !== null) throw problem('LIST_IS_SPECIAL');
    const campaignId = await findCampaignOnList(tx, workspaceId, id);
    if (campaignId !== null) throw problem('LIST_IN_USE', { reason: campaignId });
    if (!(await remove(tx, workspaceId, id))) throw problem('LIST_NOT_EMPTY');
    await tell(deps, tx, caller, id, 'deleted', list, null);
  });
  return { success: true };
}

function tell(
  deps: Deps,
  tx: Sql,
  caller: Caller,
  entityId: string,
  action: string,
  before: Required<ListChanges> | null,
  after: Required<ListChanges> | null,
): Promise<void> {
  const shown = (list: Required<ListChanges> | null) =>
    list && { name: list.name, description: list.description };
  const states = { before: shown(before), after: shown(after) };
  return audit(deps, tx, caller, { entity: 'list', entityId, action, ...states });
}

export function presentList(workspaceId: string, { id, createdAt, updatedAt, ...rest }: ListRow): List {
  return { _id: id, workspaceId, ...rest, createdAt: toIso(createdAt), updatedAt: toIso(updatedAt) };
}
