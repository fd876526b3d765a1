import {
  chmodSync,
  cpSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { preparePostgres } from './postgres-binaries.ts';
import { filesIn } from './postgres-cluster.ts';

const HURRY = { fsync: 'off' };
const root = process.platform === 'linux' && process.getuid?.() === 0;
const folder = mkdtempSync(path.join(tmpdir(), 'trunkline run-as '));
const searchPath = process.env.PATH;

afterEach(() => {
  process.env.PATH = searchPath;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(root)('as root, where user namespaces are refused', () => {
  /** Without `unshare` there is no way into one. */
  const refuseNamespaces = () => {
    process.env.PATH = path.join(folder, 'nothing');
  };
  /** Where any user may read it, which the checkout need not be. */
  const copyBinaries = (): string => {
    const packageDir = path.join(folder, 'package');
    const original = path.resolve(path.dirname(preparePostgres(folder).postgres), '../..');
    cpSync(original, packageDir, { recursive: true, verbatimSymlinks: true });
    chmodSync(folder, 0o755);
    return packageDir;
  };

  test('an ordinary user runs the server and owns its files, and only those', async () => {
    const packageDir = copyBinaries();
    refuseNamespaces();
    const files = filesIn(path.join(folder, 'data'));
    const start = () => startEmbeddedPostgres({ dataDir: files.dataDir, packageDir, settings: HURRY });
    const first = await start();
    await first.stop();
    expect(statSync(files.cluster).uid).not.toBe(0);
    expect(statSync(files.dataDir)).toMatchObject({ uid: 0, mode: 0o40701 });
    // Later starts stay with that user, also when namespaces have become possible.
    process.env.PATH = searchPath;
    const second = await start();
    expect(statSync(`/proc/${second.pid}`).uid).toBe(statSync(files.cluster).uid);
    await second.stop();
  });

  test('and no user can reach the folder, a sentence names DATABASE_URL', async () => {
    refuseNamespaces();
    const closed = path.join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const start = startEmbeddedPostgres({ dataDir: path.join(closed, 'data'), settings: HURRY });
    await expect(start).rejects.toThrow(/refuses to run as root.*DATABASE_URL/);
  });
});

describe.runIf(root)('as root, with data that another user made', () => {
  test('the server runs as that user or takes the data over', async () => {
    const files = filesIn(path.join(folder, 'inherited'));
    const start = () => startEmbeddedPostgres({ dataDir: files.dataDir, settings: HURRY });
    const first = await start();
    await first.stop();
    for (const entry of ['', ...readdirSync(files.home, { recursive: true, encoding: 'utf8' })]) {
      lchownSync(path.join(files.home, entry), 12_345, 12_345);
    }
    const second = await start();
    expect(statSync(`/proc/${second.pid}`).uid).toBe(statSync(files.cluster).uid);
    await second.stop();
  });
});
