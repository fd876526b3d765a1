/** Arguments read strictly: whatever is wrong with them becomes a sentence for the person who typed them. */
import { parseArgs } from 'node:util';

/** The public sentence is `message`; the program ends with exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Values of the options `names`, each of which takes one (`--seed 7`); null for an option that was not given. */
export function readOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): Record<Name, string | null> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ args: [...args], options });
    return Object.fromEntries(names.map((name) => [name, values[name] ?? null])) as Record<
      Name,
      string | null
    >;
  } catch (error) {
    // Node's own words; what follows the first sentence are hints for programmers.
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]?.replace(/\.$/, '')}.`);
  }
}

export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}
