/** `serve`: one program, several roles. */

import { makeSetupToken } from '../actions/people/join.ts';
import { bootstrap } from '../actions/workspace/bootstrap.ts';
import { type App, compose, ROLES, type Role } from '../compose.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { readOptions, UsageError } from '../lib/command-line.ts';
import { createLog, type Log } from '../lib/log.ts';
import { findSecretKey, readSecretKey } from '../secret-key.ts';
import { checkSchema, migrate } from '../store/migrate.ts';
import { withPool } from '../store/pool.ts';
import { refuseMalformedKey } from './bootstrap-key.ts';
import { openDatabaseUrl } from './open-database-url.ts';
import { setupLink } from './people.ts';
import { cannotListen, tryToListen } from './port.ts';
import { stopSignal } from './stop-signal.ts';

export async function serve(args: string[]): Promise<number> {
  const role = readRole(args);
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  await refuseEarly(config, role);
  // Asked for before anything starts, so that an early Ctrl-C is not lost.
  const stopping = stopSignal();
  const opened = await openDatabaseUrl(config, log);
  try {
    await prepareSchema(opened.url, role, log);
    const secretKey = await readSecretKey(config);
    if (config.databaseUrl !== null && config.secretKey === null && role !== 'all') {
      log.warn('processes on several machines need the same TRUNKLINE_SECRET_KEY to open stored credentials');
    }
    const app = await compose({ config, databaseUrl: opened.url, secretKey, role, log });
    try {
      await open(app, config);
      await stopping;
      process.stdout.write('Shutting down: finishing messages in flight…\n');
    } finally {
      await app.close();
    }
  } finally {
    await opened.close();
  }
  return 0;
}

function readRole(args: string[]): Role {
  const { role: given } = readOptions(args, ['role']);
  const role = ROLES.find((each) => each === (given ?? 'all'));
  if (role === undefined) throw new UsageError(`--role must be one of ${ROLES.join(', ')}, not "${given}".`);
  return role;
}

/** What can be known to fail is refused before anything is made. */
async function refuseEarly(config: Config, role: Role): Promise<void> {
  refuseMalformedKey(config);
  await findSecretKey(config);
  const trouble = role === 'dispatcher' ? null : await tryToListen(config);
  if (trouble !== null) throw new ConfigError(cannotListen(config, trouble));
}

/** A single process brings its database up to date by itself; a fleet is migrated by `migrate` first. */
async function prepareSchema(url: string, role: Role, log: Log): Promise<void> {
  const options = {
    log: { info: (text: string) => log.debug(text), warn: (text: string) => log.warn(text) },
  };
  await withPool({ connectionString: url, max: 1 }, async (pool) => {
    if (role === 'all') await migrate(pool, options);
    else await checkSchema(pool, options);
  });
}

/**
 * The HTTP server first: once the key of a first start is stored nothing may fail any more before it is shown, since it can't
 * be read again. Whoever comes in meanwhile has no key yet.
 */
async function open(app: App, config: Config): Promise<void> {
  if (app.server === null) {
    app.startDispatcher();
    process.stdout.write('Trunkline dispatcher is running. Stop with Ctrl-C.\n');
    return;
  }
  const { host, port } = config;
  const address = await app.server.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(cannotListen(config, error));
  });
  const { workspaceId, newKey } = await bootstrap(app.deps, config.bootstrapKey);
  const token = await makeSetupToken(app.deps, workspaceId);
  process.stdout.write(greeting(config, address, newKey, token));
  app.startDispatcher();
}

function greeting(config: Config, address: string, newKey: string | null, token: string | null): string {
  const setup = [
    'Nobody owns this server yet. Open this link to sign up as its owner (good once, for 24 hours):',
    `  ${setupLink(config.publicUrl ?? address, token ?? '')}`,
    '',
  ];
  return [
    `Trunkline listens on ${address}`,
    '',
    ...(token === null ? [] : setup),
    ...aboutTheKey(config, newKey),
    '',
    `curl -s ${address}/api/messages -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\`,
    `  -H "Authorization: Bearer ${newKey ?? '$TRUNKLINE_KEY'}" \\`,
    `  -d '{"recipientPhone": "+12025550100", "message": "Hello {firstName|there}"}'`,
    '',
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}

function aboutTheKey({ bootstrapKey }: Config, newKey: string | null): string[] {
  const ifLost = [
    'If you lose the key, start once with TRUNKLINE_BOOTSTRAP_KEY set to one of your own (tl_sk_ and 22 to 86 letters and',
    'digits); it is added to the workspace.',
  ];
  if (newKey !== null) {
    return [
      `Your API key (shown once, keep it):  ${newKey}`,
      ...ifLost,
      '',
      'Send a message to a simulated phone:',
    ];
  }
  if (bootstrapKey !== null) {
    return [
      'Set TRUNKLINE_KEY to the value of TRUNKLINE_BOOTSTRAP_KEY, and send a message to a simulated phone:',
    ];
  }
  return [...ifLost, '', 'Set TRUNKLINE_KEY to your API key, and send a message to a simulated phone:'];
}
