/** A database for one simulation: what is written is not waited for, is there for the next question, and never lies elsewhere. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { type Database, openDatabase, statement } from '../../src/store/database.ts';
import {
  mainVerbOf,
  openScratchDatabase,
  type ScratchDatabase,
} from '../../src/store/scratch/scratch-database.ts';
import {
  createScratch,
  dropScratch,
  indexScratch,
  listScratch,
  scratchName,
} from '../../src/store/scratch/scratch-schema.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';

const SCHEMA = scratchName('a'.repeat(24), 1);
const log = silentLog();

let made: TestDatabase;
let real: Database;
let scratch: ScratchDatabase;

beforeAll(async () => {
  made = await createTestDatabase();
  real = openDatabase({ url: made.url, maxConnections: 2, namedStatements: true, log });
});
afterAll(async () => {
  await real.close();
  await made.drop();
});

const ADD = statement(
  'add_list',
  `INSERT INTO lists (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, 'People', $3, $3)`,
);
const COUNT = statement('count_lists', 'SELECT count(*) AS count FROM lists WHERE workspace_id = $1');
const TAKE = statement('take_list', 'DELETE FROM lists WHERE workspace_id = $1 AND id = $2 RETURNING id');
const AT = '2026-11-26T10:00:00.000Z';

async function countIn(database: Pick<Database, 'query'>): Promise<number> {
  return (await database.query<{ count: number }>(COUNT, ['w']))[0]?.count ?? -1;
}

beforeEach(async () => {
  await dropScratch(real, SCHEMA);
  await createScratch(real, SCHEMA);
  await indexScratch(real, SCHEMA);
  scratch = await openScratchDatabase({ url: made.url, schema: SCHEMA, namedStatements: true, log });
  return async () => {
    await scratch.close();
    await dropScratch(real, SCHEMA);
  };
});

describe('a scratch database', () => {
  test('has every table of workspaces, each index that keeps rows apart, and no row', async () => {
    const tables = (schema: string) =>
      real.query<{ name: string }>(
        statement(
          '',
          `SELECT table_name::text AS name FROM information_schema.columns WHERE table_schema = $1 AND column_name = 'workspace_id' ORDER BY 1`,
        ),
        [schema],
      );
    expect(await tables(SCHEMA)).toEqual(await tables('public'));
    const unlogged = await real.query<{ kind: string }>(
      statement(
        '',
        `SELECT DISTINCT relpersistence::text AS kind FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'`,
      ),
      [SCHEMA],
    );
    expect(unlogged).toEqual([{ kind: 'u' }]);
    const unique = (schema: string) =>
      real.query<{ name: string }>(
        statement(
          '',
          `SELECT c.relname AS name FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
           WHERE x.indisunique AND c.relnamespace = $1::regnamespace AND t.relname <> 'events' AND EXISTS (
             SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'workspace_id') ORDER BY 1`,
        ),
        [schema],
      );
    // One process makes all steps there: nobody else makes one twice.
    const guarded = (await unique('public')).filter(({ name }) => name !== 'messages_step');
    expect(await unique(SCHEMA)).toEqual(guarded);
  });

  test('has what was written for the next question, and nothing of it lies in the real tables', async () => {
    for (let n = 0; n < 5; n += 1) await scratch.query(ADD, ['w', `list${n}`, AT]);
    expect(await countIn(scratch)).toBe(5);
    expect(await scratch.query(TAKE, ['w', 'list3'])).toEqual([{ id: 'list3' }]);
    expect(await countIn(scratch)).toBe(4);
    expect(await countIn(real)).toBe(0);
    await scratch.commit();
    expect(await countIn(real)).toBe(0);
    const [{ count } = { count: 0 }] = await real.query<{ count: number }>(
      statement('', `SELECT count(*) AS count FROM ${SCHEMA}.lists`),
      [],
    );
    expect(count).toBe(4);
  });

  test('runs transactions one after the other, in the order in which they were asked for', async () => {
    const order: string[] = [];
    const long = scratch.transaction(async (tx) => {
      await tx.query(ADD, ['w', 'a', AT]);
      order.push(`first sees ${await countIn(tx)}`);
      await tx.query(ADD, ['w', 'b', AT]);
      order.push(`first sees ${await countIn(tx)}`);
    });
    const short = scratch.transaction(async (tx) => {
      order.push(`second sees ${await countIn(tx)}`);
    });
    await Promise.all([long, short]);
    expect(order).toEqual(['first sees 1', 'first sees 2', 'second sees 2']);
  });

  test('tells of a write that failed at the next question, and of nothing but that from then on', async () => {
    await scratch.query(ADD, ['w', 'a', AT]);
    await scratch.query(ADD, ['w', 'a', AT]);
    await expect(countIn(scratch)).rejects.toThrow(/duplicate key/);
    await expect(scratch.commit()).rejects.toThrow(/duplicate key/);
    await expect(scratch.query(ADD, ['w', 'b', AT])).rejects.toThrow(/duplicate key/);
  });

  test('is swept and looked at anew between transactions', async () => {
    for (let n = 0; n < 50; n += 1) await scratch.query(ADD, ['w', `list${n}`, AT]);
    await scratch.analyze();
    await scratch.vacuum();
    expect(await countIn(scratch)).toBe(50);
  });

  test('works without named statements, as behind a pooler', async () => {
    const other = await openScratchDatabase({ url: made.url, schema: SCHEMA, namedStatements: false, log });
    await other.query(ADD, ['w', 'a', AT]);
    expect(await countIn(other)).toBe(1);
    await other.commit();
    await other.close();
  });

  test('is found by its name, and dropped whole', async () => {
    const simulationId = 'a'.repeat(24);
    expect(await listScratch(real)).toEqual([{ schema: SCHEMA, simulationId, attempt: 1 }]);
    await dropScratch(real, SCHEMA);
    expect(await listScratch(real)).toEqual([]);
  });
});

describe('what a statement does', () => {
  test.each([
    ['SELECT 1', 'SELECT'],
    ['INSERT INTO a SELECT 1', 'INSERT'],
    ['WITH x AS (SELECT 1) UPDATE a SET b = (SELECT 2)', 'UPDATE'],
    ['WITH x AS (INSERT INTO a VALUES (1)) SELECT 2 FROM x', 'SELECT'],
    [`WITH x AS (DELETE FROM a WHERE b = ')') INSERT INTO c SELECT '(' FROM x`, 'INSERT'],
    ['SELECT id FROM a FOR NO KEY UPDATE', 'SELECT'],
  ])('is told by its verb: %s', (text, verb) => {
    expect(mainVerbOf(text)).toBe(verb);
  });
});
