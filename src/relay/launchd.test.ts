import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installLaunchAgent, type LaunchAgent, plistOf, warnOfMovingNode } from './launchd.ts';

const agent: LaunchAgent = {
  label: 'trunkline.relay',
  command: [
    '/usr/local/bin/node',
    '/Users/anna/trunkline/src/main.ts',
    'relay',
    '--server',
    'https://a.example/?x=1&y=<2>',
  ],
  workingDirectory: '/Users/anna/trunkline',
  environment: { PATH: '/usr/bin:/bin', NOTE: `"quoted" & 'single'\n  two lines` },
  logFile: '/Users/anna/Library/Logs/Trunkline/relay.log',
};

/** Reads what Apple's DTD of property lists allows, strictly enough to notice what launchd would. */
function readPlist(xml: string): unknown {
  const body = /^<\?xml [^>]*\?>\n<!DOCTYPE plist [^>]*>\n<plist version="1.0">([\s\S]*)<\/plist>\n$/.exec(
    xml,
  )?.[1];
  if (body === undefined) throw new Error('no plist');
  const tokens = body.match(/<[^>]*>|[^<]+/g) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? '';
  const skipBlanks = () => {
    while (/^\s+$/.test(tokens[at] ?? '')) at += 1;
  };
  const words = (tag: string): string => {
    const text = tokens[at]?.startsWith('<') ? '' : next();
    if (next() !== `</${tag}>`) throw new Error(`<${tag}> is not closed`);
    return text.replaceAll(/&(\w+);|&/g, (whole, name) => {
      const meant = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name as string];
      if (meant === undefined) throw new Error(`no entity: ${whole}`);
      return meant;
    });
  };
  const value = (): unknown => {
    skipBlanks();
    const tag = next();
    if (tag === '<true/>' || tag === '<false/>') return tag === '<true/>';
    if (tag === '<string>') return words('string');
    if (tag === '<integer>') return Number(words('integer'));
    const entries: [string, unknown][] = [];
    const values: unknown[] = [];
    for (;;) {
      skipBlanks();
      if (tokens[at] === tag.replace('<', '</')) break;
      if (tag === '<dict>') {
        if (next() !== '<key>') throw new Error('a dict holds keys');
        entries.push([words('key'), value()]);
      } else if (tag === '<array>') values.push(value());
      else throw new Error(`no such thing in a plist: ${tag}`);
    }
    at += 1;
    return tag === '<dict>' ? Object.fromEntries(entries) : values;
  };
  const read = value();
  skipBlanks();
  if (at !== tokens.length) throw new Error('something follows');
  return read;
}

test('the plist says what launchd must know, and gives back every value as it was', () => {
  expect(readPlist(plistOf(agent))).toEqual({
    Label: 'trunkline.relay',
    ProgramArguments: agent.command,
    WorkingDirectory: agent.workingDirectory,
    EnvironmentVariables: agent.environment,
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 10,
    ExitTimeOut: 60,
    ProcessType: 'Interactive',
    LimitLoadToSessionType: 'Aqua',
    StandardOutPath: agent.logFile,
    StandardErrorPath: agent.logFile,
  });
});

test('what no plist can hold is refused', () => {
  expect(() => plistOf({ ...agent, workingDirectory: '/a\u0000b' })).toThrow(/no plist/);
});

describe('installing', () => {
  let home: string;
  let umask: number;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'home-'));
    umask = process.umask(0o000);
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(home, { recursive: true, force: true });
  });
  const install = (differs: Partial<LaunchAgent> = {}, uid = 501) =>
    installLaunchAgent(
      { ...agent, logFile: path.join(home, 'Library/Logs/Trunkline/relay.log'), ...differs },
      home,
      uid,
    );

  test('writes a file that nobody else can change, and says how it is loaded', async () => {
    const { file, commands } = await install();
    expect(file).toBe(path.join(home, 'Library/LaunchAgents/trunkline.relay.plist'));
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readPlist(readFileSync(file, 'utf8'))).toMatchObject({ Label: 'trunkline.relay' });
    expect(commands.map((command) => command.join(' '))).toEqual([
      'launchctl bootout gui/501/trunkline.relay',
      `launchctl bootstrap gui/501 ${file}`,
      'launchctl kickstart -k gui/501/trunkline.relay',
    ]);
  });

  test('again replaces it', async () => {
    const { file } = await install();
    chmodSync(file, 0o666);
    await install({ workingDirectory: '/elsewhere' });
    expect(readFileSync(file, 'utf8')).toContain('/elsewhere');
    expect(statSync(file).mode & 0o777).toBe(0o644);
  });

  test.each([
    ['as root', {}, 0],
    ['a program by its name alone', { command: ['node', 'main.ts'] }, 501],
    ['nothing at all', { command: [] }, 501],
    ['under a label that is a path', { label: '../evil' }, 501],
  ])('%s is refused', async (_what, differs, uid) => {
    await expect(install(differs, uid)).rejects.toThrow();
  });
});

test.each([
  ['/opt/homebrew/Cellar/node/24.1.0/bin/node', true],
  ['/Users/anna/.nvm/versions/node/v24.1.0/bin/node', true],
  ['/usr/local/bin/node', false],
  ['/Users/anna/Library/Application Support/Trunkline/node', false],
])('%s: a Node whose path changes with its version is warned of: %s', (nodePath, warns) => {
  expect(warnOfMovingNode(nodePath) !== null).toBe(warns);
});
