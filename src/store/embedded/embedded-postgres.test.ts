import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../test/until.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { type ClusterFiles, filesIn, runningServer } from './postgres-cluster.ts';
import { isAlive } from './processes.ts';

/** Only what makes a cluster quickly; everything else is as delivered. */
const HURRY = { fsync: 'off' };
const PARENT = path.resolve(import.meta.dirname, '../../../test/embedded-parent.ts');

const folder = mkdtempSync(path.join(tmpdir(), 'trunkline embedded '));
const folders: ClusterFiles[] = [];
const parents: ChildProcess[] = [];
/** Made once; a space in its path is part of every test. */
const made = filesOf('made once');

beforeAll(async () => {
  const server = await startEmbeddedPostgres({ dataDir: made.dataDir, settings: HURRY });
  await query(server.url, 'CREATE TABLE kept (word text)');
  await server.stop();
});

afterEach(async () => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
  for (const files of folders) await end(runningServer(files)?.pid);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a start', () => {
  test('gives a durable, private server that knows every letter', async () => {
    const server = await startEmbeddedPostgres({ dataDir: made.dataDir });
    const [row] = await query(
      server.url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
              current_setting('data_checksums') AS checksums, current_setting('listen_addresses') AS listens,
              current_setting('unix_socket_directories') AS sockets, current_setting('timezone') AS zone,
              current_setting('server_encoding') AS encoding, lower('É') AS folded, inet_server_addr()::text AS address`,
    );
    expect(row).toEqual({
      fsync: 'on',
      commits: 'on',
      checksums: 'on',
      listens: '127.0.0.1',
      sockets: '',
      zone: 'UTC',
      encoding: 'UTF8',
      folded: 'é',
      address: '127.0.0.1/32',
    });
    await server.stop();
  });

  test.skipIf(process.platform === 'win32')('keeps its password from everybody else', async () => {
    const server = await startEmbeddedPostgres({ dataDir: made.dataDir });
    expect(statSync(made.password).mode & 0o077).toBe(0);
    const url = new URL(server.url);
    url.password = 'guessed';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await server.stop();
  });

  test('finds everything that was written before the last stop', async () => {
    await using(made, (server) => query(server.url, "INSERT INTO kept VALUES ('before')"));
    const rows = await using(made, (server) => query(server.url, "SELECT * FROM kept WHERE word = 'before'"));
    expect(rows).toEqual([{ word: 'before' }]);
  });

  test('begins a new log when the old one has grown long', async () => {
    truncateSync(made.log, 11 * 1024 * 1024);
    await using(made, async () => {});
    expect(statSync(`${made.log}.1`).size).toBe(11 * 1024 * 1024);
    expect(statSync(made.log).size).toBeLessThan(100_000);
  });

  test('believes no process number of a former life', async () => {
    const file = path.join(made.cluster, 'postmaster.pid');
    const leftBy = (pid: number) =>
      writeFileSync(file, `${pid}\n${made.cluster}\n1\n5432\n\n127.0.0.1\n0 0\nready\n`);
    const gone = spawn(process.execPath, ['--version']);
    await once(gone, 'exit');
    // One that has ended, and a living process that is no server: this one.
    for (const pid of [gone.pid ?? 0, process.pid]) {
      leftBy(pid);
      const found = await using(made, async (server) => {
        const words = await query(server.url, "SELECT word FROM kept WHERE word = 'before'");
        return { pid: server.pid, adopted: server.adopted, words };
      });
      expect(found).toEqual({ pid: expect.any(Number), adopted: false, words: [{ word: 'before' }] });
      expect(found.pid).not.toBe(pid);
      // Nobody was harmed, and what was left behind is gone with the server that took its place.
      expect(existsSync(file)).toBe(false);
    }
  });

  test('refuses data of another PostgreSQL with a sentence', async () => {
    const files = filesOf('of another version');
    mkdirSync(files.cluster, { recursive: true });
    writeFileSync(path.join(files.cluster, 'PG_VERSION'), '12\n');
    await expect(startEmbeddedPostgres({ dataDir: files.dataDir })).rejects.toThrow(
      /made by PostgreSQL 12, .* DATABASE_URL/,
    );
  });

  test('without binaries for this platform names DATABASE_URL', async () => {
    const start = startEmbeddedPostgres({ dataDir: made.dataDir, packageDir: path.join(folder, 'nothing') });
    await expect(start).rejects.toThrow(/No PostgreSQL for .* DATABASE_URL/);
  });
});

describe('a stop', () => {
  test('ends the server in order, also with open transactions, and may be asked for twice', async () => {
    const server = await startEmbeddedPostgres({ dataDir: made.dataDir });
    const client = new pg.Client(server.url);
    client.on('error', () => {});
    await client.connect();
    await client.query("BEGIN; INSERT INTO kept VALUES ('never')");
    await Promise.all([server.stop(), server.stop()]);
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(path.join(made.cluster, 'postmaster.pid'))).toBe(false);
    expect(readFileSync(made.log, 'utf8')).toMatch(/database system is shut down\n$/);
    const rows = await using(made, (next) => query(next.url, "SELECT * FROM kept WHERE word = 'never'"));
    expect(rows).toEqual([]);
  });
});

describe('a process that was killed', () => {
  test('leaves its server to the next one, with its data and its address', async () => {
    const parent = await startParent(made);
    await query(String(parent.said.url), "INSERT INTO kept VALUES ('survivor')");
    parent.process.kill('SIGKILL');
    const server = await startEmbeddedPostgres({ dataDir: made.dataDir });
    expect(server).toMatchObject({ adopted: true, pid: parent.said.pid, url: parent.said.url });
    expect(await query(server.url, "SELECT * FROM kept WHERE word = 'survivor'")).toHaveLength(1);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('during its first start leaves nothing that is taken for a database', async () => {
    const files = filesOf('killed early');
    const child = spawn(process.execPath, [PARENT, files.dataDir], { stdio: 'ignore' });
    await until('initdb is at work', () =>
      unfinished(files).some((name) => existsSync(`${name}/cluster/base`)),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(files.home)).toBe(false);
    await using(files, (server) => query(server.url, 'SELECT 1'));
  });
});

describe('two processes on one data folder', () => {
  test('are one too many, and the second is told so', async () => {
    const first = await startParent(made);
    const second = await startParent(made);
    expect(second.said).toEqual({
      error: 'DataDirectoryInUse',
      message:
        `The data folder ${made.dataDir} is already in use by another Trunkline (process ${first.process.pid}). ` +
        'Stop that one first, or give this one a folder of its own with TRUNKLINE_DATA.',
    });
    expect(await query(String(first.said.url), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('are told apart at a first start too, when all begin at once', async () => {
    const files = filesOf('raced for');
    const racers = await Promise.all([startParent(files), startParent(files), startParent(files)]);
    const winners = racers.filter(({ said }) => said.url !== undefined);
    const losers = racers.filter(({ said }) => said.error === 'DataDirectoryInUse');
    expect([winners.length, losers.length]).toEqual([1, 2]);
    expect(await query(String(winners[0]?.said.url), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(unfinished(files)).toEqual([]);
  });
});

describe('a server that dies', () => {
  test('is started again on the same address, and still belongs to us', async () => {
    const server = await startEmbeddedPostgres({ dataDir: made.dataDir });
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    await until('the server is back', () => server.pid !== pid && isAlive(server.pid));
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(startEmbeddedPostgres({ dataDir: made.dataDir })).rejects.toThrow('already in use');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });
});

function filesOf(name: string): ClusterFiles {
  const files = filesIn(path.join(folder, name));
  folders.push(files);
  return files;
}

function unfinished(files: ClusterFiles): string[] {
  if (!existsSync(files.dataDir)) return [];
  const names = readdirSync(files.dataDir).filter((name) => name.startsWith('postgres.new-'));
  return names.map((name) => path.join(files.dataDir, name));
}

async function using<Result>(
  files: ClusterFiles,
  work: (server: EmbeddedPostgres) => Promise<Result>,
): Promise<Result> {
  const server = await startEmbeddedPostgres({ dataDir: files.dataDir, settings: HURRY });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function startParent(
  files: ClusterFiles,
): Promise<{ process: ChildProcess; said: Record<string, unknown> }> {
  const child = spawn(process.execPath, [PARENT, files.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  parents.push(child);
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  return { process: child, said: JSON.parse(line) };
}

async function end(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  process.kill(pid, 'SIGQUIT');
  await until('the server of a test ends', () => !isAlive(pid));
}
