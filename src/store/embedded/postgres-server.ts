/** One server process: how it is started and how it ends. What it is started for stands in embedded-postgres.ts. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { systemClock } from '../../lib/clock.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { type ClusterFiles, lastLines, openLog, type Postmaster, runningServer } from './postgres-cluster.ts';
import { isAlive } from './processes.ts';
import { chooseIdentity } from './run-as.ts';

export interface StartupLog {
  info(message: string): void;
  warn(message: string): void;
}

export type ServerSettings = Readonly<Record<string, string>>;

export const SERVER_SETTINGS: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // What an acknowledged message is worth: on disk before the answer goes out.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The server's own life only. Failed statements are ours to log, and they carry what people wrote to each other.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_error_verbosity: 'terse',
};

const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 10_000;
const POLL_MS = 10;
const clock = systemClock();

export interface Launched extends Postmaster {
  /** What the server has said since it was started, for a sentence. */
  words(): string;
}

/** Starts a server and doesn't wait for it. Without `port` it gets a free one. */
export async function launch(
  files: ClusterFiles,
  binaries: PostgresBinaries,
  settings: ServerSettings,
  port?: number,
): Promise<Launched> {
  const identity = chooseIdentity(files.home, binaries.postgres, binaries.env);
  const chosenPort = port ?? (await freePort());
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, args] = identity.command(binaries.postgres, [
    '-D',
    files.cluster,
    '-p',
    String(chosenPort),
    ...options,
  ]);
  const log = openLog(files);
  try {
    // Detached: a Ctrl-C in the terminal is for us, and the server must outlive our own shutdown.
    const child = spawn(command, args, {
      ...identity.user,
      env: binaries.env,
      cwd: files.home,
      detached: true,
      stdio: ['ignore', log.handle, log.handle],
      windowsHide: true,
    });
    child.unref();
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => resolve(child.pid ?? 0));
      child.once('error', reject);
    });
    const words = () => lastLines(readFileSync(files.log).subarray(log.size).toString('utf8'));
    return { pid, port: chosenPort, words };
  } finally {
    closeSync(log.handle);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port on 127.0.0.1'));
      });
    });
  });
}

/** Ends the server of this cluster, ours or adopted: running statements are rolled back and everything is on disk. */
export async function shutDown(
  files: ClusterFiles,
  binaries: PostgresBinaries,
  pid: number,
  log: StartupLog,
): Promise<void> {
  if (!isAlive(pid) || runningServer(files)?.pid !== pid) return;
  if (process.platform === 'win32') {
    // Windows knows no signals; PostgreSQL's own tool speaks to it through a pipe.
    spawnSync(binaries.pgCtl, ['stop', '-D', files.cluster, '-m', 'fast', '-w'], { env: binaries.env });
    return;
  }
  signal(pid, 'SIGINT');
  if (await ends(pid, FAST_STOP_MS)) return;
  log.warn('PostgreSQL did not stop in time; stopping it immediately. It recovers at the next start.');
  signal(pid, 'SIGQUIT');
  if (await ends(pid, IMMEDIATE_STOP_MS)) return;
  signal(pid, 'SIGKILL');
  await ends(pid, IMMEDIATE_STOP_MS);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

async function ends(pid: number, withinMs: number): Promise<boolean> {
  const deadline = clock.now() + withinMs;
  while (isAlive(pid)) {
    if (clock.now() > deadline) return false;
    await clock.sleep(POLL_MS);
  }
  return true;
}
