/**
 * Brings the database to the schema of this version: `migrations/NNNN_name.sql`, in order, forward only.
 *
 * Each file and its row in `schema_migrations` are one transaction, which also holds the lock and re-reads what is
 * applied: so several processes may start at once, one that is killed leaves a whole number of migrations, and
 * everything works behind PgBouncer in transaction mode, where a lock of the session would not.
 *
 * A file that begins with `-- breaking` can't be lived with by older processes; see refuseIfTooOld below.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { StartupRefused } from './startup-refused.ts';

export interface Migration {
  version: number;
  /** File name without `.sql`. */
  name: string;
  sql: string;
  /** SHA-256 of the text with LF line ends. */
  checksum: string;
  breaking: boolean;
}

export interface MigrateOptions {
  /** Folder of the files; the product's own by default. */
  dir?: string;
  log?: { info(message: string): void; warn(message: string): void };
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
  breaking: boolean;
}

const OWN_MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
/** Any constant; it only has to differ from other advisory locks in the same database. */
const MIGRATION_LOCK = 500_069_490_284;

/**
 * Applies what is missing and names it. Several processes may call this at once.
 * @throws {StartupRefused} when the files and the database contradict each other, or a migration fails.
 */
export async function migrate(
  database: pg.Pool | pg.ClientBase,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const migrations = readMigrations(options.dir ?? OWN_MIGRATIONS);
  const applied: string[] = [];
  await withClient(database, async (client) => {
    for (let more = true; more; ) {
      const next = await applyNext(client, migrations, options, applied.length === 0);
      if (next !== null) applied.push(next);
      more = next !== null;
    }
  });
  return { applied };
}

/**
 * For processes that don't migrate: changes nothing.
 * @throws {StartupRefused} when the database is behind this version, or too far ahead of it.
 */
export async function checkSchema(
  database: pg.Pool | pg.ClientBase,
  options: MigrateOptions = {},
): Promise<void> {
  const pending = await findPending(database, options);
  if (pending.length === 0) return;
  throw new StartupRefused(
    `The database is older than this version of Trunkline: ${pending.join(', ')} ` +
      'is not applied yet. Run `npm run trunkline -- migrate` first.',
  );
}

/**
 * Names of the migrations that are not applied yet. Changes nothing.
 * @throws {StartupRefused} when the files and the database contradict each other.
 */
export function findPending(
  database: pg.Pool | pg.ClientBase,
  options: MigrateOptions = {},
): Promise<string[]> {
  const migrations = readMigrations(options.dir ?? OWN_MIGRATIONS);
  return withClient(database, async (client) =>
    pendingOf(migrations, await readApplied(client), options).map(({ name }) => name),
  );
}

function readMigrations(dir: string): Migration[] {
  const migrations = readdirSync(dir)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => readMigration(dir, file));
  migrations.forEach(({ version, name }, index) => {
    const former = migrations[index - 1];
    if (former?.version === version) {
      throw new StartupRefused(`Two migrations have the same number: ${former.name} and ${name}.`);
    }
  });
  return migrations;
}

function readMigration(dir: string, file: string): Migration {
  const version = FILE_NAME.exec(file)?.[1];
  if (version === undefined) {
    throw new StartupRefused(`The migration ${file} must be named like 0001_base.sql.`);
  }
  // Git may check out other line ends on Windows; that is not another migration.
  const sql = readFileSync(path.join(dir, file), 'utf8').replaceAll('\r\n', '\n');
  const head = /^(?:[^\S\n]*(?:--.*)?\n)*/.exec(sql)?.[0] ?? '';
  return {
    version: Number(version),
    name: path.basename(file, '.sql'),
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    breaking: /^\s*--\s*breaking\b/m.test(head),
  };
}

/** One transaction: the next missing migration, or null when there is none. */
async function applyNext(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  options: MigrateOptions,
  first: boolean,
): Promise<string | null> {
  await client.query('BEGIN');
  try {
    // A limit meant for requests must not end a migration of a large table, nor the wait for another process's.
    await client.query('SET LOCAL statement_timeout = 0');
    await client.query('SELECT pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
    const known = await readApplied(client);
    const [next] = pendingOf(migrations, known, first ? options : {});
    if (next !== undefined) await apply(client, next, options);
    await client.query('COMMIT');
    return next?.name ?? null;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function apply(client: pg.ClientBase, migration: Migration, options: MigrateOptions): Promise<void> {
  const { version, name, sql, checksum, breaking } = migration;
  options.log?.info(`Migrating the database: ${name}`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       version    integer PRIMARY KEY,
       name       text NOT NULL,
       checksum   text NOT NULL,
       breaking   boolean NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT now()
     )`,
  );
  await client.query(
    'INSERT INTO schema_migrations (version, name, checksum, breaking) VALUES ($1, $2, $3, $4)',
    [version, name, checksum, breaking],
  );
  try {
    await client.query(sql);
  } catch (cause) {
    throw new StartupRefused(`The migration ${name} failed and left nothing behind: ${tell(cause, sql)}`, {
      cause,
    });
  }
}

async function readApplied(client: pg.ClientBase): Promise<Applied[]> {
  const { rows } = await client.query<{ present: boolean }>(
    "SELECT to_regclass('schema_migrations') IS NOT NULL AS present",
  );
  if (!rows[0]?.present) return [];
  const applied = await client.query<Applied>(
    'SELECT version, name, checksum, breaking FROM schema_migrations ORDER BY version',
  );
  return applied.rows;
}

/** What this version has and the database hasn't, after everything that must not be has been refused. */
function pendingOf(
  migrations: readonly Migration[],
  applied: readonly Applied[],
  { log }: MigrateOptions,
): Migration[] {
  const ours = new Map(migrations.map((migration) => [migration.version, migration]));
  const newestOfOurs = migrations.at(-1)?.version ?? 0;
  const newestApplied = applied.at(-1)?.version ?? 0;
  refuseIfTooOld(
    applied.filter(({ version }) => version > newestOfOurs),
    log,
  );
  for (const { version, name, checksum } of applied) {
    if (version > newestOfOurs) continue;
    const migration = ours.get(version);
    if (migration === undefined || migration.name !== name) {
      throw new StartupRefused(
        `The database holds the migration ${name}, which this version of Trunkline does not know. They do not belong together.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new StartupRefused(
        `The migration ${name} was changed after it was applied to this database. Restore the file as it was and put ` +
          'the change into a new migration.',
      );
    }
  }
  const done = new Set(applied.map(({ version }) => version));
  const pending = migrations.filter(({ version }) => !done.has(version));
  const late = pending.find(({ version }) => version < newestApplied);
  if (late !== undefined) {
    throw new StartupRefused(
      `The migration ${late.name} comes before others that are already applied. Give it a number after ${newestApplied}.`,
    );
  }
  return pending;
}

/** Old and new processes overlap in every rolling upgrade; only a breaking migration makes that impossible. */
function refuseIfTooOld(unknown: readonly Applied[], log: MigrateOptions['log']): void {
  const breaking = unknown.filter((migration) => migration.breaking);
  if (breaking.length > 0) {
    throw new StartupRefused(
      `The database belongs to a newer version of Trunkline (${breaking.map(({ name }) => name).join(', ')}) and this one ` +
        'can no longer work with it. Upgrade this process.',
    );
  }
  if (unknown.length > 0) {
    log?.warn(
      `The database is newer than this version of Trunkline (${unknown.map(({ name }) => name).join(', ')}); ` +
        'they still work together. Upgrade this process soon.',
    );
  }
}

/** PostgreSQL's words and the line they are about. */
function tell(error: unknown, sql: string): string {
  if (!(error instanceof pg.DatabaseError)) return error instanceof Error ? error.message : String(error);
  if (error.position === undefined) return error.message;
  const line = sql.slice(0, Number(error.position)).split('\n').length;
  return `${error.message} (line ${line})`;
}

async function withClient<Result>(
  database: pg.Pool | pg.ClientBase,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  if (!(database instanceof pg.Pool)) return work(database);
  const client = await database.connect();
  // The statement at hand fails with the connection; without a listener the process would end too.
  const onLost = () => {};
  client.on('error', onLost);
  try {
    return await work(client);
  } finally {
    client.off('error', onLost);
    client.release();
  }
}
