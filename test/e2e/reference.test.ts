/** The reference at `/docs`, in a real browser: drawn from our own openapi.json, with no request to anybody else. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { hasBrowser, openBrowser, watchForTrouble } from './browser.ts';

describe.skipIf(!hasBrowser)('the reference', () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    app = await openApp({ dispatches: false });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  test('shows the calls, opens one with its example, finds others, and asks nobody else for anything', async () => {
    const context = await browser.newContext();
    const { trouble } = watchForTrouble(context, app.url);
    // A page of a megabyte and a half of script, on a machine that others use.
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    await page.goto(`${app.url}/docs`);
    const call = (text: string) => page.locator('.opblock', { hasText: text }).first();
    const send = call('Send a message');
    await send.locator('.opblock-summary-control').click();
    await send.getByText('"recipientPhone"').first().waitFor();
    // Only those are drawn that are in sight.
    await page.getByPlaceholder('Filter by tag or path').fill('Webhooks');
    await call('Make a webhook').waitFor();
    expect(trouble).toEqual([]);
    await context.close();
  });
});
