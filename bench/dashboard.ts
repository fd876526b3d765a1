/**
 * `npm run bench:dashboard`: what an operator of a large workspace waits for. Real server, real browser on loopback; every call
 * that a page makes is asked again and again, and its statements are explained. Exit code 1 when a limit is missed.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { buildDashboardWhenStale } from '../scripts/build-dashboard.ts';
import { runProgram, toNumber } from '../scripts/program.ts';
import { bootstrap, newApiKey } from '../src/actions/workspace/bootstrap.ts';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { PAGES } from '../src/http/dashboard.ts';
import { readOptions, UsageError } from '../src/lib/command-line.ts';
import { createLog } from '../src/lib/log.ts';
import { closeDays, foldNextDay } from '../src/store/figures/day-figures.ts';
import { openClient } from '../test/client.ts';
import { createTestDatabase } from '../test/database.ts';
import { hasBrowser, openBrowser, WIDE } from '../test/e2e/browser.ts';
import { type Filled, fillWorkspace } from './dashboard-fill.ts';
import { judgePlans, recordStatements } from './dashboard-plans.ts';
import { databaseForBench, median, percentile } from './lab.ts';

const USAGE = `Usage: npm run bench:dashboard -- [--messages N] [--leads N] [--lines N]

Fills a workspace (1,000,000 messages, 200,000 leads, 50 lines unless told otherwise) and measures what its pages cost.`;

/** As the dashboard promises them. */
const LIMITS = { paintMs: 1_000, initialGzipBytes: 250_000, callP95Ms: 50 };
const PAINTS = 5;
const ROUNDS = 60;
const WARM_UP = 5;
/** A call that asks nothing of the database takes less than one. */
const BUSY_MS = 5;
/** Without somebody signed in, or with nothing of a workspace on them. */
const NOT_MEASURED = ['sign-in', 'setup', 'join'];
const ASSETS = path.resolve(import.meta.dirname, '../dashboard/dist/assets');

/** Told of a moment after it: the heading may stand there before. What was never painted ends the run. */
const FIRST_PAINT = `new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('the page was not painted within 30 s')), 30_000);
  new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName('first-contentful-paint');
    if (entry !== undefined) resolve(entry.startTime);
  }).observe({ type: 'paint', buffered: true });
})`;

await runProgram(USAGE, async (args) => {
  const options = readOptions(args, ['messages', 'leads', 'lines']);
  const size = (name: 'messages' | 'leads' | 'lines', usual: number) =>
    Math.round(toNumber(`--${name}`, options[name], 'above zero') ?? usual);
  if (!hasBrowser) throw new UsageError('There is no Chromium to measure with.');
  return measure({
    messages: size('messages', 1_000_000),
    leads: size('leads', 200_000),
    lines: size('lines', 50),
  });
});

async function measure(size: { messages: number; leads: number; lines: number }): Promise<number> {
  await buildDashboardWhenStale();
  const { server, close } = await databaseForBench();
  const database = await createTestDatabase(server);
  const recorder = recordStatements();
  const app = await compose({
    config: { ...readConfig({}), port: 0, sendsPerMinute: 0, checksPerMinute: 0 },
    databaseUrl: database.url,
    secretKey: Buffer.alloc(32, 1),
    role: 'api',
    log: createLog('warn'),
  });
  const browser = await openBrowser();
  try {
    const key = newApiKey();
    await bootstrap(app.deps, key);
    const workspaceId = (await app.deps.authenticate(`Bearer ${key}`))?.workspaceId ?? '';
    const url = (await app.server?.listen({ host: '127.0.0.1', port: 0 })) ?? '';
    const filledAt = performance.now();
    const filled = await fillWorkspace(openClient(url, key), database.url, workspaceId, size);
    await fold(app.deps, workspaceId);
    console.log(
      `${size.messages} messages, ${size.leads} leads, ${size.lines} lines: filled in ${Math.round((performance.now() - filledAt) / 1000)} s\n`,
    );
    const misses: string[] = [];
    const calls = new Set<string>();
    await paintPages(browser, url, key, calls, misses);
    weighScripts(misses);
    for (const call of furtherCalls(filled)) calls.add(call);
    await recorder.during(() => timeCalls(url, key, calls, misses));
    const statements = recorder.statements();
    const faults = await judgePlans(database.url, statements);
    console.log(
      `\n${statements.size} statements explained: ${faults.length === 0 ? 'none scans' : `${faults.length} scan`}`,
    );
    misses.push(...faults);
    for (const miss of misses) console.log(`MISSED  ${miss}`);
    return misses.length === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await app.close();
    await database.drop();
    await close();
  }
}

/** As the dispatcher does in its first minutes. */
async function fold(deps: Parameters<typeof bootstrap>[0], workspaceId: string): Promise<void> {
  const today = Math.floor(deps.clock.now() / 86_400_000) * 86_400_000;
  await closeDays(deps.database, today, 10);
  const unfolded = { workspaceId, closedUntil: new Date(today).toISOString().slice(0, 10) };
  while (await deps.database.transaction((tx) => foldNextDay(tx, unfolded)));
}

/** Each page in a browser that has never seen it; what it asks of the API goes into `calls`. */
async function paintPages(
  browser: Browser,
  url: string,
  key: string,
  calls: Set<string>,
  misses: string[],
): Promise<void> {
  console.log('First contentful paint, of a browser that has nothing in its cache');
  for (const page of PAGES.filter((each) => !NOT_MEASURED.includes(each))) {
    const paints: number[] = [];
    for (let n = 0; n < PAINTS; n += 1) {
      const context = await browser.newContext({
        viewport: WIDE,
        extraHTTPHeaders: { authorization: `Bearer ${key}` },
      });
      const tab = await context.newPage();
      tab.on('request', (request) => {
        const { pathname, search } = new URL(request.url());
        if (request.method() === 'GET' && pathname.startsWith('/api/') && pathname !== '/api/live')
          calls.add(pathname + search);
      });
      // A page that is not in front may never be painted.
      await tab.bringToFront();
      await tab.goto(`${url}/${page}`);
      await tab.getByRole('heading', { level: 1 }).waitFor();
      paints.push(await tab.evaluate<number>(FIRST_PAINT));
      // What the page asks once it has its first answers.
      if (n === 0) await tab.waitForTimeout(2_000);
      await context.close();
    }
    const figure = median(paints);
    console.log(`  ${`/${page}`.padEnd(12)} ${Math.round(figure)} ms (${paints.map(Math.round).join(', ')})`);
    if (figure > LIMITS.paintMs) misses.push(`first contentful paint of /${page}: ${Math.round(figure)} ms`);
  }
}

/** What must be there before the first page stands: the entry, the page, and all that these name at their head. */
function weighScripts(misses: string[]): void {
  const entry =
    /src="\/assets\/([^"]+\.js)"/.exec(readFileSync(path.join(ASSETS, '../index.html'), 'utf8'))?.[1] ?? '';
  const initial = closureOf([entry]);
  const pages = initial.flatMap((file) => namedIn(file, /import\(\s*["'`]\.\/(now-[^"'`]+\.js)/g));
  const first = closureOf([entry, ...pages]);
  const bytes = first.reduce(
    (sum, file) => sum + gzipSync(readFileSync(path.join(ASSETS, file)), { level: 9 }).length,
    0,
  );
  console.log(
    `\nInitial JavaScript: ${(bytes / 1000).toFixed(1)} kB gzip in ${first.length} files (the page "now" included, its chart comes after it)`,
  );
  if (bytes > LIMITS.initialGzipBytes) misses.push(`initial JavaScript: ${bytes} bytes gzip`);
}

function closureOf(files: readonly string[]): string[] {
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (file === '' || reached.has(file)) return;
    reached.add(file);
    for (const each of namedIn(file, /(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) visit(each);
  };
  for (const file of files) visit(file);
  return [...reached];
}

function namedIn(file: string, pattern: RegExp): string[] {
  return [...readFileSync(path.join(ASSETS, file), 'utf8').matchAll(pattern)].map(([, name]) => name ?? '');
}

/** What pages ask on a click. */
function furtherCalls({ leadId, messageId, waitingId, lineId, campaignId, webhookId }: Filled): string[] {
  return [
    '/api/now',
    '/api/messages?status=failed&limit=100',
    '/api/messages?search=First7&limit=50',
    `/api/messages?lineId=${lineId}&limit=50`,
    `/api/messages?campaignId=${campaignId}&limit=50`,
    `/api/messages/${messageId}`,
    `/api/messages/${messageId}/timeline`,
    `/api/messages/${waitingId}/explain`,
    `/api/conversations/${leadId}`,
    '/api/leads?search=Last1234',
    `/api/leads?id=${leadId}`,
    `/api/lines/${lineId}`,
    `/api/campaigns/${campaignId}`,
    `/api/campaigns/${campaignId}/leads`,
    '/api/lists',
    `/api/webhooks/${webhookId}/deliveries`,
  ];
}

async function timeCalls(
  url: string,
  key: string,
  calls: ReadonlySet<string>,
  misses: string[],
): Promise<void> {
  console.log(`\nCalls of the API, ${ROUNDS} rounds each, one after the other`);
  // What the machine itself takes: on a busy one that is most of every figure.
  for (const call of ['/healthz', ...[...calls].sort()]) {
    const times: number[] = [];
    let status = 0;
    for (let n = 0; n < WARM_UP + ROUNDS; n += 1) {
      const since = performance.now();
      const answer = await fetch(url + call, { headers: { authorization: `Bearer ${key}` } });
      await answer.arrayBuffer();
      if (n >= WARM_UP) times.push(performance.now() - since);
      status = answer.status;
    }
    const p95 = percentile(times, 0.95);
    console.log(
      `  best ${Math.min(...times)
        .toFixed(1)
        .padStart(
          6,
        )} ms  p50 ${median(times).toFixed(1).padStart(6)} ms  p95 ${p95.toFixed(1).padStart(6)} ms  ${status}  ${call}`,
    );
    if (call === '/healthz') {
      if (p95 > BUSY_MS)
        console.log('  (the machine is busy: the figures below say more of it than of the server)');
      continue;
    }
    if (p95 > LIMITS.callP95Ms) misses.push(`GET ${call}: ${p95.toFixed(1)} ms at p95`);
    if (status !== 200) misses.push(`GET ${call}: answered ${status}`);
  }
}
