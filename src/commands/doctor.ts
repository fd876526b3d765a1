/** `doctor`: what a start needs, one line each, with what to do where something is missing. Changes nothing. */
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { type Config, findWrongSettings, readConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { readOptions } from '../lib/command-line.ts';
import { findSecretKey } from '../secret-key.ts';
import { lookAtCluster } from '../store/embedded/look-at-cluster.ts';
import { findPending } from '../store/migrate.ts';
import { withPool } from '../store/pool.ts';
import { refuseMalformedKey } from './bootstrap-key.ts';
import { openDatabaseUrl } from './open-database-url.ts';
import { cannotListen, tryToListen } from './port.ts';

interface Finding {
  name: string;
  ok: boolean;
  text: string;
}

const clock = systemClock();
const OLDEST_POSTGRES = 150_000;
const TOLERATED_SKEW_MS = 2_000;
const LONGEST_ANSWER_MS = 2_000;

export async function doctor(args: string[]): Promise<number> {
  readOptions(args, []);
  const wrong = findWrongSettings(process.env);
  // The rest is looked at as if those had not been set.
  const config = readConfig({
    ...process.env,
    ...Object.fromEntries(wrong.map(({ env }) => [env, undefined])),
  });
  const findings: Finding[] = [
    ...wrong.map(({ sentence }) => ({ name: 'settings', ok: false, text: sentence })),
    await probe('node', async () => `${process.version} on ${process.platform} ${process.arch}`),
    await probe('api key', async () => checkBootstrapKey(config)),
    await probe('data folder', () => checkDataDir(config)),
    await probe('secret key', () => checkSecretKey(config)),
    await probe('files', async () => placeOfFiles(config)),
    await probe('port', () => checkPort(config)),
    ...(await checkDatabase(config)),
  ];
  for (const { name, ok, text } of findings)
    process.stdout.write(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(12)}${text}\n`);
  return findings.every((finding) => finding.ok) ? 0 : 1;
}

async function probe(name: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, text: await look() };
  } catch (error) {
    return { name, ok: false, text: (error as Error).message };
  }
}

function checkBootstrapKey(config: Config): string {
  refuseMalformedKey(config);
  return config.bootstrapKey === null
    ? 'generated at the first start, and shown only then'
    : 'TRUNKLINE_BOOTSTRAP_KEY, added at the next start';
}

async function checkDataDir({ dataDir }: Config): Promise<string> {
  const folder = path.resolve(dataDir);
  const there = await nearest(folder);
  if (!(await stat(there)).isDirectory()) {
    throw new Error(`${there} is not a folder. Choose another with TRUNKLINE_DATA.`);
  }
  await access(there, constants.R_OK | constants.W_OK).catch(() => {
    throw new Error(`${there} cannot be written to. Choose another folder with TRUNKLINE_DATA.`);
  });
  return there === folder ? `${folder} can be written to` : `${folder} is created at the first start`;
}

/** The folder itself, or of those around it the first that exists. */
async function nearest(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  return exists || parent === folder ? folder : nearest(parent);
}

async function checkSecretKey(config: Config): Promise<string> {
  const key = await findSecretKey(config);
  if (config.secretKey !== null) return 'from TRUNKLINE_SECRET_KEY';
  return key === null
    ? 'created in the data folder at the first start'
    : 'from the key file in the data folder';
}

/** A hint at most: one machine with a database elsewhere needs no bucket. */
function placeOfFiles({ dataDir, s3Bucket, databaseUrl }: Config): string {
  if (s3Bucket !== null) return `in the bucket ${s3Bucket}`;
  const folder = path.resolve(dataDir, 'files');
  if (databaseUrl === null) return `in ${folder}`;
  return `in ${folder}: with processes on several machines set TRUNKLINE_S3_BUCKET, or they will miss each other's attachments`;
}

async function checkPort(config: Config): Promise<string> {
  const trouble = await tryToListen(config);
  const place = `${config.host}:${config.port}`;
  if (trouble === null) return config.port === 0 ? 'any free one' : `${place} is free`;
  if (trouble.code === 'EADDRINUSE' && (await isTrunkline(config))) {
    return `${place} is in use by a running Trunkline`;
  }
  throw new Error(cannotListen(config, trouble));
}

async function isTrunkline({ host, port }: Config): Promise<boolean> {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  try {
    const answer = await fetch(`http://${reached}:${port}/healthz`, {
      signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    });
    return ((await answer.json()) as { status?: unknown }).status === 'ok';
  } catch {
    return false;
  }
}

async function checkDatabase(config: Config): Promise<Finding[]> {
  try {
    if (config.databaseUrl !== null) {
      const { url } = await openDatabaseUrl(config);
      return await checkServer(url, 'by DATABASE_URL');
    }
    const folder = path.resolve(config.dataDir);
    const found = await lookAtCluster(folder);
    if (found.state === 'running') {
      const user =
        found.owner === null
          ? `${folder} has a server whose Trunkline was killed; the next start takes it over`
          : `${folder} is in use by process ${found.owner}: running`;
      return await checkServer(found.url, `embedded; ${user}`);
    }
    const text =
      found.state === 'absent'
        ? `embedded PostgreSQL ${found.major}, created in ${folder} at the first start`
        : `embedded PostgreSQL ${found.major} in ${folder}, stopped; \`serve\` starts it and migrates it if need be`;
    return [{ name: 'database', ok: true, text }];
  } catch (error) {
    // One line about it is enough: nothing else can be asked.
    return [{ name: 'database', ok: false, text: (error as Error).message }];
  }
}

function checkServer(url: string, which: string): Promise<Finding[]> {
  return withPool({ connectionString: url, max: 2 }, async (pool) => [
    await probe('database', () => checkVersion(pool, which)),
    await probe('schema', () => checkSchema(pool)),
    await probe('clock', () => checkClock(pool)),
    await probe('signals', () => checkSignals(pool)),
  ]);
}

async function checkVersion(pool: pg.Pool, which: string): Promise<string> {
  const { rows } = await pool.query<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  );
  const version = rows[0];
  if (version === undefined || version.number < OLDEST_POSTGRES) {
    throw new Error(`PostgreSQL ${version?.text} is too old: 15 is the oldest that works`);
  }
  return `PostgreSQL ${version.text}, ${which}`;
}

async function checkSchema(pool: pg.Pool): Promise<string> {
  const pending = await findPending(pool);
  if (pending.length === 0) return 'up to date';
  return (
    `not applied yet: ${pending.join(', ')}. \`npm start\` does it by itself; ` +
    'for roles api and dispatcher run `npm run trunkline -- migrate` first'
  );
}

async function checkClock(pool: pg.Pool): Promise<string> {
  const before = clock.now();
  const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  const skewMs = Math.abs((rows[0]?.at.getTime() ?? 0) - (before + clock.now()) / 2);
  if (skewMs > TOLERATED_SKEW_MS)
    throw new Error(`this machine's clock differs from the database's by ${Math.round(skewMs)} ms`);
  return `within ${Math.ceil(skewMs)} ms of the database's`;
}

async function checkSignals(pool: pg.Pool): Promise<string> {
  const listener = await pool.connect();
  try {
    const heard = new AbortController();
    listener.once('notification', () => heard.abort());
    await listener.query('LISTEN trunkline_doctor');
    await pool.query('NOTIFY trunkline_doctor');
    await clock.sleep(LONGEST_ANSWER_MS, heard.signal);
    return heard.signal.aborted
      ? 'LISTEN and NOTIFY work'
      : 'notifications do not arrive (a pooler in between?): dispatchers poll instead';
  } finally {
    listener.release(true);
  }
}
