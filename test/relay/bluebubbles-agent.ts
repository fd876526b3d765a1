/**
 * An agent with a BlueBubbles server behind it in a process of its own, which ends itself by SIGKILL at a named step:
 * `bluebubbles-agent.ts <server> <token> <folder> <BlueBubbles address> <its password> <step>`.
 */
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { startAgent } from '../../src/relay/agent.ts';
import { createBlueBubblesDriver } from '../../src/relay/drivers/bluebubbles.ts';

const [server = '', token = '', dataDir = '', serverUrl = '', password = '', step = ''] =
  process.argv.slice(2);
const clock = systemClock();
// Whoever started this process is gone: nobody would ever stop it.
process.on('disconnect', () => process.exit(1));
await startAgent({
  server,
  token,
  name: 'Mortal Mac',
  version: '0.0.1',
  dataDir,
  driver: createBlueBubblesDriver({ server: { serverUrl, method: 'auto', password }, clock, dataDir }),
  clock,
  random: systemRandom(),
  log: silentLog(),
  longestWaitMs: 200,
  checkpoint(label) {
    if (label === step) process.kill(process.pid, 'SIGKILL');
  },
});
process.send?.('ready');
