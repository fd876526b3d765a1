/**
 * A process that owns an embedded server, for tests that kill it: `embedded-parent.ts <dataDir>`. It says on one line
 * what came of the start, and stops the server when it is asked to end.
 */
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts';

const [dataDir = ''] = process.argv.slice(2);
try {
  const { url, pid, adopted, stop } = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
  process.once('SIGTERM', stop);
  say({ url, pid, adopted });
} catch (error) {
  const { name, message } = error as Error;
  say({ error: name, message });
}

function say(words: object): void {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}
