import pg from 'pg';
import { readConfig } from '../config.ts';
import { migrate } from '../store/migrate.ts';
import { openDatabaseUrl } from './open-database-url.ts';

export async function migrateCommand(): Promise<number> {
  const config = readConfig(process.env);
  const opened = await openDatabaseUrl(config);
  const pool = new pg.Pool({ connectionString: opened.url, max: 1 });
  try {
    const { applied } = await migrate(pool, { log: console });
    process.stdout.write(
      applied.length === 0 ? 'The database is up to date.\n' : `Applied ${applied.join(', ')}.\n`,
    );
    return 0;
  } finally {
    await pool.end();
    await opened.close();
  }
}
