import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { until } from '../../../test/until.ts';
import type { Scope } from '../../domain/words.ts';
import type { Clock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { findApiKeys, insertApiKey, revokeApiKey } from '../../store/access/api-keys.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { newApiKey } from '../workspace/bootstrap.ts';
import { type Authenticate, createAuthenticate, hashApiKey, isApiKey } from './authenticate.ts';

const START = Date.UTC(2026, 10, 24);
const WORKSPACE = 'org_0199c2f07a3b00010c9b2d4e';
const NOBODY = null;

let server: TestDatabase;
let database: Database;
/** Statements asked of the database since the test began. */
let asked: string[] = [];
let counting: Database;
let now = START;
let authenticate: Authenticate;
const clock: Clock = { now: () => now, sleep: async () => {} };

beforeAll(async () => {
  server = await createTestDatabase();
  database = openDatabase({ url: server.url, maxConnections: 4, namedStatements: true, log: silentLog() });
  counting = {
    ...database,
    query(statement, values) {
      asked.push(statement.name);
      return database.query(statement, values);
    },
  };
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

beforeEach(() => {
  asked = [];
  now = START;
  authenticate = createAuthenticate({ database: counting, clock, log: silentLog() });
});

let made = 0;

async function makeKey(
  differs: { scopes?: Scope[]; expiresAt?: number } = {},
): Promise<{ key: string; id: string }> {
  const key = newApiKey();
  made += 1;
  const id = String(made).padStart(24, '0');
  const { scopes = ['send'], expiresAt = null } = differs;
  const keyHash = hashApiKey(key);
  await insertApiKey(
    database,
    { keyHash, workspaceId: WORKSPACE, id, name: 'Test', hint: key.slice(0, 10), scopes, expiresAt },
    START,
  );
  return { key, id };
}

function lookUps(): number {
  return asked.filter((name) => name === 'find_api_keys').length;
}

describe('a key', () => {
  it('names its workspace, itself and what it may do', async () => {
    const { key, id } = await makeKey({ scopes: ['send', 'read'] });
    expect(await authenticate(`Bearer ${key}`)).toEqual({
      workspaceId: WORKSPACE,
      apiKeyId: id,
      scopes: ['send', 'read'],
      sendsAs: 'imessage_first',
    });
  });

  it.each(['bearer', 'BEARER', 'Bearer '])('is taken behind the word %j', async (word) => {
    const { key } = await makeKey();
    expect(await authenticate(`${word} ${key}`)).not.toBeNull();
  });

  it('is stored as its hash alone', async () => {
    const { key } = await makeKey();
    const [row] = await findApiKeys(database, [hashApiKey(key)]);
    expect(row?.keyHash).toEqual(hashApiKey(key));
    expect(JSON.stringify(row)).not.toContain(key);
  });

  it('of another letter case is another key', async () => {
    const { key } = await makeKey();
    const swapped = [...key].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
    expect(await authenticate(`Bearer ${swapped}`)).toBe(NOBODY);
  });

  it('ends with its expiry, in that very millisecond', async () => {
    const { key } = await makeKey({ expiresAt: START + 500 });
    now = START + 499;
    expect(await authenticate(`Bearer ${key}`)).not.toBeNull();
    now = START + 500;
    expect(await authenticate(`Bearer ${key}`)).toBe(NOBODY);
  });

  it('that is revoked is good for nothing within a second, on a node that has just seen it', async () => {
    const { key, id } = await makeKey();
    expect(await authenticate(`Bearer ${key}`)).not.toBeNull();
    await revokeApiKey(database, WORKSPACE, id, now);
    now += 999;
    expect(await authenticate(`Bearer ${key}`)).toBe(NOBODY);
  });

  it('that was unknown a moment ago works within a second of being made', async () => {
    const key = newApiKey();
    expect(await authenticate(`Bearer ${key}`)).toBe(NOBODY);
    await insertApiKey(
      database,
      {
        keyHash: hashApiKey(key),
        workspaceId: WORKSPACE,
        id: 'f'.repeat(24),
        name: '',
        hint: '',
        scopes: [],
        expiresAt: null,
      },
      now,
    );
    now += 999;
    expect(await authenticate(`Bearer ${key}`)).not.toBeNull();
  });

  it('tells when it was last used, to the minute', async () => {
    const { key } = await makeKey();
    const lastUsedAt = async () => (await findApiKeys(database, [hashApiKey(key)]))[0]?.lastUsedAt ?? null;
    await authenticate(`Bearer ${key}`);
    await until('the use is noted', async () => (await lastUsedAt()) === START);
    now += 30_000;
    await authenticate(`Bearer ${key}`);
    now += 31_000;
    await authenticate(`Bearer ${key}`);
    await until('the later use is noted', async () => (await lastUsedAt()) === START + 61_000);
    expect(asked.filter((name) => name === 'note_key_use')).toHaveLength(2);
  });
});

describe('what is no key', () => {
  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer tl_sk_',
    'Bearer tl_sk_short',
    `Bearer tl_sk_${'a'.repeat(87)}`,
    `Bearer tl_sk_${'a'.repeat(40)}-`,
    `Bearer tl_sk_${'a'.repeat(43)} `,
    `Basic tl_sk_${'a'.repeat(43)}`,
    `tl_sk_${'a'.repeat(43)}`,
    `Bearer tuco_sk_${'a'.repeat(43)}`,
    `Bearer tl_sk_${'a'.repeat(43)}\nBearer x`,
    `Bearer ${'a'.repeat(100_000)}`,
  ])('%j is refused without a question to the database', async (header) => {
    expect(await authenticate(header)).toBe(NOBODY);
    expect(asked).toEqual([]);
  });
});

describe('the database', () => {
  it('is asked once a second for a key in constant use', async () => {
    const { key } = await makeKey();
    for (let call = 0; call < 50; call += 1) await authenticate(`Bearer ${key}`);
    now += 899;
    await authenticate(`Bearer ${key}`);
    expect(lookUps()).toBe(1);
    now += 1;
    await authenticate(`Bearer ${key}`);
    expect(lookUps()).toBe(2);
  });

  it('is asked a handful of questions by a flood of guesses, and a good key among them is still heard', async () => {
    const { key } = await makeKey();
    const guesses = Array.from({ length: 2000 }, () => authenticate(`Bearer ${newApiKey()}`));
    const good = authenticate(`Bearer ${key}`);
    expect(new Set(await Promise.all(guesses))).toEqual(new Set([NOBODY]));
    expect(await good).not.toBeNull();
    // Five hundred in each: all of them came in one turn of the event loop.
    expect(lookUps()).toBe(Math.ceil((guesses.length + 1) / 500));
  });

  it('is not asked again for a key that was just found unknown', async () => {
    const key = newApiKey();
    for (let call = 0; call < 50; call += 1) await authenticate(`Bearer ${key}`);
    expect(lookUps()).toBe(1);
  });

  it('out of reach is an error, not a refusal', async () => {
    const broken: Database = { ...database, query: () => Promise.reject(new Error('Connection terminated')) };
    const asking = createAuthenticate({ database: broken, clock, log: silentLog() });
    await expect(asking(`Bearer ${newApiKey()}`)).rejects.toThrow('Connection terminated');
  });
});

describe('a new key', () => {
  it('has the prefix and the room of 32 random bytes, and is never made twice', () => {
    const keys = Array.from({ length: 200 }, newApiKey);
    for (const key of keys) {
      expect(key).toMatch(/^tl_sk_[0-9A-Za-z]{43}$/);
      expect(isApiKey(key)).toBe(true);
    }
    expect(new Set(keys).size).toBe(keys.length);
  });
});
