/** The last line of `npm test`, which is read by machine: scripts/test.ts over small projects that fail in every way. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';

const REPOSITORY = path.resolve(import.meta.dirname, '..');
const root = mkdtempSync(path.join(tmpdir(), 'trunkline-count-'));
const config = path.join(root, 'vitest.config.mjs');
symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(root, 'node_modules'), 'junction');
writeFileSync(config, `export default { test: { include: ['*.test.ts'] } };`);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const FILES = {
  good: `test('a', () => {}); test.runIf(false)('b', () => {});`,
  bad: `test('a', () => {}); test('b', () => { throw new Error('bad'); });`,
  unreadable: `import './nowhere.ts'; test('a', () => {});`,
  unprepared: `beforeAll(() => { throw new Error('bad'); }); test('a', () => {});`,
  untidy: `afterAll(() => { throw new Error('bad'); }); test('a', () => {});`,
};
for (const [name, text] of Object.entries(FILES)) {
  const imports = `import { afterAll, beforeAll, test } from 'vitest'; void [afterAll, beforeAll];`;
  writeFileSync(path.join(root, `${name}.test.ts`), `${imports}\n${text}`);
}

test.each([
  [['good'], '1 passed, 0 failed, 1 skipped', 0],
  [['good', 'bad', 'unreadable', 'unprepared', 'untidy'], '3 passed, 4 failed, 2 skipped', 1],
  [['absent'], '0 passed, 1 failed', 1],
])('counts %j as "%s"', (files, line, code) => {
  const script = path.join(REPOSITORY, 'scripts', 'test.ts');
  const args = [script, '--root', root, '--config', config, ...files.map((name) => `${name}.test.ts`)];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(line);
  expect(status).toBe(code);
});
