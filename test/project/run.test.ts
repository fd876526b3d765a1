/** scripts/run.mjs, in a project of its own that depends on nothing but a folder beside it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../until.ts';

const SCRIPTS = path.resolve(import.meta.dirname, '../../scripts');
const root = mkdtempSync(path.join(tmpdir(), 'trunkline run '));
const RUN = path.join(root, 'scripts', 'run.mjs');
const manifest = {
  name: 'project',
  version: '1.0.0',
  type: 'module',
  dependencies: {} as Record<string, string>,
};
const packages: Record<string, object> = {};
const INSTALLING = 'Installing what Trunkline needs';

cpSync(path.join(SCRIPTS, 'run.mjs'), RUN);
cpSync(path.join(SCRIPTS, 'install.mjs'), path.join(root, 'scripts', 'install.mjs'));
write(
  'echo.ts',
  `const [name, ...rest]: string[] = process.argv.slice(2);
   console.log(JSON.stringify({ name, rest, node: process.execPath, path: process.env.PATH, colour: process.env.COLOUR }));
   process.exitCode = Number(process.env.CODE ?? 0);`,
);
write(
  'wait.ts',
  `for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {
     console.log('got ' + signal);
     setTimeout(() => process.exit(7), 700);
   });
   setInterval(() => {}, 1000);
   console.log('pid ' + process.pid);`,
);
depend('one');

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a fresh clone', () => {
  test('is installed before its first start, also when two begin at once, and then no more', async () => {
    const [one, two] = await Promise.all([run(['echo.ts', 'a b']), run(['echo.ts', 'a b'])]);
    for (const { code, stdout } of [one, two]) {
      expect(code).toBe(0);
      // Nothing of npm's: the words belong to the script.
      expect(JSON.parse(stdout)).toMatchObject({ name: 'a b', rest: [] });
    }
    expect((one.stderr + two.stderr).split(INSTALLING)).toHaveLength(2);
    expect((await run(['echo.ts'])).stderr).toBe('');
  });

  test('that npm has installed already is left as it is', async () => {
    rmSync(path.join(root, 'node_modules', '.trunkline-installed'));
    expect((await run(['echo.ts'])).stderr).toBe('');
  });

  test('is installed again when it asks for something else, or npm was cut off', async () => {
    depend('two');
    expect((await run(['echo.ts'])).stderr).toContain(INSTALLING);
    expect(existsSync(path.join(root, 'node_modules', 'two'))).toBe(true);
    rmSync(path.join(root, 'node_modules', '.trunkline-installed'));
    rmSync(path.join(root, 'node_modules', '.package-lock.json'));
    expect((await run(['echo.ts'])).stderr).toContain(INSTALLING);
  });
});

describe('a script', () => {
  test('gets its arguments and environment, finds our tools first, and gives its exit code', async () => {
    const { code, stdout } = await run(['echo.ts', 'first', '--flag', 'two words'], {
      COLOUR: 'red',
      CODE: '3',
    });
    expect(code).toBe(3);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({ name: 'first', rest: ['--flag', 'two words'], colour: 'red' });
    expect(said.path.split(path.delimiter)[0]).toBe(path.join(root, 'node_modules', '.bin'));
  });

  test('runs on the Node that npm brought, and on this one when that can not run here', async () => {
    const own = path.join(root, 'node_modules', 'node', 'bin', 'node');
    mkdirSync(path.dirname(own), { recursive: true });
    writeFileSync(own, `#!/bin/sh\nexec "${process.execPath}" "$@" brought\n`);
    chmodSync(own, 0o755);
    expect(JSON.parse((await run(['echo.ts', 'a'])).stdout).rest).toEqual(['brought']);
    writeFileSync(own, '#!/not/there\n');
    expect(JSON.parse((await run(['echo.ts', 'a'])).stdout).rest).toEqual([]);
    rmSync(path.join(root, 'node_modules', 'node'), { recursive: true });
  });

  test('without any Node that is new enough is refused in a sentence', async () => {
    const old = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})`;
    const { code, stdout, stderr } = await run(['echo.ts'], {}, [`--import=${old}`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Trunkline needs Node 22\.18 or newer and this is .*\n$/);
  });
});

describe.skipIf(process.platform === 'win32')('a signal', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s to the wrapper alone reaches the script once',
    async (signal) => {
      const wrapper = await start();
      // npm repeats what it gets.
      wrapper.child.kill(signal);
      wrapper.child.kill(signal);
      expect(await once(wrapper.child, 'exit')).toEqual([7, null]);
      expect(wrapper.words().match(/got \w+/g)).toEqual([`got ${signal}`]);
    },
  );

  test('to npm, which ends only its shell, ends the script too', async () => {
    const command = `"${process.execPath}" "${RUN}" wait.ts; :`;
    const env = { ...process.env, npm_lifecycle_event: 'start' };
    const shell = watch(
      spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env }),
    );
    await until('the script is ready', () => shell.words().includes('pid '));
    shell.child.kill('SIGTERM');
    await once(shell.child, 'close');
    expect(shell.words()).toContain('got SIGTERM');
  });

  test('that ends the script ends the wrapper the same way', async () => {
    const wrapper = await start();
    process.kill(wrapper.pid, 'SIGKILL');
    expect(await once(wrapper.child, 'exit')).toEqual([null, 'SIGKILL']);
  });

  test.runIf(process.platform === 'linux' && existsSync('/usr/bin/script'))(
    'from the keyboard reaches the script once, and the wrapper waits for it',
    async () => {
      // A terminal of its own, whose Ctrl-C goes to the whole process group. No shell stays in that group: whether one
      // outlives a Ctrl-C differs from shell to shell.
      const command = `exec "${process.execPath}" "${RUN}" wait.ts`;
      const terminal = watch(
        spawn('script', ['-qefc', command, '/dev/null'], {
          stdio: ['pipe', 'pipe', 'pipe'],
          env: { ...process.env, SHELL: '/bin/sh' },
        }),
      );
      await until('the script is ready', () => terminal.words().includes('pid '));
      terminal.child.stdin.write('\u0003');
      expect(await once(terminal.child, 'close')).toEqual([7, null]);
      expect(terminal.words().match(/got \w+/g)).toEqual(['got SIGINT']);
    },
  );
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

/** Adds a folder as a dependency, with the lock file npm would write. */
function depend(name: string): void {
  write(`${name}/package.json`, JSON.stringify({ name, version: '1.0.0' }));
  manifest.dependencies[name] = `file:${name}`;
  packages[name] = { version: '1.0.0' };
  packages[`node_modules/${name}`] = { resolved: name, link: true };
  write('package.json', JSON.stringify(manifest));
  const { name: project, version, dependencies } = manifest;
  const lock = {
    name: project,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: project, version, dependencies }, ...packages },
  };
  write('package-lock.json', JSON.stringify(lock));
}

interface Watched {
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  words(): string;
  complaints(): string;
}

function watch(child: ChildProcessByStdio<Writable, Readable, Readable>): Watched {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, words: () => stdout, complaints: () => stderr };
}

async function run(
  args: string[],
  env: Record<string, string> = {},
  nodeArgs: string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, words, complaints } = watch(
    spawn(process.execPath, [...nodeArgs, RUN, ...args], {
      env: { ...process.env, NODE_ENV: '', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  const [code] = await once(child, 'close');
  return { code, stdout: words(), stderr: complaints() };
}

async function start(): Promise<Watched & { pid: number }> {
  // Detached: were the tests started in a terminal, an interrupt would pass for a key pressed there.
  const watched = watch(
    spawn(process.execPath, [RUN, 'wait.ts'], { stdio: ['pipe', 'pipe', 'pipe'], detached: true }),
  );
  const [, pid] = await until('the script is ready', () => /pid (\d+)/.exec(watched.words()));
  return { ...watched, pid: Number(pid) };
}
