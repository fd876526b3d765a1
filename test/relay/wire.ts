/** A wire between a Mac and its server, which a test can cut, hold still, or forbid WebSockets on. */
import net from 'node:net';

export interface Wire {
  /** What the Mac takes for its server. */
  url: string;
  /** A WebSocket is answered as by a proxy that knows none. */
  refusesUpgrades: boolean;
  /** Upgrades that were asked for. */
  upgrades: number;
  /** Where new connections lead; null: nowhere. */
  target: number | null;
  /** Connections that exist stay open and carry nothing more, in either direction: as after a laptop's sleep. */
  freeze(): void;
  /** Ends all connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function openWire(serverUrl: string): Promise<Wire> {
  const pairs = new Set<{ near: net.Socket; far: net.Socket; frozen: boolean }>();
  const server = net.createServer((near) => {
    near.on('error', () => near.destroy());
    if (wire.target === null) {
      near.destroy();
      return;
    }
    const far = net.connect(wire.target, '127.0.0.1');
    const pair = { near, far, frozen: false };
    pairs.add(pair);
    let isFirst = true;
    const end = () => {
      if (pair.frozen) return;
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const each of [near, far]) each.on('error', end).on('close', end);
    near.on('data', (chunk) => {
      if (pair.frozen) return;
      const asksForUpgrade = isFirst && /^upgrade: websocket/im.test(chunk.toString('latin1'));
      isFirst = false;
      if (asksForUpgrade) wire.upgrades += 1;
      if (asksForUpgrade && wire.refusesUpgrades)
        near.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      else far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (!pair.frozen) near.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const wire: Wire = {
    url: `http://127.0.0.1:${port}`,
    refusesUpgrades: false,
    upgrades: 0,
    target: Number(new URL(serverUrl).port),
    freeze() {
      for (const pair of pairs) pair.frozen = true;
    },
    cut() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
    },
    close() {
      for (const pair of pairs) {
        pair.frozen = false;
        pair.near.destroy();
        pair.far.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return wire;
}
