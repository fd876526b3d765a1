/**
 * The one way to PostgreSQL. Statements are named constants (prepared once per connection); instants come back as
 * epoch milliseconds; what lost a deadlock, a transaction or a statement of its own, is run again.
 */
import pg from 'pg';
import type { Log } from '../lib/log.ts';
import { openPool } from './pool.ts';

export interface Statement {
  readonly name: string;
  readonly text: string;
}

export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** One that is made for a schema that will soon be gone, and so never prepared. */
export function passing(text: string): Statement {
  return { name: '', text };
}

/** Where a statement can run: the pool, or one open transaction. */
export interface Sql {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql {
  /** A statement of its own: it may run more than once, after a deadlock that undid it. */
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** `work` may run more than once: after a deadlock it starts again from its beginning. */
  transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result>;
  /** Asks `stillWanted` when a connection is free, in the instant before the statement leaves; null: it did not leave. */
  queryIf<Row>(
    stillWanted: () => boolean,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[] | null>;
  /** A connection, for a library that writes its own SQL; given back by `release`. Instants come as its `Date`s. */
  lend(): Promise<LentConnection>;
  close(): Promise<void>;
}

export interface LentConnection {
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  release(broken?: boolean): void;
}

export interface DatabaseOptions {
  url: string;
  maxConnections: number;
  /** Off behind PgBouncer in transaction mode, where a prepared statement belongs to somebody else's connection. */
  namedStatements: boolean;
  log: Log;
}

/**
 * A named statement keeps the plan of a table's youth, when reading all of it was cheapest: until the first ANALYZE a
 * claim cost 5 ms instead of 0.5. Every statement here finds its rows by index, so a scan is never meant.
 *
 * Before PostgreSQL 18 a scan that can't be avoided then counts as so costly that it is compiled first: 300 ms for a
 * statement of 1 ms, wherever the server comes with JIT (Debian's does). Statements this short never gain from it.
 */
const SESSION_SETTINGS = 'SET enable_seqscan = off; SET jit = off';
const TIMESTAMPTZ = 1184;
const INT8 = 20;
const DATE = 1082;
const RETRYABLE = new Set(['40001', '40P01']);
const UNIQUE_VIOLATION = '23505';
const MAX_TRIES = 5;

/** How values come back: instants as epoch milliseconds, counts as numbers, dates as text. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === TIMESTAMPTZ) return readInstant;
      if (oid === INT8) return Number;
      if (oid === DATE) return (text: string) => text;
    }
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

export function openDatabase(options: DatabaseOptions): Database {
  const { pool, close } = openPool({
    connectionString: options.url,
    onLost: (error) => options.log.warn({ error: error.message }, 'idle database connection lost'),
    max: options.maxConnections,
    types: TYPES,
    application_name: 'trunkline',
    // A process that stands still must not hold its rows for ever. (A pooler would not know the parameter.)
    ...(options.namedStatements
      ? {
          idle_in_transaction_session_timeout: 60_000,
          onConnect: async (client: pg.ClientBase) => {
            await client.query(SESSION_SETTINGS);
          },
        }
      : {}),
  });

  const run = async <Row>(
    client: pg.Pool | pg.PoolClient,
    { name, text }: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> => {
    const query = options.namedStatements
      ? { name, text, values: [...values] }
      : { text, values: [...values] };
    const result = await client.query(query);
    return result.rows as Row[];
  };

  const attempt = async <Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work({ query: (statement, values) => run(client, statement, values) });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((lost: Error) => {
        broken = lost;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  };

  const runIf = async <Row>(
    stillWanted: () => boolean,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[] | null> => {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return stillWanted() ? await run<Row>(client, statement, values) : null;
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  };

  return {
    query: (statement, values) => untilUndisturbed(() => run(pool, statement, values)),
    transaction: (work) => untilUndisturbed(() => attempt(work)),
    queryIf: (stillWanted, statement, values) =>
      untilUndisturbed(() => runIf(stillWanted, statement, values)),
    lend: async () => {
      const client = await pool.connect();
      return {
        query: (text, values = []) => client.query({ text, values: [...values], types: pg.types }),
        release: (broken = false) => client.release(broken),
      };
    },
    close,
  };
}

/** Whoever loses a deadlock, or a serialisation conflict, is undone as a whole and may begin again. */
async function untilUndisturbed<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_TRIES || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
    }
  }
}

export function sqlState(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== UNIQUE_VIOLATION) return false;
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint;
}

const REMEMBERED_INSTANTS = 1_000;
const instants = new Map<string, number>();

/** Rows that are read together were often written together. */
function readInstant(text: string): number {
  const known = instants.get(text);
  if (known !== undefined) return known;
  if (instants.size >= REMEMBERED_INSTANTS) instants.clear();
  const instant = parseInstant(text);
  instants.set(text, instant);
  return instant;
}

const INSTANT = /^(\d{4})(-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

/**
 * "2026-11-23 20:33:33.123+00" → epoch milliseconds, whatever zone the session has. Before clocks were set by zones,
 * offsets had seconds; and the first hours of the year 1 lie in the year before it ("0001-12-31 … BC") west of Greenwich.
 */
function parseInstant(text: string): number {
  const [, year, day, time, sign, hours, minutes = '0', seconds = '0', isBefore] = INSTANT.exec(text) ?? [];
  const local = Date.parse(`${isBefore === undefined ? year : '0000'}${day}T${time}Z`);
  if (Number.isNaN(local)) throw new Error(`not an instant: ${text}`);
  const offsetMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? local + offsetMs : local - offsetMs;
}
