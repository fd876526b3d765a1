/** What a thief, a stranger and a neighbour try at the sign-in (D35), and what becomes of it. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import {
  type Browser,
  codeOf,
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
const signIn = (email: string, password?: string) => signInAt(app, email, password);

/** With all cookies of another: a thief, or the same browser a moment ago. */
function copyOf(browser: Browser): Browser {
  const copy = openBrowser(app.url);
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
}

async function withCodes() {
  const person = await openMember(app, owner, 'member', 'Tara');
  const begun = await person.call<{ uri: string; backupCodes: string[] }>('POST', '/auth/codes/begin', {
    password: PASSWORD,
  });
  const { uri, backupCodes } = begun.body;
  const on = await person.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
  expect(on.status).toBe(200);
  return { person, uri, backupCodes };
}

describe('a code of the telephone', () => {
  test('signs in once: whoever saw it being entered can’t enter it, too, nor at the same instant', async () => {
    const { person, uri } = await withCodes();
    const { browser: first } = await signIn(person.email);
    const { browser: second } = await signIn(person.email);
    const code = codeOf(uri, Date.now());
    const both = await Promise.all(
      [first, second].map((browser) => browser.call('POST', '/auth/code', { code })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(both.find(({ status }) => status === 400)?.body.code).toBe('WRONG_CODE');
    const reads = await Promise.all([first, second].map((browser) => browser.call('GET', '/api/me')));
    expect(reads.map(({ status }) => status).sort()).toEqual([200, 401]);
    const { browser: third } = await signIn(person.email);
    const later = await third.call('POST', '/auth/code', { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` });
    expect([later.status, later.body.code]).toEqual([400, 'WRONG_CODE']);
    expect(third.cookies.has(COOKIE)).toBe(false);
    // The sessions that were begun with it are gone: those of the member and of the first are left.
    const sessions = await read(app, 'SELECT 1 FROM sessions WHERE person_id = $1', [person.id]);
    expect(sessions).toHaveLength(2);
  });

  test('and the next one signs in, after the first was used', async () => {
    const { person, uri } = await withCodes();
    for (const steps of [0, 1]) {
      const { browser } = await signIn(person.email);
      const entered = await browser.call('POST', '/auth/code', { code: codeOf(uri, Date.now(), steps) });
      expect([steps, entered.status]).toEqual([steps, 200]);
    }
  });

  test('of long ago and of some time to come is none', async () => {
    const { person, uri } = await withCodes();
    const { browser } = await signIn(person.email);
    for (const steps of [-4, 4]) {
      const entered = await browser.call('POST', '/auth/code', { code: codeOf(uri, Date.now(), steps) });
      expect([steps, entered.body.code]).toEqual([steps, 'WRONG_CODE']);
    }
  });

  test('is asked for once by each sign-in: what waited for it can’t be answered a second time', async () => {
    const { person, uri } = await withCodes();
    const { browser } = await signIn(person.email);
    const copy = copyOf(browser);
    expect((await browser.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) })).status).toBe(200);
    const again = await copy.call('POST', '/auth/code', { code: codeOf(uri, Date.now(), 1) });
    expect([again.status, again.body.code]).toEqual([401, 'SIGN_IN_AGAIN']);
  });

  test('of one person opens nothing of another whose password is known', async () => {
    const { uri } = await withCodes();
    const { person } = await withCodes();
    const { browser } = await signIn(person.email);
    const entered = await browser.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
    expect(entered.body.code).toBe('WRONG_CODE');
    expect((await browser.call('GET', '/api/me')).status).toBe(401);
  });

  test('is waited for no longer once the password is another', async () => {
    const { person, uri } = await withCodes();
    const { browser: thief } = await signIn(person.email);
    const change = { currentPassword: PASSWORD, newPassword: 'quite another sentence' };
    expect((await person.call('POST', '/auth/password', change)).status).toBe(200);
    const entered = await thief.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
    expect([entered.status, entered.body.code]).toEqual([401, 'SIGN_IN_AGAIN']);
    expect(thief.cookies.has(COOKIE)).toBe(false);
  });

  test('is asked for in every browser once codes were off and are on again', async () => {
    const { person, uri } = await withCodes();
    const { browser: trusted } = await signIn(person.email);
    const code = { code: codeOf(uri, Date.now()), trustDevice: true };
    expect((await trusted.call('POST', '/auth/code', code)).status).toBe(200);
    expect((await person.call('POST', '/auth/codes/end', { password: PASSWORD })).status).toBe(200);
    const begun = await person.call<{ uri: string }>('POST', '/auth/codes/begin', { password: PASSWORD });
    const anew = codeOf(begun.body.uri, Date.now());
    expect((await person.call('POST', '/auth/code', { code: anew })).status).toBe(200);
    const again = await trusted.call('POST', '/auth/sign-in', { email: person.email, password: PASSWORD });
    expect(again.body).toEqual({ success: true, codeNeeded: true });
  });

  test('can’t be switched off, nor backup codes made, by guessing the password in a stolen session', async () => {
    const { person } = await withCodes();
    const thief = copyOf(person);
    const paths = ['/auth/codes/end', '/auth/codes/backup', '/auth/codes/begin'];
    for (let n = 0; n < 10; n += 1) {
      const path = paths[n % 2] ?? '';
      const refused = await thief.call('POST', path, { password: `guess number ${n}` });
      expect([n, refused.body.code]).toEqual([n, 'WRONG_PASSWORD']);
    }
    for (const path of paths) {
      const waits = await thief.call('POST', path, { password: PASSWORD });
      expect([path, waits.status, waits.body.code]).toEqual([path, 429, 'RATE_LIMITED']);
    }
    const change = { currentPassword: PASSWORD, newPassword: 'the thief’s own sentence' };
    expect((await thief.call('POST', '/auth/password', change)).status).toBe(429);
    expect((await signIn(person.email)).body).toEqual({ success: true, codeNeeded: true });
  });
});

test('one backup code at two browsers at once signs in at one, and the other is told to begin again', async () => {
  const { person, backupCodes } = await withCodes();
  const [code] = backupCodes;
  const browsers = await Promise.all(
    Array.from({ length: 4 }, async () => (await signIn(person.email)).browser),
  );
  const answers = await Promise.all(
    browsers.map((browser) => browser.call('POST', '/auth/backup-code', { code })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const { status, body } of answers) {
    if (status === 200) continue;
    expect(['SIGN_IN_AGAIN', 'WRONG_CODE']).toContain(body.code);
  }
  expect(browsers.filter(({ cookies }) => cookies.has(COOKIE))).toHaveLength(1);
});

describe('a session', () => {
  test('is a new one with each sign-in, whatever cookie the browser brought; the one of before ends', async () => {
    const { browser } = await signIn(owner.email);
    const before = copyOf(browser);
    const wish = { email: owner.email, password: PASSWORD };
    expect((await browser.call('POST', '/auth/sign-in', wish)).status).toBe(200);
    expect(browser.cookies.get(COOKIE)).not.toBe(before.cookies.get(COOKIE));
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
    expect((await before.call('GET', '/api/me')).status).toBe(401);
  });

  test('is not ended by a sign-in that failed, nor taken over by a cookie that was planted', async () => {
    const { browser } = await signIn(owner.email);
    const wrong = { email: owner.email, password: 'not the password' };
    expect((await browser.call('POST', '/auth/sign-in', wrong)).status).toBe(401);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
    const planted = openBrowser(app.url);
    planted.cookies.set(COOKIE, 'a-token-of-my-own.and-a-signature');
    expect((await planted.call('POST', '/auth/sign-in', { ...wrong, password: PASSWORD })).status).toBe(200);
    expect(planted.cookies.get(COOKIE)).not.toContain('a-token-of-my-own');
  });

  test('that ends with the browser stays one, also when the password is changed', async () => {
    const member = await openMember(app, owner, 'member');
    const browser = openBrowser(app.url);
    const session = () => browser.setCookies.find((each) => each.startsWith(`${COOKIE}=`)) ?? 'none';
    const wish = { email: member.email, password: PASSWORD, remember: false };
    expect((await browser.call('POST', '/auth/sign-in', wish)).status).toBe(200);
    expect(session()).toMatch(/HttpOnly/i);
    expect(session()).not.toMatch(/Max-Age|Expires/i);
    const [row] = await read<{ left: number }>(
      app,
      'SELECT extract(epoch FROM max(expires_at) - now())::float8 AS left FROM sessions WHERE person_id = $1 AND created_at = (SELECT max(created_at) FROM sessions WHERE person_id = $1)',
      [member.id],
    );
    expect(row?.left).toBeLessThanOrEqual(86_400);
    const change = { currentPassword: PASSWORD, newPassword: 'quite another sentence' };
    expect((await browser.call('POST', '/auth/password', change)).status).toBe(200);
    expect(session()).not.toMatch(/Max-Age|Expires/i);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
  });

  test('every cookie on the way in is for the server alone: no page reads one, no other site sends one', async () => {
    const { person, uri } = await withCodes();
    const { browser } = await signIn(person.email);
    const kept = [...browser.setCookies];
    const code = { code: codeOf(uri, Date.now()), trustDevice: true };
    await browser.call('POST', '/auth/code', code);
    kept.push(...browser.setCookies);
    expect(new Set(kept.map((each) => each.split('=', 1)[0])).size).toBeGreaterThanOrEqual(3);
    for (const each of kept) {
      expect(each).toMatch(/; HttpOnly/i);
      expect(each).toMatch(/; SameSite=Lax/i);
      expect(each).not.toMatch(/; Domain/i);
    }
  });

  test('that listens hears nothing more once its person’s password is another', async () => {
    const member = await openMember(app, owner, 'viewer');
    const { browser: elsewhere } = await signIn(member.email);
    const cookie = [...elsewhere.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const stream = await fetch(`${app.url}/api/live`, { headers: { cookie } });
    expect(stream.status).toBe(200);
    const change = { currentPassword: PASSWORD, newPassword: 'quite another sentence' };
    expect((await member.call('POST', '/auth/password', change)).status).toBe(200);
    // All of it, to its end.
    expect(await stream.text()).toContain('event: now');
  });
});

describe('who has an account', () => {
  test('is not told by the wait after many guesses: nobody’s address waits like somebody’s', async () => {
    const member = await openMember(app, owner, 'member');
    const waits = [];
    for (const email of [member.email, 'surely-nobody@example.com']) {
      const answers = [];
      for (let n = 0; n < 12; n += 1) answers.push(await signIn(email, `guess number ${n}`));
      waits.push(answers.map(({ status, body }) => [status, body.code, body.error]));
    }
    expect(waits[0]).toEqual(waits[1]);
    expect(waits[0]?.at(-1)?.[0]).toBe(429);
  });

  test('is not told by a code alone, nor by a link that is none', async () => {
    const { person } = await withCodes();
    const stranger = openBrowser(app.url);
    const code = await stranger.call('POST', '/auth/code', { code: '123456', email: person.email });
    expect([code.status, code.body.code]).toEqual([401, 'SIGN_IN_AGAIN']);
    for (const path of ['/api/invitations/look', '/api/invitations/accept']) {
      const body = { token: 'none', email: person.email, name: 'X', password: PASSWORD };
      const { status, body: answer } = await stranger.call(path === '' ? 'GET' : 'POST', path, body);
      expect([path, status, answer.code]).toEqual([path, 404, 'INVITATION_INVALID']);
    }
  });
});

describe('a key', () => {
  test('asks in its own workspace, whichever one a header or an address names', async () => {
    const other = await openWorkspace(app);
    for (const headers of [{ 'x-workspace-id': other.workspaceId }, {}]) {
      const { body } = await ws.call('GET', `/api/me?workspace=${other.workspaceId}`, undefined, headers);
      expect(body).toMatchObject({ person: null, workspace: { id: ws.workspaceId } });
    }
    const made = await ws.call(
      'POST',
      '/api/lists',
      { name: 'Mine' },
      { 'x-workspace-id': other.workspaceId },
    );
    expect(made.status).toBe(201);
    expect(await read(app, 'SELECT 1 FROM lists WHERE workspace_id = $1', [other.workspaceId])).toEqual([]);
  });

  test('does nothing that a person does about the own account', async () => {
    for (const [path, body] of [
      ['/auth/name', { name: 'Key' }],
      ['/auth/password', { currentPassword: PASSWORD, newPassword: 'quite another sentence' }],
      ['/auth/codes/begin', { password: PASSWORD }],
      ['/auth/sign-out-elsewhere', {}],
    ] as const) {
      const refused = await ws.call('POST', path, body);
      expect([path, refused.status, refused.body.code]).toEqual([path, 401, 'UNAUTHORIZED']);
    }
  });
});

describe('a page whose address is nearly ours', () => {
  /** By hand, because `fetch` says for itself where it asks. */
  const write = (headers: Record<string, string | string[]>) =>
    new Promise<number>((resolve, reject) => {
      const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const options = {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
      };
      request(`${app.url}/api/lists`, options, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end('{"name":"Near"}');
    });

  test('writes nothing: another port, a name below, a name beside, none, two at once', async () => {
    const { host, port } = new URL(app.url);
    for (const origin of [
      `http://127.0.0.1:${Number(port) - 1}`,
      'http://127.0.0.1',
      `http://a.${host}`,
      `http://${host}.evil.example`,
      `http://${host}@evil.example`,
      `http://${host}/`,
      'null',
      '',
    ])
      expect([origin, await write({ origin })]).toEqual([origin, 403]);
    expect(await write({})).toBe(403);
    expect(await write({ 'sec-fetch-site': ['same-origin', 'cross-site'] })).toBe(403);
    expect(await write({ origin: app.url, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await read(app, "SELECT 1 FROM lists WHERE name = 'Near'")).toEqual([]);
    expect(await write({ origin: app.url })).toBe(201);
  });

  test('nor one that has its name lead to this server: there is no cookie of ours for it', async () => {
    const host = 'rebound.evil.example';
    const answer = await new Promise<number>((resolve, reject) => {
      const headers = { host, origin: `http://${host}`, 'content-type': 'application/json' };
      request(`${app.url}/api/lists`, { method: 'POST', headers }, (each) => {
        each.resume();
        resolve(each.statusCode ?? 0);
      })
        .on('error', reject)
        .end('{"name":"Near"}');
    });
    expect(answer).toBe(401);
  });
});

test('an account whose sessions an operator ended is out at every process within a second', async () => {
  const member = await openMember(app, owner, 'admin');
  expect((await member.call('GET', '/api/lists')).status).toBe(200);
  await read(app, 'DELETE FROM sessions WHERE person_id = $1', [member.id]);
  await until('the session is known to be over', async () => {
    const { status } = await member.call('GET', '/api/lists');
    return status === 401;
  });
});
