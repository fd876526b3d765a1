/** Signing in and out, and what a session opens, until when (D35). */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countAttempt } from '../../src/store/people/sign-in-attempts.ts';
import { openApp, type TestApp } from '../harness.ts';
import {
  newAddress,
  openBrowser,
  openMember,
  openOwner,
  PASSWORD,
  type Person,
  signInAt,
} from '../people.ts';
import { until } from '../until.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;
let owner: Person;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  ws = await openWorkspace(app);
  owner = await openOwner(app, ws);
});
afterAll(() => app.close());

const COOKIE = 'trunkline.session_token';

function signIn(email: string, password?: string) {
  return signInAt(app, email, password);
}

describe('signing in', () => {
  test('by email, however it is written, and password; the cookie opens the API', async () => {
    const { browser, status, body } = await signIn(` ${owner.email.toUpperCase()} `);
    expect([status, body]).toEqual([200, { success: true, codeNeeded: false }]);
    const me = await browser.call('GET', '/api/me');
    expect(me.body).toMatchObject({
      person: { id: owner.id, name: 'Olga', email: owner.email, twoFactorEnabled: false },
      role: 'owner',
      scopes: ['send', 'read', 'admin'],
      workspace: { id: ws.workspaceId, name: 'Test', timezone: 'UTC' },
      workspaces: [{ id: ws.workspaceId, name: 'Test', role: 'owner' }],
    });
  });

  test('no page can read the cookie, and none of another site can send it along with a write', async () => {
    const { browser } = await signIn(owner.email);
    const cookie = browser.setCookies.find((each) => each.startsWith(COOKIE)) ?? '';
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).toMatch(/; Path=\//i);
    expect(cookie).toMatch(/; Max-Age=1209600/i);
    expect(cookie).not.toMatch(/; Secure|; Domain/i);
  });

  test('where the server is reached by https, the cookie is for https alone', async () => {
    const secure = await openApp({
      databaseUrl: app.databaseUrl,
      dispatches: false,
      config: { publicUrl: 'https://trunkline.example.com' },
    });
    const browser = openBrowser(secure.url);
    const wish = { email: owner.email, password: PASSWORD };
    const { status } = await browser.call('POST', '/auth/sign-in', wish, {
      origin: 'https://trunkline.example.com',
    });
    expect(status).toBe(200);
    expect(browser.setCookies.every((each) => /^__Secure-.*; Secure/i.test(each))).toBe(true);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
    await secure.close();
  });

  test('the answer says nothing of which was wrong, nor does the body ever hold the token', async () => {
    const wrong = await signIn(owner.email, 'not the password');
    const nobody = await signIn('nobody@example.com', 'not the password');
    for (const each of [wrong, nobody]) {
      expect([each.status, each.body.code]).toEqual([401, 'SIGN_IN_FAILED']);
      expect(each.browser.cookies.size).toBe(0);
    }
    expect(wrong.body.error).toBe(nobody.body.error);
    const right = await signIn(owner.email);
    const token = decodeURIComponent(right.browser.cookies.get(COOKIE) ?? '').split('.')[0] ?? '-';
    expect(JSON.stringify(right.body)).not.toContain(token);
  });

  test('nobody signs up by a route of the library, and none of its routes is open but ours', async () => {
    const browser = openBrowser(app.url);
    const wish = { email: 'new@example.com', password: PASSWORD, name: 'New' };
    for (const path of [
      '/auth/sign-up/email',
      '/auth/sign-in/email',
      '/auth/sign-in/social',
      '/auth/request-password-reset',
      '/auth/reset-password',
      '/auth/delete-user',
      '/auth/change-email',
      '/auth/update-user',
      '/auth/verify-email',
    ])
      expect((await browser.call('POST', path, wish)).status, path).toBe(404);
    for (const path of ['/auth/get-session', '/auth/list-sessions', '/auth/ok', '/auth/error'])
      expect((await owner.call('GET', path)).status, path).toBe(404);
    const direct = await app.deps.people.signIn.ask({
      path: '/sign-up/email',
      body: wish,
      cookie: undefined,
      address: '127.0.0.1',
      agent: undefined,
    });
    expect(direct.status).toBe(400);
    expect(await read(app, 'SELECT 1 FROM people WHERE email = $1', [wish.email])).toEqual([]);
  });

  test('after ten wrong passwords from one address the right one waits, too, and so says Retry-After', async () => {
    const member = await openMember(app, owner, 'member');
    for (let tries = 1; tries <= 10; tries += 1)
      expect((await signIn(member.email, `wrong ${tries} of ten`)).status).toBe(401);
    const refused = await signIn(member.email);
    expect([refused.status, refused.body.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
    // Nobody else is kept out, and who is in stays in.
    expect((await signIn(owner.email)).status).toBe(200);
    expect((await member.call('GET', '/api/me')).status).toBe(200);
    // It is counted in the database: another process says the same.
    const other = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
    const there = await openBrowser(other.url).call('POST', '/auth/sign-in', {
      email: member.email,
      password: PASSWORD,
    });
    expect(there.status).toBe(429);
    await other.close();
    await read(app, "UPDATE sign_in_attempts SET since = since - interval '16 minutes'");
    expect((await signIn(member.email)).status).toBe(200);
  });

  test('behind a trusted proxy each address has its own ten, and nobody gets more by naming others', async () => {
    const trusting = await openApp({
      databaseUrl: app.databaseUrl,
      dispatches: false,
      config: { trustProxy: ['loopback'] },
    });
    const tries = async (url: string, email: string, from: (n: number) => string) => {
      const answers: number[] = [];
      for (let n = 0; n <= 10; n += 1) {
        const wish = { email, password: `wrong ${n} of eleven` };
        const headers = { 'x-forwarded-for': from(n) };
        answers.push((await openBrowser(url).call('POST', '/auth/sign-in', wish, headers)).status);
      }
      return answers.at(-1);
    };
    const emails = ['a', 'b', 'c'].map(newAddress);
    expect(await tries(trusting.url, emails[0] ?? '', (n) => `203.0.113.${n}`)).toBe(401);
    expect(await tries(trusting.url, emails[1] ?? '', (n) => `203.0.113.${n}, 198.51.100.1`)).toBe(429);
    expect(await tries(app.url, emails[2] ?? '', (n) => `203.0.113.${n}`)).toBe(429);
    await trusting.close();
  });

  test('of many guesses at once no more are tried than of many in a row', async () => {
    const member = await openMember(app, owner, 'member');
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, n) => signIn(member.email, `wrong ${n} of many`)),
    );
    const tried = answers.filter(({ status }) => status === 401);
    expect([tried.length, answers.length - tried.length]).toEqual([10, 15]);
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
  });

  test('a guess that began before the first one counted is counted too; a clock set back begins anew', async () => {
    const windowMs = 15 * 60_000;
    const now = app.deps.clock.now();
    const count = (at: number) => countAttempt(app.deps.database, 'password of nobody', at, windowMs);
    expect((await count(now)).count).toBe(1);
    expect(await count(now - 5)).toEqual({ count: 2, since: now });
    expect((await count(now + 1)).count).toBe(3);
    expect(await count(now - windowMs - 1)).toEqual({ count: 1, since: now - windowMs - 1 });
  });

  test('one person can be guessed at 50 times in a quarter of an hour, from however many addresses', async () => {
    const member = await openMember(app, owner, 'member');
    await read(
      app,
      'INSERT INTO sign_in_attempts (about, since, count) VALUES ($1, now(), 50) ON CONFLICT (about) DO UPDATE SET count = 50',
      [`password of ${member.email}`],
    );
    expect((await signIn(member.email)).status).toBe(429);
  });
});

describe('a session', () => {
  test('ends with signing out, here at once and at every other process within a second', async () => {
    const { browser } = await signIn(owner.email);
    const other = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
    const copy = openBrowser(other.url);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    const stolen = openBrowser(app.url);
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    expect((await copy.call('GET', '/api/me')).status).toBe(200);
    expect((await browser.call('POST', '/auth/sign-out')).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    expect((await stolen.call('GET', '/api/me')).status).toBe(401);
    await until('the other process knows', async () => (await copy.call('GET', '/api/lines')).status === 401);
    await other.close();
  });

  test('ends by itself, and opens nothing from that instant on', async () => {
    const { browser } = await signIn(owner.email);
    const token = decodeURIComponent(browser.cookies.get(COOKIE) ?? '').split('.')[0];
    await read(app, "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE token = $1", [token]);
    app.deps.people.sessions.forget();
    const refused = await browser.call('GET', '/api/me');
    expect([refused.status, refused.body.code]).toEqual([401, 'UNAUTHORIZED']);
    for (const path of ['/auth/name', '/auth/codes/begin'])
      expect((await browser.call('POST', path, { name: 'X', password: PASSWORD })).status, path).toBe(401);
  });

  test('lives on while it is used: a day later it is renewed, in the database and in the browser', async () => {
    const { browser } = await signIn(owner.email);
    const token = decodeURIComponent(browser.cookies.get(COOKIE) ?? '').split('.')[0];
    await read(app, "UPDATE sessions SET expires_at = expires_at - interval '2 days' WHERE token = $1", [
      token,
    ]);
    app.deps.people.sessions.forget();
    await browser.call('GET', '/api/me');
    expect(browser.setCookies.some((each) => each.startsWith(COOKIE))).toBe(true);
    const [row] = await read<{ left: number }>(
      app,
      'SELECT extract(epoch FROM expires_at - now())::float8 AS left FROM sessions WHERE token = $1',
      [token],
    );
    expect(row?.left).toBeGreaterThan(13.9 * 86_400);
    await browser.call('GET', '/api/me');
    expect(browser.setCookies).toEqual([]);
  });

  test('is nobody’s whose token we did not sign: no look-up is made for it', async () => {
    const { browser } = await signIn(owner.email);
    const whole = decodeURIComponent(browser.cookies.get(COOKIE) ?? '');
    const [token = ''] = whole.split('.');
    const forged = [
      token,
      `${token}.`,
      `.${whole.split('.')[1]}`,
      `${token}.${createHmac('sha256', 'another secret').update(token).digest('base64')}`,
      `${token.slice(0, -1)}.${whole.split('.')[1]}`,
      `${whole}x%`,
      '%',
    ];
    for (const value of forged) {
      const stranger = openBrowser(app.url);
      stranger.cookies.set(COOKIE, value.includes('%') ? value : encodeURIComponent(value));
      expect((await stranger.call('GET', '/api/me')).status, value).toBe(401);
    }
    // A key that is wrong is not made good by a cookie.
    const headers = { authorization: 'Bearer tl_sk_wrong' };
    expect((await browser.call('GET', '/api/me', undefined, headers)).status).toBe(401);
  });

  test('a changed password ends every other session, and the old one is good no longer', async () => {
    const member = await openMember(app, owner, 'member');
    const { browser: elsewhere } = await signIn(member.email);
    const wrong = { currentPassword: 'not this one', newPassword: 'quite another sentence' };
    expect((await member.call('POST', '/auth/password', wrong)).body.code).toBe('WRONG_PASSWORD');
    const short = { currentPassword: PASSWORD, newPassword: 'short' };
    expect((await member.call('POST', '/auth/password', short)).body.param).toBe('newPassword');
    const change = { currentPassword: PASSWORD, newPassword: 'quite another sentence' };
    expect((await member.call('POST', '/auth/password', change)).status).toBe(200);
    expect((await member.call('GET', '/api/me')).status).toBe(200);
    expect((await elsewhere.call('GET', '/api/me')).status).toBe(401);
    expect((await signIn(member.email)).status).toBe(401);
    expect((await signIn(member.email, change.newPassword)).status).toBe(200);
  });

  test('all the others can be ended, and a name can be changed', async () => {
    const member = await openMember(app, owner, 'member');
    const { browser: elsewhere } = await signIn(member.email);
    expect((await member.call('POST', '/auth/name', { name: 'Mara' })).status).toBe(200);
    expect((await elsewhere.call('GET', '/api/me')).body).toMatchObject({ person: { name: 'Mara' } });
    expect((await member.call('POST', '/auth/sign-out-elsewhere')).status).toBe(200);
    expect((await elsewhere.call('GET', '/api/me')).status).toBe(401);
    expect((await member.call('GET', '/api/me')).status).toBe(200);
  });
});

describe('a page of another site', () => {
  const FOREIGN: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
  ];

  test.each(FOREIGN)('writes nothing with the session of who visits it: %j', async (headers) => {
    for (const [method, path, body] of [
      ['POST', '/api/lists', { name: 'Foreign' }],
      ['DELETE', `/api/members/${owner.id}`, undefined],
      ['POST', '/auth/sign-out', undefined],
      ['POST', '/auth/name', { name: 'Foreign' }],
      ['POST', '/auth/sign-in', { email: owner.email, password: PASSWORD }],
    ] as const) {
      const refused = await owner.call(method, path, body, headers);
      expect([refused.status, refused.body.code], path).toEqual([403, 'FOREIGN_ORIGIN']);
    }
    expect((await owner.call('GET', '/api/me')).status).toBe(200);
  });

  test('nor does a write that says nothing of where it comes from; a key needs no such proof', async () => {
    const cookie = `${COOKIE}=${owner.cookies.get(COOKIE)}`;
    const bare = (headers: Record<string, string>) =>
      fetch(`${app.url}/api/lists`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ name: 'Bare' }),
      });
    expect((await bare({ cookie })).status).toBe(403);
    expect((await bare({ cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await bare({ authorization: `Bearer ${ws.key}`, origin: 'https://evil.example' })).status).toBe(
      201,
    );
  });
});
