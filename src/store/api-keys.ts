/** API keys live in a reference table: they are looked up alone, before any workspace is known (D34). */
import type { Scope } from '../domain/words.ts';
import { toIso, toIsoOrNull } from '../lib/clock.ts';
import { type Sql, statement } from './database.ts';

export interface ApiKeyRow {
  keyHash: Buffer;
  workspaceId: string;
  id: string;
  scopes: Scope[];
  expiresAt: number | null;
  revokedAt: number | null;
  lastUsedAt: number | null;
}

const FIND_API_KEYS = statement(
  'find_api_keys',
  `SELECT key_hash AS "keyHash", workspace_id AS "workspaceId", id, scopes, expires_at AS "expiresAt", revoked_at AS "revokedAt",
     last_used_at AS "lastUsedAt"
   FROM api_keys WHERE key_hash = ANY($1)`,
);

export function findApiKeys(sql: Sql, hashes: readonly Buffer[]): Promise<ApiKeyRow[]> {
  return sql.query<ApiKeyRow>(FIND_API_KEYS, [hashes]);
}

const INSERT_API_KEY = statement(
  'insert_api_key',
  `INSERT INTO api_keys (key_hash, workspace_id, id, name, hint, scopes, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key_hash) DO NOTHING`,
);

export interface NewApiKey {
  keyHash: Buffer;
  workspaceId: string;
  id: string;
  name: string;
  /** First characters, so that people can tell keys apart. */
  hint: string;
  scopes: readonly Scope[];
  expiresAt: number | null;
}

export async function insertApiKey(tx: Sql, key: NewApiKey, now: number): Promise<void> {
  await tx.query(INSERT_API_KEY, [
    key.keyHash,
    key.workspaceId,
    key.id,
    key.name,
    key.hint,
    key.scopes,
    toIso(now),
    toIsoOrNull(key.expiresAt),
  ]);
}

const REVOKE_API_KEY = statement(
  'revoke_api_key',
  'UPDATE api_keys SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL',
);

export async function revokeApiKey(sql: Sql, workspaceId: string, id: string, now: number): Promise<void> {
  await sql.query(REVOKE_API_KEY, [workspaceId, id, toIso(now)]);
}

const NOTE_KEY_USE = statement(
  'note_key_use',
  'UPDATE api_keys SET last_used_at = $2 WHERE key_hash = ANY($1)',
);

export async function noteKeyUse(sql: Sql, hashes: readonly Buffer[], now: number): Promise<void> {
  await sql.query(NOTE_KEY_USE, [hashes, toIso(now)]);
}
