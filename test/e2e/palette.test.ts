/** The palette in a real browser: whatever somebody knows of a thing leads to it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { campaignCalls } from '../campaign-calls.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';
import { expectAccessible, hasBrowser, openBrowser, WIDE, watchForTrouble } from './browser.ts';

describe.skipIf(!hasBrowser)('the palette', () => {
  let app: TestApp;
  let browser: Browser;
  let ws: Workspace;
  let context: BrowserContext;
  let page: Page;
  let trouble: string[];

  beforeAll(async () => {
    await buildDashboardWhenStale();
    [app, browser] = await Promise.all([openApp(), openBrowser()]);
    ws = await openWorkspace(app, { lines: [{ firstName: 'Reception' }] });
    context = await browser.newContext({
      viewport: WIDE,
      extraHTTPHeaders: { authorization: `Bearer ${ws.key}` },
    });
    ({ trouble } = watchForTrouble(context, app.url));
    page = await context.newPage();
    await page.goto(`${app.url}/lines`);
    await page.getByRole('heading', { name: 'Lines', level: 1 }).waitFor();
  });
  beforeEach(async () => {
    await page.keyboard.press('Control+k');
    await input().waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
    expect(trouble).toEqual([]);
  });

  const input = () => page.getByRole('combobox', { name: 'Search' });
  const option = (name: RegExp) => page.getByRole('option', { name });
  /** By keyboard alone. */
  async function choose(typed: string, name: RegExp): Promise<void> {
    await input().fill(typed);
    await option(name).waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: /result/ })
      .waitFor();
    await expect
      .poll(async () => {
        if ((await option(name).getAttribute('aria-selected')) === 'true') return true;
        await page.keyboard.press('ArrowDown');
        return false;
      })
      .toBe(true);
    expect(await input().getAttribute('aria-activedescendant')).toBe(await option(name).getAttribute('id'));
    await page.keyboard.press('Enter');
    await input().waitFor({ state: 'detached' });
  }

  test('finds leads by name, number and address', async () => {
    const phone = newPhone();
    const lead = { firstName: 'Visitor', lastName: 'Seven', phone, email: 'seven@example.com' };
    await ws.call('POST', '/api/leads', { leads: [lead] });
    await choose('tor sev', /Visitor Seven/);
    await page.getByRole('dialog', { name: 'Visitor Seven' }).waitFor();
    await page.keyboard.press('Escape');
    for (const typed of [phone.slice(3), 'seven@exa']) {
      await page.keyboard.press('Control+k');
      await choose(typed, /Visitor Seven/);
      await page.getByRole('dialog', { name: 'Visitor Seven' }).getByText(phone).first().waitFor();
      await page.keyboard.press('Escape');
    }
  });

  test('finds messages by their text, campaigns and lines by their names, and pages', async () => {
    await accept(ws, { recipientPhone: newPhone(), message: 'The parcel is on its way' });
    const campaignId = await campaignCalls(ws).draft({ name: 'Spring offer' });
    await choose('parcel', /The parcel is on its way/);
    await page.getByRole('dialog').getByText('The parcel is on its way').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await choose('ring off', /Spring offer/);
    await page.getByRole('heading', { name: 'Spring offer' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/campaigns/${campaignId}`);
    await page.keyboard.press('Control+k');
    await choose('recep', /Reception/);
    await page.getByRole('heading', { name: 'Reception', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await choose('sett', /Settings/);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
  });

  test('says what it has found, that it has found nothing, and what is in the way', async () => {
    await input().fill('spring');
    await option(/Spring offer/).waitFor();
    await page.getByRole('status').filter({ hasText: '1 result' }).waitFor();
    await expectAccessible(page);
    await input().fill('nobody of that name');
    await page.getByText('Nothing of that name.').waitFor();
    await expectAccessible(page);
    await page.route('**/api/leads?*', (route) =>
      route.fulfill({ status: 400, json: { error: 'The search took too long', code: 'X', requestId: '' } }),
    );
    await input().fill('anybody');
    await page.getByRole('alert').filter({ hasText: 'The search took too long' }).waitFor();
    await page.keyboard.press('Escape');
    await input().waitFor({ state: 'detached' });
  });
});
