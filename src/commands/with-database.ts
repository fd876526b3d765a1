/** For operators' commands: the database for as long as the work takes. */
import { readConfig } from '../config.ts';
import { silentLog } from '../lib/log.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { openDatabaseUrl } from './open-database-url.ts';

/** Beside a running server this needs DATABASE_URL: the embedded database belongs to the process that started it. */
export async function withDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env);
  const opened = await openDatabaseUrl(config);
  const { namedStatements } = config;
  const database = openDatabase({ url: opened.url, maxConnections: 1, namedStatements, log: silentLog() });
  try {
    return await work(database);
  } finally {
    await database.close();
    await opened.close();
  }
}
