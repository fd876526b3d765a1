/**
 * The process under test: an app composed as `serve` does it, that obeys an order to end or to stand still at a
 * checkpoint, by a signal to itself, so that not one instruction follows the instant that was meant.
 */
import { flushCompileCache } from 'node:module';
import { bootstrap } from '../../src/actions/bootstrap.ts';
import { type App, compose, ROLES } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/lib/log.ts';
import { readSecretKey } from '../../src/secret-key.ts';
import type { Order, Report } from './orders.ts';
import { openPhones } from './phones.ts';

let order: Order | null = null;
process.on('message', (message) => {
  order = (message as { order: Order | null }).order;
});
// Whoever started this process is gone: nobody would ever stop it.
const quit = () => process.exit(1);
process.on('disconnect', quit);

const stopping = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
const app = await open(process.argv[2] ?? '');
await stopping;
await app.close();
process.off('disconnect', quit);
process.disconnect();

async function open(asked: string): Promise<App> {
  const config = readConfig(process.env);
  const databaseUrl = config.databaseUrl ?? '';
  const role = ROLES.find((each) => each === asked) ?? 'all';
  const log = createLog(config.logLevel);
  const secretKey = await readSecretKey(config);
  const channels = openPhones(databaseUrl);
  const opened = await compose({ config, databaseUrl, secretKey, role, log, channels, checkpoint });
  if (role !== 'dispatcher') await bootstrap(opened.deps, config.bootstrapKey);
  opened.startDispatcher();
  const url =
    opened.server === null ? null : await opened.server.listen({ host: config.host, port: config.port });
  await tell({ report: 'ready', url });
  // The next one starts faster; a process that is killed writes no cache.
  flushCompileCache();
  return opened;
}

/** Not async: an order to die takes effect before this returns. */
function checkpoint(label: string): void | Promise<void> {
  if (order === null || order.label !== label) return;
  order.passing -= 1;
  if (order.passing > 0) return;
  const { act } = order;
  const report: Report = { report: 'stopping', label: order.label };
  order = null;
  if (act === 'kill') process.kill(process.pid, 'SIGKILL');
  else return tell(report).then(() => void process.kill(process.pid, 'SIGSTOP'));
}

function tell(report: Report): Promise<void> {
  return new Promise((resolve) => process.send?.(report, () => resolve()));
}
