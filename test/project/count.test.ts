/** How `npm test` ends, which is read by machine: scripts/test.ts over small projects that fail in every way. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const root = mkdtempSync(path.join(tmpdir(), 'trunkline-count-'));
const config = path.join(root, 'vitest.config.mjs');
symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(root, 'node_modules'), 'junction');
writeFileSync(config, `export default { test: { include: ['*.test.ts'] } };`);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** `first` is true once for each file: at its first try. */
const FIRST = `const first = !existsSync(import.meta.filename + '.tried');
  writeFileSync(import.meta.filename + '.tried', '');`;
const FILES = {
  good: `test('a', () => {}); test.runIf(false)('b', () => {});`,
  bad: `describe('of two', () => { test('a', () => {}); test('b', () => { throw new Error('bad\\nluck'); }); });`,
  unreadable: `import './nowhere.ts'; test('a', () => {});`,
  unprepared: `beforeAll(() => { throw new Error('bad'); }); test('a', () => {});`,
  untidy: `afterAll(() => { throw new Error('bad'); }); test('a', () => {});`,
  careless: `test('a', () => { Promise.reject(new Error('nobody listens')); });`,
  // What fails the first time and not the second.
  once: `${FIRST} test('a', () => {}); test('b', () => { expect(first).toBe(false); });`,
  onceMore: `${FIRST} test('a', () => { if (first) throw new TypeError('moon'); });`,
  onceUnprepared: `${FIRST} beforeAll(() => { if (first) throw new Error('dark'); }); test('a', () => {});`,
  onceCareless: `${FIRST} test('a', () => { if (first) Promise.reject(new Error('lost')); });`,
  // What fails in another way the second time, or is not tried at all.
  other: `${FIRST} test('a', () => { expect(first).toBe(true); }); test('b', () => { expect(first).toBe(false); });`,
  evasive: `${FIRST} test.runIf(first)('a', () => { throw new Error('bad'); }); test('b', () => {});`,
};
type Name = keyof typeof FILES;

test('a run in which nothing failed ends with the count alone', () => {
  const { named, last, code } = runTests(['good']);
  expect({ named, last, code }).toEqual({ named: [], last: '1 passed, 0 failed, 1 skipped', code: 0 });
});

test('the last line counts every kind of failure; those before name it, with the first line of why', () => {
  const { named, last, code } = runTests(['good', 'bad', 'unreadable', 'unprepared', 'untidy', 'careless']);
  expect(named.sort()).toEqual([
    'failed: bad.test.ts > of two > b: bad (line 2)',
    'failed: careless.test.ts: nobody listens',
    'failed: unprepared.test.ts: bad (line 2)',
    expect.stringMatching(/^failed: unreadable\.test\.ts: .*nowhere\.ts/),
    'failed: untidy.test.ts: bad (line 2)',
  ]);
  expect({ last, code }).toEqual({ last: '4 passed, 5 failed, 2 skipped', code: 1 });
});

test('that there was no test is a failure', () => {
  expect(runTests([], ['absent.test.ts'])).toMatchObject({ last: '0 passed, 1 failed', code: 1 });
});

describe('in CI', () => {
  test('a file that passes when it is run alone is told as flaky, and fails nothing', () => {
    const { named, last, code, stdout } = runTests(
      ['good', 'once', 'onceUnprepared', 'onceCareless'],
      [],
      'true',
    );
    expect(named.sort()).toEqual([
      'flaky: once.test.ts > b: AssertionError: expected true to be false // Object.is equality (line 3)',
      'flaky: onceCareless.test.ts: lost',
      'flaky: onceUnprepared.test.ts: dark (line 3)',
    ]);
    expect(stdout).toContain('\n3 flaky: failed, then passed when their file ran alone\n');
    expect({ last, code }).toEqual({ last: '5 passed, 0 failed, 1 skipped', code: 0 });
  });

  test('a file that fails twice is a failure, also beside one that is flaky', () => {
    const { named, last, code } = runTests(['good', 'bad', 'onceMore'], [], 'true');
    expect(named.sort()).toEqual([
      'failed: bad.test.ts > of two > b: bad (line 2)',
      'flaky: onceMore.test.ts > a: TypeError: moon (line 3)',
    ]);
    expect({ last, code }).toEqual({ last: '3 passed, 1 failed, 1 skipped', code: 1 });
  });

  test('a file that can not run, fails in another way or skips what failed is not saved by its second try', () => {
    const { named, code } = runTests(['good', 'evasive', 'other', 'unreadable'], [], 'true');
    expect(named.sort()).toEqual([
      'failed: evasive.test.ts > a: bad (line 3)',
      'failed: other.test.ts > b: AssertionError: expected true to be false // Object.is equality (line 3)',
      expect.stringContaining('failed: unreadable.test.ts: '),
    ]);
    expect(code).toBe(1);
  });

  test('more than three files that fail have no second try', () => {
    const { named, last, code } = runTests(
      ['good', 'once', 'onceMore', 'onceUnprepared', 'onceCareless'],
      [],
      'true',
    );
    expect(named).toHaveLength(4);
    expect(named.every((line) => line.startsWith('failed: '))).toBe(true);
    expect(last).toMatch(/^\d passed, 4 failed, /);
    expect(code).toBe(1);
  });
});

test('elsewhere there is no second try', () => {
  const { named, last, code } = runTests(['good', 'onceMore']);
  expect(named).toEqual(['failed: onceMore.test.ts > a: TypeError: moon (line 3)']);
  expect({ last, code }).toEqual({ last: '1 passed, 1 failed, 1 skipped', code: 1 });
});

test('--only-database runs what imports the database of tests, at first hand or not, and nothing else', () => {
  // Nobody can say what that one would import.
  rmSync(path.join(root, 'unreadable.test.ts'), { force: true });
  mkdirSync(path.join(root, 'test'));
  writeFileSync(path.join(root, 'test', 'database.ts'), '');
  writeFileSync(path.join(root, 'helper.ts'), "import './test/database.ts';");
  writeFileSync(
    path.join(root, 'needy.test.ts'),
    "import { test } from 'vitest'; import './helper.ts'; test('a', () => {});",
  );
  expect(runTests([], ['--only-database']).last).toBe('1 passed, 0 failed');
});

/** Each run on files that were never tried before. */
function runTests(names: readonly Name[], filters: readonly string[] = [], ci = '') {
  for (const name of names) {
    const imports = `import { existsSync, writeFileSync } from 'node:fs'; import { afterAll, beforeAll, describe, expect, test } from 'vitest';`;
    const file = path.join(root, `${name}.test.ts`);
    rmSync(`${file}.tried`, { force: true });
    writeFileSync(file, `${imports}\n${FILES[name]}`);
  }
  const files = names.map((name) => path.join(root, `${name}.test.ts`));
  const script = path.join(REPOSITORY, 'scripts', 'test.ts');
  const args = [script, '--root', root, '--config', config, ...files, ...filters];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, CI: ci },
  });
  const lines = stdout.trimEnd().split('\n');
  const named = lines.filter((line) => /^(failed|flaky): /.test(line));
  return { stdout, named, last: lines.at(-1), code: status };
}
