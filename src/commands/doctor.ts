/** `trunkline doctor`: what Trunkline needs, one line each, with what to do where something is missing. */
import { access, constants, mkdir } from 'node:fs/promises';
import pg from 'pg';
import { type Config, readConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { readSecretKey } from '../secret-key.ts';
import { checkSchema } from '../store/migrate.ts';
import { DataDirectoryInUse } from '../store/startup-refused.ts';
import { openDatabaseUrl } from './open-database-url.ts';

interface Finding {
  name: string;
  ok: boolean;
  text: string;
}

const clock = systemClock();
const OLDEST_POSTGRES = 150_000;
const TOLERATED_SKEW_MS = 2_000;

export async function doctor(): Promise<number> {
  const config = readConfig(process.env);
  const findings: Finding[] = [
    await probe('node', async () => `${process.version} on ${process.platform} ${process.arch}`),
    await probe('data folder', () => checkDataDir(config)),
    await probe('secret key', () => checkSecretKey(config)),
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

async function checkDataDir({ dataDir }: Config): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  await access(dataDir, constants.R_OK | constants.W_OK);
  return `${dataDir} can be written`;
}

async function checkSecretKey(config: Config): Promise<string> {
  await readSecretKey(config);
  return config.secretKey === null ? 'from the key file in the data folder' : 'from TRUNKLINE_SECRET_KEY';
}

async function checkDatabase(config: Config): Promise<Finding[]> {
  try {
    const opened = await openDatabaseUrl(config);
    const pool = new pg.Pool({ connectionString: opened.url, max: 2 });
    try {
      return [
        await probe('database', () => checkVersion(pool, opened.isEmbedded)),
        await probe('schema', async () => {
          await checkSchema(pool);
          return 'up to date';
        }),
        await probe('clock', () => checkClock(pool)),
        await probe('signals', () => checkSignals(pool)),
      ];
    } finally {
      await pool.end();
      await opened.close();
    }
  } catch (error) {
    // That it is in use means that it works.
    const isInUse = error instanceof DataDirectoryInUse;
    return [{ name: 'database', ok: isInUse, text: (error as Error).message }];
  }
}

async function checkVersion(pool: pg.Pool, isEmbedded: boolean): Promise<string> {
  const { rows } = await pool.query<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  );
  const version = rows[0];
  if (version === undefined || version.number < OLDEST_POSTGRES) {
    throw new Error(`PostgreSQL ${version?.text} is too old: 15 is the oldest that works`);
  }
  return `PostgreSQL ${version.text}, ${isEmbedded ? 'embedded' : 'by DATABASE_URL'}`;
}

async function checkClock(pool: pg.Pool): Promise<string> {
  const before = clock.now();
  const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  const skewMs = Math.abs((rows[0]?.at.getTime() ?? 0) - (before + clock.now()) / 2);
  if (skewMs > TOLERATED_SKEW_MS)
    throw new Error(`this machine's clock is ${Math.round(skewMs)} ms off the database's`);
  return `within ${Math.ceil(skewMs)} ms of the database's`;
}

async function checkSignals(pool: pg.Pool): Promise<string> {
  const listener = await pool.connect();
  try {
    const heard = new AbortController();
    listener.once('notification', () => heard.abort());
    await listener.query('LISTEN trunkline_doctor');
    await pool.query('NOTIFY trunkline_doctor');
    await clock.sleep(1_000, heard.signal);
    return heard.signal.aborted
      ? 'LISTEN works'
      : 'LISTEN is not heard (a pooler in between?): dispatchers look at intervals';
  } finally {
    listener.release(true);
  }
}
