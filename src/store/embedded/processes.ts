/** What the operating system knows about a process that may not be our child. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return !isZombie(pid);
}

/** An orphan that ended stays visible until process 1 collects it, which in containers may be never. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it may contain anything, parentheses too.
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/**
 * Whether a living process is the PostgreSQL server of `clusterDir`, or a stranger that got its number after a reboot or
 * in a new container. A server always works inside its own directory.
 */
export function identify(pid: number, clusterDir: string): 'server' | 'stranger' | 'unknown' {
  if (process.platform === 'win32') return 'server';
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterDir) ? 'server' : 'stranger';
    } catch {
      // It ended meanwhile, or it runs as somebody whom we may not watch.
      return 'unknown';
    }
  }
  const ps = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout.includes(clusterDir) ? 'server' : 'stranger';
}

/** `ENOENT`, `EEXIST`, … of a failed system call. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
