/** The commands as an operator runs them: real processes, and for `serve` the embedded server in a folder of its own. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApiKey } from '../../src/actions/workspace/bootstrap.ts';
import { filesIn, runningServer } from '../../src/store/embedded/postgres-cluster.ts';
import { type Client, openClient } from '../client.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { withClient } from '../database-server.ts';
import { launch, type Program, runToEnd, says } from '../program.ts';
import { until } from '../until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'trunkline commands '));
const started: Program[] = [];

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  // A process that was killed leaves its server behind.
  const server = runningServer(filesIn(path.join(folder, 'office')));
  if (server !== null) {
    process.kill(server.pid, 'SIGQUIT');
    await until('the server ends', () => runningServer(filesIn(path.join(folder, 'office'))) === null);
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A folder that nobody has made yet. */
function dataFolder(name: string): string {
  return path.join(folder, name);
}

/** A port that somebody listens on, and hangs up on whoever comes. */
async function occupiedPort(): Promise<{ port: string; server: Server }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: String((server.address() as AddressInfo).port), server };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const { port, server } = await occupiedPort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One or two sentences for people: no stack, no object, no more than a few lines. */
function expectSentence(text: string): void {
  expect(text).toMatch(/^\S[^\n]*\n([^\n]+\n)?$/);
  expect(text).not.toMatch(/^\s+at /m);
  expect(text).not.toContain('file://');
}

describe('a command that was mistyped', () => {
  test.each([
    'serve --foo',
    'serve --role',
    'serve --role boss',
    'serve extra',
    'migrate --foo',
    'doctor --bar',
    'constructor',
    'toString',
  ])('`%s` is refused in a sentence, with exit code 2, and nothing is made', async (words) => {
    const data = dataFolder('mistyped');
    const { code, stdout, stderr } = await runToEnd(words.split(' '), { TRUNKLINE_DATA: data });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expectSentence(stderr);
    expect(existsSync(data)).toBe(false);
  });
});

describe('help', () => {
  test.each(['', '-h', '--help', 'help'])('`%s` lists the commands', async (words) => {
    const { code, stdout, stderr } = await runToEnd(words === '' ? [] : [words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['Usage: ', 'serve', 'migrate', 'doctor']) expect(stdout).toContain(name);
  });

  test.each([
    ['serve', '--help', '--role all|api|dispatcher'],
    ['serve', '-h', '--role all|api|dispatcher'],
    ['migrate', '--help', 'migrate'],
    ['doctor', '-h', 'doctor'],
  ])('%s %s tells how that one is called', async (name, flag, words) => {
    const { code, stdout, stderr } = await runToEnd([name, flag]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: .* ${name}`));
    expect(stdout).toContain(words);
  });

  test('--version names the version', async () => {
    const manifest = path.resolve(import.meta.dirname, '../..', 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    expect(await runToEnd(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('a setting that is wrong', () => {
  test.each([
    ['LOG_LEVEL', 'loud'],
    ['PORT', '99999'],
    ['TRUNKLINE_BOOTSTRAP_KEY', 'tl_sk_short'],
    ['DATABASE_URL', 'mysql://root@localhost/x'],
    ['DATABASE_URL', 'postgres://me:s3cret/#word@localhost/x'],
    ['TRUNKLINE_SECRET_KEY', 'c2hvcnQ='],
    ['TRUNKLINE_TRUST_PROXY', 'true'],
  ])('%s=%s is refused in a sentence that names it, before anything is made', async (name, value) => {
    const data = dataFolder('wrong');
    const { code, stderr } = await runToEnd(['serve'], { PORT: '0', TRUNKLINE_DATA: data, [name]: value });
    expect(code).toBe(1);
    expectSentence(stderr);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain('s3cret');
    expect(existsSync(data)).toBe(false);
  });
});

describe('a database of DATABASE_URL that can not be reached', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  function changed(change: (url: URL) => void): string {
    const url = new URL(database.url);
    change(url);
    return url.href;
  }
  const cases: [string, () => Promise<string>, RegExp][] = [
    [
      'because nobody listens there',
      async () => {
        const port = await freePort();
        return changed((url) => Object.assign(url, { port, password: 's3cret' }));
      },
      /ECONNREFUSED/,
    ],
    [
      'because the password is wrong',
      async () => changed((url) => Object.assign(url, { username: 'nobody_knows', password: 's3cret' })),
      /authentication failed|does not exist/,
    ],
    [
      'because it does not exist',
      async () => changed((url) => Object.assign(url, { pathname: '/not_there' })),
      /"not_there" does not exist/,
    ],
  ];

  test.each(cases)('%s is told in a sentence without the password', async (_, url, reason) => {
    const DATABASE_URL = await url();
    const { host, password } = new URL(DATABASE_URL);
    const env = { DATABASE_URL, TRUNKLINE_DATA: dataFolder('unreached') };
    for (const command of ['serve', 'migrate']) {
      const { code, stdout, stderr } = await runToEnd([command], { ...env, PORT: '0' });
      expect({ code, stdout }, command).toEqual({ code: 1, stdout: '' });
      expectSentence(stderr);
      expect(stderr).toContain(`Cannot reach the database of DATABASE_URL (${host}): `);
      expect(stderr).toMatch(reason);
      expect(stderr).not.toContain(password);
    }
    const doctor = await runToEnd(['doctor'], { ...env, PORT: '0' });
    expect(doctor.code).toBe(1);
    expect(doctor.stderr).toBe('');
    expect(doctor.stdout.match(/^FAIL .*$/gm)).toEqual([
      expect.stringMatching(/^FAIL +database +Cannot reach/),
    ]);
    expect(doctor.stdout).not.toMatch(/schema|clock|signals/);
    expect(doctor.stdout).not.toContain(password);
  });
});

describe('doctor', () => {
  test('finds nothing wrong with a fresh clone, says what the first start will do, and makes nothing', async () => {
    const data = dataFolder('fresh');
    const { code, stdout, stderr } = await runToEnd(['doctor'], {
      TRUNKLINE_DATA: data,
      PORT: await freePort(),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('FAIL');
    expect(stdout).toMatch(/^ok +database .*first start/m);
    expect(stdout).toMatch(/^ok +secret key .*first start/m);
    expect(existsSync(data)).toBe(false);
  });

  test('lists every wrong setting and looks at the rest', async () => {
    const { code, stdout } = await runToEnd(['doctor'], {
      TRUNKLINE_DATA: dataFolder('fresh'),
      LOG_LEVEL: 'loud',
      TRUNKLINE_POLL_MS: '1',
      TRUNKLINE_BOOTSTRAP_KEY: 'mine',
      PORT: '0',
    });
    expect(code).toBe(1);
    const failed = stdout.match(/^FAIL .*$/gm)?.join('\n');
    for (const name of ['LOG_LEVEL', 'TRUNKLINE_POLL_MS', 'TRUNKLINE_BOOTSTRAP_KEY'])
      expect(failed).toContain(name);
    expect(stdout).toMatch(/^ok +database/m);
  });

  test('sees that somebody else has the port', async () => {
    const { port, server } = await occupiedPort();
    const env = { TRUNKLINE_DATA: dataFolder('fresh'), PORT: port };
    const { code, stdout } = await runToEnd(['doctor'], env);
    server.close();
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^FAIL +port +.*127\\.0\\.0\\.1:${port}`, 'm'));
  });

  test('tells of a folder that is no database of ours', async () => {
    const data = dataFolder('foreign');
    mkdirSync(path.join(data, 'postgres'), { recursive: true });
    const { code, stdout } = await runToEnd(['doctor'], { TRUNKLINE_DATA: data, PORT: '0' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL +database +.*is not a database that Trunkline made/m);
  });

  test('calls a database without tables what it is, and one that is up to date too', async () => {
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, TRUNKLINE_DATA: dataFolder('fresh'), PORT: '0' };
    const migrated = await runToEnd(['doctor'], env);
    expect(migrated).toMatchObject({ code: 0, stderr: '' });
    expect(migrated.stdout).toMatch(/^ok +schema +up to date/m);
    expect(migrated.stdout).toMatch(/^ok +files +.*several machines set TRUNKLINE_S3_BUCKET/m);
    await withClient(database.url, (sql) => sql.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
    const empty = await runToEnd(['doctor'], env);
    expect(empty).toMatchObject({ code: 0, stderr: '' });
    expect(empty.stdout).toMatch(/^ok +schema +.*npm run trunkline -- migrate/m);
    await database.drop();
  });
});

describe('migrate', () => {
  test('makes the embedded database, says what it applied, and has nothing to do a second time', async () => {
    const data = dataFolder('migrated');
    const first = await runToEnd(['migrate'], { TRUNKLINE_DATA: data });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^Applied 0001_base/m);
    const second = await runToEnd(['migrate'], { TRUNKLINE_DATA: data });
    expect(second).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' });
    expect(runningServer(filesIn(data))).toBeNull();
  });
});

describe('serve, everything in one process on the embedded server', () => {
  const data = dataFolder('office');
  const files = filesIn(data);
  const postmaster = path.join(files.cluster, 'postmaster.pid');
  const laterKey = newApiKey();
  let key: string;
  let port: string;

  async function start(env: Record<string, string> = {}): Promise<{ program: Program; url: string }> {
    const program = launch(['serve'], { TRUNKLINE_DATA: data, PORT: port, ...env });
    started.push(program);
    await says(program, /Stop with Ctrl-C/);
    const [, url = ''] = await says(program, /listens on (\S+)/);
    return { program, url };
  }

  /** As Ctrl-C does. Whoever stops in order has nothing to complain of. */
  async function stop({ program }: { program: Program }): Promise<void> {
    program.child.kill('SIGINT');
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toContain('Shutting down');
    expect(program.stdout()).not.toContain('lost');
    expect(program.stderr()).toBe('');
    expect(existsSync(postmaster)).toBe(false);
  }

  /** The printed curl line, done with fetch. */
  async function paste(words: string, given: string): Promise<{ status: string }> {
    const [, line = ''] = /^(curl [\s\S]*?[^\\])$/m.exec(words) ?? [];
    const command = line.replaceAll('\\\n', ' ').replaceAll('$TRUNKLINE_KEY', given);
    const url = /curl -s (\S+)/.exec(command)?.[1] ?? '';
    const headers = [...command.matchAll(/-H ['"]([^:]+): ([^'"]+)['"]/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    const body = /-d '([^']+)'/.exec(command)?.[1] ?? '';
    const answer = await fetch(url, { method: 'POST', headers: Object.fromEntries(headers), body });
    return (await answer.json()) as { status: string };
  }

  async function accepts(client: Client): Promise<boolean> {
    return (await client.call('GET', '/api/lines')).status === 200;
  }

  beforeAll(async () => {
    port = await freePort();
  });

  test('with the port in use fails in a sentence before anything is made, so that no key is lost', async () => {
    const { port: taken, server } = await occupiedPort();
    const { code, stdout, stderr } = await runToEnd(['serve'], { TRUNKLINE_DATA: data, PORT: taken });
    server.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectSentence(stderr);
    expect(stderr).toContain(`127.0.0.1:${taken}`);
    expect(existsSync(data)).toBe(false);
  });

  test('prints a key at its first start, and a line to paste that is answered with `sent`', async () => {
    const office = await start();
    const words = office.program.stdout();
    key = /tl_sk_[0-9A-Za-z]+/.exec(words)?.[0] ?? '';
    expect(words).toContain('TRUNKLINE_BOOTSTRAP_KEY');
    // And a link by which a person becomes its owner; how it is used is told in people-access.test.ts.
    expect(words).toMatch(new RegExp(`^  ${office.url}/setup\\?token=[\\w-]{43}$`, 'm'));
    expect((await paste(words, '')).status).toBe('sent');

    const client = openClient(office.url, key);
    const { body } = await client.call<{ lines: { messageType: string; transport: string }[] }>(
      'GET',
      '/api/lines',
    );
    expect(body.lines.map(({ messageType }) => messageType).sort()).toEqual([
      'email',
      'imessage',
      'imessage',
      'imessage',
      'sms',
    ]);
    expect(new Set(body.lines.map(({ transport }) => transport))).toEqual(new Set(['sandbox']));
    const fallback = await client.call('GET', '/api/workspace/fallback-config');
    expect(fallback.body).toMatchObject({ enabled: true });

    const doctor = await runToEnd(['doctor'], { TRUNKLINE_DATA: data, PORT: port });
    expect(doctor).toMatchObject({ code: 0, stderr: '' });
    expect(doctor.stdout).toMatch(
      new RegExp(`^ok +database .*in use by process ${office.program.child.pid}: running`, 'm'),
    );
    expect(doctor.stdout).toMatch(/^ok +schema +up to date/m);
    expect(doctor.stdout).toMatch(/^ok +port /m);

    const second = await runToEnd(['serve'], { TRUNKLINE_DATA: data, PORT: '0' });
    expect(second.code).toBe(1);
    expectSentence(second.stderr);
    expect(second.stderr).toContain(`process ${office.program.child.pid}`);
    await stop(office);
  });

  test('doctor leaves a stopped database stopped', async () => {
    const { code, stdout } = await runToEnd(['doctor'], { TRUNKLINE_DATA: data, PORT: port });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +database .*stopped/m);
    expect(existsSync(postmaster)).toBe(false);
  });

  test('prints no key when it is started again', async () => {
    const office = await start();
    expect(office.program.stdout()).not.toMatch(/tl_sk_[0-9A-Za-z]{10}/);
    expect((await paste(office.program.stdout(), key)).status).toBe('sent');
    await stop(office);
  });

  test('adds another TRUNKLINE_BOOTSTRAP_KEY at a later start, without showing it, and the first goes on working', async () => {
    const office = await start({ TRUNKLINE_BOOTSTRAP_KEY: laterKey });
    const words = office.program.stdout();
    expect(words).not.toContain(laterKey);
    expect(words).toMatch(/TRUNKLINE_KEY.*TRUNKLINE_BOOTSTRAP_KEY/);
    expect((await paste(words, laterKey)).status).toBe('sent');
    expect(await accepts(openClient(office.url, key))).toBe(true);
    expect(await accepts(openClient(office.url, newApiKey()))).toBe(false);
    await stop(office);
  });
});
