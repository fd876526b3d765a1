/**
 * A database that only one process uses and that may be lost: the scratch schema of a simulation. One connection, and whatever is
 * only written is not waited for: it is on its way to the server while the next step is worked out, and its failure comes out at
 * the next answer. That leaves five waits of twenty-five in a pass. Several passes share a commit.
 *
 * Nothing here can touch another schema: the search path holds the scratch schema alone, and is set with each
 * transaction, so that it also holds behind a pooler.
 */
import pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { type Database, type Sql, type Statement, TYPES } from '../database.ts';

export interface ScratchDatabase extends Database {
  /** Ends the transaction that is open, so that nothing is held while nobody works. */
  commit(): Promise<void>;
  /** Sweeps up what was overwritten and removed; a sweep by the server itself would come too late. */
  vacuum(): Promise<void>;
  /** Has statements planned anew: those of an empty table walk all of it once it is full. */
  analyze(): Promise<void>;
}

const GROWING = ['messages', 'campaign_leads', 'touches'];
const CHANGING = [...GROWING, 'line_wakes', 'campaign_wakes', 'lines', 'devices', 'campaigns'];

/** What is written for feeds, timelines, scores and pages alone: in a world that nobody looks back at it is left out. */
const UNREAD: ReadonlySet<string> = new Set([
  'insert_events',
  'insert_told_events',
  'add_tallies',
  'add_lead_counts',
]);

export interface ScratchDatabaseOptions {
  url: string;
  schema: string;
  namedStatements: boolean;
  log: Log;
}

export async function openScratchDatabase(options: ScratchDatabaseOptions): Promise<ScratchDatabase> {
  const { url, schema, namedStatements, log } = options;
  const client = new pg.Client({
    connectionString: url,
    types: TYPES,
    application_name: 'trunkline simulation',
    pipeline: true,
  } as pg.ClientConfig);
  let failure: Error | null = null;
  const fail = (error: Error) => {
    failure ??= error;
  };
  client.on('error', (error) => {
    fail(error);
    log.warn({ error: error.message }, 'the connection of a simulation was lost');
  });
  await client.connect();

  let isOpen = false;
  const begin = `BEGIN; SET LOCAL search_path TO ${schema}; SET LOCAL enable_seqscan = off; SET LOCAL jit = off;
    SET LOCAL synchronous_commit = off; SET LOCAL plan_cache_mode = force_generic_plan`;
  const ask = async <Row>({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> => {
    if (failure !== null) throw failure;
    if (UNREAD.has(name)) return [];
    if (!isOpen) {
      isOpen = true;
      client.query(begin).catch(fail);
    }
    const query = namedStatements ? { name, text, values: [...values] } : { text, values: [...values] };
    const answer = client.query(query);
    if (onlyWrites(text)) {
      answer.catch(fail);
      return [];
    }
    const { rows } = await answer.catch((error: Error) => {
      // What went wrong first is the cause, and this one only its consequence.
      fail(error);
      throw failure;
    });
    return rows as Row[];
  };

  /** Transactions follow each other; nothing is ever undone, since whatever fails ends the simulation. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const tx: Sql = { query: ask };
  const endTransaction = async () => {
    if (isOpen) {
      isOpen = false;
      await client.query('COMMIT').catch(fail);
    }
    if (failure !== null) throw failure;
  };

  const maintain = (commands: readonly string[]) =>
    inTurn(async () => {
      await endTransaction();
      for (const command of commands) client.query(command).catch(fail);
    });

  return {
    query: (statement, values) => inTurn(() => ask(statement, values)),
    queryIf: (stillWanted, statement, values) =>
      inTurn(async () => (stillWanted() ? ask(statement, values) : null)),
    transaction: (work) => inTurn(() => work(tx)),
    lend: async () => {
      throw new Error('nobody signs in to a simulation');
    },
    commit: () => inTurn(endTransaction),
    vacuum: () => maintain(CHANGING.map((table) => `VACUUM (TRUNCATE false, PARALLEL 0) ${schema}.${table}`)),
    // A few hundred rows say enough: one world, all alike.
    analyze: () =>
      maintain([
        `BEGIN; SET LOCAL default_statistics_target = 5; ANALYZE ${GROWING.map((table) => `${schema}.${table}`).join(', ')}; COMMIT`,
      ]),
    async close() {
      await last;
      await client.end();
    },
  };
}

const known = new Map<string, boolean>();

/** Whether a statement has no rows to tell. */
function onlyWrites(text: string): boolean {
  const remembered = known.get(text);
  if (remembered !== undefined) return remembered;
  const answer = !/\bRETURNING\b/.test(text) && /^(?:INSERT|UPDATE|DELETE)$/.test(mainVerbOf(text));
  known.set(text, answer);
  return answer;
}

/** Of a statement that begins with WITH, the verb behind everything in parentheses. */
export function mainVerbOf(text: string): string {
  let depth = 0;
  for (const [token] of text.matchAll(/'[^']*'|[()]|\b(?:SELECT|INSERT|UPDATE|DELETE)\b/g)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0 && !token.startsWith("'")) return token;
  }
  return '';
}
