/** The programs behind `npm run sim`, `crash` and `bench`, as somebody types them who does not know them yet. */
import { describe, expect, test } from 'vitest';
import { runToEnd } from '../program.ts';

const PROGRAMS = {
  sim: 'test/sim/run.ts',
  crash: 'test/crash/run.ts',
  bench: 'bench/run.ts',
};

describe.each(Object.entries(PROGRAMS))('npm run %s', (name, script) => {
  test('--help tells how it is called', async () => {
    const { code, stdout, stderr } = await runToEnd(['--help'], {}, script);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: npm run ${name} -- `);
  });

  test.each([
    '--foo',
    'nonsense',
    ...(name === 'bench' ? [] : ['--seed', '--seed x', '--seconds 0', '--seconds -1']),
    ...(name === 'sim' ? ['--hours none'] : []),
  ])('`%s` is refused in a sentence, and nothing is begun', async (words) => {
    const { code, stdout, stderr } = await runToEnd(words.split(' '), {}, script);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^[^\\n]+\\.\\n\\nUsage: npm run ${name} -- `));
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
