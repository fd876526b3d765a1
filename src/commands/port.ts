/** Whether HOST:PORT can be had, and the sentence for when it can't. */
import { createServer } from 'node:net';
import type { Config } from '../config.ts';

type Place = Pick<Config, 'host' | 'port'>;

/** Listens for a moment; null when that works. */
export function tryToListen({ host, port }: Place): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ host, port }, () => probe.close(() => resolve(null)));
  });
}

export function cannotListen({ host, port }: Place, { code, message }: NodeJS.ErrnoException): string {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program uses that port. Stop it, or choose another one with PORT',
    EACCES: 'this user may not use that port. Choose one above 1023 with PORT',
    EADDRNOTAVAIL: 'this machine does not have that address. Set HOST to one that it has',
    ENOTFOUND: 'there is no such host. Set HOST to an address of this machine',
  };
  return `Cannot listen on ${host}:${port}: ${reasons[code ?? ''] ?? message}.`;
}
