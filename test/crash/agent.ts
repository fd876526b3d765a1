/** The agent of a Mac as a process that obeys orders: `agent.ts <Mac, as JSON>`. */
import { flushCompileCache } from 'node:module';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { startAgent } from '../../src/relay/agent.ts';
import { createMessagesAppDriver } from '../../src/relay/drivers/messages-app/messages-app.ts';
import { createSandboxDriver } from '../../src/relay/drivers/sandbox.ts';
import { checkpoint, tell, workUntilStopped } from './obey.ts';
import { HURRY_ON_MAC } from './patience.ts';

export interface MacOrder {
  server: string;
  token: string;
  dataDir: string;
  /** Of the user whose Messages is told; null: the phones behind it are simulated. */
  messages: { home: string; osascriptProgram: string } | null;
}

const { server, token, dataDir, messages } = JSON.parse(process.argv[2] ?? '{}') as MacOrder;
const clock = systemClock();
const agent = await startAgent({
  server,
  token,
  name: 'Mortal Mac',
  version: '0.0.1',
  dataDir,
  driver:
    messages === null
      ? createSandboxDriver({ dataDir, clock })
      : createMessagesAppDriver({ clock, dataDir, ...messages, times: HURRY_ON_MAC }),
  clock,
  random: systemRandom(),
  log: silentLog(),
  longestWaitMs: 200,
  checkpoint: (label) => checkpoint(`agent.${label}`),
});
// It never says a word of its own: what it dies of is told by the process's end.
agent.ended.catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
await tell({ report: 'ready', url: null });
flushCompileCache();
await workUntilStopped(() => agent.stop());
