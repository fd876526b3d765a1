/** An API process as `trunkline serve --role api` makes it, for measuring. Prints its address and a key as JSON. */
import { bootstrap, newApiKey } from '../src/actions/workspace/bootstrap.ts';
import { compose, type Role } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/lib/log.ts';

const config = { ...readConfig(process.env), sendsPerMinute: 0 };
const role = (process.argv[2] ?? 'api') as Role;
const app = await compose({
  config,
  databaseUrl: config.databaseUrl ?? '',
  secretKey: Buffer.alloc(32, 1),
  role,
  log: createLog('warn'),
});
const key = newApiKey();
await bootstrap(app.deps, key);
app.startDispatcher();
const address = await app.server?.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ address, key })}\n`);
process.once('SIGTERM', () => {
  process.stdout.write(
    `${JSON.stringify({ cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000 })}\n`,
  );
  void app.close().then(() => process.exit(0));
});
