import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { preparePostgres } from './postgres-binaries.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'trunkline binaries '));
const packageDir = path.join(folder, 'package');
const spareDir = path.join(folder, 'spare');
const original = path.resolve(path.dirname(preparePostgres(spareDir).postgres), '../..');
const links: { target: string }[] = readLinks();
const hasLinks = links.length > 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The package as npm delivers it when install scripts are off: without a single symbolic link. */
beforeEach(() => {
  rmSync(spareDir, { recursive: true, force: true });
  if (existsSync(packageDir)) return;
  const extensions = path.join('native', 'lib', 'postgresql');
  cpSync(original, packageDir, {
    recursive: true,
    filter: (file) =>
      !file.includes(extensions) && !file.includes('share') && !lstatSync(file).isSymbolicLink(),
  });
});

test.runIf(hasLinks)('an installation without install scripts is made whole at the first start', () => {
  const binaries = preparePostgres(spareDir, packageDir);
  expect(runs(binaries)).toContain(`PostgreSQL) ${binaries.major}`);
  for (const { target } of links) expect(existsSync(path.join(packageDir, target)), target).toBe(true);
  expect(existsSync(spareDir)).toBe(false);
  rmSync(packageDir, { recursive: true });
});

test.runIf(hasLinks && process.getuid?.() !== 0)(
  'an installation that can not be written to is left alone',
  () => {
    const lib = path.join(packageDir, 'native', 'lib');
    const before = readdirSync(lib);
    chmodSync(lib, 0o555);
    try {
      const binaries = preparePostgres(spareDir, packageDir);
      expect(runs(binaries)).toContain(`PostgreSQL) ${binaries.major}`);
      expect(readdirSync(lib)).toEqual(before);
    } finally {
      chmodSync(lib, 0o755);
    }
  },
);

test('a server learns nothing from our environment that it does not need', () => {
  process.env.TRUNKLINE_SECRET_KEY = 'ours';
  process.env.PGOPTIONS = '-c fsync=off';
  const { env } = preparePostgres(spareDir);
  delete process.env.TRUNKLINE_SECRET_KEY;
  delete process.env.PGOPTIONS;
  expect(Object.values(env)).not.toContain('ours');
  expect(env).not.toHaveProperty('PGOPTIONS');
});

function runs({ postgres, env }: { postgres: string; env: Record<string, string> }): string {
  const { stdout, stderr } = spawnSync(postgres, ['--version'], { env, encoding: 'utf8' });
  return stdout + stderr;
}

function readLinks(): { target: string }[] {
  const list = path.join(original, 'native', 'pg-symlinks.json');
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
}
