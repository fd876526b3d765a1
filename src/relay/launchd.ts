/**
 * `trunkline relay install`: the agent as a LaunchAgent of the user who is signed in to Messages. Not a daemon: AppleScript
 * and Messages live in that user's session. launchd.plist(5), launchctl(1).
 */
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface LaunchAgent {
  /** Reverse-domain name, e.g. `trunkline.relay`. */
  label: string;
  /** Absolute program first. */
  command: readonly string[];
  workingDirectory: string;
  environment: Readonly<Record<string, string>>;
  /** Gets what the agent writes; launchd never shortens it. */
  logFile: string;
}

/** Seconds between two starts of an agent that keeps ending. */
const THROTTLE_S = 10;
/** Seconds from SIGTERM to SIGKILL: longer than a send may take to be noted. */
const EXIT_S = 60;

export function plistOf({ label, command, workingDirectory, environment, logFile }: LaunchAgent): string {
  const keys: [string, string][] = [
    ['Label', string(label)],
    ['ProgramArguments', list(command.map(string))],
    ['WorkingDirectory', string(workingDirectory)],
    [
      'EnvironmentVariables',
      dictionary(Object.entries(environment).map(([name, value]) => [name, string(value)])),
    ],
    ['RunAtLoad', '<true/>'],
    // Not when it ended in peace: its server wants nothing of it any more.
    ['KeepAlive', dictionary([['SuccessfulExit', '<false/>']])],
    ['ThrottleInterval', `<integer>${THROTTLE_S}</integer>`],
    ['ExitTimeOut', `<integer>${EXIT_S}</integer>`],
    ['ProcessType', string('Interactive')],
    ['LimitLoadToSessionType', string('Aqua')],
    ['StandardOutPath', string(logFile)],
    ['StandardErrorPath', string(logFile)],
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${dictionary(keys)}
</plist>
`;
}

export interface Installation {
  file: string;
  /** To be run in this order; the first may fail, when nothing was loaded before. */
  commands: readonly (readonly string[])[];
}

/** Writes the plist; answers what loads it. Throws a sentence for a person when it can't be. */
export async function installLaunchAgent(
  agent: LaunchAgent,
  home: string,
  uid: number,
): Promise<Installation> {
  if (uid === 0) {
    throw new Error(
      'Install the relay as the user who is signed in to Messages, not as root and without sudo.',
    );
  }
  const program = agent.command[0] ?? '';
  if (!path.posix.isAbsolute(program))
    throw new Error(`launchd needs the whole path of the program, not "${program}".`);
  if (!/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(agent.label))
    throw new Error(`"${agent.label}" is no label for launchd.`);

  const folder = path.join(home, 'Library', 'LaunchAgents');
  const file = path.join(folder, `${agent.label}.plist`);
  await mkdir(folder, { recursive: true });
  await mkdir(path.dirname(agent.logFile), { recursive: true });
  await writeFile(`${file}.next`, plistOf(agent));
  // launchd ignores what others could have changed, whatever the umask was.
  await chmod(`${file}.next`, 0o644);
  await rename(`${file}.next`, file);
  return { file, commands: commandsFor(agent.label, file, uid) };
}

function commandsFor(label: string, file: string, uid: number): string[][] {
  return [
    ['launchctl', 'bootout', `gui/${uid}/${label}`],
    ['launchctl', 'bootstrap', `gui/${uid}`, file],
    ['launchctl', 'kickstart', '-k', `gui/${uid}/${label}`],
  ];
}

/**
 * macOS gives Full Disk Access and Automation to a program at a path, not to its next version elsewhere: an update that moves
 * Node takes them away without a word. A sentence of warning; null when the path stays.
 */
export function warnOfMovingNode(nodePath: string): string | null {
  const moves = /\/(Cellar|\.nvm|\.fnm|\.asdf|\.volta|fnm_multishells|mise|n\/versions)\//.test(nodePath);
  if (!moves) return null;
  return (
    `Node runs from ${nodePath}, a path that changes with its version: after an update macOS will refuse what was allowed. ` +
    'Copy that program to a place that stays, such as ~/Library/Application Support/Trunkline/node, and start the relay with it.'
  );
}

/** Not indented: a value may have lines of its own. */
function dictionary(entries: readonly (readonly [string, string])[]): string {
  return [
    '<dict>',
    ...entries.flatMap(([key, value]) => [`<key>${escaped(key)}</key>`, value]),
    '</dict>',
  ].join('\n');
}

function list(values: readonly string[]): string {
  return ['<array>', ...values, '</array>'].join('\n');
}

function string(value: string): string {
  return `<string>${escaped(value)}</string>`;
}

function escaped(text: string): string {
  if (NOT_IN_XML.test(text))
    throw new Error('A setting of the relay holds a character that no plist can hold.');
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
