/**
 * One relay for one folder: two of them would write one journal. The one that runs answers on a socket in the folder, which
 * is also how it is asked for its status; a socket that nobody answers on was left by one that was killed.
 */
import { rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { AgentStatus } from './agent.ts';

export interface Instance {
  release(): Promise<void>;
}

const FILE = 'relay.sock';

/** null: another one has the folder. */
export async function claimFolder(
  dataDir: string,
  status: () => AgentStatus | null,
): Promise<Instance | null> {
  const at = path.join(dataDir, FILE);
  if ((await askForStatus(dataDir)) !== null) return null;
  await rm(at, { force: true });
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(JSON.stringify(status() ?? {}));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** null: none runs there. */
export function askForStatus(dataDir: string): Promise<Partial<AgentStatus> | null> {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect(path.join(dataDir, FILE));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => resolve(null));
    socket.on('end', () => resolve(JSON.parse(text === '' ? '{}' : text) as Partial<AgentStatus>));
  });
}
