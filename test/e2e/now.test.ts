/** What an operator looks at all day, and the first five minutes before it, in a real browser. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMember, openOwner, type Person } from '../people.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, WIDE, watchForTrouble } from './browser.ts';
import { openDoor } from './door.ts';

const PHONE = '+12025550100';
const run = promisify(execFile);

describe.skipIf(!hasBrowser)('what happens now', () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    await buildDashboardWhenStale();
    [app, browser] = await Promise.all([openApp(), openBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  /** By the cookie of a person, or by the key of the workspace. */
  async function open(workspace: Workspace, who: Person | null = null, url = app.url) {
    const context = await browser.newContext({
      viewport: WIDE,
      ...(who === null ? { extraHTTPHeaders: { authorization: `Bearer ${workspace.key}` } } : {}),
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    if (who !== null)
      await context.addCookies([...who.cookies].map(([name, value]) => ({ name, value, url })));
    const { trouble } = watchForTrouble(context, url);
    const page = await context.newPage();
    await page.goto(url);
    const close = async () => {
      await context.close();
      expect(trouble).toEqual([]);
    };
    return { page, close };
  }

  const figure = (page: Page, title: string) =>
    page
      .getByRole('region', { name: 'Counts' })
      .locator('div', { hasText: new RegExp(`^${title} `) })
      .locator('dd')
      .first();

  test('an empty workspace shows three steps, and its first message is on a simulated phone within seconds', async () => {
    const workspace = await openWorkspace(app, { lines: [] });
    const { page, close } = await open(workspace, await openOwner(app, workspace));
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    await expectStill(page);
    await expectAccessible(page);
    await page.getByLabel('Message', { exact: true }).fill('Is anybody there?');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page
      .getByRole('list', { name: `Messages on the phone ${PHONE}` })
      .getByText('Is anybody there?')
      .waitFor();
    await page.getByText(/On the phone .* s after it was accepted/).waitFor();
    await page.getByRole('heading', { name: /Send to a simulated phone.*done/ }).waitFor();

    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByText('It is shown only now').waitFor();
    const codes: Record<string, string> = {};
    for (const language of ['curl', 'TypeScript', 'Python', 'n8n']) {
      await page.getByRole('tab', { name: language }).click();
      await page.getByRole('button', { name: `Copy the call with ${language}` }).click();
      codes[language] = await page.evaluate<string>('navigator.clipboard.readText()');
    }
    await expectAccessible(page);
    const answers = await Promise.all([
      run('sh', ['-c', codes.curl ?? '']),
      run(process.execPath, ['--input-type=module-typescript', '-e', codes.TypeScript ?? '']),
      run('python3', ['-c', codes.Python ?? '']),
    ]);
    for (const { stdout } of answers) expect(stdout).toMatch(/sent|delivered/);
    expect(JSON.parse(codes.n8n ?? '').nodes[0].parameters.url).toBe(`${app.url}/api/messages`);
    expect((await workspace.phone(PHONE)).map(({ message }) => message)).toEqual([
      'Is anybody there?',
      ...Array(3).fill('Hello from my own program!'),
    ]);

    await page.getByRole('button', { name: 'To what happens now' }).click();
    await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
    await until('all four are counted', async () => (await figure(page, 'Sent').textContent()) === '4');
    await close();
  });

  test('figures change without a reload, and nothing moves', async () => {
    const workspace = await openWorkspace(app, {
      lines: [{ firstName: 'Ada', dailyTotalMessagesLimit: 2 }, { messageType: 'sms' }],
    });
    await workspace.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId: workspace.lines[0]?._id });
    const { page, close } = await open(workspace);
    await page.getByRole('heading', { name: 'Ada' }).waitFor();
    await page
      .getByRole('img', { name: /Last hour: 1 accepted, 1 sent/ })
      .locator('svg')
      .first()
      .waitFor();
    await page.evaluate('window.stays = true');
    await workspace.send({
      message: 'Hi',
      recipientPhone: '+12025550110',
      fromLineId: workspace.lines[0]?._id,
    });
    await until(
      'the figures have changed',
      async () => (await figure(page, 'Replies').textContent()) === '1',
    );
    expect(await figure(page, 'Sent').textContent()).toBe('2');
    await page.getByText('Ada has used 2 of 2 messages today').waitFor();
    await page
      .getByRole('meter', { name: 'Messages today' })
      .and(page.locator('[aria-valuenow="2"]'))
      .waitFor();
    await page.getByText(/its messages of today are used up/).waitFor();
    await page.getByRole('img', { name: /2 accepted, 2 sent/ }).waitFor();
    expect(await page.evaluate('window.stays')).toBe(true);
    await expectStill(page);
    await expectAccessible(page);
    await close();
  });

  test('a viewer sees how it is done, and why it takes somebody else', async () => {
    const workspace = await openWorkspace(app);
    const owner = await openOwner(app, workspace);
    const viewer = await openMember(app, owner, 'viewer');
    const { page, close } = await open(workspace, viewer);
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    await page.getByText('You are signed in as viewer; this needs a member.').waitFor();
    expect(await page.getByRole('button', { name: 'Make a key' }).isDisabled()).toBe(true);
    await page.getByText('You are signed in as viewer; this needs an admin.').waitFor();
    await close();
  });

  test('two tabs hear the same', async () => {
    const workspace = await openWorkspace(app);
    await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
    const { page, close } = await open(workspace);
    const other = await page.context().newPage();
    await other.goto(app.url);
    for (const each of [page, other])
      await until('it stands', async () => (await figure(each, 'Sent').textContent()) === '1');
    await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
    for (const each of [page, other])
      await until('it has heard', async () => (await figure(each, 'Sent').textContent()) === '2');
    await close();
  });

  test('a server that goes away is told of, and what it missed is shown when another is there', async () => {
    const workspace = await openWorkspace(app);
    await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
    const before = await openApp({ databaseUrl: app.databaseUrl, key: app.key, dispatches: false });
    const door = await openDoor(before.url);
    const { page, close } = await open(workspace, null, door.url);
    await until('the page stands', async () => (await figure(page, 'Sent').textContent()) === '1');
    door.leadTo(null);
    await before.close();
    await page.getByText('Reconnecting').waitFor();
    await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
    door.leadTo(app.url);
    await page.getByText('Reconnecting').waitFor({ state: 'hidden' });
    await until('it has what it missed', async () => (await figure(page, 'Sent').textContent()) === '2');
    await close();
    await door.close();
  });
});
