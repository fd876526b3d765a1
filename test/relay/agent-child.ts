/**
 * An agent in a process of its own, which ends itself by SIGKILL at a named step, so that not one instruction follows:
 * `agent-child.ts <server> <token> <folder> <step>`.
 */
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { startAgent } from '../../src/relay/agent.ts';
import { createSandboxDriver } from '../../src/relay/drivers/sandbox.ts';

const [server = '', token = '', dataDir = '', step = ''] = process.argv.slice(2);
const clock = systemClock();
// Whoever started this process is gone: nobody would ever stop it.
process.on('disconnect', () => process.exit(1));
const agent = await startAgent({
  server,
  token,
  name: 'Mortal Mac',
  version: '0.0.1',
  dataDir,
  driver: createSandboxDriver({ dataDir, clock }),
  clock,
  random: systemRandom(),
  log: silentLog(),
  longestWaitMs: 200,
  checkpoint(label) {
    if (label === step) process.kill(process.pid, 'SIGKILL');
  },
});
process.on('SIGTERM', () => void agent.stop().then(() => process.disconnect?.()));
process.send?.('ready');
