/** argv → one command. Each is loaded only when asked for. */
import { readFileSync } from 'node:fs';
import { ConfigError } from './config.ts';
import { asksForHelp, UsageError } from './lib/command-line.ts';
import { StartupRefused } from './store/startup-refused.ts';

interface Command {
  sentence: string;
  /** What may follow its name, one line each. */
  options?: readonly string[];
  load(): Promise<(args: string[]) => Promise<number>>;
}

const PROGRAM = 'npm run trunkline --';
const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    sentence: 'Serve the API and send messages',
    options: ['--role all|api|dispatcher   what this process does (default: all)'],
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  migrate: {
    sentence: 'Bring the database (DATABASE_URL, or else the embedded one) up to date',
    load: async () => (await import('./commands/migrate.ts')).migrateCommand,
  },
  relay: {
    sentence: 'Be the relay of a line: run this on a Mac',
    options: [
      '--server <url>   your Trunkline; only needed when pairing',
      '--pair <code>    pairs this Mac with the line of the code, then runs',
      '--driver <name>  what moves messages: messages-app, bluebubbles or sandbox',
      '--bluebubbles-url <url>, --bluebubbles-password-file <file>   of the server that the driver bluebubbles uses;',
      '                 told once, then kept. The password may also come by TRUNKLINE_BLUEBUBBLES_PASSWORD',
      '--data <folder>  where token, journal and files are kept',
      '--name <name>    of this Mac, as people know it',
      'status           (relay status) shows whether it runs, is linked and may send',
      'install          (relay install) has macOS start it at every sign-in; --print only shows what it would write',
    ],
    load: async () => (await import('./commands/relay.ts')).relay,
  },
  billing: {
    sentence: 'Say whether a workspace may write',
    options: ['<workspace> active|past_due   past_due: it can be read, but not written to'],
    load: async () => (await import('./commands/billing.ts')).billing,
  },
  keys: {
    sentence: 'List, add or remove the API keys of a workspace',
    options: [
      'list <workspace>',
      'add <workspace> <name>      makes a key with every right, and shows it once',
      'remove <workspace> <key id>',
    ],
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  people: {
    sentence: 'Let in somebody who lost the way in',
    options: [
      'list <workspace>',
      'setup-link <workspace>   prints a link that makes whoever opens it an owner, once',
      'new-password <email>     prints a new password, ends every session and switches codes off',
    ],
    load: async () => (await import('./commands/people.ts')).people,
  },
  doctor: {
    sentence: 'Check settings, files, port and database; changes nothing',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
};

async function main([name = 'help', ...args]: string[]): Promise<number> {
  if (name === '--version') return say(readVersion());
  if (['help', '-h', '--help'].includes(name)) return say(usage());
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command "${name}".`);
  if (asksForHelp(args)) return say(usageOf(name, command));
  const run = await command.load();
  return run(args);
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function usage(): string {
  const list = Object.entries(COMMANDS).map(([each, { sentence }]) => `  ${each.padEnd(10)}${sentence}`);
  return [
    `Usage: ${PROGRAM} <command>`,
    '',
    ...list,
    '',
    '<command> --help shows its options, --version the version. Settings are environment variables: see README.md.',
  ].join('\n');
}

function usageOf(name: string, { sentence, options = [] }: Command): string {
  const takes = options.length === 0 ? '' : ' [options]';
  return [`Usage: ${PROGRAM} ${name}${takes}`, '', sentence, ...options.map((each) => `  ${each}`)].join(
    '\n',
  );
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Sentences for people go out alone; anything else is a defect and shows its stack. */
function refuse(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\nSee \`${PROGRAM} --help\`.\n`);
    return 2;
  }
  const isSentence = error instanceof StartupRefused || error instanceof ConfigError;
  process.stderr.write(`${isSentence ? error.message : ((error as Error).stack ?? String(error))}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(refuse);
