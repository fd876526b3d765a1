/** Lines as people add, check, pace, pair and delete them, in a real browser over the real application. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { startMailWorld } from '../fakes/mail/mail-world.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMember, openOwner } from '../people.ts';
import { launch } from '../program.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, watchForTrouble } from './browser.ts';
import { openContextOf } from './signed-in.ts';

const NO_GAPS = { deviceGapMs: 0, contactGapMs: 0 };

let app: TestApp;
let browser: Browser;
const opened: { context: BrowserContext; trouble: string[] }[] = [];

describe.skipIf(!hasBrowser)('lines in a browser', () => {
  beforeAll(async () => {
    await buildDashboardWhenStale();
    app = await openApp({ config: { allowPrivateHosts: true } });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  async function open(ws: Workspace, path: string, role: 'owner' | 'viewer' = 'owner'): Promise<Page> {
    const owner = await openOwner(app, ws);
    const person = role === 'owner' ? owner : await openMember(app, owner, role);
    const context = await openContextOf(browser, app.url, person);
    opened.push({ context, ...watchForTrouble(context, app.url) });
    const page = await context.newPage();
    await page.goto(app.url + path);
    return page;
  }

  async function close(page: Page): Promise<void> {
    const context = page.context();
    const mine = opened.find((each) => each.context === context);
    await context.close();
    expect(mine?.trouble).toEqual([]);
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
  const lineIdIn = (page: Page) => new URL(page.url()).pathname.split('/').at(-1) ?? '';

  test('a simulated line is added in an empty workspace, sends, and shows what it did', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const page = await open(ws, '/lines');
    await page.getByText('There is no line yet').waitFor();
    await page.getByRole('link', { name: 'Add a line' }).first().click();
    await page.getByRole('list', { name: 'Kinds of lines' }).waitFor();
    await expectStill(page);
    await expectAccessible(page);
    await page.getByRole('link', { name: /Simulated phone/ }).click();

    await page.getByLabel('Phone number').fill('12');
    await page.getByRole('button', { name: 'Add the line' }).click();
    await page
      .getByText(/phone must be/)
      .first()
      .waitFor();
    await page.getByLabel('Phone number').fill('+12025550143');
    await page.getByLabel('Name (optional)').fill('Front desk');
    await page.getByRole('button', { name: 'Add the line' }).click();
    await heading(page, 'Front desk');

    const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId: lineIdIn(page) });
    expect(body.message.fromLinePhone).toBe('+12025550143');
    await page.reload();
    await page.getByText('1 of 1,000,000').first().waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: /^Sent 1$/ })
      .waitFor();
    await page.getByRole('list', { name: 'Inputs of the score' }).getByText('below 20 their rate').waitFor();
    await page.getByText('Nothing waits on this line').waitFor();
    await expectStill(page);
    await expectAccessible(page);
    await close(page);
  });

  test('a BlueBubbles server with a wrong password is told of with what to do; with the right one the line is added', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const mac = await startBlueBubbles();
    const page = await open(ws, '/lines/new?kind=bluebubbles');
    await page.getByLabel('Address of the server').fill(mac.url);
    await page.getByLabel('Server password').fill('wrong');
    await page.getByLabel('Phone number').fill('+12025550190');
    await page.getByRole('button', { name: 'Check these settings' }).click();
    await page.getByText('One thing is in the way: The server refuses the password').waitFor();
    await page.getByText(/Copy the server password from BlueBubbles on the Mac/).waitFor();
    await page.getByRole('button', { name: 'Add it all the same' }).waitFor();
    await expectAccessible(page);

    // What was found was found of another password.
    await page.getByLabel('Server password').fill(mac.password);
    await page.getByRole('button', { name: 'Check these settings' }).click();
    await page.getByText('It works.').waitFor();
    await page.getByText('The server takes the password').waitFor();
    await page.getByRole('button', { name: 'Add the line' }).click();
    await heading(page, '+12025550190');

    await page.getByRole('button', { name: 'Check now' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The Private API is switched on').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.content()).not.toContain(mac.password);
    await close(page);
    await mac.close();
  });

  test('a mail server is gone through step by step, and what its mailbox refuses stands at its step', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const world = await startMailWorld(() => app.deps.clock.now());
    const page = await open(ws, '/lines/new?kind=smtp');
    await page.getByLabel('Email address').fill('office@sender.test');
    await page.getByLabel('Server for sending').fill('127.0.0.1');
    await page.getByLabel('Port', { exact: true }).fill(String(world.smtpPort));
    await page.getByLabel('Encryption', { exact: true }).selectOption('none');
    await page.getByLabel(/^Password/).fill('wrong');
    await page.getByLabel(/^Server of the mailbox/).fill('127.0.0.1');
    await page.getByLabel(/^Port of the mailbox/).fill(String(world.mailbox.port));
    await page.getByLabel(/^Encryption of the mailbox/).selectOption('none');
    await page.getByLabel(/^User name of the mailbox/).fill(world.mailbox.user);
    const step = (key: string) => page.locator(`[data-step="${key}"]`);
    const check = page.getByRole('button', { name: 'Check these settings' });
    await check.click();
    await page.getByText(/^One thing is in the way: The mailbox cannot be read/).waitFor();
    expect(await step('connect').getAttribute('data-state')).toBe('ok');
    expect(await step('tls').getAttribute('data-state')).toBe('warning');
    expect(await step('folder').getAttribute('data-state')).toBe('skipped');

    await page.getByLabel(/^Password/).fill(world.mailbox.password);
    await check.click();
    await step('folder')
      .getByText(/INBOX can be read/)
      .waitFor();
    await page.getByRole('button', { name: 'Add the line' }).click();
    await heading(page, 'office@sender.test');
    await page.getByText('One is stored. Empty: it stays.').waitFor();
    await close(page);
    await world.close();
  });

  test('a Mac is paired by the one command that the page shows, and let go again', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const data = await mkdtemp(path.join(os.tmpdir(), 'relay-'));
    const page = await open(ws, '/lines/new?kind=mac');
    await page.getByLabel('Phone number').fill('+12025550191');
    await page.getByRole('button', { name: 'Add the line' }).click();
    await page.getByText('Waiting for the Mac to be paired').waitFor();
    const command = ((await page.locator('code').textContent()) ?? '').split(' ');
    await expectAccessible(page);

    const [relay, ...args] = command.slice(command.indexOf('relay'));
    expect([relay, args[0], args[1]]).toEqual(['relay', '--server', app.url]);
    const program = launch(['relay', ...args, '--data', data, '--driver', 'sandbox']);
    await page.getByText(/is paired, by the driver sandbox/).waitFor();
    await page.getByText('Everything is in place.').waitFor();
    await page.getByText('Nothing leaves this computer').waitFor();
    await page.getByRole('link', { name: 'Go to the line' }).click();
    await heading(page, '+12025550191');
    const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone() });
    expect(body.message.status).toMatch(/sent|delivered/);

    const macs = page.getByRole('list', { name: 'Macs' });
    await macs.getByText('connected').waitFor();
    await page.getByRole('button', { name: 'Let go' }).click();
    await page.getByRole('button', { name: 'Let it go' }).click();
    await macs.getByText('let go', { exact: true }).waitFor();
    await close(page);
    program.child.kill('SIGTERM');
    await program.ended;
    await rm(data, { recursive: true, force: true });
  });

  test('what more lines or a higher cap would change is told before it is saved, and holds afterwards', async () => {
    const ws = await openWorkspace(app, {
      lines: [{ ...NO_GAPS, firstName: 'Ada', dailyNewConversationsLimit: 2, isActive: true }],
    });
    const id = ws.lines[0]?._id ?? '';
    for (let n = 0; n < 8; n += 1) await accept(ws, { recipientPhone: newPhone(), fromLineId: id });
    await until('its cap is used', async () => {
      const { body } = await ws.call<{ queues: { waiting: number; underWay: number }[] }>(
        'GET',
        '/api/lines/queues',
      );
      return body.queues[0]?.waiting === 6 && body.queues[0].underWay === 0;
    });
    const page = await open(ws, '/lines');
    const card = page.getByRole('article', { name: 'Ada' });
    await card.getByText('2 of 2').waitFor();
    await card
      .getByText(/^in \d+ (hour|day|minute|second)/)
      .first()
      .waitFor();
    await expectStill(page);
    await expectAccessible(page);
    await card.getByRole('link', { name: 'Ada' }).click();

    await page.getByText(/^6 messages wait\./).waitFor();
    const queue = page.locator('section', { has: page.getByRole('heading', { name: 'Queue' }) });
    // They name this line, so that no other could take them.
    await queue.getByText('change nothing').waitFor();
    await queue.getByLabel('New conversations a day').fill('100');
    await queue.getByText(/earlier\./).waitFor();

    const pacing = page.getByRole('form', { name: 'Caps and gaps' });
    await pacing.getByLabel('New conversations a day').fill('4');
    await pacing.getByText(/earlier\./).waitFor();
    await pacing.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. It holds from now on.').first().waitFor();
    await page.getByText('4 of 4').waitFor();
    await pacing.getByLabel('Messages a day').fill('-1');
    await pacing.getByRole('button', { name: 'Undo' }).click();
    expect(await pacing.getByLabel('New conversations a day').inputValue()).toBe('4');
    await expectAccessible(page);
    await close(page);
  });

  test('a line that is needed says why it is kept; switched off and free of messages it is deleted', async () => {
    const ws = await openWorkspace(app, { lines: [{ firstName: 'Old' }, { firstName: 'New' }] });
    const [old] = ws.lines;
    const scheduledDate = new Date(app.deps.clock.now() + 86_400_000).toISOString();
    const waiting = await accept(ws, { recipientPhone: newPhone(), fromLineId: old?._id, scheduledDate });
    const page = await open(ws, `/lines/${old?._id}`);
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('switched off', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Delete the line' }).click();
    await dialog
      .getByRole('alert')
      .getByText(/Messages wait on this line/)
      .waitFor();
    await ws.call('POST', `/api/messages/${waiting._id}/cancel`);
    await dialog.getByRole('button', { name: 'Delete the line' }).click();
    await heading(page, 'Lines');
    await page.getByRole('article', { name: 'New' }).waitFor();
    expect(await page.getByRole('article', { name: 'Old' }).count()).toBe(0);

    await page.goto(`${app.url}/lines/${old?._id}`);
    await page.getByText('This line was deleted on').waitFor();
    await close(page);
  });

  test('who may only read sees everything and changes nothing, and is told why', async () => {
    const ws = await openWorkspace(app, { lines: [{ firstName: 'Ada' }] });
    const page = await open(ws, '/lines', 'viewer');
    const add = page.getByRole('button', { name: 'Add a line' });
    expect(await add.isDisabled()).toBe(true);
    expect(await add.getAttribute('title')).toContain('needs an admin');
    await page.getByRole('link', { name: 'Ada' }).click();
    await heading(page, 'Ada');
    for (const name of ['Check now', 'Switch off', 'Delete'])
      expect(await page.getByRole('button', { name }).isDisabled(), name).toBe(true);
    expect(await page.getByLabel('New conversations an hour').isDisabled()).toBe(true);
    await page.goto(`${app.url}/lines/new`);
    await page.getByText('Lines are added by admins').waitFor();
    await close(page);
  });

  test('an unknown line, and lines that cannot be read, are told of in words', async () => {
    const ws = await openWorkspace(app, { lines: [{}] });
    const page = await open(ws, `/lines/${'f'.repeat(24)}`);
    await page.getByText('There is no such line').waitFor();
    await page.route('**/api/lines', (route) =>
      route.fulfill({
        status: 503,
        json: { error: 'The database is away', code: 'OUT_OF_REACH', requestId: 'r' },
      }),
    );
    await page.getByRole('link', { name: 'All lines' }).click();
    await page.getByText('The database is away').waitFor();
    await page.unroute('**/api/lines');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('list', { name: 'Lines' }).waitFor();
    await close(page);
  });
});
