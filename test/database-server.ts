/**
 * One PostgreSQL for a whole run of tests: the embedded one in a temporary folder, or the one in TEST_DATABASE_URL, whose
 * role must be allowed to create databases. Both get one migrated template; test/database.ts copies it for each test file.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { systemClock } from '../src/lib/clock.ts';
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts';
import { filesIn, runningServer } from '../src/store/embedded/postgres-cluster.ts';
import { isAlive } from '../src/store/embedded/processes.ts';
import { migrate } from '../src/store/migrate.ts';
import { until } from './until.ts';

export interface TestServer {
  /** Of a database from which others can be created. */
  url: string;
  /** Every database of this run begins with it. */
  prefix: string;
  template: string;
  stop(): Promise<void>;
}

/** How test/global-setup.ts tells the processes of a run where the server is. */
export const SERVER_VARIABLE = 'TRUNKLINE_TEST_SERVER';

const clock = systemClock();
const FOLDER = 'trunkline-test-';
const DATABASE = 'trunkline_test_';
const ABANDONED_AFTER_MS = 2 * 3_600_000;
/**
 * A test's data may be lost with the machine, so it need not wait for the disk. Nor does the server gather statistics at a
 * moment of its choice, which may change a plan: a test that wants some asks for them.
 */
const HURRY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: '300',
};

export async function startTestServer(): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL;
  const { url, stop } = given ? { url: given, stop: async () => {} } : await startEmbedded();
  // The time of birth in the name tells what may be thrown away.
  const prefix = `${DATABASE}${clock.now().toString(36)}_${randomBytes(3).toString('hex')}_`;
  const template = `${prefix}template`;
  try {
    await withClient(url, async (client) => {
      await dropDatabases(client, (name) => isAbandoned(name));
      await client.query(`CREATE DATABASE ${template}`);
    });
    await withClient(databaseUrl(url, template), (client) => migrate(client));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    prefix,
    template,
    async stop() {
      if (given) await withClient(url, (client) => dropDatabases(client, (name) => name.startsWith(prefix)));
      await stop();
    },
  };
}

async function startEmbedded(): Promise<{ url: string; stop(): Promise<void> }> {
  await removeAbandonedFolders();
  const dataDir = mkdtempSync(path.join(tmpdir(), `${FOLDER}${process.pid}-`));
  const server = await startEmbeddedPostgres({ dataDir, settings: HURRY });
  const abandon = () => endAtOnce(server.pid, dataDir);
  process.once('exit', abandon);
  return {
    url: server.url,
    async stop() {
      await server.stop();
      process.off('exit', abandon);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** For a run that is interrupted and ends without asking anybody to stop: nothing asynchronous happens any more. */
function endAtOnce(pid: number, dataDir: string): void {
  try {
    process.kill(pid, 'SIGQUIT');
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; tries < 200 && isAlive(pid); tries += 1) Atomics.wait(pause, 0, 0, 10);
    rmSync(dataDir, { recursive: true, force: true });
  } catch {
    // The next run removes what is left.
  }
}

/** Of runs that were killed: their servers still work on nothing. */
async function removeAbandonedFolders(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(FOLDER) ? Number.parseInt(name.slice(FOLDER.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    try {
      const server = runningServer(filesIn(folder));
      if (server !== null) {
        process.kill(server.pid, 'SIGQUIT');
        await until('the abandoned server ends', () => !isAlive(server.pid));
      }
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another user's, or another run is removing it too.
    }
  }
}

async function dropDatabases(client: pg.Client, which: (name: string) => boolean): Promise<void> {
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
  for (const { datname } of rows) {
    if (which(datname)) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  }
}

function isAbandoned(name: string): boolean {
  if (!name.startsWith(DATABASE)) return false;
  const born = Number.parseInt(name.slice(DATABASE.length).split('_')[0] ?? '', 36);
  return born < clock.now() - ABANDONED_AFTER_MS;
}

export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
