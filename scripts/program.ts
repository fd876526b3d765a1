/** What the programs behind npm scripts have in common: `--help`, and wrong arguments told in a sentence, with exit code 2. */
import { asksForHelp, UsageError } from '../src/lib/command-line.ts';

/** `run` gets the arguments and answers the exit code. */
export async function runProgram(usage: string, run: (args: string[]) => Promise<number>): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    process.exitCode = await run(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exitCode = 2;
  }
}

/** The number given to an option, null when it was not given. */
export function toNumber(option: string, given: string | null, kind: 'seed' | 'above zero'): number | null {
  if (given === null) return null;
  const value = given.trim() === '' ? Number.NaN : Number(given);
  const isRight =
    kind === 'seed' ? Number.isSafeInteger(value) && value >= 0 : Number.isFinite(value) && value > 0;
  if (isRight) return value;
  const wanted = kind === 'seed' ? 'a whole number, 0 or more' : 'a number above 0';
  throw new UsageError(`${option} must be ${wanted}, not "${given}".`);
}
