/**
 * PostgreSQL refuses to run as root, and root is who starts us in many containers. A user namespace in which we are
 * called 65534 satisfies it and needs nobody's home to be readable and no change of owner; where namespaces are refused
 * (most container engines) the server gets an ordinary user and its directory with it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, lchownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { StartupRefused, USE_DATABASE_URL } from '../startup-refused.ts';

export interface Identity {
  command(binary: string, args: readonly string[]): [string, string[]];
  /** For `spawn`. */
  user: { uid?: number; gid?: number };
}

interface Candidate extends Identity {
  name: string;
  /** Whose the directory must be; null leaves it as it is. */
  owner: { uid: number; gid: number } | null;
}

const ourselves: Candidate = {
  name: 'this user',
  owner: null,
  user: {},
  command: (binary, args) => [binary, [...args]],
};

const namespace: Candidate = {
  name: 'a user namespace',
  owner: { uid: 0, gid: 0 },
  user: {},
  command: (binary, args) => [
    'unshare',
    ['--user', '--map-user=65534', '--map-group=65534', '--', binary, ...args],
  ],
};

/** The first identity that can run `binary` and write in `dir`. As root, `dir` may change its owner on the way. */
export function chooseIdentity(dir: string, binary: string, env: Record<string, string>): Identity {
  const root = process.getuid?.() === 0;
  const candidates = root ? candidatesOfRoot(dir) : [ourselves];
  const refusals: string[] = [];
  for (const candidate of candidates) {
    if (candidate.owner !== null) giveTo(dir, candidate.owner);
    if (candidate.user.uid !== undefined) openPassage(path.dirname(dir));
    const refusal = tryOut(candidate, dir, binary, env);
    if (refusal === null) return candidate;
    refusals.push(`${candidate.name}: ${refusal}`);
  }
  throw new StartupRefused(
    `${
      root
        ? 'PostgreSQL refuses to run as root, and no other way to run it works here; start Trunkline as an ordinary user.'
        : `The PostgreSQL that comes with Trunkline can't run here or can't write to ${dir}.`
    } ${USE_DATABASE_URL} (Tried: ${refusals.join('; ')})`,
  );
}

function candidatesOfRoot(dir: string): Candidate[] {
  if (process.platform !== 'linux') return [];
  const { uid, gid } = statSync(dir);
  const users = ['postgres', 'nobody'].flatMap((name) => userNamed(name) ?? []);
  if (uid === 0) return [namespace, ...users];
  return [asUser('the owner of the data folder', uid, gid), namespace, ...users];
}

function asUser(name: string, uid: number, gid: number): Candidate {
  return { ...ourselves, name, owner: { uid, gid }, user: { uid, gid } };
}

function userNamed(name: string): Candidate | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? asUser(`user ${name}`, Number(uid), Number(gid)) : undefined;
}

function giveTo(dir: string, { uid, gid }: { uid: number; gid: number }): void {
  if (statSync(dir).uid === uid) return;
  for (const entry of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    lchownSync(path.join(dir, entry), uid, gid);
  }
  // Last, so that a change cut short is seen and made again.
  lchownSync(dir, uid, gid);
}

/** Lets the other user walk through our private data folder, not look into it. */
function openPassage(parent: string): void {
  const { mode } = statSync(parent);
  if ((mode & 0o001) === 0) chmodSync(parent, mode | 0o001);
}

/** Null when it works, else what was said. */
function tryOut(
  candidate: Candidate,
  dir: string,
  binary: string,
  env: Record<string, string>,
): string | null {
  if (process.platform === 'win32') return null;
  const test = '"$1" --version >/dev/null && test -r "$2" && test -w "$2" && test -x "$2"';
  const [command, args] = candidate.command('/bin/sh', ['-c', test, 'sh', binary, dir]);
  const tried = spawnSync(command, args, { ...candidate.user, env, cwd: dir, encoding: 'utf8' });
  if (tried.status === 0) return null;
  return (tried.error?.message ?? tried.stderr.trim()) || 'no access to the data folder';
}
