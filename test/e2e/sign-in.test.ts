/** The door, as people go through it: the link of a first start, an invitation, a code, and the way back in. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { makeSetupToken } from '../../src/actions/people/join.ts';
import { openApp, type TestApp } from '../harness.ts';
import { codeOf, newAddress, openMember, openOwner, PASSWORD, type Person } from '../people.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, watchForTrouble } from './browser.ts';
import { openContext, openContextOf } from './signed-in.ts';

describe.skipIf(!hasBrowser)('the door', () => {
  let app: TestApp;
  let browser: Browser;
  let ws: Workspace;
  let owner: Person;
  let context: BrowserContext | null = null;

  beforeAll(async () => {
    await buildDashboardWhenStale();
    [app, browser] = await Promise.all([openApp({ dispatches: false }), openBrowser()]);
    ws = await openWorkspace(app);
    owner = await openOwner(app, ws);
  });
  afterEach(async () => {
    await context?.close();
    context = null;
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  /** With what it complained of. */
  async function open(person?: Person): Promise<{ page: Page; trouble: string[] }> {
    context =
      person === undefined
        ? await openContext(browser, app.url)
        : await openContextOf(browser, app.url, person);
    const { trouble } = watchForTrouble(context, app.url);
    return { page: await context.newPage(), trouble };
  }

  async function fill(page: Page, fields: Record<string, string>): Promise<void> {
    for (const [label, value] of Object.entries(fields))
      await page.getByLabel(label, { exact: true }).fill(value);
  }

  test('the link that the server printed makes the first owner, who stands in the dashboard at once', async () => {
    const { workspaceId } = await openWorkspace(app);
    const token = await makeSetupToken(app.deps, workspaceId);
    const { page, trouble } = await open();
    await page.goto(`/setup?token=${token}`);
    await page.getByRole('heading', { name: 'Set up Trunkline' }).waitFor();
    await expectAccessible(page);
    await fill(page, { 'Your name': 'Ada Lovelace', Email: newAddress('ada'), Password: PASSWORD });
    await page.getByRole('button', { name: 'Become the owner' }).click();
    await page.getByRole('button', { name: /Ada Lovelace/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    const cookies = await context?.cookies();
    expect(cookies?.find(({ name }) => name.endsWith('session_token'))).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
    });
    // No page can read it.
    expect(await page.evaluate('document.cookie')).toBe('');
    // It is good once.
    await page.goto(`/setup?token=${token}`);
    await fill(page, { 'Your name': 'Eve', Email: newAddress('eve'), Password: PASSWORD });
    await page.getByRole('button', { name: 'Become the owner' }).click();
    await page.getByText('This link is no longer good').waitFor();
    expect(trouble).toEqual([]);
  });

  test('whoever asks for a page without a session signs in, and is led to that page; to no other site', async () => {
    const { page, trouble } = await open();
    await page.goto('/settings?tab=members');
    await page.getByRole('heading', { name: 'Sign in to Trunkline' }).waitFor();
    await expectStill(page);
    await expectAccessible(page);
    await fill(page, { Email: owner.email, Password: 'not this one at all' });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The email address or the password is wrong').waitFor();
    await fill(page, { Password: PASSWORD });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('list', { name: 'Members' }).getByText('Olga', { exact: true }).waitFor();
    expect(trouble).toEqual([]);
    await page.goto(`/sign-in?next=${encodeURIComponent('//evil.example/')}`);
    await fill(page, { Email: owner.email, Password: PASSWORD });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: /Olga/ }).waitFor();
    expect(page.url().startsWith(app.url)).toBe(true);
  });

  test('a session that ran out leads to the sign-in, and from there back to where one was', async () => {
    const member = await openMember(app, owner, 'member', 'Mara');
    const { page, trouble } = await open(member);
    await page.goto('/settings?tab=keys');
    await page.getByText('Test', { exact: true }).first().waitFor();
    await read(app, "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE person_id = $1", [
      member.id,
    ]);
    app.deps.people.sessions.forget();
    // Nobody has to click anything: the live stream ends, and the page asks why.
    await page.getByRole('heading', { name: 'Sign in to Trunkline' }).waitFor();
    await fill(page, { Email: member.email, Password: PASSWORD });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('tab', { name: 'API keys', selected: true }).waitFor();
    expect(trouble).toEqual([]);
  });

  test('signing out in one tab signs out the other, and signing in brings it back', async () => {
    const member = await openMember(app, owner, 'viewer', 'Vera');
    const { page: one, trouble } = await open(member);
    const two = (await context?.newPage()) as Page;
    await one.goto('/settings?tab=workspace');
    await two.goto('/settings?tab=members');
    await two.getByRole('list', { name: 'Members' }).waitFor();
    await one.getByRole('button', { name: /Vera/ }).click();
    await one.getByRole('menuitem', { name: 'Sign out' }).click();
    for (const page of [one, two])
      await page.getByRole('heading', { name: 'Sign in to Trunkline' }).waitFor();
    await fill(one, { Email: member.email, Password: PASSWORD });
    await one.getByRole('button', { name: 'Sign in' }).click();
    await one.getByRole('button', { name: /Vera/ }).waitFor();
    await two.getByRole('list', { name: 'Members' }).waitFor();
    expect(trouble).toEqual([]);
  });

  test('an invitation is made in the settings and accepted by its link, as a viewer who can change nothing', async () => {
    const { page, trouble } = await open(owner);
    const email = newAddress('grace');
    await page.goto('/settings?tab=members');
    await page.getByRole('heading', { name: 'Open invitations' }).waitFor();
    await page.getByText('Nobody is invited at the moment').waitFor();
    await expectStill(page);
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await fill(page, { Email: email });
    await page.getByLabel('Role', { exact: true }).selectOption('viewer');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = (await page.getByTestId('secret').textContent()) ?? '';
    await expectAccessible(page);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('list', { name: 'Open invitations' }).getByText(email).waitFor();

    const guests = await openContext(browser, app.url);
    const { trouble: theirs } = watchForTrouble(guests, app.url);
    const guest = await guests.newPage();
    await guest.goto(link);
    await guest.getByRole('heading', { name: 'Join Test' }).waitFor();
    await expectAccessible(guest);
    await fill(guest, { 'Your name': 'Grace Hopper', Password: PASSWORD });
    await guest.getByRole('button', { name: 'Join' }).click();
    await guest.getByRole('button', { name: /Grace Hopper/ }).waitFor();

    await guest.goto('/settings?tab=keys');
    const make = guest.getByRole('button', { name: 'Make a key' });
    await make.waitFor();
    expect(await make.isDisabled()).toBe(true);
    expect(await make.getAttribute('title')).toContain('viewer');
    await guest.getByRole('tab', { name: 'Workspace' }).click();
    await guest.getByText('You are signed in as viewer').waitFor();
    expect(await guest.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await guest.getByRole('tab', { name: 'Audit log' }).click();
    await guest.getByText('Admins see who changed what').waitFor();
    // Whoever is removed is out: the live stream ends, and the page asks why.
    await page.reload();
    await page.getByRole('button', { name: 'Remove Grace Hopper' }).click();
    await page.getByRole('button', { name: 'Remove the member' }).click();
    await page.getByText('Grace Hopper is removed', { exact: true }).waitFor();
    await guest.getByRole('heading', { name: 'Sign in to Trunkline' }).waitFor();
    await guest.goto(link);
    await guest.getByText('This invitation is no longer good').waitFor();
    await guests.close();
    expect([...trouble, ...theirs]).toEqual([]);
  });

  test('codes are switched on with a QR code, asked for from then on, and a backup code will do', async () => {
    const member = await openMember(app, owner, 'member', 'Tara');
    const { page, trouble } = await open(member);
    await page.goto('/settings?tab=account');
    await page.getByRole('button', { name: 'Switch on' }).click();
    await fill(page, { 'Your password': PASSWORD });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    await expectAccessible(page);
    const secret = (await page.getByTestId('totp-key').textContent()) ?? '';
    const uri = `otpauth://totp/x?secret=${secret}`;
    await fill(page, { 'The code it shows now': codeOf(uri, Date.now()) });
    await page.getByRole('button', { name: 'Switch codes on' }).click();
    const codes = page.getByRole('list', { name: 'Backup codes' });
    await codes.waitFor();
    const [backup = ''] = await codes.getByRole('listitem').allTextContents();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('button', { name: 'Switch off' }).waitFor();
    await expectAccessible(page);

    await page.getByRole('button', { name: /Tara/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await fill(page, { Email: member.email, Password: PASSWORD });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Enter the code' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Use a backup code' }).click();
    await fill(page, { 'Backup code': backup.trim() });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: /Tara/ }).waitFor();
    expect(trouble).toEqual([]);
  });
});
