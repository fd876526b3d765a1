/** How the workspace wants to sound (contract 3.9): kept, and what it blocks is warned of in dry runs. */

import { problem } from '../../contract/problems.ts';
import type { LanguageAudit, UpdateLanguageAudit } from '../../contract/workspace/language-audit.ts';
import type { Deps } from '../../deps.ts';
import { blockedIn } from '../../domain/blocked-phrases.ts';
import { findLanguageAudit, storeLanguageAudit } from '../../store/workspace/language-audits.ts';
import { lockWorkspace } from '../../store/workspace/workspaces.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';

export function getLanguageAudit(deps: Deps, { workspaceId }: Caller): Promise<LanguageAudit> {
  return findLanguageAudit(deps.database, workspaceId);
}

export async function updateLanguageAudit(
  deps: Deps,
  caller: Caller,
  changes: UpdateLanguageAudit,
): Promise<LanguageAudit> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  return deps.database.transaction(async (tx) => {
    // Two changes at once must not undo each other.
    if ((await lockWorkspace(tx, workspaceId)) === null) throw problem('NO_ACTIVE_WORKSPACE');
    const before = await findLanguageAudit(tx, workspaceId);
    const after = { ...before, ...changes };
    await storeLanguageAudit(tx, workspaceId, after, deps.clock.now());
    const change = {
      entity: 'language_audit',
      entityId: workspaceId,
      action: 'updated',
      before,
      after,
    } as const;
    await audit(deps, tx, caller, change);
    return after;
  });
}

export async function warnOfBlocked(deps: Deps, workspaceId: string, text: string): Promise<string[]> {
  const { blockedPhrases } = await findLanguageAudit(deps.database, workspaceId);
  return blockedIn(text, blockedPhrases).map((phrase) => `The text holds a blocked phrase: ${phrase}`);
}
