import { type Config, ConfigError } from '../config.ts';
import type { Log } from '../lib/log.ts';
import { startEmbeddedPostgres } from '../store/embedded/embedded-postgres.ts';

export interface OpenedDatabase {
  url: string;
  isEmbedded: boolean;
  close(): Promise<void>;
}

/** The database of DATABASE_URL, else the embedded server of the data folder. */
export async function openDatabaseUrl(config: Config, log?: Log): Promise<OpenedDatabase> {
  if (config.databaseUrl !== null) {
    if (!/^postgres(ql)?:\/\//.test(config.databaseUrl)) {
      throw new ConfigError('DATABASE_URL must look like postgres://user:password@host:5432/database');
    }
    return { url: config.databaseUrl, isEmbedded: false, close: async () => {} };
  }
  const server = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    ...(log === undefined
      ? {}
      : { log: { info: (text: string) => log.info(text), warn: (text: string) => log.warn(text) } }),
  });
  return { url: server.url, isEmbedded: true, close: () => server.stop() };
}
