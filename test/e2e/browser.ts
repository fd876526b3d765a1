/** The real browser: Debian's Chromium, or whichever is found. Where there is none the stories say that they were skipped. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { until } from '../until.ts';

const CANDIDATES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const PATH = CANDIDATES.find((candidate) => candidate !== '' && existsSync(candidate)) ?? null;

/** For `describe.skipIf(!hasBrowser)`. */
export const hasBrowser = PATH !== null;

if (!hasBrowser) {
  process.stderr.write(
    'No Chromium was found, so the stories in a browser are skipped. Install Debian’s chromium, or set CHROMIUM_PATH.\n',
  );
}

export function openBrowser(): Promise<Browser> {
  if (PATH === null) throw new Error('no Chromium was found');
  return chromium.launch({ executablePath: PATH, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 375, height: 740 };

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The page as it stands holds to WCAG 2.2 AA, light and dark, wide and on a phone, and nothing of it scrolls sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  const before = page.viewportSize();
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const size of [WIDE, PHONE]) {
      const where = `${colorScheme}, ${size.width} px`;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      await until(`the page is ${where}`, () =>
        page.evaluate<boolean>(
          `document.documentElement.classList.contains('dark') === ${colorScheme === 'dark'} && innerWidth === ${size.width}`,
        ),
      );
      // What follows, such as rows that have room now, is drawn with the next frame.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (width > size.width) faults.push(`${where}: the page is ${width} px wide`);
      faults.push(...(await axeFaults(page)).map((fault) => `${where}: ${fault}`));
    }
  }
  if (before !== null) await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(faults).toEqual([]);
}

/** Since it was opened nothing of the page moved by itself: not by what came in later than the rest. */
export async function expectStill(page: Page): Promise<void> {
  const shifts = await page.evaluate<string[]>(`new Promise((done) => {
    const found = [];
    const observer = new PerformanceObserver((list) => found.push(...list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => {
      found.push(...observer.takeRecords());
      done(found.filter(({ value, hadRecentInput }) => !hadRecentInput && value > 0.0005).map(({ value, sources }) =>
        value + ': ' + sources.map(({ node }) => node?.outerHTML?.slice(0, 200) ?? node?.textContent).join('; ')));
    }));
  })`);
  expect(shifts).toEqual([]);
}

async function axeFaults(page: Page): Promise<string[]> {
  // By the debugger, which the page's own policy does not bind.
  await page.evaluate(AXE);
  const options = { runOnly: { type: 'tag', values: RULES } };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`,
    ),
  );
}

/** Against what never comes, not what comes slowly: three files at once share two cores in CI. */
const PATIENCE_MS = 120_000;

/** Whatever the page complained of: errors, what its policy forbade, requests to somewhere else. Empty at the end of every story. */
export function watchForTrouble(context: BrowserContext, url: string): { trouble: string[] } {
  const trouble: string[] = [];
  context.setDefaultTimeout(PATIENCE_MS);
  context.on('weberror', (error) => trouble.push(`error: ${error.error().stack ?? error.error().message}`));
  context.on('console', (message) => {
    const isRefusal = /Failed to load resource/.test(message.text());
    if (message.type() === 'error' && !isRefusal) trouble.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(url) && !/^(data|blob):/.test(target)) trouble.push(`asked elsewhere: ${target}`);
  });
  return { trouble };
}
