/** `relay`: the agent on a Mac. Pairs once, then keeps the link to its server until it is stopped. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Clock, systemClock } from '../lib/clock.ts';
import { readOptions, UsageError } from '../lib/command-line.ts';
import { createLog, type Log } from '../lib/log.ts';
import { systemRandom } from '../lib/random.ts';
import { type AgentStatus, startAgent } from '../relay/agent.ts';
import { findBlueBubblesServer, ServerUnknown } from '../relay/bluebubbles-server.ts';
import type { Driver } from '../relay/driver.ts';
import { createBlueBubblesDriver } from '../relay/drivers/bluebubbles.ts';
import { createMessagesAppDriver } from '../relay/drivers/messages-app/messages-app.ts';
import { createSandboxDriver } from '../relay/drivers/sandbox.ts';
import { askForStatus, claimFolder } from '../relay/instance.ts';
import { type Pairing, pair, readPairing } from '../relay/pairing.ts';
import { ServerRefused } from '../relay/server-calls.ts';
import { installRelay } from './relay-install.ts';
import { stopSignal } from './stop-signal.ts';

interface DriverOptions {
  dataDir: string;
  clock: Clock;
  log: Log;
}

type CreateDriver = (options: DriverOptions) => Driver;

/** Each first learns what it needs to know of where it is, so that a code for pairing is not used up in vain. */
const DRIVERS: Readonly<Record<string, (dataDir: string, options: Options) => Promise<CreateDriver>>> = {
  'messages-app': async () => createMessagesAppDriver,
  async bluebubbles(dataDir, options) {
    const server = await findBlueBubbles(dataDir, options);
    return (place) => createBlueBubblesDriver({ ...place, server });
  },
  sandbox: async () => createSandboxDriver,
};
const OPTIONS = [
  'server',
  'pair',
  'driver',
  'data',
  'name',
  'bluebubbles-url',
  'bluebubbles-password-file',
] as const;
type Options = Record<(typeof OPTIONS)[number], string | null>;
const USUAL_DRIVER = process.platform === 'darwin' ? 'messages-app' : 'sandbox';

export async function relay(args: string[]): Promise<number> {
  const [verb] = args;
  if (verb === 'status') return showStatus(args.slice(1));
  if (verb === 'install') return install(args.slice(1));
  const options = readOptions(args, OPTIONS);
  const dataDir = path.resolve(options.data ?? usualFolder());
  const driverName = readDriverName(options.driver);
  const createDriver = await (DRIVERS[driverName] as (typeof DRIVERS)[string])(dataDir, options);
  const name = options.name ?? os.hostname();
  const pairing = await findPairing(dataDir, { ...options, name, driver: driverName });
  const log = createLog(process.env.LOG_LEVEL ?? 'info');
  const clock = systemClock();

  let status: () => AgentStatus | null = () => null;
  const instance = await claimFolder(dataDir, () => status());
  if (instance === null)
    throw new UsageError(`Another relay runs on ${dataDir}: stop it, or give this one a folder by --data.`);
  const stopping = stopSignal();
  const driver = createDriver({ dataDir, clock, log });
  const random = systemRandom();
  const { server, token } = pairing;
  const version = readVersion();
  const agent = await startAgent({ server, token, name, version, dataDir, driver, clock, random, log });
  status = agent.status;
  process.stdout.write(
    `The relay of ${pairing.address} serves ${server} by ${driver.name}. Stop with Ctrl-C.\n`,
  );
  try {
    const refusal = await Promise.race([stopping, agent.ended]);
    if (typeof refusal !== 'string') process.stdout.write('Shutting down: finishing what is being sent…\n');
    else process.stderr.write(`${refusal}.\n`);
  } finally {
    await agent.stop();
    await instance.release();
  }
  return 0;
}

async function install(args: string[]): Promise<number> {
  const { data, driver, print } = readOptions(
    args.map((arg) => (arg === '--print' ? '--print=yes' : arg)),
    ['data', 'driver', 'print'],
  );
  const dataDir = path.resolve(data ?? usualFolder());
  const printsOnly = print !== null;
  if (!printsOnly && (await readPairing(dataDir)) === null)
    throw new UsageError(
      `This Mac is not paired yet (${dataDir}): run the relay once with --server and --pair.`,
    );
  return installRelay({ dataDir, driver: readDriverName(driver), printsOnly });
}

function readDriverName(name: string | null): string {
  const driver = name ?? USUAL_DRIVER;
  if (Object.hasOwn(DRIVERS, driver)) return driver;
  throw new UsageError(`--driver must be one of ${Object.keys(DRIVERS).join(', ')}, not "${driver}".`);
}

async function findBlueBubbles(dataDir: string, options: Options) {
  const file = options['bluebubbles-password-file'];
  const password =
    file === null
      ? (process.env.TRUNKLINE_BLUEBUBBLES_PASSWORD ?? null)
      : await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new UsageError(`${file} can't be read: ${error.code}.`);
        });
  try {
    return await findBlueBubblesServer(dataDir, { url: options['bluebubbles-url'], password });
  } catch (error) {
    throw error instanceof ServerUnknown ? new UsageError(error.message) : error;
  }
}

async function findPairing(
  dataDir: string,
  {
    server,
    pair: code,
    name,
    driver,
  }: { server: string | null; pair: string | null; name: string; driver: string },
): Promise<Pairing> {
  if (code === null) {
    const known = await readPairing(dataDir);
    if (known === null)
      throw new UsageError(
        `This Mac is not paired yet (${dataDir}): give --server and --pair with the code of its line.`,
      );
    return server === null ? known : { ...known, server: readServer(server) };
  }
  if (server === null) throw new UsageError('--pair needs --server, the address of your Trunkline.');
  try {
    return await pair(dataDir, { server: readServer(server), code, name, driver });
  } catch (error) {
    if (error instanceof ServerRefused) throw new UsageError(error.message);
    if (error instanceof TypeError) throw new UsageError(`${server} can't be reached: ${causeOf(error)}.`);
    throw error;
  }
}

function readServer(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--server must be an http or https address, not "${text}".`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

async function showStatus(args: string[]): Promise<number> {
  const { data } = readOptions(args, ['data']);
  const dataDir = path.resolve(data ?? usualFolder());
  const pairing = await readPairing(dataDir);
  const status = await askForStatus(dataDir);
  const lines = [
    pairing === null ? 'Not paired.' : `Paired with ${pairing.server} as the Mac of ${pairing.address}.`,
    status === null
      ? 'The relay is not running.'
      : `The relay is running, link: ${status.link ?? 'starting'}.`,
    ...(status?.openJobs ? [`Messages under way: ${status.openJobs}.`] : []),
    ...(status?.selfTest?.checks ?? []).map(
      ({ check, ok, message }) => `${ok ? 'ok  ' : 'FAIL'} ${check}: ${message}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return status !== null && status.selfTest?.ok !== false ? 0 : 1;
}

function usualFolder(): string {
  return process.platform === 'darwin'
    ? path.join(os.homedir(), 'Library', 'Application Support', 'Trunkline')
    : path.join(os.homedir(), '.trunkline');
}

function causeOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
