/** Runs our development tools from node_modules with this Node, whatever the PATH says. */
import { spawn } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const TOOLS = {
  tsc: 'typescript/bin/tsc',
  biome: '@biomejs/biome/bin/biome',
  vitest: 'vitest/vitest.mjs',
} as const;

export type Tool = keyof typeof TOOLS;

/** Its exit code; what it says goes where ours goes. */
export function runTool(tool: Tool, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [path.join(ROOT, 'node_modules', TOOLS[tool]), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  // We wait for the tool to clean up after itself. A key pressed in the terminal has reached it already.
  const onInterrupt = () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  };
  const onTerminate = () => child.kill('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      resolve(code ?? 1);
    });
  });
}

export function heading(text: string): void {
  process.stdout.write(`\n── ${text} ${'─'.repeat(Math.max(0, 60 - text.length))}\n`);
}

/** Types, then style and lint; the first that fails ends it. */
export async function checkSources(write: boolean): Promise<boolean> {
  heading('Types');
  if ((await runTool('tsc', [])) !== 0) return false;
  if ((await runTool('tsc', ['-p', 'dashboard'])) !== 0) return false;
  heading('Style and lint');
  return (await runTool('biome', ['check', ...(write ? ['--write'] : []), '.'])) === 0;
}
