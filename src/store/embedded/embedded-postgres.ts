/**
 * The real PostgreSQL as our child, for whoever has none: started, watched and stopped here.
 *
 * Whoever holds an advisory lock owns the server. The lock lives on one connection, so it goes with its process however
 * that ends, and the next Trunkline adopts the server that a killed one left running: no lock file that could go stale.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { systemClock } from '../../lib/clock.ts';
import { StartupRefused, USE_DATABASE_URL } from '../startup-refused.ts';
import { type PostgresBinaries, preparePostgres } from './postgres-binaries.ts';
import {
  type ClusterFiles,
  ensureCluster,
  filesIn,
  type Postmaster,
  runningServer,
} from './postgres-cluster.ts';
import { own, urlOf } from './postgres-owner.ts';
import {
  launch,
  SERVER_SETTINGS,
  type ServerSettings,
  type StartupLog,
  shutDown,
} from './postgres-server.ts';

export interface EmbeddedPostgresOptions {
  /** Made when absent, readable by its owner alone. */
  dataDir: string;
  log?: StartupLog;
  /** `postgresql.conf` parameters over the standard ones. */
  settings?: ServerSettings;
  /** The installed package with the binaries, when it is not the one npm resolves. */
  packageDir?: string;
}

export interface EmbeddedPostgres {
  /** For a direct connection, with the password. Stays the same when the server has to be started again. */
  readonly url: string;
  /** Process id of the server. */
  readonly pid: number;
  /** True when it was already running, left over by a process that was killed. */
  readonly adopted: boolean;
  /** Resolves when the server has ended and everything is on disk. Further calls wait for the same end. */
  stop(): Promise<void>;
}

interface Site {
  files: ClusterFiles;
  binaries: PostgresBinaries;
  settings: ServerSettings;
  log: StartupLog;
}

interface Owned extends Postmaster {
  adopted: boolean;
  connection: pg.Client;
}

const MAX_LAUNCHES = 5;
const PAUSE_BETWEEN_LAUNCHES_MS = 200;
const PAUSE_BETWEEN_RESCUES_MS = 1000;
const clock = systemClock();

/**
 * Starts the server of `dataDir`, or takes over the one already running there.
 * @throws {DataDirectoryInUse} when another process owns it.
 * @throws {StartupRefused} with a sentence for everything else that can be told.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const files = filesIn(options.dataDir);
  const log = options.log ?? { info() {}, warn() {} };
  const settings = { ...SERVER_SETTINGS, ...options.settings };
  makeDataDir(files.dataDir);
  const binaries = preparePostgres(path.join(files.dataDir, 'postgres-lib'), options.packageDir);
  ensureCluster(files, binaries, settings.fsync !== 'off');
  const site: Site = { files, binaries, settings, log };

  let owned = await raise(site);
  let rescue = Promise.resolve();
  let stopped: Promise<void> | undefined;

  const watch = () => {
    owned.connection.once('end', () => {
      if (stopped !== undefined) return;
      log.warn('The embedded PostgreSQL stopped unexpectedly; starting it again.');
      rescue = raiseAgain();
    });
  };
  /** On the same port, so that everyone's address stays right. */
  const raiseAgain = async (): Promise<void> => {
    while (stopped === undefined) {
      try {
        owned = await raise(site, owned.port);
        return watch();
      } catch (error) {
        log.warn(error instanceof Error ? error.message : String(error));
        await clock.sleep(PAUSE_BETWEEN_RESCUES_MS);
      }
    }
  };
  const stop = async (): Promise<void> => {
    await rescue;
    await shutDown(files, binaries, owned.pid, log);
    await owned.connection.end().catch(() => {});
  };

  watch();
  return {
    url: urlOf(files, owned.port),
    adopted: owned.adopted,
    get pid() {
      return owned.pid;
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StartupRefused(
      `The data folder ${dataDir} can't be made. Choose another with TRUNKLINE_DATA.`,
      { cause },
    );
  }
}

/**
 * Until a server runs and is ours. Several processes may come through here at once: PostgreSQL lets only one server
 * start, all connect to it, and the lock goes to one of them, not necessarily to the one who started it.
 */
async function raise(site: Site, port?: number): Promise<Owned> {
  const { files, binaries, settings, log } = site;
  for (let launches = 0; ; ) {
    const running = runningServer(files);
    const server: Postmaster & { words?(): string } =
      running ?? (await launch(files, binaries, settings, port));
    const connection = await own(files, server, log);
    if (connection !== null) {
      const { pid, port } = server;
      return { pid, port, connection, adopted: running !== null };
    }
    if (server.words === undefined) continue;
    // Somebody took the port, somebody else's server was faster, or processes of a killed server are still ending.
    launches += 1;
    if (launches === MAX_LAUNCHES) {
      throw new StartupRefused(
        `The database in ${files.home} can't be started: ${server.words()} (more in ${files.log}). ${USE_DATABASE_URL}`,
      );
    }
    await clock.sleep(PAUSE_BETWEEN_LAUNCHES_MS);
  }
}
