/** `migrate`: for fleets, whose processes only check that it was run. */
import { readConfig } from '../config.ts';
import { readOptions } from '../lib/command-line.ts';
import { migrate } from '../store/migrate.ts';
import { withPool } from '../store/pool.ts';
import { openDatabaseUrl } from './open-database-url.ts';

export async function migrateCommand(args: string[]): Promise<number> {
  readOptions(args, []);
  const opened = await openDatabaseUrl(readConfig(process.env));
  try {
    const { applied } = await withPool({ connectionString: opened.url, max: 1 }, (pool) =>
      migrate(pool, { log: console }),
    );
    process.stdout.write(
      applied.length === 0 ? 'The database is up to date.\n' : `Applied ${applied.join(', ')}.\n`,
    );
    return 0;
  } finally {
    await opened.close();
  }
}
