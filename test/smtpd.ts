/** OpenSMTPD for tests: where it is, whether it can be had, and how it is started without disturbing one that lives here. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';

export const SMTPD = ['/usr/sbin/smtpd', '/usr/local/sbin/smtpd'].find((path) => existsSync(path));
/** Delivers as this user, who owns the mailbox. */
export const MAILBOX_OWNER = 'nobody';

export function whyNoSmtpd(): string | null {
  if (SMTPD === undefined) return 'no smtpd here: install the package opensmtpd';
  if (process.getuid?.() !== 0) return 'smtpd separates privileges and must be started by root';
  return null;
}

/** With a spool and a control socket of its own where the system lets us, so that a mail server that lives here is not disturbed. */
export function startAside(command: string): ChildProcess {
  const mounts =
    'mount -t tmpfs -o mode=0711 tmpfs /var/spool/smtpd && mount -t tmpfs -o mode=0755 tmpfs /var/run';
  const aside = spawnSync('unshare', ['--mount', 'sh', '-c', mounts]).status === 0;
  return aside
    ? spawn('unshare', ['--mount', 'sh', '-c', `${mounts} && ${command}`])
    : spawn('sh', ['-c', command]);
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function userId(name: string): Promise<number> {
  const entry = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((line) => line.startsWith(`${name}:`));
  return Number(entry?.split(':')[2]);
}
