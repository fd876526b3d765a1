import pg from 'pg';
import { type Config, ConfigError } from '../config.ts';
import type { Log } from '../lib/log.ts';
import { startEmbeddedPostgres } from '../store/embedded/embedded-postgres.ts';
import { StartupRefused } from '../store/startup-refused.ts';

export interface OpenedDatabase {
  url: string;
  close(): Promise<void>;
}

const LONGEST_CONNECT_MS = 10_000;
const FORM = 'DATABASE_URL must look like postgres://user:password@host:5432/database';

/**
 * The database of DATABASE_URL, else the embedded server of the data folder.
 * @throws {ConfigError | StartupRefused} with a sentence, never with the password, when it can't be reached.
 */
export async function openDatabaseUrl(config: Config, log?: Log): Promise<OpenedDatabase> {
  if (config.databaseUrl !== null) {
    await assertReachable(config.databaseUrl);
    return { url: config.databaseUrl, close: async () => {} };
  }
  const server = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    ...(log === undefined
      ? {}
      : { log: { info: (text: string) => log.info(text), warn: (text: string) => log.warn(text) } }),
  });
  return { url: server.url, close: () => server.stop() };
}

async function assertReachable(url: string): Promise<void> {
  const client = clientFor(url);
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw new StartupRefused(
      `Cannot reach the database of DATABASE_URL (${client.host}:${client.port}): ${reasonOf(cause)}.`,
      { cause },
    );
  } finally {
    await client.end().catch(() => {});
  }
}

function clientFor(url: string): pg.Client {
  const [, authority = null, rest = ''] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (authority === null) throw new ConfigError(FORM);
  // A password with one of these in it would be taken for host and port, and told as such.
  if (!authority.includes('@') && rest.includes('@')) {
    throw new ConfigError(`${FORM}, with / ? # in user or password written as %2F %3F %23`);
  }
  try {
    return new pg.Client({ connectionString: url, connectionTimeoutMillis: LONGEST_CONNECT_MS });
  } catch {
    // What Node says of a malformed address repeats it.
    throw new ConfigError(FORM);
  }
}

/** A host with several addresses fails with one error for each, and no words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
