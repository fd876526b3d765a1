/** One address that leads to one server after the other, as a restart on the same port does. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Door {
  url: string;
  /** null: nobody is behind it. Connections that are open break. */
  leadTo(target: string | null): void;
  close(): Promise<void>;
}

export async function openDoor(first: string): Promise<Door> {
  const open = new Set<Socket>();
  let target: string | null = first;
  const server = createServer((socket) => {
    if (target === null) return void socket.destroy();
    const { hostname, port } = new URL(target);
    const upstream = connect(Number(port), hostname);
    for (const each of [socket, upstream]) {
      open.add(each);
      each
        .on('error', () => {})
        .on('close', () => {
          open.delete(each);
          socket.destroy();
          upstream.destroy();
        });
    }
    socket.pipe(upstream).pipe(socket);
  });
  const breakAll = () => {
    for (const socket of open) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(next) {
      target = next;
      breakAll();
    },
    async close() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
