/**
 * The files of the embedded server inside the data folder:
 *
 *     postgres/cluster     what PostgreSQL calls its data directory
 *     postgres/password    of its one role
 *     postgres.log         what the server says
 *
 * A cluster is made in a folder of its own and renamed when it is whole, so a folder called `postgres` can be trusted:
 * a first start that was killed leaves nothing behind that a second would take for a database, and of two first starts
 * at once the slower rename fails and its maker goes on with the other's cluster.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { StartupRefused, USE_DATABASE_URL } from '../startup-refused.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { errorCode, identify, isAlive } from './processes.ts';
import { chooseIdentity } from './run-as.ts';

export interface ClusterFiles {
  dataDir: string;
  home: string;
  cluster: string;
  password: string;
  log: string;
}

export const ROLE = 'trunkline';
const LONGEST_LOG_BYTES = 10 * 1024 * 1024;

export function filesIn(dataDir: string): ClusterFiles {
  const absolute = path.resolve(dataDir);
  const home = path.join(absolute, 'postgres');
  return {
    dataDir: absolute,
    home,
    cluster: path.join(home, 'cluster'),
    password: path.join(home, 'password'),
    log: path.join(absolute, 'postgres.log'),
  };
}

/** Makes the cluster if there is none; afterwards there is one of the right version. */
export function ensureCluster(files: ClusterFiles, binaries: PostgresBinaries, sync: boolean): void {
  if (!existsSync(files.home)) initialise(files, binaries, sync);
  refuseOtherVersion(files, binaries.major);
}

/** @throws {StartupRefused} when the cluster is not one that PostgreSQL `ours` can work on. */
export function refuseOtherVersion(files: ClusterFiles, ours: number): void {
  const major = majorOf(files);
  if (major === ours) return;
  throw new StartupRefused(
    `The data in ${files.home} was made by PostgreSQL ${major}, and this Trunkline comes with PostgreSQL ` +
      `${ours}, which can't read it. Start the version of Trunkline that made it, take a backup there and ` +
      `restore it into a new data folder. ${USE_DATABASE_URL}`,
  );
}

function majorOf(files: ClusterFiles): number {
  try {
    return Number(readFileSync(path.join(files.cluster, 'PG_VERSION'), 'utf8'));
  } catch (cause) {
    throw new StartupRefused(
      errorCode(cause) === 'ENOENT'
        ? `${files.home} is not a database that Trunkline made. Move it away, or choose another folder with TRUNKLINE_DATA.`
        : `${files.home} can't be read: it belongs to another user. Start Trunkline as that user. ${USE_DATABASE_URL}`,
      { cause },
    );
  }
}

function initialise(files: ClusterFiles, binaries: PostgresBinaries, sync: boolean): void {
  removeAbandoned(files.dataDir);
  const fresh = path.join(files.dataDir, `postgres.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  const cluster = path.join(fresh, 'cluster');
  const password = path.join(fresh, 'password');
  mkdirSync(fresh, { mode: 0o700 });
  try {
    const identity = chooseIdentity(fresh, binaries.postgres, binaries.env);
    writeFileSync(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
    const { uid, gid } = identity.user;
    if (uid !== undefined && gid !== undefined) chownSync(password, uid, gid);
    const [command, args] = identity.command(binaries.initdb, [
      `--pgdata=${cluster}`,
      `--username=${ROLE}`,
      `--pwfile=${password}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The library's locale differs between systems; the built-in one is the same everywhere and folds É, which C does not.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      '--no-instructions',
      ...(sync ? [] : ['--no-sync']),
    ]);
    const made = spawnSync(command, args, {
      ...identity.user,
      env: binaries.env,
      cwd: fresh,
      encoding: 'utf8',
      windowsHide: true,
    });
    if (made.status !== 0) {
      throw new StartupRefused(
        `PostgreSQL could not make a database in ${files.dataDir}: ${
          made.error?.message ?? (lastLines(made.stderr) || `initdb ended with ${made.signal ?? made.status}`)
        }. ${USE_DATABASE_URL}`,
      );
    }
    renameSync(fresh, files.home);
    if (sync) syncDirectory(files.dataDir);
  } catch (error) {
    // Another process was faster, and its cluster is as good.
    if (existsSync(files.home) && ['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(errorCode(error) ?? '')) return;
    throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function removeAbandoned(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const maker = /^postgres\.new-(\d+)-/.exec(name)?.[1];
    if (maker === undefined || isAlive(Number(maker))) continue;
    try {
      rmSync(path.join(dataDir, name), { recursive: true, force: true });
    } catch {
      // Its initdb has outlived it for a moment and still writes; it is in nobody's way until the next first start.
    }
  }
}

/** A rename is durable only when its directory is. */
function syncDirectory(dir: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(dir, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

export interface Postmaster {
  pid: number;
  port: number;
}

/** The server that works on this cluster now, whoever started it. */
export function runningServer(files: ClusterFiles): Postmaster | null {
  const server = readPostmaster(files);
  // A dead server's file is left to PostgreSQL, which also looks for other processes it may have left behind.
  if (server === null || !isAlive(server.pid)) return null;
  const found = identify(server.pid, files.cluster);
  if (found === 'server') return server;
  // PostgreSQL takes any living process of that number for a server and would refuse to start.
  if (found === 'stranger' && readPostmaster(files)?.pid === server.pid)
    rmSync(postmasterFile(files), { force: true });
  return null;
}

/** The same for whoever only wants to know: what is stale is left where it is. */
export function serverAtWork(files: ClusterFiles): Postmaster | null {
  const server = readPostmaster(files);
  if (server === null || !isAlive(server.pid)) return null;
  return identify(server.pid, files.cluster) === 'server' ? server : null;
}

function readPostmaster(files: ClusterFiles): Postmaster | null {
  try {
    const [pid, , , port] = readFileSync(postmasterFile(files), 'utf8').split('\n').map(Number);
    return pid && port ? { pid, port } : null;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function postmasterFile(files: ClusterFiles): string {
  return path.join(files.cluster, 'postmaster.pid');
}

/** An append-only file for the server's words, begun anew when it has grown long; the former one is kept beside it. */
export function openLog(files: ClusterFiles): { handle: number; size: number } {
  if (sizeOf(files.log) > LONGEST_LOG_BYTES) renameSync(files.log, `${files.log}.1`);
  return { handle: openSync(files.log, 'a', 0o600), size: sizeOf(files.log) };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

export function lastLines(text: string, count = 4): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join(' | ');
}
