/** The process under test: an app composed as `serve` does it, in more of a hurry, that obeys orders. */
import { flushCompileCache } from 'node:module';
import { bootstrap } from '../../src/actions/workspace/bootstrap.ts';
import { type App, compose, ROLES } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/lib/log.ts';
import { readSecretKey } from '../../src/secret-key.ts';
import { checkpoint, tell, workUntilStopped } from './obey.ts';
import { HURRY } from './patience.ts';

const app = await open(process.argv[2] ?? '');
await workUntilStopped(() => app.close());

async function open(asked: string): Promise<App> {
  const config = readConfig(process.env);
  const databaseUrl = config.databaseUrl ?? '';
  const role = ROLES.find((each) => each === asked) ?? 'all';
  const log = createLog(config.logLevel);
  const secretKey = await readSecretKey(config);
  const opened = await compose({ config, databaseUrl, secretKey, role, log, patience: HURRY, checkpoint });
  if (role !== 'dispatcher') await bootstrap(opened.deps, config.bootstrapKey);
  opened.startDispatcher();
  const url =
    opened.server === null ? null : await opened.server.listen({ host: config.host, port: config.port });
  await tell({ report: 'ready', url });
  // The next one starts faster; a process that is killed writes no cache.
  flushCompileCache();
  return opened;
}
