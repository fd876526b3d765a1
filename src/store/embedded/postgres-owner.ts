/** The one connection that makes its process the owner of the embedded server, for as long as it lasts. */
import { readFileSync, realpathSync } from 'node:fs';
import pg from 'pg';
import { systemClock } from '../../lib/clock.ts';
import { DataDirectoryInUse, StartupRefused, USE_DATABASE_URL } from '../startup-refused.ts';
import { type ClusterFiles, type Postmaster, ROLE } from './postgres-cluster.ts';
import type { StartupLog } from './postgres-server.ts';
import { errorCode, isAlive } from './processes.ts';

const DATABASE = 'trunkline';
/** Advisory locks belong to one database, so this one, taken in `postgres`, meets none of the application's. */
const OWNER_LOCK = 500_069_490_283;
const OWNER_NAME = /^trunkline owner (\d+)$/;
const HOLDER = `(SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted
    AND (l.classid::bigint << 32) + l.objid::bigint = $1::bigint LIMIT 1) AS holder`;

const LONGEST_SILENCE_MS = 60_000;
const LOCK_OF_THE_DEAD_MS = 10_000;
const RECOVERY_WORTH_A_WORD_MS = 5_000;
const POLL_MS = 20;
const LONGEST_POLL_MS = 500;
const CANNOT_CONNECT_NOW = '57P03';
const WRONG_PASSWORD = '28P01';
const clock = systemClock();

export function urlOf(files: ClusterFiles, port: number): string {
  return `postgres://${ROLE}:${readFileSync(files.password, 'utf8')}@127.0.0.1:${port}/${DATABASE}`;
}

/**
 * Waits until the server answers and takes the lock. Null when the server ended meanwhile.
 * @throws {DataDirectoryInUse} when another living process has it.
 */
export async function own(
  files: ClusterFiles,
  server: Postmaster,
  log: StartupLog,
): Promise<pg.Client | null> {
  const start = clock.now();
  let told = false;
  for (;;) {
    const client = newClient(files, server.port);
    try {
      await client.connect();
      await assertSameCluster(client, files, server);
      await takeLock(client, files);
      await ensureDatabase(client);
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if (error instanceof StartupRefused) throw error;
      if (!isAlive(server.pid)) return null;
      const waitedMs = clock.now() - start;
      if (errorCode(error) === WRONG_PASSWORD) throw notOurs(files, server, error);
      if (errorCode(error) !== CANNOT_CONNECT_NOW && waitedMs > LONGEST_SILENCE_MS) {
        throw new StartupRefused(
          `The database in ${files.home} runs (process ${server.pid}) but does not answer. Stop that process and start ` +
            `again. ${USE_DATABASE_URL}`,
          { cause: error },
        );
      }
      if (!told && waitedMs > RECOVERY_WORTH_A_WORD_MS) {
        told = true;
        log.info('PostgreSQL is recovering from an unclean shutdown; this can take a while.');
      }
      // Quick at first, because an ordinary start takes 50 ms; rarer later, because each refusal is a line in its log.
      await clock.sleep(Math.min(POLL_MS + waitedMs / 10, LONGEST_POLL_MS));
    }
  }
}

function newClient(files: ClusterFiles, port: number): pg.Client {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: ROLE,
    password: readFileSync(files.password, 'utf8'),
    database: 'postgres',
    application_name: `trunkline owner ${process.pid}`,
    connectionTimeoutMillis: 10_000,
  });
  // A lost connection is seen by its `end`; an error without a listener would end the process.
  client.on('error', () => {});
  return client;
}

async function assertSameCluster(client: pg.Client, files: ClusterFiles, server: Postmaster): Promise<void> {
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const found = rows[0]?.data_directory ?? '';
  if (realpathSync(found) !== realpathSync(files.cluster)) throw notOurs(files, server, found);
}

function notOurs(files: ClusterFiles, server: Postmaster, cause: unknown): StartupRefused {
  return new StartupRefused(
    `What answers on port ${server.port} is not the database in ${files.home}. If no PostgreSQL uses that folder, ` +
      `delete ${files.cluster}/postmaster.pid and start again.`,
    { cause },
  );
}

/** Process id of the Trunkline that owns a running server; null when there is none. Takes nothing. */
export async function findOwner(files: ClusterFiles, server: Postmaster): Promise<number | null> {
  const client = newClient(files, server.port);
  try {
    await client.connect();
    const { rows } = await client.query<{ holder: string | null }>(`SELECT ${HOLDER}`, [OWNER_LOCK]);
    return pidOf(rows[0]?.holder);
  } finally {
    await client.end().catch(() => {});
  }
}

function pidOf(holder: string | null | undefined): number | null {
  const pid = OWNER_NAME.exec(holder ?? '')?.[1];
  return pid === undefined ? null : Number(pid);
}

/** The lock of a process that was killed goes away as soon as the server notices, so only a living holder counts. */
async function takeLock(client: pg.Client, files: ClusterFiles): Promise<void> {
  const deadline = clock.now() + LOCK_OF_THE_DEAD_MS;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean; holder: string | null }>(
      `SELECT pg_try_advisory_lock($1::bigint) AS taken, ${HOLDER}`,
      [OWNER_LOCK],
    );
    if (rows[0]?.taken) return;
    const pid = pidOf(rows[0]?.holder);
    if ((pid !== null && isAlive(pid)) || clock.now() > deadline) {
      throw new DataDirectoryInUse(files.dataDir, pid);
    }
    await clock.sleep(POLL_MS);
  }
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
}
