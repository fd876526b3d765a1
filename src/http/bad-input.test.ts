/** Whatever arrives: a 4xx with `error` and `code`, never a 5xx, nothing reaches an action, and the server lives on. */
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../test/until.ts';
import { exchange, ID, KEY, post, startServer, type TestServer } from './testing.ts';

const hello = { message: 'Hi', recipientPhone: '+12025550100' };

/**
 * For what shall end as a timeout; everything else may take its time on a busy machine. Long enough for a request to be
 * under way, short enough to wait for, and nothing below ever arrives whole: so its length decides nothing.
 */
const IMPATIENT = { config: { bodyTimeoutMs: 1_000 } };

let server: TestServer;

beforeEach(async () => {
  server = await startServer({});
});

afterEach(async () => {
  const answer = await post(`${server.url}/api/messages`, hello);
  expect(answer.status, 'the server lives on').toBe(201);
  expect(server.sent.length, 'nothing else was accepted').toBe(1);
});

async function expectRefusal(answer: Response, status: number, code: string, error?: string): Promise<void> {
  expect(answer.status).toBe(status);
  const body = (await answer.json()) as { error: string };
  expect(body).toMatchObject({ error: expect.stringMatching(/./), code, requestId: expect.any(String) });
  if (error !== undefined) expect(body.error).toBe(error);
}

/** The JSON of a raw answer, with its status. */
function read(answer: string): { status: number; body: { error: string; code: string; requestId: string } } {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
  return { status, body: JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) };
}

function head(...headers: string[]): string {
  return [
    'POST /api/messages HTTP/1.1',
    'Host: test',
    `Authorization: ${KEY}`,
    'Content-Type: application/json',
    ...headers,
    '',
    '',
  ].join('\r\n');
}

describe('bodies that are no message', () => {
  const cases: [string, string | Uint8Array<ArrayBuffer>, string, string][] = [
    ['nothing', '', 'INVALID_JSON', 'Invalid request body (JSON required)'],
    ['half a JSON', '{"message":"Hi"', 'INVALID_JSON', 'Invalid request body (JSON required)'],
    [
      'a form',
      'message=Hi&recipientPhone=%2B12025550100',
      'INVALID_JSON',
      'Invalid request body (JSON required)',
    ],
    ['a raw NUL', '{"message":"a\u0000b"}', 'INVALID_JSON', 'Invalid request body (JSON required)'],
    [
      'invalid UTF-8',
      new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      'INVALID_JSON',
      'Invalid request body (JSON required)',
    ],
    [
      'an overlong UTF-8 form',
      new Uint8Array([0x22, 0xc0, 0x80, 0x22]),
      'INVALID_JSON',
      'Invalid request body (JSON required)',
    ],
    [
      'a surrogate in UTF-8',
      new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]),
      'INVALID_JSON',
      'Invalid request body (JSON required)',
    ],
    ['a list', '[{"message":"Hi"}]', 'BODY_NOT_OBJECT', 'Request body must be a JSON object'],
    ['null', 'null', 'BODY_NOT_OBJECT', 'Request body must be a JSON object'],
    ['a string', '"Hi"', 'BODY_NOT_OBJECT', 'Request body must be a JSON object'],
    [
      'a hundred thousand nested lists',
      '['.repeat(100_000) + ']'.repeat(100_000),
      'BODY_NOT_OBJECT',
      'Request body must be a JSON object',
    ],
    [
      'the same inside a field',
      `{"message":"Hi","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'BODY_TOO_DEEP',
      'Request body must not be nested more than 64 levels deep',
    ],
    ['unclosed nesting', '{"a":'.repeat(100_000), 'INVALID_JSON', 'Invalid request body (JSON required)'],
  ];

  test.each(cases)('%s', async (_, body, code, error) => {
    await expectRefusal(await post(`${server.url}/api/messages`, body), 400, code, error);
  });

  test('wrong types, one by one', async () => {
    for (const name of [
      'message',
      'recipientPhone',
      'leadId',
      'scheduledDate',
      'attachmentUrls',
      'allowedDaysOfWeek',
      'forceFallback',
      'timezone',
    ]) {
      for (const value of [{}, 7, [[]]]) {
        const answer = await post(`${server.url}/api/messages`, { ...hello, [name]: value });
        expect(answer.status, `${name} ${JSON.stringify(value)}`).toBe(400);
        expect(await answer.json()).toMatchObject({ error: expect.any(String), code: expect.any(String) });
      }
    }
  });

  test.each([
    ['a NUL', { message: 'a\u0000b' }, 'INVALID_FIELD'],
    ['half a surrogate pair', { message: 'a\ud800b' }, 'INVALID_FIELD'],
    [
      'an invalid zone',
      { sendWindowStart: '09:00', sendWindowEnd: '17:00', timezone: 'Mars/Olympus' },
      'INVALID_WINDOW',
    ],
    ['equal ends', { sendWindowStart: '09:00', sendWindowEnd: '09:00', timezone: 'UTC' }, 'INVALID_WINDOW'],
    ['10,001 characters', { message: 'é'.repeat(10_001) }, 'MESSAGE_TOO_LONG'],
    ['the year 9999', { scheduledDate: '9999-12-31T23:59:59Z' }, 'INVALID_FIELD'],
    ['the year 275760', { scheduledDate: '+275760-09-13T00:00:00Z' }, 'INVALID_SCHEDULED_DATE'],
  ])('%s', async (_, fields, code) => {
    await expectRefusal(await post(`${server.url}/api/messages`, { ...hello, ...fields }), 400, code);
  });

  test('a twice-given key is no mistake of form; the last one counts', async () => {
    await expectRefusal(
      await post(
        `${server.url}/api/messages`,
        '{"message":"Hi","message":"","recipientPhone":"+12025550100"}',
      ),
      400,
      'MESSAGE_EMPTY',
    );
  });

  test('keys that poison prototypes neither pass nor harm', async () => {
    const poison =
      '{"__proto__":{"message":"Hi"},"constructor":{"prototype":{"message":"Hi"}},"recipientPhone":"+12025550100"}';
    await expectRefusal(await post(`${server.url}/api/messages`, poison), 400, 'MESSAGE_EMPTY');
  });

  test('a foreign or malformed id is not found', async () => {
    await expectRefusal(
      await post(`${server.url}/api/messages`, { ...hello, leadId: 'x' }),
      404,
      'LEAD_NOT_ACCESSIBLE',
    );
    await expectRefusal(
      await post(`${server.url}/api/messages`, { ...hello, fromLineId: 'x' }),
      404,
      'LINE_NOT_FOUND',
    );
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'nonsense',
    'application/jsonx',
    'application/+json',
  ])('Content-Type %s is refused', async (type) => {
    await expectRefusal(
      await post(`${server.url}/api/messages`, hello, { 'content-type': type }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });

  test('a compressed body is refused, not misread', async () => {
    await expectRefusal(
      await post(`${server.url}/api/messages`, hello, { 'content-encoding': 'gzip' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });

  test.each(['', 'x'.repeat(256)])('Idempotency-Key %j is refused', async (key) => {
    const text = JSON.stringify(hello);
    const answer = await exchange(
      server.port,
      `${head(`Idempotency-Key: ${key}`, `Content-Length: ${text.length}`, 'Connection: close')}${text}`,
    );
    expect(read(answer)).toMatchObject({ status: 400, body: { code: 'INVALID_IDEMPOTENCY_KEY' } });
  });
});

describe('bodies that are too large', () => {
  test('2 MB are refused by their announced length, and the caller hears it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const answer = await post(`${server.url}/api/messages`, { ...hello, message: 'x'.repeat(2_000_000) });
      await expectRefusal(answer, 413, 'BODY_TOO_LARGE', 'Request body must not be larger than 1 MB');
    }
  });

  test('2 MB without an announced length are refused as they come', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const answer = await exchange(
      server.port,
      head('Transfer-Encoding: chunked') + chunk.repeat(32),
      /"requestId":"[^"]+"}/,
    );
    expect(answer).toContain('HTTP/1.1 413 ');
    expect(answer).toContain('"code":"BODY_TOO_LARGE"');
  });

  test('a stranger is refused before the body is read', async () => {
    const answer = await exchange(
      server.port,
      'POST /api/messages HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n',
      /"requestId":"[^"]+"}/,
    );
    expect(answer).toContain('HTTP/1.1 401 ');
  });

  test('headers beyond 16 KB are refused', async () => {
    const answer = await exchange(server.port, head(`X-Long: ${'x'.repeat(20_000)}`));
    expect(read(answer)).toMatchObject({ status: 431, body: { code: 'HEADERS_TOO_LARGE' } });
  });
});

describe('connections that lie or dawdle', () => {
  test('a Content-Length longer than the body ends as a timeout, and is told so', async () => {
    const impatient = await startServer(IMPATIENT);
    const answer = await exchange(impatient.port, `${head('Content-Length: 500')}{"message":"Hi"}`);
    expect(read(answer)).toMatchObject({
      status: 408,
      body: { code: 'TIMEOUT', error: 'The request did not arrive in time' },
    });
  });

  test('a Content-Length shorter than the body: the part is no JSON, the rest no HTTP', async () => {
    const answer = await exchange(server.port, `${head('Content-Length: 10')}${JSON.stringify(hello)}`);
    expect(read(answer)).toMatchObject({ status: 400, body: { code: 'INVALID_JSON' } });
    expect(answer.match(/HTTP\/1\.1/g)?.length).toBe(1);
  });

  test('hanging up amid a body is no trouble of ours: nothing is logged and nobody is served', async () => {
    const words: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void words.push(line) });
    const watched = await startServer({ log });
    await new Promise<void>((resolve) => {
      const socket = connect(watched.port, '127.0.0.1', () => {
        socket.write(`${head('Content-Length: 500')}{"mess`);
      });
      // It has begun to read the body, and only then we hang up.
      watched.app.server.once('request', () => setImmediate(() => socket.destroy()));
      socket.on('close', () => resolve());
    });
    await until('the server has seen it', async () => {
      const open = promisify(watched.app.server.getConnections.bind(watched.app.server));
      return (await open()) === 0;
    });
    await watched.app.close();
    expect(words.filter((line) => JSON.parse(line).level > 30)).toEqual([]);
    expect(watched.sent).toEqual([]);
  });

  test('headers that never end are a timeout', async () => {
    const impatient = await startServer(IMPATIENT);
    const answer = await exchange(impatient.port, 'POST /api/messages HTTP/1.1\r\nHost: test\r\nX-Slow: ');
    expect(read(answer)).toMatchObject({ status: 408, body: { code: 'TIMEOUT' } });
  });

  test('a body that trickles is a timeout: what counts is when the whole has arrived', async () => {
    const impatient = await startServer(IMPATIENT);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(impatient.port, '127.0.0.1', () => {
        socket.write(`${head('Content-Length: 5000')}{"message":"`);
        const trickle = setInterval(() => socket.writable && socket.write('x'), 20);
        socket.on('close', () => clearInterval(trickle));
      });
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
    expect(read(answer)).toMatchObject({ status: 408, body: { code: 'TIMEOUT' } });
  });

  test.each([
    ['garbage', 'GARBAGE\r\n\r\n'],
    ['a TLS greeting', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    ['two lengths', `${head('Content-Length: 5', 'Content-Length: 6')}hello`],
    ['length and chunks at once', `${head('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
    ['a negative length', `${head('Content-Length: -5')}hello`],
    ['a bad chunk size', `${head('Transfer-Encoding: chunked')}zz\r\nhello\r\n0\r\n\r\n`],
    ['a NUL in a header', head('X-Bad: a\u0000b')],
    ['a request without Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('%s is 400 in JSON, and the connection is closed', async (_, bytes) => {
    const answer = await exchange(server.port, bytes);
    expect(read(answer)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', requestId: expect.any(String) },
    });
  });

  test('an Expect nobody knows is no reason to refuse', async () => {
    const answer = await exchange(
      server.port,
      'GET /healthz HTTP/1.1\r\nHost: test\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
    );
    expect(read(answer).status).toBe(200);
  });

  test('a good request before garbage on the same connection keeps its answer, however long that takes', async () => {
    const checkReady = async () => {
      for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    const slow = await startServer({ actions: { checkReady } });
    const late = await exchange(slow.port, 'GET /readyz HTTP/1.1\r\nHost: test\r\n\r\nGARBAGE\r\n\r\n');
    expect(late).toContain('{"status":"ready"}');

    const answer = await exchange(server.port, `GET /healthz HTTP/1.1\r\nHost: test\r\n\r\nGARBAGE\r\n\r\n`);
    expect(answer).toContain('{"status":"ok"}');
  });
});

test('what is asked for by a wild path or query is refused like anything else', async () => {
  const paths = [
    '/api/messages?limit=-1',
    '/api/messages?limit=1&limit=2',
    '/api/messages?cursor=%00',
    '/api/messages?search=%00',
    '/api/messages?status=%F0',
    `/api/messages/${ID}%00`,
    '/api/leads?id=1',
    '/api/leads?page=-1',
    '/api/leads?search=%00',
    '/api/leads?listId=1&listId=2',
    '/api/leads/export?listId=x',
    '/api/leads/x%00',
    '/api/lists/x',
    '/api/sandbox/phones/x',
    '/api/sandbox/phones/%00',
    '/api/messages?dateFrom[]=1&__proto__[x]=1&dateTo=never',
  ];
  for (const path of paths) {
    const answer = await fetch(server.url + path, { headers: { authorization: KEY } });
    expect(answer.status, path).toBeGreaterThanOrEqual(400);
    expect(answer.status, path).toBeLessThan(500);
    expect(await answer.json(), path).toMatchObject({ error: expect.any(String), code: expect.any(String) });
  }
});
