/**
 * An agent with Messages behind it in a process of its own, which ends itself by SIGKILL at a named step:
 * `messages-app-agent.ts <server> <token> <folder> <home> <osascript> <step>`.
 */
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { startAgent } from '../../src/relay/agent.ts';
import { createMessagesAppDriver } from '../../src/relay/drivers/messages-app/messages-app.ts';

const [server = '', token = '', dataDir = '', home = '', osascriptProgram = '', step = ''] =
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
  driver: createMessagesAppDriver({ clock, dataDir, home, osascriptProgram }),
  clock,
  random: systemRandom(),
  log: silentLog(),
  longestWaitMs: 200,
  checkpoint(label) {
    if (label === step) process.kill(process.pid, 'SIGKILL');
  },
});
process.send?.('ready');
