/** A server that HTTP conditions ask, on a free port: what it says at which path is told by the test, and it notes who asked what. */
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface QuestionServer {
  /** `http://127.0.0.1:port`; to reach it the app must allow private hosts. */
  url: string;
  port: number;
  asked: Asked[];
  /** By path without its query; JSON unless it answers by hand. 404 where nothing is said. */
  says: Map<string, unknown | ((response: ServerResponse, asked: Asked) => void)>;
  close(): Promise<void>;
}

export async function openQuestionServer(): Promise<QuestionServer> {
  const says: QuestionServer['says'] = new Map();
  const asked: Asked[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    const each = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    asked.push(each);
    const said = says.get(path.split('?')[0] ?? '');
    if (said === undefined) response.writeHead(404).end('nothing here');
    else if (typeof said === 'function') said(response, each);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    says,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
