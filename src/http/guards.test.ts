import { describe, expect, test } from 'vitest';
import type { Clock } from '../lib/clock.ts';
import { routes } from './routes.ts';
import { exchange, get, ID, KEY, post, startServer } from './testing.ts';

const hello = { message: 'Hi', recipientPhone: '+12025550100' };

/** Of people who are not signed in yet, and bring the token of a link. */
const OPEN = ['/api/setup', '/api/invitations/look', '/api/invitations/accept'];
const isGuarded = (path: string) => /^\/(api|2010-04-01)\//.test(path) && !OPEN.includes(path);
/** Refuses in the form of another service. */
const isDoor = ({ door }: { door?: string }) => door === 'twilio' || door === 'sendblue';

describe('who may call', () => {
  test.each([undefined, 'Bearer nope', 'tl_sk_test', 'Basic dDp0'])(
    'with the header %j: 401, exactly as documented',
    async (authorization) => {
      const { url, sent } = await startServer({});
      const answer = await fetch(`${url}/api/messages`, {
        method: 'POST',
        body: JSON.stringify(hello),
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({
        error: 'Unauthorized',
        code: 'UNAUTHORIZED',
        requestId: expect.any(String),
      });
      expect(sent).toEqual([]);
    },
  );

  test('every route under /api refuses a stranger, whatever it would answer', async () => {
    const { url } = await startServer({});
    for (const { method, path, scope } of routes) {
      const answer = await fetch(url + path.replaceAll(/\{\w+\}/g, ID), { method });
      if (isGuarded(path)) expect(answer.status, `${method} ${path}`).toBe(401);
      expect(scope === null, path).toBe(!isGuarded(path));
    }
  });

  test('a key does what its scopes say: admin everything, the others their own', async () => {
    for (const scope of ['send', 'read', 'admin'] as const) {
      const { url } = await startServer({ scopes: [scope] });
      for (const route of routes.filter((each) => each.scope !== null)) {
        const answer = await fetch(url + route.path.replaceAll(/\{\w+\}/g, ID), {
          method: route.method,
          headers: { authorization: KEY },
        });
        const allowed = scope === 'admin' || scope === route.scope;
        expect(answer.status === 403, `${scope}: ${route.method} ${route.path}`).toBe(!allowed);
        if (!allowed && !isDoor(route))
          expect(await answer.json()).toMatchObject({ code: 'FORBIDDEN', reason: route.scope });
      }
    }
  });

  test('reading and asking need `read`, sending `send`, changing lines and workspace `admin`', () => {
    for (const { method, path, scope } of routes) {
      if (!isGuarded(path)) continue;
      const isSecretive = path === '/api/audit-log';
      const isQuestion = (method === 'GET' && !isSecretive) || path.includes('check-availability');
      // Whoever sends may also say whom not to send to; to lift that takes more.
      const isSending =
        path.startsWith('/api/messages') ||
        path.startsWith('/2010-04-01/') ||
        path === '/api/send-message' ||
        path === '/api/attachments' ||
        /^\/api\/conversations\/\{leadId\}\/(un)?read$/.test(path) ||
        /^\/api\/(leads|lists|campaigns)\b/.test(path) ||
        (path === '/api/dnc' && method === 'POST');
      const expected = isQuestion ? 'read' : isSending ? 'send' : 'admin';
      expect(scope, `${method} ${path}`).toBe(expected);
    }
  });
});

describe('correlation and request ids', () => {
  test('the header comes first, then the body, then one of ours; it comes back', async () => {
    const { url, sent } = await startServer({});
    const both = await post(
      `${url}/api/messages`,
      { ...hello, correlationId: 'body' },
      { 'x-correlation-id': 'header' },
    );
    const body = await post(`${url}/api/messages`, { ...hello, correlationId: 'body' });
    const none = await post(`${url}/api/messages`, hello);
    const tooLong = await post(`${url}/api/messages`, hello, { 'x-correlation-id': 'x'.repeat(300) });
    const echoed = [both, body, none, tooLong].map((answer) => answer.headers.get('x-correlation-id'));
    expect(echoed).toEqual(sent.map(({ options }) => options.correlationId));
    expect(echoed).toEqual([
      'header',
      'body',
      expect.stringMatching(/^app_[0-9a-f]{24}$/),
      expect.stringMatching(/^app_/),
    ]);
  });

  test('refusals of what is no call of ours carry it too', async () => {
    const { url } = await startServer({});
    for (const path of ['/api/nowhere', '/api/messages/react', '/%E0%A4%A']) {
      const named = await get(url + path, { 'x-correlation-id': 'c1' });
      expect(named.status, path).toBeGreaterThanOrEqual(400);
      expect(named.headers.get('x-correlation-id'), path).toBe('c1');
      expect((await get(url + path)).headers.get('x-correlation-id'), path).toMatch(/^app_/);
    }
  });

  test('every answer carries a request id of its own, and a refusal repeats it', async () => {
    const { url } = await startServer({});
    const answers = [
      await get(`${url}/healthz`),
      await get(`${url}/nowhere`),
      await post(`${url}/api/messages`, '[]'),
    ];
    const ids = answers.map((answer) => answer.headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(3);
    expect(await answers[2]?.json()).toMatchObject({ requestId: ids[2] });
  });
});

describe('rate limit (D7)', () => {
  const clock: Clock = { now: () => 60_000_000, sleep: async () => {} };

  test('sends beyond the limit are 429 with Retry-After and ratelimit headers', async () => {
    const { url, sent } = await startServer({ config: { sendsPerMinute: 2 }, clock });
    const answers = [
      await post(`${url}/api/messages`, hello),
      await post(`${url}/api/messages`, hello),
      await post(`${url}/api/messages`, hello),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
    expect(answers.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(answers[2]?.headers.get('ratelimit-limit')).toBe('2');
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answers[2]?.json()).toMatchObject({ error: 'Rate limit exceeded', code: 'RATE_LIMITED' });
    expect(sent.length).toBe(2);
  });

  test('availability checks have a limit of their own: 200 a minute', async () => {
    const known = { address: '+12025550100', available: true, cached: true, checkedAt: null, lineId: null };
    const checkAddress = async () => ({ success: true, ...known, error: null });
    const { url } = await startServer({ clock, config: { sendsPerMinute: 1 }, actions: { checkAddress } });
    const check = () => get(`${url}/api/check-availability?address=%2B12025550100`);
    for (let n = 1; n <= 200; n += 1) expect((await check()).status).toBe(200);
    const refused = await check();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit-limit')).toBe('200');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: 'Rate limit exceeded', code: 'RATE_LIMITED' });
    expect((await post(`${url}/api/messages`, hello)).status).toBe(201);
  });

  test('reading is not limited by it, and 0 switches it off', async () => {
    const limited = await startServer({
      config: { sendsPerMinute: 1 },
      clock,
      actions: { listLines: async () => ({ lines: [] }) },
    });
    for (let asked = 0; asked < 5; asked += 1)
      expect((await get(`${limited.url}/api/lines`)).status).toBe(200);
    const free = await startServer({ config: { sendsPerMinute: 0 }, clock });
    const answer = await post(`${free.url}/api/messages`, hello);
    expect(answer.status).toBe(201);
    expect(answer.headers.has('ratelimit-limit')).toBe(false);
  });
});

describe('what can be guessed, behind a reverse proxy', () => {
  const clock: Clock = { now: () => 60_000_000, sleep: async () => {} };
  const GUESSES = 20;

  /** One guess more than an address has, each said to come from somewhere else: how the first and the last were answered. */
  async function guess(trustProxy: readonly string[], say: (n: number) => string): Promise<number[]> {
    const { url } = await startServer({ clock, config: { trustProxy } });
    const answers: number[] = [];
    for (let n = 0; n <= GUESSES; n += 1)
      answers.push((await post(`${url}/relay/poll`, '{}', { 'x-forwarded-for': say(n) })).status);
    return [answers[0] ?? 0, answers.at(-1) ?? 0];
  }

  const other = (n: number) => `203.0.113.${n}`;

  test('is counted by the address that a trusted proxy says', async () => {
    expect(await guess(['loopback'], other)).toEqual([401, 401]);
    expect(await guess(['10.0.0.0/8', '127.0.0.1'], () => '203.0.113.9')).toEqual([401, 429]);
  });

  test('is counted by the peer when no proxy is trusted, or another one, whatever the peer says', async () => {
    expect(await guess([], other)).toEqual([401, 429]);
    expect(await guess(['10.0.0.1', 'uniquelocal'], other)).toEqual([401, 429]);
  });

  test('is not counted by what the caller wrote before the proxy did', async () => {
    expect(await guess(['loopback'], (n) => `${other(n)}, 198.51.100.1`)).toEqual([401, 429]);
  });

  test('and so are the links of relays', async () => {
    const upgrade = (port: number, from: string) =>
      exchange(
        port,
        `GET /relay/link HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nx-forwarded-for: ${from}\r\n\r\n`,
      );
    for (const [trustProxy, last] of [
      [['loopback'], 'HTTP/1.1 401'],
      [[], 'HTTP/1.1 429'],
    ] as const) {
      const { port } = await startServer({ clock, config: { trustProxy } });
      for (let n = 0; n < GUESSES; n += 1) expect(await upgrade(port, other(n))).toMatch(/^HTTP\/1.1 401/);
      expect((await upgrade(port, other(GUESSES))).slice(0, last.length)).toBe(last);
    }
  });
});
