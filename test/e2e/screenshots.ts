/**
 * `npm run screenshots`: the main pages, light and dark, as a workspace shows them in which something has happened. They go
 * to docs/screenshots/, where README.md has them.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { SERVER_VARIABLE, startTestServer } from '../database-server.ts';
import { openWebhookReceiver } from '../fakes/webhook-receiver/receiver.ts';
import { openApp } from '../harness.ts';
import { openOwner } from '../people.ts';
import { until } from '../until.ts';
import { openWorkspace } from '../workspaces.ts';
import { openBrowser, PHONE, WIDE } from './browser.ts';
import { type Shown, showWorkspace } from './shown-workspace.ts';
import { openContext, openContextOf } from './signed-in.ts';

/** In a row, at which nothing is missing any more. */
const LOOKS = 30;
const FOLDER = path.resolve(import.meta.dirname, '../../docs/screenshots');
await buildDashboardWhenStale();
const server = await startTestServer();
process.env[SERVER_VARIABLE] = JSON.stringify(server);
const [app, browser, receiver] = await Promise.all([
  openApp({ config: { allowPrivateHosts: true } }),
  openBrowser(),
  openWebhookReceiver(),
]);
try {
  mkdirSync(FOLDER, { recursive: true });
  const empty = await openWorkspace(app, { lines: [] });
  await empty.call('PATCH', '/api/workspace', { name: 'My workspace' });
  await shootAll(await openContextOf(browser, app.url, await openOwner(app, empty, 'Owner')), [
    ['start', '/'],
  ]);
  await shootAll(await openContext(browser, app.url), [['sign-in', '/sign-in']]);
  const shown = await showWorkspace(app, receiver);
  await shootAll(await openContextOf(browser, app.url, shown.owner), pagesOf(shown));
  await shootAll(await openContextOf(browser, app.url, shown.owner), [['inbox-phone', '/inbox']], PHONE);
} finally {
  await browser.close();
  await Promise.all([app.close(), receiver.close()]);
  await server.stop();
}

async function shootAll(
  context: BrowserContext,
  pages: readonly [name: string, url: string][],
  size = WIDE,
): Promise<void> {
  const page = await context.newPage();
  await page.setViewportSize(size);
  for (const [name, url] of pages) await shoot(page, name, url);
  await context.close();
}

async function shoot(page: Page, name: string, url: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(url);
    // A drawer hides its page from roles.
    await page.locator('h1, [role=dialog]').first().waitFor();
    await page.waitForLoadState('load');
    // What is still on its way has its place kept. Between a page and what it asks for there may be a moment without either.
    let looks = 0;
    await until('everything is there', async () => {
      looks = (await page.locator('.animate-pulse').count()) === 0 ? looks + 1 : 0;
      return looks >= LOOKS;
    });
    await page.screenshot({ path: path.join(FOLDER, `${name}-${colorScheme}.png`) });
  }
  process.stdout.write(`${name}\n`);
}

function pagesOf({ campaignId, messageId, leadId, lineId, webhookId }: Shown): [name: string, url: string][] {
  return [
    ['now', '/'],
    ['messages', '/messages'],
    ['why-it-waits', `/messages?message=${messageId}`],
    ['inbox', `/inbox?lead=${leadId}`],
    ['leads', '/leads'],
    ['lists', '/leads/lists'],
    ['do-not-contact', '/leads/do-not-contact'],
    ['import', '/leads/import'],
    ['lines', '/lines'],
    ['line', `/lines/${lineId}`],
    ['campaign', `/campaigns/${campaignId}`],
    ['simulation', `/campaigns/${campaignId}?tab=simulate`],
    ['settings', '/settings'],
    ['webhooks', `/settings?tab=webhooks&webhook=${webhookId}`],
    ['members', '/settings?tab=members'],
    ['audit-log', '/settings?tab=log'],
  ];
}
