/** The inbox in a real browser: what comes in is seen, read and answered, and nobody is written to who does not want it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, copiesIn, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';
import { expectAccessible, hasBrowser, openBrowser, WIDE, watchForTrouble } from './browser.ts';

const INTERESTED = '+12025550110';
const STOPS = '+12025550109';

describe.skipIf(!hasBrowser)('the inbox', { timeout: 120_000 }, () => {
  let app: TestApp;
  let browser: Browser;
  let ws: Workspace;
  let context: BrowserContext;
  let page: Page;
  let trouble: string[];

  beforeAll(async () => {
    await buildDashboardWhenStale();
    app = await openApp();
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });
  beforeEach(async () => {
    ws = await openWorkspace(app);
    await open(ws);
  });
  afterEach(async () => {
    await context.close();
    expect(trouble).toEqual([]);
  });

  /** By a key of the workspace: who may do what is the story of another file. */
  async function open({ key }: Pick<Workspace, 'key'>) {
    context = await browser.newContext({
      viewport: WIDE,
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    ({ trouble } = watchForTrouble(context, app.url));
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
  }

  const threadLink = (phone: string) =>
    page.getByRole('list', { name: 'Threads' }).getByRole('link', { name: phone });
  const messages = () => page.getByRole('region', { name: 'Messages' });
  const says = (text: string) => messages().getByRole('article').filter({ hasText: text });

  test('shows a reply the moment it comes in, and is answered by keyboard alone', async () => {
    const other = newPhone();
    const { _id } = await accept(ws, { recipientPhone: other, message: 'Hello there' });
    await ws.reaches(_id, 'delivered');
    await page.goto(`${app.url}/inbox`);
    await threadLink(other).waitFor();
    await accept(ws, { recipientPhone: INTERESTED, message: 'Shall we talk?' });
    // It comes by itself, unread, and is told to those who do not see it.
    const link = threadLink(INTERESTED);
    await link.filter({ hasText: '1unread' }).waitFor();
    await page.getByText(`${INTERESTED} wrote: Yes, I'm interested!`).waitFor({ state: 'attached' });
    await expect.poll(() => page.title()).toContain('(1)');
    await page.keyboard.press('j');
    await expect
      .poll(() => link.evaluate((element) => element === element.ownerDocument.activeElement))
      .toBe(true);
    await page.keyboard.press('Enter');
    await says('Shall we talk?').getByText('Delivered').waitFor();
    await says("Yes, I'm interested!").waitFor();
    await expect.poll(() => page.title()).not.toContain('(1)');
    await page.keyboard.press('r');
    await page.keyboard.type('Great, when?');
    await page.keyboard.press('Control+Enter');
    await says('Great, when?').getByText('Delivered').waitFor();
    const reply = await until('it reached the phone', async () =>
      (await copiesIn(app, ws)).find(({ message }) => message === 'Great, when?'),
    );
    expect(reply).toMatchObject({ address: INTERESTED, lineId: ws.lines[0]?._id });
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await link.filter({ hasText: 'unread' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys of the inbox' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect
      .poll(() => link.evaluate((element) => element === element.ownerDocument.activeElement))
      .toBe(true);
  });

  test('sends a picture and shows it, and gives a tapback', async () => {
    const phone = newPhone();
    const { _id, leadId } = await accept(ws, { recipientPhone: phone, message: 'Look at this' });
    await ws.reaches(_id, 'delivered');
    await page.goto(`${app.url}/inbox?lead=${leadId}`);
    await page
      .getByLabel('Files to attach')
      .setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
    await page.getByRole('list', { name: 'Files to send' }).getByText('ready').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('A dot');
    await page.getByRole('button', { name: 'Send' }).click();
    const picture = says('A dot').getByRole('img', { name: 'dot.png' });
    await picture.waitFor();
    await expect
      .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(1);
    await says('A dot').getByText('Delivered').waitFor();
    await says('Look at this').getByRole('button', { name: 'Give a tapback' }).click();
    await page.getByRole('menuitem', { name: 'love' }).click();
    await says('Look at this').getByRole('list', { name: 'Tapbacks' }).getByText('you').waitFor();
    await expectAccessible(page);
  });

  test('tells that somebody opted out, and writes to nobody who did', async () => {
    await accept(ws, { recipientPhone: STOPS, message: 'Shall we talk?' });
    await page.goto(`${app.url}/inbox`);
    await threadLink(STOPS).filter({ hasText: 'opted out' }).click();
    await page.getByText('by writing “STOP”').waitFor();
    await page.getByText('START, UNSTOP or YES from the contact lifts it').waitFor();
    await messages().getByText(`${STOPS} opted out: “STOP”`).waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('Please');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'About the contact' }).click();
    await page.getByRole('button', { name: 'Lift do-not-contact' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lift do-not-contact' }).last().click();
    await page.getByRole('button', { name: 'Add to do-not-contact' }).waitFor();
    await expectAccessible(page);
  });

  test('keeps what could not be sent until it is tried again, and sends it once', async () => {
    const phone = newPhone();
    const { _id, leadId } = await accept(ws, { recipientPhone: phone, message: 'Hello there' });
    await ws.reaches(_id, 'delivered');
    await page.goto(`${app.url}/inbox?lead=${leadId}`);
    await says('Hello there').waitFor();
    await page.route('**/api/messages', (route) =>
      route.fulfill({ status: 400, json: { error: 'Not now', code: 'X', requestId: '' } }),
    );
    await page.getByRole('textbox', { name: 'Message' }).fill('Still there?');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Not sent: Not now').waitFor();
    await page.unroute('**/api/messages');
    await page.getByRole('button', { name: 'Try again' }).click();
    await says('Still there?').getByText('Delivered').waitFor();
    expect((await copiesIn(app, ws)).filter(({ message }) => message === 'Still there?')).toHaveLength(1);
  });

  test('lets a viewer read everything, write nothing, and leaves what is unread as it is', async () => {
    const { _id, leadId } = await accept(ws, { recipientPhone: INTERESTED, message: 'Shall we talk?' });
    await ws.reaches(_id, 'delivered');
    await context.close();
    const made = await ws.call<{ key: string }>('POST', '/api/api-keys', {
      name: 'Viewer',
      scopes: ['read'],
    });
    await open(made.body);
    await page.goto(`${app.url}/inbox?lead=${leadId}`);
    await says("Yes, I'm interested!").waitFor();
    expect(await page.getByRole('textbox', { name: 'Message' }).isDisabled()).toBe(true);
    await page.getByText('this needs a member').first().waitFor();
    await threadLink(INTERESTED).filter({ hasText: 'unread' }).waitFor();
  });

  test('says why a message waits, finds threads, and fits on a phone', async () => {
    const phone = newPhone();
    const sent = await accept(ws, {
      recipientPhone: phone,
      recipientName: 'Ada Lovelace',
      message: 'Hello Ada',
    });
    await ws.reaches(sent._id, 'delivered');
    const scheduledDate = new Date(app.deps.clock.now() + 3_600_000).toISOString();
    await accept(ws, { leadId: sent.leadId, message: 'Until later', scheduledDate });
    await page.goto(`${app.url}/inbox`);
    await page.getByRole('searchbox').fill('nobody at all');
    await page.getByText('No thread fits').waitFor();
    await page.getByRole('searchbox').fill('lovelace');
    await threadLink('Ada Lovelace').click();
    const waiting = page.getByRole('region', { name: 'Waiting' });
    await waiting.getByText('scheduled', { exact: true }).waitFor();
    await waiting.getByRole('link', { name: 'Why it waits' }).waitFor();
    await page.setViewportSize({ width: 375, height: 740 });
    await page.getByRole('button', { name: 'Back to the threads' }).click();
    await threadLink('Ada Lovelace').waitFor();
    await expectAccessible(page);
  });
});
