/** A web server for attachments, on a free port: what lies where is said by the test, and it notes who asked for what. */
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
}

export interface FileServer {
  /** `http://127.0.0.1:port`; to reach it the app must allow private hosts. */
  url: string;
  port: number;
  asked: Asked[];
  /** Lays something at a path and answers its whole address. */
  lay(path: string, what: Buffer | Answer): string;
  close(): Promise<void>;
}

/** Answers by hand, for what is no plain file. */
export type Answer = (response: ServerResponse, asked: Asked) => void;

export async function openFileServer(): Promise<FileServer> {
  const laid = new Map<string, Buffer | Answer>();
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    const path = request.url ?? '';
    const each = { path, headers: request.headers };
    asked.push(each);
    const what = laid.get(path);
    if (what === undefined) response.writeHead(404).end('nothing here');
    else if (Buffer.isBuffer(what)) response.writeHead(200, { 'content-length': what.length }).end(what);
    else what(response, each);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    asked,
    lay(path, what) {
      laid.set(path, what);
      return url + path;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The smallest files that are what they say. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
export const CAF = Buffer.concat([
  Buffer.from('caff'),
  Buffer.from([0, 1, 0, 0]),
  Buffer.from('desc'),
  Buffer.alloc(48),
]);
