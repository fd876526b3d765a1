/** Codes of the telephone beside the password, and what is left when it is lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { codeOf, openBrowser, openMember, openOwner, PASSWORD, type Person, signInAt } from '../people.ts';
import { openWorkspace, read } from '../workspaces.ts';

let app: TestApp;
let owner: Person;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  owner = await openOwner(app, await openWorkspace(app));
});
afterAll(() => app.close());

const COOKIE = 'trunkline.session_token';

function signIn(email: string, password?: string) {
  return signInAt(app, email, password);
}

describe('codes of the telephone', () => {
  async function withCodes() {
    const member = await openMember(app, owner, 'member', 'Tara');
    const begun = await member.call<{ uri: string; backupCodes: string[] }>('POST', '/auth/codes/begin', {
      password: PASSWORD,
    });
    expect(begun.status).toBe(200);
    const { uri, backupCodes } = begun.body;
    expect(new URL(uri).searchParams.get('issuer')).toBe('Trunkline');
    // Not on before the first code was right.
    expect((await signIn(member.email)).body.codeNeeded).toBe(false);
    expect((await member.call('POST', '/auth/code', { code: '000000' })).body.code).toBe('WRONG_CODE');
    const entered = await member.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
    expect(entered.status).toBe(200);
    return { member, uri, backupCodes };
  }

  test('once on, the password alone opens nothing; password and code do', async () => {
    const { member, uri } = await withCodes();
    expect((await member.call('GET', '/api/me')).body).toMatchObject({ person: { twoFactorEnabled: true } });
    const { browser, status, body } = await signIn(member.email);
    expect([status, body]).toEqual([200, { success: true, codeNeeded: true }]);
    expect(browser.cookies.has(COOKIE)).toBe(false);
    expect((await browser.call('GET', '/api/me')).status).toBe(401);
    expect((await browser.call('POST', '/auth/code', { code: '123 45' })).body.code).toBe('WRONG_CODE');
    const entered = await browser.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
    expect(entered.status).toBe(200);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
    // Whoever has only the code has nothing.
    const stranger = openBrowser(app.url);
    const alone = await stranger.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
    expect([alone.status, alone.body.code]).toEqual([401, 'SIGN_IN_AGAIN']);
  });

  test('a browser may be trusted for 30 days, until the password changes', async () => {
    const { member, uri } = await withCodes();
    const first = await signIn(member.email);
    const code = { code: codeOf(uri, Date.now()), trustDevice: true };
    expect((await first.browser.call('POST', '/auth/code', code)).status).toBe(200);
    const again = () =>
      first.browser.call('POST', '/auth/sign-in', { email: member.email, password: PASSWORD });
    expect((await again()).body.codeNeeded).toBe(false);
    expect((await member.call('POST', '/auth/sign-out-elsewhere')).status).toBe(200);
    expect((await again()).body.codeNeeded).toBe(true);
  });

  test('a backup code signs in once', async () => {
    const { member, backupCodes } = await withCodes();
    const [code = ''] = backupCodes;
    const first = await signIn(member.email);
    expect((await first.browser.call('POST', '/auth/backup-code', { code })).status).toBe(200);
    const second = await signIn(member.email);
    expect((await second.browser.call('POST', '/auth/backup-code', { code })).body.code).toBe('WRONG_CODE');
    const made = await member.call<{ backupCodes: string[] }>('POST', '/auth/codes/backup', {
      password: PASSWORD,
    });
    expect(made.body.backupCodes.length).toBe(10);
    const old = await second.browser.call('POST', '/auth/backup-code', { code: backupCodes[1] });
    expect(old.body.code).toBe('WRONG_CODE');
  });

  test('codes can’t be tried out: after five the password is asked for anew, after ten the account waits', async () => {
    const { member, uri } = await withCodes();
    const wrong = (n: number) =>
      String((Number(codeOf(uri, Date.now())) + 1000 * n) % 1_000_000).padStart(6, '0');
    for (const round of [1, 2]) {
      const { browser } = await signIn(member.email);
      for (let n = 1; n <= 5; n += 1)
        expect((await browser.call('POST', '/auth/code', { code: wrong(n) })).status, `${round}.${n}`).toBe(
          400,
        );
      const right = await browser.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
      expect(right.status).not.toBe(200);
    }
    const { browser } = await signIn(member.email);
    const locked = await browser.call('POST', '/auth/code', { code: codeOf(uri, Date.now()) });
    expect([locked.status, locked.body.code]).toEqual([429, 'RATE_LIMITED']);
  });

  test('switching them on or off takes the password', async () => {
    const { member } = await withCodes();
    const again = await member.call('POST', '/auth/codes/begin', { password: PASSWORD });
    expect([again.status, again.body.code]).toEqual([409, 'CODES_ALREADY_ON']);
    expect((await member.call('POST', '/auth/codes/end', { password: 'wrong one' })).body.code).toBe(
      'WRONG_PASSWORD',
    );
    expect((await member.call('POST', '/auth/codes/end', { password: PASSWORD })).status).toBe(200);
    expect((await signIn(member.email)).body.codeNeeded).toBe(false);
  });

  test('neither secret nor codes nor passwords stand in the database as they are', async () => {
    const { uri, backupCodes } = await withCodes();
    const rows = JSON.stringify([
      await read(app, 'SELECT * FROM two_factors'),
      await read(app, 'SELECT * FROM accounts'),
      await read(app, 'SELECT * FROM people'),
    ]);
    const secret = new URL(uri).searchParams.get('secret') ?? '-';
    for (const each of [secret, ...backupCodes, PASSWORD]) expect(rows.includes(each)).toBe(false);
  });
});
