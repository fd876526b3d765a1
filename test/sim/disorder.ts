/**
 * What a database may do at any time and tells nobody of: rows lie elsewhere, plans are other ones, somebody writes to
 * another database of the server. A run that differs for it has left an order to chance.
 */
import pg from 'pg';
import type { TestDatabase } from '../database.ts';

/** Rows that are equal to an order then come as they lie, and statements are planned for whatever values there may be. */
const OTHER_PLANS = [
  'enable_indexscan=off',
  'enable_indexonlyscan=off',
  'enable_hashagg=off',
  'plan_cache_mode=force_generic_plan',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** All but `leads`: other rows go with theirs. */
const TABLES = `SELECT c.oid::regclass::text AS name FROM pg_class c
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'leads' ORDER BY c.relname`;
const DISTURBED_EVERY = 10;

export interface Disorder {
  /** Whoever connects by it meets with other plans. */
  databaseUrl: string;
  /** Now and then the rows of one table, of the next one each time, are put in another order, and statistics gathered of them. */
  disturb(): Promise<void>;
  end(): Promise<void>;
}

export async function openDisorder(database: TestDatabase, neighbour: TestDatabase): Promise<Disorder> {
  const url = new URL(database.url);
  url.searchParams.set('options', OTHER_PLANS);
  const inside = new pg.Client(database.url);
  const beside = new pg.Client(neighbour.url);
  await Promise.all([inside.connect(), beside.connect()]);
  await beside.query('BEGIN');
  await beside.query('CREATE TABLE under_way ()');
  await inside.query('SELECT setseed(0.5)');
  const { rows: tables } = await inside.query<{ name: string }>(TABLES);
  let steps = 0;
  return {
    databaseUrl: url.href,
    async disturb() {
      steps += 1;
      if (steps % DISTURBED_EVERY > 0) return;
      const name = tables[(steps / DISTURBED_EVERY) % tables.length]?.name;
      await inside.query(
        `WITH taken AS (DELETE FROM ${name} RETURNING *) INSERT INTO ${name} SELECT * FROM taken ORDER BY random()`,
      );
      await inside.query(`VACUUM (ANALYZE) ${name}`);
    },
    async end() {
      await Promise.all([inside.end(), beside.end()]);
    },
  };
}
