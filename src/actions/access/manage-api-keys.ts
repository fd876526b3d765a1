/** Keys of a workspace: made, named, removed. A removed one opens nothing within a second, at any process (D34). */
import type {
  ApiKey,
  ApiKeyAnswer,
  ApiKeysAnswer,
  CreateApiKey,
  NewApiKeyAnswer,
} from '../../contract/access/api-keys.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import {
  insertApiKey,
  type ListedKey,
  listApiKeys as listRows,
  renameApiKey as rename,
  revokeApiKey,
} from '../../store/access/api-keys.ts';
import type { Sql } from '../../store/database.ts';
import { lockWorkspace } from '../../store/workspace/workspaces.ts';
import { newApiKey } from '../workspace/bootstrap.ts';
import { audit } from './audit-log.ts';
import { type Caller, hashApiKey } from './authenticate.ts';
import { adminAsOfNow } from './caller-now.ts';
import { refuseReadOnly } from './read-only.ts';

const HINT_CHARACTERS = 10;

export async function listApiKeys(deps: Deps, { workspaceId }: Caller): Promise<ApiKeysAnswer> {
  const rows = await listRows(deps.database, workspaceId);
  return { apiKeys: rows.map((row) => present(workspaceId, row)) };
}

export async function createApiKey(deps: Deps, caller: Caller, wish: CreateApiKey): Promise<NewApiKeyAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const key = newApiKey();
  const now = deps.clock.now();
  const row = { ...wish, id: deps.ids(), hint: key.slice(0, HINT_CHARACTERS) };
  await deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    await adminAsOfNow(tx, caller, deps.clock.now());
    await insertApiKey(tx, { ...row, keyHash: hashApiKey(key), workspaceId }, now);
    await tell(deps, tx, caller, row.id, 'created', null, {
      ...wish,
      expiresAt: toIsoOrNull(wish.expiresAt),
    });
  });
  return { apiKey: present(workspaceId, { ...row, createdAt: now, lastUsedAt: null }), key };
}

export async function renameApiKey(
  deps: Deps,
  caller: Caller,
  id: string,
  name: string,
): Promise<ApiKeyAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  return deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    await adminAsOfNow(tx, caller, deps.clock.now());
    const row = (await listRows(tx, workspaceId)).find((each) => each.id === id);
    if (row === undefined) throw problem('API_KEY_NOT_FOUND');
    await rename(tx, workspaceId, id, name);
    await tell(deps, tx, caller, id, 'updated', { name: row.name }, { name });
    return { apiKey: present(workspaceId, { ...row, name }) };
  });
}

/** Also the very key that asks, unless it is the last one that could make others. Past due or not: a stolen key must go. */
export async function removeApiKey(deps: Deps, caller: Caller, id: string): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const now = deps.clock.now();
    await adminAsOfNow(tx, caller, now);
    const rows = await listRows(tx, workspaceId);
    const row = rows.find((each) => each.id === id);
    if (row === undefined) throw problem('API_KEY_NOT_FOUND');
    if (!rows.some((each) => each.id !== id && isUsableAdmin(each, now))) throw problem('LAST_ADMIN_KEY');
    await revokeApiKey(tx, workspaceId, id, now);
    await tell(deps, tx, caller, id, 'deleted', { name: row.name, scopes: row.scopes }, null);
  });
  return { success: true };
}

function isUsableAdmin({ scopes, expiresAt }: ListedKey, now: number): boolean {
  return scopes.includes('admin') && (expiresAt === null || expiresAt > now);
}

function tell(
  deps: Deps,
  tx: Sql,
  caller: Caller,
  entityId: string,
  action: string,
  before: object | null,
  after: object | null,
): Promise<void> {
  return audit(deps, tx, caller, { entity: 'api_key', entityId, action, before, after });
}

function present(workspaceId: string, row: ListedKey): ApiKey {
  return {
    _id: row.id,
    workspaceId,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    sendsAs: row.sendsAs,
    createdAt: toIso(row.createdAt),
    expiresAt: toIsoOrNull(row.expiresAt),
    lastUsedAt: toIsoOrNull(row.lastUsedAt),
  };
}
