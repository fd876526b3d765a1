import { problem } from '../contract/problems.ts';
import type { UpdateWorkspace, Workspace } from '../contract/workspace.ts';
import type { Deps } from '../deps.ts';
import { updateWorkspace as store } from '../store/workspaces.ts';
import type { Caller } from './authenticate.ts';
import { refuseReadOnly } from './read-only.ts';

export async function getWorkspace(deps: Deps, { workspaceId }: Caller): Promise<Workspace> {
  const snapshot = await deps.snapshots.reload(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  const { name, timezone, billingStatus, lineDownPolicy } = snapshot.workspace;
  return { workspaceId, name, timezone, billingStatus, lineDownPolicy };
}

export async function updateWorkspace(
  deps: Deps,
  caller: Caller,
  changes: UpdateWorkspace,
): Promise<Workspace> {
  const { workspace } = await refuseReadOnly(deps, caller);
  await store(deps.database, caller.workspaceId, { ...workspace, ...changes }, deps.clock.now());
  deps.snapshots.forget(caller.workspaceId);
  return getWorkspace(deps, caller);
}
