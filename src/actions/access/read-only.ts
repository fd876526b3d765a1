import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import type { Caller } from './authenticate.ts';

/** Every write of a workspace whose payment is past due is refused (D36). Answers what is known of the workspace. */
export async function refuseReadOnly(
  deps: Deps,
  { workspaceId }: Pick<Caller, 'workspaceId'>,
): Promise<WorkspaceSnapshot> {
  return mayWrite(await deps.snapshots.read(workspaceId));
}

export function mayWrite(snapshot: WorkspaceSnapshot | null): WorkspaceSnapshot {
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  if (snapshot.workspace.billingStatus === 'past_due') throw problem('READ_ONLY');
  return snapshot;
}
