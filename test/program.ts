/** The product as an operator runs it: a process of its own, with an environment that holds nothing of ours. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { until } from './until.ts';

export interface Program {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

const ROOT = path.resolve(import.meta.dirname, '..');
const MAIN = 'src/main.ts';
/** Hundreds of times the same sources are read: half of what a start costs. */
const COMPILED = path.join(ROOT, 'node_modules', '.cache', 'compiled');
/** Whatever the machine has set for itself would decide these tests. */
const OURS = /^(TRUNKLINE_|DATABASE_URL$|HOST$|PORT$|LOG_LEVEL$|NODE_OPTIONS$)/;

export function launch(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  script = MAIN,
): Program {
  const inherited = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  const child = spawn(process.execPath, [path.join(ROOT, script), ...args], {
    env: { NODE_COMPILE_CACHE: COMPILED, ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    let text = '';
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    return () => text;
  }) as [() => string, () => string];
  return { child, stdout, stderr, ended: new Promise((resolve) => child.once('close', resolve)) };
}

export async function runToEnd(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  script = MAIN,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = launch(args, env, script);
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** What the program has said, as soon as it has said it; a program that ends before fails the test with its words. */
export function says(program: Program, words: RegExp): Promise<RegExpExecArray> {
  return until(`the program says ${words}`, () => {
    const found = words.exec(program.stdout());
    if (found === null && program.child.exitCode !== null)
      throw new Error(`It ended with ${program.child.exitCode}: ${program.stdout()}${program.stderr()}`);
    return found;
  });
}
