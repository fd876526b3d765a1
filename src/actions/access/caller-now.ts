/**
 * Who calls, asked again behind the lock of the workspace: what is remembered of a session or a key may be a moment old (D34,
 * D35). What else is done in that moment passes; rights given then would stay.
 */
import { problem } from '../../contract/problems.ts';
import { SCOPES_OF_ROLE } from '../../domain/words.ts';
import { listApiKeys } from '../../store/access/api-keys.ts';
import type { Sql } from '../../store/database.ts';
import { listMembers } from '../../store/people/people.ts';
import type { Caller } from './authenticate.ts';

/** With the role of now. Throws a Problem where the caller is no admin any more. */
export async function adminAsOfNow(tx: Sql, caller: Caller, now: number): Promise<Caller> {
  const { workspaceId, personId, apiKeyId } = caller;
  if (personId === undefined) {
    const key = (await listApiKeys(tx, workspaceId)).find(({ id }) => id === apiKeyId);
    if (key === undefined || (key.expiresAt !== null && key.expiresAt <= now)) throw problem('UNAUTHORIZED');
    return caller;
  }
  const role = (await listMembers(tx, workspaceId)).find(({ id }) => id === personId)?.role;
  if (role === undefined) throw problem('NOT_A_MEMBER');
  if (!SCOPES_OF_ROLE[role].includes('admin')) {
    const error = `Your role (${role}) does not allow this: it needs admin`;
    throw problem('FORBIDDEN', { error, reason: 'admin' });
  }
  return { ...caller, role };
}
