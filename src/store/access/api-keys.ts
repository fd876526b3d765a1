/** API keys live in a reference table: they are looked up alone, before any workspace is known (D34). */
import type { Scope, SendsAs } from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface ApiKeyRow {
  keyHash: Buffer;
  workspaceId: string;
  id: string;
  scopes: Scope[];
  sendsAs: SendsAs;
  expiresAt: number | null;
  revokedAt: number | null;
  lastUsedAt: number | null;
}

const FIND_API_KEYS = statement(
  'find_api_keys',
  `SELECT key_hash AS "keyHash", workspace_id AS "workspaceId", id, scopes, sends_as AS "sendsAs", expires_at AS "expiresAt",
     revoked_at AS "revokedAt", last_used_at AS "lastUsedAt"
   FROM api_keys WHERE key_hash = ANY($1)`,
);

export function findApiKeys(sql: Sql, hashes: readonly Buffer[]): Promise<ApiKeyRow[]> {
  return sql.query<ApiKeyRow>(FIND_API_KEYS, [hashes]);
}

const INSERT_API_KEY = statement(
  'insert_api_key',
  `INSERT INTO api_keys (key_hash, workspace_id, id, name, hint, scopes, sends_as, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key_hash) DO NOTHING`,
);

export interface NewApiKey {
  keyHash: Buffer;
  workspaceId: string;
  id: string;
  name: string;
  /** First characters, so that people can tell keys apart. */
  hint: string;
  scopes: readonly Scope[];
  /** Default: iMessage first. */
  sendsAs?: SendsAs;
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
    key.sendsAs ?? 'imessage_first',
    toIso(now),
    toIsoOrNull(key.expiresAt),
  ]);
}

/** A key as people see it: never the key itself. */
export interface ListedKey {
  id: string;
  name: string;
  hint: string;
  scopes: Scope[];
  sendsAs: SendsAs;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
}

const LIST_API_KEYS = statement(
  'list_api_keys',
  `SELECT id, name, hint, scopes, sends_as AS "sendsAs", created_at AS "createdAt", expires_at AS "expiresAt",
     last_used_at AS "lastUsedAt"
   FROM api_keys WHERE workspace_id = $1 AND revoked_at IS NULL ORDER BY id`,
);

/** Without those that were revoked. */
export function listApiKeys(sql: Sql, workspaceId: string): Promise<ListedKey[]> {
  return sql.query<ListedKey>(LIST_API_KEYS, [workspaceId]);
}

const RENAME_API_KEY = statement(
  'rename_api_key',
  'UPDATE api_keys SET name = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL',
);

export async function renameApiKey(tx: Sql, workspaceId: string, id: string, name: string): Promise<void> {
  await tx.query(RENAME_API_KEY, [workspaceId, id, name]);
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
