/**
 * From an `Authorization` header to a workspace (D34). A key is known by its SHA-256 alone. What was looked up holds for
 * less than a second, so that a revocation takes effect within one; keys that arrive together share one look-up, and
 * unknown ones are remembered too, so that guessing costs the database next to nothing.
 */
import { createHash } from 'node:crypto';
import type { Role, Scope, SendsAs } from '../../domain/words.ts';
import { Batcher } from '../../lib/batcher.ts';
import { type Clock, isRecent } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type ApiKeyRow, findApiKeys, noteKeyUse } from '../../store/access/api-keys.ts';
import type { Database } from '../../store/database.ts';

/** Who calls, within one workspace: an API key, or a person who is signed in. */
export interface Caller {
  workspaceId: string;
  /** Empty where a person calls. */
  apiKeyId: string;
  /** Absent where a key calls. */
  personId?: string;
  role?: Role;
  scopes: readonly Scope[];
  /** What is called, of writes: `PATCH /api/lines/{id}`. */
  route?: string;
  /** At the doors for clients of other services. */
  sendsAs: SendsAs;
}

/** Takes the `Authorization` header; null when it holds no usable key. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | null>;

const HEADER = /^Bearer +(tl_sk_[0-9A-Za-z]{22,86})$/i;
const KEY = /^tl_sk_[0-9A-Za-z]{22,86}$/;
const KNOWN_FOR_MS = 900;
/** `lastUsedAt` is for people: this exact, no more. */
const NOTE_USE_EVERY_MS = 60_000;
const MAX_REMEMBERED = 20_000;
const MAX_LOOKUP = 500;

interface Remembered {
  row: ApiKeyRow | null;
  caller: Caller | null;
  since: number;
}

export function createAuthenticate({
  database,
  clock,
  log,
}: {
  database: Database;
  clock: Clock;
  log: Log;
}): Authenticate {
  const remembered = new Map<string, Remembered>();
  // One look-up at a time, however many keys arrive: a flood of guesses becomes one query per round trip.
  const lookUps = new Batcher<Buffer, ApiKeyRow | null>({
    maxItems: MAX_LOOKUP,
    maxInFlight: 1,
    maxInFlightPerKey: 1,
    async run(_key, hashes) {
      const rows = await findApiKeys(database, hashes);
      const byHash = new Map(rows.map((row) => [row.keyHash.toString('base64'), row]));
      return hashes.map((hash) => byHash.get(hash.toString('base64')) ?? null);
    },
  });

  return async (authorization) => {
    const key = HEADER.exec(authorization ?? '')?.[1];
    if (key === undefined) return null;
    const hash = hashApiKey(key);
    const name = hash.toString('base64');
    const now = clock.now();
    let entry = remembered.get(name);
    if (entry === undefined || !isRecent(entry.since, KNOWN_FOR_MS, now)) {
      const row = await lookUps.add('api_keys', hash);
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      const caller = row === null ? null : callerOf(row);
      entry = { row, caller, since: now };
      remembered.set(name, entry);
      if (row !== null && isUsable(row, now) && now - (row.lastUsedAt ?? 0) > NOTE_USE_EVERY_MS) {
        void noteKeyUse(database, [hash], now).catch((error: Error) =>
          log.debug({ error: error.message }, 'the use of a key was not noted'),
        );
      }
    }
    return entry.row !== null && isUsable(entry.row, now) ? entry.caller : null;
  };
}

export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

export function isApiKey(text: string): boolean {
  return KEY.test(text);
}

function callerOf({ workspaceId, id: apiKeyId, scopes, sendsAs }: ApiKeyRow): Caller {
  return { workspaceId, apiKeyId, scopes, sendsAs };
}

function isUsable(row: ApiKeyRow, now: number): boolean {
  return row.revokedAt === null && (row.expiresAt === null || row.expiresAt > now);
}
