import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/database.ts';
import { until } from '../../test/until.ts';
import { checkSchema, migrate } from './migrate.ts';

let database: TestDatabase;
let pool: pg.Pool;
let dir: string;
const warnings: string[] = [];
const log = { info() {}, warn: (message: string) => warnings.push(message) };

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 10 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trunkline-migrations-'));
  warnings.length = 0;
  // The template is migrated already; here every test begins with nothing.
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, sql: string): void {
  writeFileSync(path.join(dir, name), sql);
}

function remove(name: string): void {
  rmSync(path.join(dir, name));
}

async function exists(table: string): Promise<boolean> {
  const { rows } = await pool.query('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  return rows[0].found;
}

const ACCOUNTS = '-- The people.\nCREATE TABLE accounts (id int);\n';

describe('migrating', () => {
  test('applies the files in order, once, and remembers each', async () => {
    file('0002_more.sql', 'ALTER TABLE accounts ADD COLUMN name text; CREATE INDEX ON accounts (name);');
    file('0001_base.sql', ACCOUNTS);
    file('README.md', 'not a migration');
    expect(await migrate(pool, { dir })).toEqual({ applied: ['0001_base', '0002_more'] });
    expect(await migrate(pool, { dir })).toEqual({ applied: [] });
    const { rows } = await pool.query(
      'SELECT version, name, breaking, length(checksum) AS digits, applied_at IS NOT NULL AS dated FROM schema_migrations ORDER BY 1',
    );
    expect(rows).toEqual([
      { version: 1, name: '0001_base', breaking: false, digits: 64, dated: true },
      { version: 2, name: '0002_more', breaking: false, digits: 64, dated: true },
    ]);
  });

  test('works on a single connection too', async () => {
    file('0001_base.sql', ACCOUNTS);
    const client = await pool.connect();
    expect(await migrate(client, { dir })).toEqual({ applied: ['0001_base'] });
    client.release();
  });

  test('by several processes at once happens once', async () => {
    file('0001_base.sql', `${ACCOUNTS}SELECT pg_sleep(0.05);`);
    file('0002_more.sql', 'INSERT INTO accounts VALUES (1);');
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate(pool, { dir })));
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(['0001_base', '0002_more']);
    expect((await pool.query('SELECT count(*)::int AS n FROM accounts')).rows).toEqual([{ n: 1 }]);
  });

  test('that fails leaves nothing of that file, keeps the ones before, and names the line', async () => {
    file('0001_base.sql', ACCOUNTS);
    file('0002_broken.sql', 'CREATE TABLE half (id int);\n\nSELECT * FROM nowhere;\n');
    await expect(migrate(pool, { dir })).rejects.toThrow(
      'The migration 0002_broken failed and left nothing behind: relation "nowhere" does not exist (line 3)',
    );
    expect(await exists('accounts')).toBe(true);
    expect(await exists('half')).toBe(false);
    file('0002_broken.sql', 'CREATE TABLE half (id int);');
    expect(await migrate(pool, { dir })).toEqual({ applied: ['0002_broken'] });
  });

  test('that is cut off is repeated whole', async () => {
    file('0001_base.sql', `${ACCOUNTS}SELECT pg_sleep(30);`);
    const cut = expect(migrate(pool, { dir })).rejects.toThrow('terminating connection');
    await until('the migration runs', async () => {
      const { rowCount } = await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
      return rowCount === 1;
    });
    await cut;
    file('0001_base.sql', ACCOUNTS);
    expect(await migrate(pool, { dir })).toEqual({ applied: ['0001_base'] });
  });

  test('is not ended by a time limit for requests', async () => {
    file('0001_base.sql', 'SELECT pg_sleep(0.1);');
    const limited = new pg.Client({ connectionString: database.url, statement_timeout: 50 });
    await limited.connect();
    expect(await migrate(limited, { dir })).toEqual({ applied: ['0001_base'] });
    await limited.end();
  });
});

describe('files that contradict the database', () => {
  test('are refused when one was changed after it was applied', async () => {
    file('0001_base.sql', ACCOUNTS);
    await migrate(pool, { dir });
    file('0001_base.sql', ACCOUNTS.replaceAll('\n', '\r\n'));
    await migrate(pool, { dir });
    file('0001_base.sql', `${ACCOUNTS}-- afterthought\n`);
    await expect(migrate(pool, { dir })).rejects.toThrow(/0001_base was changed after it was applied/);
    await expect(checkSchema(pool, { dir })).rejects.toThrow(/0001_base was changed after it was applied/);
  });

  test('are refused when one comes too late', async () => {
    file('0002_more.sql', ACCOUNTS);
    await migrate(pool, { dir });
    file('0001_base.sql', 'SELECT 1;');
    await expect(migrate(pool, { dir })).rejects.toThrow(/0001_base comes before others .* after 2/);
  });

  test('are refused when one was taken away or renamed', async () => {
    file('0001_base.sql', ACCOUNTS);
    file('0002_more.sql', 'SELECT 1;');
    await migrate(pool, { dir });
    remove('0001_base.sql');
    await expect(migrate(pool, { dir })).rejects.toThrow(/0001_base, which this version .* does not know/);
  });

  test('are refused when two have one number or a name says nothing', async () => {
    file('0001_base.sql', ACCOUNTS);
    file('0001_other.sql', 'SELECT 1;');
    await expect(migrate(pool, { dir })).rejects.toThrow(/same number: 0001_base and 0001_other/);
    remove('0001_other.sql');
    file('fix.sql', 'SELECT 1;');
    await expect(migrate(pool, { dir })).rejects.toThrow(/fix.sql must be named like/);
  });
});

describe('a process older than the database', () => {
  test.each([
    ['-- breaking: readers must know the new column', true],
    ['-- Rename.\n--\n--   breaking\n', true],
    ['-- not breaking anything', false],
    ['-- Nothing.', false],
    ['SELECT 1;\n-- breaking', false],
  ])('beside a migration that begins with %j refuses to start: %j', async (head, refuses) => {
    file('0001_base.sql', ACCOUNTS);
    file('0002_newer.sql', `${head}\nALTER TABLE accounts ADD COLUMN name text;`);
    await migrate(pool, { dir });
    remove('0002_newer.sql');
    for (const start of [migrate, checkSchema]) {
      const started = start(pool, { dir, log });
      if (refuses)
        await expect(started).rejects.toThrow(/newer version of Trunkline \(0002_newer\) .* Upgrade/);
      else await started;
    }
    expect(warnings).toHaveLength(refuses ? 0 : 2);
  });
});

describe('checking', () => {
  test('changes nothing and says what to run when the database is behind', async () => {
    file('0001_base.sql', ACCOUNTS);
    await expect(checkSchema(pool, { dir })).rejects.toThrow(
      /0001_base is not applied yet. Run `npm run trunkline -- migrate`/,
    );
    expect(await exists('schema_migrations')).toBe(false);
    await migrate(pool, { dir });
    await checkSchema(pool, { dir });
  });
});
