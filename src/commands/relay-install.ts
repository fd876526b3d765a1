/** `relay install`: the relay of this Mac, started by macOS whenever its user signs in. */
import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../lib/command-line.ts';
import { installLaunchAgent, type LaunchAgent, plistOf, warnOfMovingNode } from '../relay/launchd.ts';

export interface InstallOptions {
  dataDir: string;
  driver: string;
  /** Shows the plist and does nothing. */
  printsOnly: boolean;
}

const LABEL = 'trunkline.relay';

export async function installRelay({ dataDir, driver, printsOnly }: InstallOptions): Promise<number> {
  const home = os.homedir();
  const root = path.resolve(import.meta.dirname, '..', '..');
  const agent: LaunchAgent = {
    label: LABEL,
    command: [
      process.execPath,
      path.join(root, 'src', 'main.ts'),
      'relay',
      '--driver',
      driver,
      '--data',
      dataDir,
    ],
    workingDirectory: root,
    // launchd gives next to nothing: osascript must be found, and read its arguments as UTF-8.
    environment: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', HOME: home, LANG: 'en_US.UTF-8' },
    logFile: path.join(home, 'Library', 'Logs', 'Trunkline', 'relay.log'),
  };
  if (printsOnly) {
    process.stdout.write(plistOf(agent));
    return 0;
  }
  const uid = process.getuid?.();
  if (process.platform !== 'darwin' || uid === undefined)
    throw new UsageError('Only macOS has launchd: start the relay by whatever starts services here.');
  const { file, commands } = await installLaunchAgent(agent, home, uid).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  for (const [index, [program = '', ...args]] of commands.entries()) {
    const done = promisify(execFile)(program, args);
    // What was not loaded before can't be taken away.
    await (index === 0 ? done.catch(() => {}) : done);
  }
  const warning = warnOfMovingNode(process.execPath);
  process.stdout.write(
    `Installed ${file}: the relay runs now, and after every sign-in. Its log: ${agent.logFile}\n` +
      `See "relay status" for what it still needs.\n${warning === null ? '' : `Warning: ${warning}\n`}`,
  );
  return 0;
}
