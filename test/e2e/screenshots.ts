/**
 * `npm run screenshots`: the main pages, light and dark, as a workspace shows them in which something has happened. They go
 * to docs/screenshots/, where README.md has them.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { SERVER_VARIABLE, startTestServer } from '../database-server.ts';
import { openApp } from '../harness.ts';
import { openOwner } from '../people.ts';
import { until } from '../until.ts';
import { openWorkspace, type Workspace } from '../workspaces.ts';
import { openBrowser } from './browser.ts';
import { openContextOf } from './signed-in.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../docs/screenshots');
const SIZE = { width: 1280, height: 800 };
const LINES = [
  { firstName: 'Front desk', dailyNewConversationsLimit: 40, dailyTotalMessagesLimit: 100 },
  { firstName: 'Sales', dailyNewConversationsLimit: 25, dailyTotalMessagesLimit: 80 },
  { firstName: 'Support', messageType: 'sms', dailyNewConversationsLimit: 100, dailyTotalMessagesLimit: 400 },
];
/** Simulated phones, by what they do: delivered, read, SMS only, refused, replies STOP, replies with interest. */
const PHONES = ['0100', '0101', '0102', '0103', '0109', '0110'].map((end) => `+1202555${end}`);

await buildDashboardWhenStale();
const server = await startTestServer();
process.env[SERVER_VARIABLE] = JSON.stringify(server);
const app = await openApp();
const browser = await openBrowser();
try {
  const ws = await openWorkspace(app, { lines: LINES, fallback: true });
  const owner = await openOwner(app, ws, 'Ada');
  const campaignId = await fill(ws);
  const context = await openContextOf(browser, app.url, owner);
  const page = await context.newPage();
  await page.setViewportSize(SIZE);
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, url] of pages(campaignId, await someIds(ws))) await shoot(page, name, url);
  await page.setViewportSize({ width: 375, height: 740 });
  await shoot(page, 'inbox-phone', '/inbox');
} finally {
  await browser.close();
  await app.close();
  await server.stop();
}

async function shoot(page: Page, name: string, url: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(url);
    // A drawer hides its page from roles.
    await page.locator('h1, [role=dialog]').first().waitFor();
    await page.waitForLoadState('load');
    // What is still on its way has its place kept.
    await until('everything is there', async () => (await page.locator('.animate-pulse').count()) === 0);
    await page.screenshot({ path: path.join(FOLDER, `${name}-${colorScheme}.png`) });
  }
  process.stdout.write(`${name}\n`);
}

function pages(campaignId: string, { messageId, leadId, lineId }: Ids): [name: string, url: string][] {
  return [
    ['start', '/start'],
    ['now', '/'],
    ['messages', '/messages'],
    ['why-it-waits', `/messages?message=${messageId}`],
    ['inbox', `/inbox?lead=${leadId}`],
    ['leads', '/leads'],
    ['import', '/leads/import'],
    ['lines', '/lines'],
    ['line', `/lines/${lineId}`],
    ['campaign', `/campaigns/${campaignId}`],
    ['simulation', `/campaigns/${campaignId}?tab=simulate`],
    ['settings', '/settings'],
  ];
}

interface Ids {
  messageId: string;
  leadId: string;
  lineId: string;
}

async function someIds(ws: Workspace): Promise<Ids> {
  const waiting = await get<{ messages: { _id: string }[] }>(ws, '/api/messages?status=scheduled&limit=1');
  const answered = await get<{ conversations: { leadId: string }[] }>(ws, '/api/conversations?limit=1');
  return {
    messageId: waiting.messages[0]?._id ?? '',
    leadId: answered.conversations[0]?.leadId ?? '',
    lineId: ws.lines[0]?._id ?? '',
  };
}

/** Contacts, messages of every ending, a reply, an opt-out, a message that waits, a campaign that was simulated. */
async function fill(ws: Workspace): Promise<string> {
  await ws.call('PATCH', '/api/workspace', { name: 'My workspace' });
  const { body: made } = await ws.call<{ list: { _id: string } }>('POST', '/api/lists', {
    name: 'Spring fair',
  });
  const leads = Array.from({ length: 120 }, (_, n) => ({
    firstName: `Visitor ${n + 1}`,
    phone: `+1202556${String(n).padStart(4, '0')}`,
    tags: n % 3 === 0 ? ['asked for a quote'] : [],
  }));
  await ws.call('POST', '/api/leads', { listId: made.list._id, leads });
  for (const recipientPhone of PHONES)
    await ws.call('POST', '/api/messages', {
      recipientPhone,
      message: 'Thank you for your visit. Shall we send the catalogue?',
    });
  const tomorrow = new Date(app.deps.clock.now() + 20 * 3_600_000).toISOString();
  await ws.call('POST', '/api/messages', {
    recipientPhone: '+12025560001',
    message: 'See you tomorrow at ten.',
    scheduledDate: tomorrow,
  });
  await until('replies have come', async () => {
    const { replies } = await get<{ replies: unknown[] }>(ws, '/api/replies');
    return replies.length >= 2;
  });
  const { body } = await ws.call<{ campaign: { _id: string } }>('POST', '/api/campaigns', {
    name: 'After the spring fair',
    listId: made.list._id,
    lineIds: ws.lines.slice(0, 2).map(({ _id }) => _id),
    schedule: {
      timezone: 'Europe/Berlin',
      sendWindowStart: '09:00',
      sendWindowEnd: '18:00',
      allowedDaysOfWeek: [1, 2, 3, 4, 5],
    },
    steps: [
      { key: 'hello', message: 'Hi {firstName|there}, shall we send you the catalogue?' },
      {
        key: 'again',
        message: 'Is there anything we can help with?',
        wait: { value: 2, unit: 'd' },
        onlyNonResponders: true,
      },
    ],
  });
  await ws.call('POST', `/api/campaigns/${body.campaign._id}/simulate`, {}, { prefer: 'wait=60' });
  return body.campaign._id;
}

async function get<Body>(ws: Workspace, url: string): Promise<Body> {
  const { status, body } = await ws.call<Body>('GET', url);
  if (status !== 200) throw new Error(`GET ${url} was answered by ${status}`);
  return body;
}
