/** The guard under attack: real sockets, and a name server that changes its mind. */
import type { LookupAddress } from 'node:dns';
import http, { type RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions, type GuardedRequest } from './guarded-fetch.ts';
import { isPublicAddress } from './public-address.ts';

const LIMITS: GuardedRequest = { timeoutMs: 5_000, maxBytes: 1_000 };

function guard(options: Partial<GuardedFetchOptions> = {}) {
  const made = createGuardedFetch({ allowPrivateHosts: false, ...options });
  onTestFinished(() => made.close());
  return made;
}

/** Of this machine's own addresses one counts as public, so that there is a way in and everything else is inside. */
const onlyFirst = (address: string) => address === '127.0.0.1';

async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Says what it likes on a bare socket. */
async function speak(talk: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => talk(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Resolves every name to what the test says. */
function resolving(answer: (host: string) => string[]): NonNullable<GuardedFetchOptions['lookup']> {
  return (host, _options, done) => {
    const addresses: LookupAddress[] = answer(host).map((address) => ({
      address,
      family: net.isIP(address),
    }));
    done(null, addresses);
  };
}

const open = (options: Partial<GuardedFetchOptions> = {}) => guard({ allowPrivateHosts: true, ...options });

async function bytes(url: string, options: Partial<GuardedRequest> = {}, by = open()): Promise<string> {
  const answer = await by.fetch(url, { ...LIMITS, ...options });
  return (await buffer(answer.body)).toString();
}

describe('an address that is not public', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '0',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '[::]',
    '[::1]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:10.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::127.0.0.1]',
    '[2002:7f00:1::1]',
    '[2001:0:7f00:1::1]',
    '[2001:db8::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[100::1]',
    '[4000::1]',
  ])('%s is refused before anything is sent', async (host) => {
    const asked = vi.fn<RequestListener>((_request, response) => void response.end('secret'));
    const port = await serve(asked, '::');
    await expect(guard().fetch(`http://${host}:${port}/`, LIMITS)).rejects.toMatchObject({
      name: 'FetchRefused',
      code: 'private_address',
    });
    expect(asked).not.toHaveBeenCalled();
  });

  test('is refused behind a name, also beside one that is public', async () => {
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['2606:4700::1111', '::1']]) {
      const by = guard({ lookup: resolving(() => addresses) });
      await expect(by.fetch('http://example.com/', LIMITS)).rejects.toMatchObject({
        code: 'private_address',
      });
    }
    await expect(guard().fetch('http://localhost/', LIMITS)).rejects.toMatchObject({
      code: 'private_address',
    });
  });

  test('is refused when the name turns to it later', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const by = guard({ isPublic: onlyFirst, lookup: resolving(() => answers.shift() ?? []) });
    const port = await serve((_request, response) => {
      response.writeHead(200, { connection: 'close' }).end('public');
    }, '0.0.0.0');
    const url = `http://rebinding.example:${port}/`;
    expect(await bytes(url, {}, by)).toBe('public');
    await expect(by.fetch(url, LIMITS)).rejects.toMatchObject({ code: 'private_address' });
  });

  test('is told from a public one by its range', () => {
    expect(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8'].every(isPublicAddress)).toBe(
      true,
    );
    expect(['', 'localhost', '1.2.3.4.5', '::ffff:127.0.0.1'].some(isPublicAddress)).toBe(false);
  });
});

describe('the connection', () => {
  test('is made to the address that was checked: the name is looked up once', async () => {
    const port = await serve(
      (_request, response) => void response.end('the one that was checked'),
      '127.0.0.1',
    );
    const lookups: string[] = [];
    const lookup = resolving((host) => {
      lookups.push(host);
      return lookups.length === 1 ? ['127.0.0.1'] : ['127.0.0.2'];
    });
    expect(await bytes(`http://files.example:${port}/`, {}, open({ lookup }))).toBe(
      'the one that was checked',
    );
    expect(lookups).toEqual(['files.example']);
  });

  test('takes no proxy from the environment', async () => {
    const proxied = vi.fn<RequestListener>((_request, response) => void response.end('proxy'));
    const proxy = `http://127.0.0.1:${await serve(proxied)}`;
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) vi.stubEnv(name, proxy);
    onTestFinished(() => void vi.unstubAllEnvs());
    const port = await serve((_request, response) => void response.end('straight'));
    expect(await bytes(`http://127.0.0.1:${port}/`)).toBe('straight');
    expect(proxied).not.toHaveBeenCalled();
  });
});

describe('an address that is no web address', () => {
  test.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'data:text/plain,hi',
    'http://user@example.com/',
    'http://user:word@example.com/',
    'http://example.com:25/',
    'http://example.com:6667/',
    'nonsense',
  ])('%s is refused', async (url) => {
    await expect(open().fetch(url, LIMITS)).rejects.toMatchObject({ code: 'bad_url' });
  });
});

describe('a redirect', () => {
  const redirect =
    (location: string, status = 302): RequestListener =>
    (_request, response) =>
      void response.writeHead(status, { location }).end('moved');

  test('is the answer unless it may be followed', async () => {
    const port = await serve(redirect('http://127.0.0.1/'));
    const answer = await open().fetch(`http://127.0.0.1:${port}/`, LIMITS);
    expect(answer.status).toBe(302);
    answer.body.destroy();
  });

  test('to an address that is not public is refused, however it is written', async () => {
    const asked = vi.fn<RequestListener>((_request, response) => void response.end('secret'));
    const inner = await serve(asked, '::');
    const lookup = resolving((host) => [host === 'outside.example' ? '127.0.0.1' : '127.0.0.2']);
    const by = guard({ isPublic: onlyFirst, lookup });
    const hosts = ['127.0.0.2', '127.2', '2130706434', '[::ffff:127.0.0.2]', '[::1]', 'inside.example'];
    for (const host of hosts) {
      const last = await serve(redirect(`//${host}:${inner}/`));
      const first = await serve(redirect(`http://outside.example:${last}/`, 307));
      const fetching = by.fetch(`http://outside.example:${first}/`, { ...LIMITS, redirects: 3 });
      await expect(fetching, host).rejects.toMatchObject({ code: 'private_address' });
    }
    expect(asked).not.toHaveBeenCalled();
  });

  test('to another scheme, to no address at all, or without end is refused', async () => {
    const to = async (location: string) => `http://127.0.0.1:${await serve(redirect(location))}/`;
    const follow = { ...LIMITS, redirects: 3 };
    for (const location of [
      'file:///etc/passwd',
      'http://',
      'http://u:p@example.com/',
      'http://example.com:22/',
    ])
      await expect(open().fetch(await to(location), follow)).rejects.toMatchObject({ code: 'bad_url' });
    await expect(open().fetch(await to('/again'), follow)).rejects.toMatchObject({
      code: 'too_many_redirects',
    });
  });

  test('leaves credentials behind where it leads to another origin, and keeps them within one', async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers);
      response.end('there');
    });
    const port = await serve((request, response) => {
      seen.push(request.headers);
      const location = request.url === '/' ? '/second' : `http://127.0.0.1:${other}/`;
      response.writeHead(302, { location }).end();
    });
    const headers = { authorization: 'Basic x', 'X-Api-Key': 'y', cookie: 'z', accept: 'image/png' };
    expect(await bytes(`http://127.0.0.1:${port}/`, { headers, redirects: 3 })).toBe('there');
    expect(seen.map((each) => [each.authorization, each['x-api-key'], each.cookie, each.accept])).toEqual([
      ['Basic x', 'y', 'z', 'image/png'],
      ['Basic x', 'y', 'z', 'image/png'],
      [undefined, undefined, undefined, 'image/png'],
    ]);
  });

  test('of anything but a GET is the answer: nothing is sent twice', async () => {
    const port = await serve(redirect('/elsewhere', 307));
    const options = { ...LIMITS, redirects: 3, method: 'POST' as const, body: 'x' };
    const answer = await open().fetch(`http://127.0.0.1:${port}/`, options);
    expect(answer.status).toBe(307);
    answer.body.destroy();
  });
});

describe('a body', () => {
  const tooLarge = { code: 'too_large' };

  test('is cut at the cap, whatever Content-Length says', async () => {
    const small = await speak((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(5_000)}`));
    await expect(bytes(`http://127.0.0.1:${small}/`)).rejects.toMatchObject(tooLarge);
    const chunked = await serve((_request, response) => void response.end('x'.repeat(5_000)));
    await expect(bytes(`http://127.0.0.1:${chunked}/`)).rejects.toMatchObject(tooLarge);
  });

  test('without end is cut, and its connection closed', async () => {
    let isClosed = false;
    const port = await serve((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(500)));
      };
      response.on('drain', more);
      response.on('close', () => {
        isClosed = true;
      });
      more();
    });
    await expect(bytes(`http://127.0.0.1:${port}/`)).rejects.toMatchObject(tooLarge);
    await vi.waitFor(() => expect(isClosed).toBe(true));
  });

  test('that trickles is given up when the whole took too long', async () => {
    const port = await serve((_request, response) => {
      response.flushHeaders();
      const trickle = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(trickle));
    });
    await expect(bytes(`http://127.0.0.1:${port}/`, { timeoutMs: 150 })).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  test('that falls silent is given up before that', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('x');
    });
    const started = performance.now();
    await expect(
      bytes(`http://127.0.0.1:${port}/`, { idleMs: 100, timeoutMs: 30_000 }),
    ).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('that never begins is given up', async () => {
    const port = await speak(() => {});
    await expect(bytes(`http://127.0.0.1:${port}/`, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  test('that is shorter than promised is no body', async () => {
    const port = await speak((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'));
    await expect(bytes(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)(
    'packed as %s without our asking is unpacked, and counted as it unpacks',
    async (encoding, pack) => {
      const seen: (string | undefined)[] = [];
      const laid = {
        '/bomb': pack(Buffer.alloc(50_000_000)),
        '/file': pack(Buffer.from('a file')),
        '/no': Buffer.from('junk'),
      };
      const port = await serve((request, response) => {
        seen.push(request.headers['accept-encoding']);
        response.setHeader('content-encoding', encoding);
        response.end(laid[request.url as keyof typeof laid]);
      });
      const url = `http://127.0.0.1:${port}`;
      expect(await bytes(`${url}/file`)).toBe('a file');
      await expect(bytes(`${url}/bomb`, { maxBytes: 1_000_000 })).rejects.toMatchObject(tooLarge);
      await expect(bytes(`${url}/no`)).rejects.toThrow();
      expect(seen).toEqual(['identity', 'identity', 'identity']);
    },
  );

  test('that nobody reads harms nobody', async () => {
    const port = await serve((_request, response) => void response.end('x'.repeat(5_000)));
    const by = open();
    await by.fetch(`http://127.0.0.1:${port}/`, { ...LIMITS, timeoutMs: 50 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await bytes(`http://127.0.0.1:${port}/`, { maxBytes: 5_000 }, by)).toHaveLength(5_000);
  });

  test('is no part of an error', async () => {
    const port = await serve(
      (_request, response) => void response.writeHead(500).end(`secret ${'x'.repeat(5_000)}`),
    );
    const error = await bytes(`http://127.0.0.1:${port}/`).catch((thrown: Error) => thrown);
    expect(String(error)).not.toContain('secret');
  });
});

describe('headers', () => {
  test('too many or too long end the answer', async () => {
    for (const bomb of [`x: ${'y'.repeat(100_000)}\r\n`, 'x: y\r\n'.repeat(20_000)]) {
      const port = await speak((socket) => socket.end(`HTTP/1.1 200 OK\r\n${bomb}\r\n`));
      await expect(bytes(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    }
  });

  test('of answers before the answer, without end, do not keep us', async () => {
    const port = await speak((socket) => {
      const more = () => {
        while (socket.writable && socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)));
      };
      socket.on('drain', more);
      more();
    });
    await expect(bytes(`http://127.0.0.1:${port}/`, { timeoutMs: 300 })).rejects.toThrow();
  });
});

test('who asked may stop it', async () => {
  const port = await speak(() => {});
  const stop = new AbortController();
  const asking = bytes(`http://127.0.0.1:${port}/`, { signal: stop.signal });
  stop.abort(new Error('no longer wanted'));
  await expect(asking).rejects.toThrow('no longer wanted');
});
