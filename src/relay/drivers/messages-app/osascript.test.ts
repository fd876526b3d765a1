import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { handOver } from './hand-over.ts';
import { osascript, type ScriptResult } from './osascript.ts';

const clock = systemClock();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'osascript-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (lines: string) => {
  const file = path.join(folder, `program-${Math.random()}`);
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
};
const run = (lines: string, differs = {}) =>
  osascript(clock, program(lines))({ script: 'the script', args: [], timeoutMs: 10_000, ...differs });

describe('a script', () => {
  test('is given on standard input, its values as arguments, untouched by any shell', async () => {
    const args = ['$(id)', '; rm -rf /', '-e', "it's", 'two\nlines', ''];
    const result = await run('cat; for each in "$@"; do printf "<%s>" "$each"; done', { args });
    expect(result).toEqual({
      result: 'done',
      output: `the script<->${args.map((arg) => `<${arg}>`).join('')}`,
    });
  });

  test.each([
    [
      '12:34: execution error: Messages got an error: Can’t get chat id "a (b)". (-1728)',
      -1728,
      'Can’t get chat id "a (b)".',
    ],
    ['execution error: trunkline:send:1: two\nlines (1002)', 1002, 'trunkline:send:1: two\nlines'],
    ['0:1: syntax error: Expected end of line. (-2741)', -2741, 'Expected end of line.'],
    ['Killed by a policy', 0, 'Killed by a policy'],
  ])('that fails tells the number and the words: %s', async (words, code, message) => {
    const failed = await run('cat >/dev/null; printf "%s\\n" "$2" >&2; exit 1', { args: [words] });
    expect(failed).toEqual({ result: 'failed', code, message: expect.stringContaining(message) });
  });

  test('that ends before it has read its input is no accident', async () => {
    expect(await run('exit 3', { script: 'x'.repeat(1_000_000) })).toMatchObject({
      result: 'failed',
      code: 0,
    });
  });

  test('that does not end is ended, and nobody waits for it', async () => {
    expect(await run('exec sleep 600', { timeoutMs: 50 })).toMatchObject({ result: 'interrupted' });
    const lease = new AbortController();
    const running = run('exec sleep 600', { signal: lease.signal });
    lease.abort();
    expect(await running).toMatchObject({ result: 'interrupted' });
  });

  test('that somebody else ends may have done what it was for', async () => {
    expect(await run('kill -9 $$')).toMatchObject({ result: 'interrupted' });
  });

  test.each([
    ['is missing', '/nowhere/osascript', []],
    ['may not be run', import.meta.filename, []],
    ['is given what no argument can be', '/bin/cat', ['a\0b']],
  ])('whose program %s did nothing', async (_what, file, args) => {
    expect(await osascript(clock, file)({ script: '', args, timeoutMs: 1_000 })).toMatchObject({
      result: 'not_run',
    });
  });
});

describe('of an error of the script it is concluded that', () => {
  const lease = { signal: new AbortController().signal, hasPassed: () => false };
  const outcomeOf = (result: ScriptResult) =>
    handOver(
      async () => result,
      { address: '+12025550100', chatGuid: null, text: 'Hello', paths: [] },
      lease,
      1_000,
    );
  const failed = (code: number, message: string): ScriptResult => ({ result: 'failed', code, message });

  test.each([
    ['not permitted', -1743, 'Not authorized to send Apple events to Messages.', true],
    ['no account', -1719, 'trunkline:account:0: Invalid index.', true],
    [
      'Messages hangs, nothing was asked of it yet',
      -1712,
      'trunkline:account:0: AppleEvent timed out.',
      true,
    ],
    ['the address is nobody', -1728, 'trunkline:participant:0: Can’t get participant.', undefined],
    ['the target is none', -1700, 'trunkline:send:0: Can’t make it into one.', undefined],
  ])('nothing left: %s', async (_what, code, message, lineBad) => {
    const { left, ...rest } = await outcomeOf(failed(code, message));
    expect(left).toBe('nothing');
    expect(rest).toMatchObject({ outcome: { outcome: 'rejected', permanent: false, code: `AE${-code}` } });
    expect((rest as { outcome: { lineBad?: boolean } }).outcome.lineBad).toBe(lineBad);
  });

  test.each([
    ['it timed out while it sent', -1712, 'trunkline:send:0: AppleEvent timed out.'],
    ['1002', 1002, 'trunkline:send:0: Error 1002.'],
    ['Messages ended meanwhile', -609, 'trunkline:send:0: Connection is invalid.'],
    ['a file was already taken', -1728, 'trunkline:send:1: Can’t get chat id.'],
    ['it says nothing that is known', 0, 'Something else'],
  ])('it may have left: %s', async (_what, code, message) => {
    expect(await outcomeOf(failed(code, message))).toMatchObject({
      left: 'perhaps',
      message: expect.any(String),
    });
  });
});
