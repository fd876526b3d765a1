/** A connection that breaks when the answer was on its way: what is asked arrives, and nobody hears what became of it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  url: string;
  /** So many of the next answers cut their connection at the first byte. */
  cut(answers: number): void;
  /** Connections that were cut so far. */
  cuts(): number;
  close(): Promise<void>;
}

export async function openCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let toCut = 0;
  let cuts = 0;
  const server = createServer((socket) => {
    const upstream = connect(Number(port), hostname);
    for (const each of [socket, upstream]) {
      open.add(each);
      each.on('error', () => {}).on('close', () => open.delete(each));
    }
    socket.pipe(upstream).on('data', (bytes) => {
      if (toCut === 0) return void socket.write(bytes);
      toCut -= 1;
      cuts += 1;
      socket.destroy();
      upstream.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut(answers) {
      toCut = answers;
    },
    cuts: () => cuts,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
