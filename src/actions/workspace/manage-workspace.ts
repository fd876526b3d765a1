import { problem } from '../../contract/problems.ts';
import type { UpdateWorkspace, Workspace } from '../../contract/workspace/workspace.ts';
import type { Deps } from '../../deps.ts';
import { lockWorkspace, updateWorkspace as store } from '../../store/workspace/workspaces.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';

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
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    const before = await lockWorkspace(tx, workspaceId);
    if (before === null) throw problem('NO_ACTIVE_WORKSPACE');
    const after = { ...before, ...changes };
    await store(tx, workspaceId, after, deps.clock.now());
    await audit(deps, tx, caller, {
      entity: 'workspace',
      entityId: workspaceId,
      action: 'updated',
      before,
      after,
    });
  });
  deps.snapshots.forget(caller.workspaceId);
  return getWorkspace(deps, caller);
}
