/** argv → one command. Each is loaded only when asked for. */
import { ConfigError } from './config.ts';
import { StartupRefused } from './store/startup-refused.ts';

interface Command {
  sentence: string;
  load(): Promise<(args: string[]) => Promise<number>>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    sentence: 'Serve the API and send messages  [--role all|api|dispatcher]',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  migrate: {
    sentence: 'Bring the database of DATABASE_URL (or the embedded one) up to date',
    load: async () => (await import('./commands/migrate.ts')).migrateCommand,
  },
  doctor: {
    sentence: 'Check that everything Trunkline needs is here',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
};

async function main([name, ...args]: string[]): Promise<number> {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command === undefined || args.includes('--help')) {
    const asked = name === undefined || name === 'help' || name === '--help' || command !== undefined;
    if (!asked) process.stderr.write(`There is no command "${name}".\n\n`);
    const list = Object.entries(COMMANDS).map(([each, { sentence }]) => `  ${each.padEnd(10)}${sentence}`);
    process.stdout.write(`Usage: trunkline <command>\n\n${list.join('\n')}\n`);
    return asked ? 0 : 1;
  }
  const run = await command.load();
  return run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Those two carry a complete sentence for people; anything else is a defect and shows its stack.
  const isSentence = error instanceof StartupRefused || error instanceof ConfigError;
  process.stderr.write(`${isSentence ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
}
