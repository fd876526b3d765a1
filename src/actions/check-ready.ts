import type { Deps } from '../deps.ts';
import { readDatabaseClock } from '../store/messages/due.ts';

/** Throws when the database is out of reach. */
export async function checkReady(deps: Deps): Promise<void> {
  await readDatabaseClock(deps.database);
}
