/** A public address for an app whose port is only known later: what a reverse proxy does, another Host included. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Tunnel {
  url: string;
  /** Where it leads; null: answers 502. */
  target: string | null;
  close(): Promise<void>;
}

export async function openTunnel(): Promise<Tunnel> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    if (tunnel.target === null) {
      response.writeHead(502).end();
      return;
    }
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
    const { method = 'GET' } = request;
    const init = { method, headers: headers as Record<string, string>, ...(body.length > 0 ? { body } : {}) };
    const answer = await fetch(`${tunnel.target}${request.url}`, init).catch(() => null);
    const contentType = answer?.headers.get('content-type') ?? 'text/plain';
    response.writeHead(answer?.status ?? 502, { 'content-type': contentType });
    response.end(answer === null ? '' : Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tunnel: Tunnel = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return tunnel;
}
