// Not of ./database.ts: by its importers `npm test -- --only-database` finds the files that use one.
import { SERVER_VARIABLE, startTestServer } from './database-server.ts';

/** Once per run, before the first test file; what it returns runs after the last, also when tests failed. */
export async function setup(): Promise<() => Promise<void>> {
  const server = await startTestServer();
  // The processes that run the test files inherit it.
  process.env[SERVER_VARIABLE] = JSON.stringify(server);
  return () => server.stop();
}
