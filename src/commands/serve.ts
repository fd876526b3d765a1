/** `trunkline serve`: one artefact, several roles. */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { isApiKey } from '../actions/authenticate.ts';
import { bootstrap } from '../actions/bootstrap.ts';
import { compose, ROLES, type Role } from '../compose.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog, type Log } from '../lib/log.ts';
import { readSecretKey } from '../secret-key.ts';
import { checkSchema, migrate } from '../store/migrate.ts';
import { openDatabaseUrl } from './open-database-url.ts';

export async function serve(args: string[]): Promise<number> {
  const config = readConfig(process.env);
  const role = readRole(args);
  const log = createLog(config.logLevel);
  if (config.bootstrapKey !== null && !isApiKey(config.bootstrapKey)) {
    throw new ConfigError('TRUNKLINE_BOOTSTRAP_KEY must be tl_sk_ followed by 22 to 86 letters and digits');
  }
  // Asked for before anything starts, so that an early Ctrl-C is not lost.
  const stopping = stopSignal();
  const opened = await openDatabaseUrl(config, log);
  try {
    await prepareSchema(opened.url, role, log);
    const secretKey = await readSecretKey(config);
    if (config.databaseUrl !== null && config.secretKey === null && role !== 'all') {
      log.warn('processes on several machines need the same TRUNKLINE_SECRET_KEY to open stored credentials');
    }
    const house = await compose({ config, databaseUrl: opened.url, secretKey, role, log });
    try {
      const first = role === 'dispatcher' ? null : await bootstrap(house.deps, config.bootstrapKey);
      house.startDispatcher();
      if (house.server === null) process.stdout.write('Trunkline dispatcher is at work. Stop with Ctrl-C.\n');
      else {
        const address = await house.server
          .listen({ host: config.host, port: config.port })
          .catch((error: Error) => {
            throw new ConfigError(`Cannot listen on ${config.host}:${config.port}: ${error.message}`);
          });
        greet(config, address, first?.newKey ?? null);
      }
      await stopping;
      process.stdout.write('Stopping: messages on their way are settled first.\n');
    } finally {
      await house.close();
    }
  } finally {
    await opened.close();
  }
  return 0;
}

function readRole(args: string[]): Role {
  const { values } = parseArgs({ args, options: { role: { type: 'string', default: 'all' } }, strict: true });
  const role = ROLES.find((each) => each === values.role);
  if (role === undefined)
    throw new ConfigError(`--role must be one of ${ROLES.join(', ')}, not "${values.role}"`);
  return role;
}

/** A single process brings its database up to date by itself; a fleet is migrated by `trunkline migrate` first. */
async function prepareSchema(url: string, role: Role, log: Log): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const options = {
    log: { info: (text: string) => log.debug(text), warn: (text: string) => log.warn(text) },
  };
  try {
    if (role === 'all') await migrate(pool, options);
    else await checkSchema(pool, options);
  } finally {
    await pool.end();
  }
}

/** One Ctrl-C may arrive twice: to the whole group, and handed on by a wrapper. */
const SAME_REQUEST_MS = 1_000;

/** The first SIGINT or SIGTERM asks to stop; a later one no longer waits. */
function stopSignal(): Promise<void> {
  const clock = systemClock();
  let askedAt: number | null = null;
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        const now = clock.now();
        if (askedAt !== null && now - askedAt > SAME_REQUEST_MS) process.exit(1);
        askedAt ??= now;
        resolve();
      });
    }
  });
}

function greet(config: Config, address: string, newKey: string | null): void {
  const key = newKey ?? '$TRUNKLINE_KEY';
  const lines = [`Trunkline listens on ${address}`, ''];
  if (newKey !== null) {
    lines.push(`Your API key (shown once, keep it):  ${newKey}`, '');
  } else if (config.bootstrapKey === null) {
    lines.push('With TRUNKLINE_KEY set to your API key, send a message to a simulated phone:', '');
  }
  lines.push(
    `curl -s ${address}/api/messages -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    `  -d '{"recipientPhone": "+12025550100", "message": "Hello {firstName|there}"}'`,
    '',
    'Stop with Ctrl-C.',
    '',
  );
  process.stdout.write(lines.join('\n'));
}
