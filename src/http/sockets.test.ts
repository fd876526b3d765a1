/** Connections that want to stay: nobody keeps one by asking for something else, or by being slow. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { exchange, KEY, startServer } from './testing.ts';

const body = JSON.stringify({ message: 'Hi', recipientPhone: '+12025550100' });
const head = (line: string, ...headers: string[]) => [line, 'Host: test', ...headers, '', ''].join('\r\n');

/** The answer once the server closed the connection, which our side never does. */
function waitForClose(port: number, bytes: string, drip?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(bytes));
    // Our side is left open on purpose: that theirs is gone is told by an error, when we write.
    let ended = false;
    const dripping = setInterval(() => (drip !== undefined || ended) && socket.write(drip ?? 'x'), 100);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => {
      ended = true;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(dripping);
      resolve(text);
    });
  });
}

describe('a request that offers another protocol', () => {
  test('is answered as if it had not, as programs in Java offer HTTP/2 with every request', async () => {
    const { port, sent } = await startServer({});
    const answer = await exchange(
      port,
      head(
        'POST /api/messages HTTP/1.1',
        `Authorization: ${KEY}`,
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQAAP__',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ) + body,
      /\}$/,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(sent).toHaveLength(1);
  });

  test('is a request like any other where no Mac links', async () => {
    const { port } = await startServer({});
    const asked = head('GET /elsewhere HTTP/1.1', 'Connection: Upgrade, close', 'Upgrade: websocket');
    expect(await exchange(port, asked)).toMatch(/^HTTP\/1\.1 404 [\s\S]*"code":"NOT_FOUND"/);
  });

  test('and is a stranger is let go at once, though it never hangs up', async () => {
    const { port } = await startServer({});
    const asked = head(
      'GET /relay/link HTTP/1.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    );
    expect(await waitForClose(port, asked)).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('an upload', () => {
  test('of a stranger has no more time than any other request', async () => {
    const { port } = await startServer({ config: { bodyTimeoutMs: 1_000 } });
    const begun = head(
      'POST /api/attachments HTTP/1.1',
      'Content-Type: multipart/form-data; boundary=b',
      'Content-Length: 1000000',
    );
    expect(await waitForClose(port, begun, 'x')).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('that was refused keeps nobody waiting for the rest of it', async () => {
    const { port } = await startServer({ config: { bodyTimeoutMs: 1_000 } });
    const begun = head(
      'POST /api/attachments HTTP/1.1',
      `Authorization: ${KEY}`,
      'Content-Type: multipart/form-data',
      'Content-Length: 1000000',
    );
    expect(await waitForClose(port, begun, 'x')).toMatch(/^HTTP\/1\.1 415 /);
  });

  test('that was refused and then ended leaves nothing on its connection, which goes on with the next', async () => {
    const { app, port } = await startServer({});
    const listeners: number[] = [];
    app.server.on('request', ({ socket }) => listeners.push(socket.listenerCount('close')));
    const begun = head(
      'POST /api/attachments HTTP/1.1',
      `Authorization: ${KEY}`,
      'Content-Type: multipart/form-data',
      'Content-Length: 4',
    );
    const socket = connect(port, '127.0.0.1');
    for (let uploads = 0; uploads < 12; uploads += 1) {
      const answered = once(socket, 'data');
      socket.write(begun);
      expect(String(await answered)).toMatch(/^HTTP\/1\.1 415 /);
      socket.write('rest');
    }
    socket.destroy();
    expect(new Set(listeners).size).toBe(1);
  });
});

test('HTTP/1.0 is answered, and its connection closed', async () => {
  const { port } = await startServer({});
  expect(await exchange(port, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 \d{3} /);
});

test('a file that is on its way when the server closes arrives whole, and its connection does not stay', async () => {
  const rest = new PassThrough();
  rest.write('begun, ');
  const file = {
    ...{ id: 'file', hash: 'h', mimeType: 'text/plain', sizeBytes: 15 },
    open: async () => rest,
  };
  const { app, port } = await startServer({ actions: { openFile: async () => file } });
  let closed = Promise.resolve();
  let closedAt = 0;
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(head('GET /files/token/a.txt HTTP/1.1', 'Connection: keep-alive')),
  );
  const text = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.endsWith('begun, ')) return;
      closedAt = performance.now();
      closed = app.close();
      // By the next turn it closes; the answer's head has gone as of a connection that stays.
      setImmediate(() => rest.end('and done'));
    });
    socket.on('close', () => resolve(text));
  });
  expect(text).toMatch(/connection: keep-alive[\s\S]*begun, and done$/i);
  await closed;
  // Idle connections are kept for a minute and more.
  expect(performance.now() - closedAt).toBeLessThan(30_000);
});
