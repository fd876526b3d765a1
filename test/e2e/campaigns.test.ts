/** Campaigns as people write, foresee, launch and watch them, in a real browser over the real application. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { campaignCalls } from '../campaign-calls.ts';
import { addLeads, statusOf } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMember, openOwner, type Person } from '../people.ts';
import { until } from '../until.ts';
import { openWorkspace, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, WIDE, watchForTrouble } from './browser.ts';

const QUICK = { deviceGapMs: 0, contactGapMs: 0, dailyNewConversationsLimit: null, firstName: 'Grace' };

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let app: TestApp;
let ws: Workspace;
let browser: Browser;
const opened: { context: BrowserContext; trouble: string[] }[] = [];

describe.skipIf(!hasBrowser)('campaigns in a browser', () => {
  beforeAll(async () => {
    await buildDashboardWhenStale();
    app = await openApp();
    ws = await openWorkspace(app, { lines: [QUICK] });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  /** As the person, or by the workspace's key in place of a cookie. */
  async function open(path: string, person: Person | null = null): Promise<Page> {
    const context = await browser.newContext({
      viewport: WIDE,
      reducedMotion: 'reduce',
      ...(person === null ? { extraHTTPHeaders: { authorization: `Bearer ${ws.key}` } } : {}),
    });
    const cookies = [...(person?.cookies ?? [])];
    await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: app.url })));
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

  test('two steps and a condition are written, simulated, launched, and watched to the end', async () => {
    const { listId } = await addLeads(ws, 6, (n) => (n === 2 ? { tags: ['customer'] } : {}));
    const page = await open('/campaigns');
    await page.getByText('No campaigns yet').waitFor();
    await expectStill(page);
    await page.getByRole('button', { name: 'New campaign' }).first().click();
    await page.getByLabel('Name').fill('After the fair');
    await page.getByRole('button', { name: 'Make the draft' }).click();

    // What is missing is said at once, at its field and in the list of problems.
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByText('must name at least one line').waitFor();
    await page.getByLabel('Message', { exact: true }).fill('Hi {firstName|there}, shall we talk?');
    await page.getByRole('button', { name: 'Choose a lead' }).click();
    await page.getByRole('button', { name: /Lead2 Test/ }).click();
    await page.getByRole('region', { name: 'Preview' }).getByText('Hi Lead2, shall we talk?').waitFor();

    await page.getByRole('button', { name: 'Add a step' }).click();
    await page.getByLabel('Wait after the step before', { exact: true }).fill('1');
    await page.getByLabel('Unit of: Wait after the step before').selectOption('s');
    await page.getByLabel('Message', { exact: true }).fill('Still there?');
    await page.getByRole('button', { name: 'Stop condition' }).click();
    const stops = page.getByRole('region', { name: 'Stop conditions' });
    await stops.getByText('must be given').waitFor();
    await stops.getByLabel('Tag', { exact: true }).fill('customer');
    await stops.getByText('must be given').waitFor({ state: 'hidden' });
    await page.getByText('out, if the lead has the tag customer').waitFor();

    await page.getByLabel('List', { exact: true }).selectOption(listId);
    await page.getByRole('checkbox', { name: /Grace/ }).check();
    await problems.waitFor({ state: 'hidden' });
    await expectAccessible(page);

    // Nothing that was typed is lost by a click elsewhere.
    await page.getByRole('tab', { name: 'Simulate' }).click();
    await page.getByRole('dialog', { name: 'There are unsaved changes' }).waitFor();
    await page.getByRole('button', { name: 'Save and leave' }).click();

    await page.getByRole('button', { name: 'Simulate', exact: true }).click();
    await page.getByRole('heading', { name: 'Foreseen, as things are' }).waitFor();
    const calendar = page.getByRole('table', { name: 'Messages by day and hour' });
    const total = await calendar.locator('tbody tr td:last-child').allInnerTexts();
    expect(total.reduce((sum, cell) => sum + (Number(cell) || 0), 0)).toBe(11);
    await page.getByText('1 lead does not get step_2: a stop condition held').waitFor();
    await calendar.getByRole('button').first().click();
    await page.getByRole('table', { name: 'By hour and line' }).getByRole('row').nth(1).waitFor();
    await page.keyboard.press('Escape');
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Launch' }).click();
    const launch = page.getByRole('dialog', { name: 'Launch “After the fair”?' });
    await launch.getByText('6 leads of 6 in the list', { exact: false }).waitFor();
    await launch.getByRole('button', { name: 'Launch now' }).click();
    await page.getByText('6 of 6 leads are through (100%)').waitFor();
    const steps = page.getByRole('table', { name: 'Progress by step' });
    await steps.getByRole('row', { name: /^2\. step_2 0 0 5 5/ }).waitFor();
    await page.getByText('1 a stop condition held').waitFor();
    await page.getByText('completed').first().waitFor();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'stopped' }).click();
    await page.getByRole('row', { name: /Lead2 Test/ }).click();
    await page.getByRole('dialog', { name: 'Lead2 Test' }).getByText('customer').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Figures' }).click();
    await page.getByRole('heading', { name: 'Who left before the end' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'All campaigns' }).click();
    await page.getByRole('row', { name: /After the fair completed 6 of 6 are through/ }).waitFor();
    await expectAccessible(page);
    await close(page);
  }, 400_000);

  test('a campaign that runs says what an edit touches, takes another list, is paused, and one lead is taken out', async () => {
    const calls = campaignCalls(ws);
    const first = await addLeads(ws, 2);
    const more = await addLeads(ws, 3);
    const id = await calls.launched({ listId: first.listId, name: 'Spring offer' });
    await until('both have had the first step', async () => {
      const { leads } = await calls.leads(id);
      return leads.filter(({ message }) => message?.status === 'delivered').length === 2;
    });
    const page = await open(`/campaigns/${id}?tab=steps&step=again`);
    await page.getByLabel('Message', { exact: true }).fill('Anybody there?');
    await expectStill(page);
    const touched = page.getByRole('region', { name: 'What this edit touches' });
    await touched.getByText('2 leads on the way', { exact: false }).waitFor();
    await touched.getByText('2 of hello', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('All changes are saved.').waitFor();

    await page.getByRole('tab', { name: 'Leads' }).click();
    await page.getByRole('button', { name: 'Add leads' }).click();
    await page.getByRole('tab', { name: 'A list' }).click();
    await page.getByRole('dialog').getByLabel('List', { exact: true }).selectOption(more.listId);
    await page.getByText('3 leads of 3 in the list', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Add its leads' }).click();
    await until('they are in', async () => (await calls.find(id)).campaign.progress.total === 5);

    await page
      .getByRole('row', { name: /Lead1 Test/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Take out of the campaign' }).click();
    await page.getByRole('button', { name: 'Take out', exact: true }).click();
    await page.getByText('Lead1 Test gets nothing more of this campaign.').first().waitFor();
    expect((await calls.find(id)).campaign.progress.stopped).toBe(1);
    const sheet = page.getByRole('dialog', { name: 'Lead1 Test' });
    await sheet.getByText('taken out by somebody', { exact: false }).waitFor();
    await sheet.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await statusOf(app, ws, id)).toBe('paused');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByRole('heading', { name: 'Spring offer (copy)' }).waitFor();
    await close(page);
  });

  test('what is chosen in the forms is what is stored: ways, an HTTP condition, a file, days and hours', async () => {
    const calls = campaignCalls(ws);
    const id = await calls.draft({ name: 'Forms' });
    const page = await open(`/campaigns/${id}?step=hello`);
    await page.getByRole('button', { name: 'Branch' }).click();
    const ways = page.getByRole('region', { name: 'Ways on' });
    await ways.getByLabel('If the lead').selectOption('replied_with');
    await ways.getByLabel('Keywords').fill('yes, sure');
    await ways.getByLabel('Goes to', { exact: true }).selectOption('end');
    await ways.getByLabel('Else goes to').selectOption('again');
    await page
      .getByLabel('File to attach')
      .setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
    await page.getByLabel('Attachment 1 (dot.png)').waitFor();

    await page.getByRole('button', { name: /2\. again/ }).click();
    await page.getByRole('button', { name: 'Stop condition' }).click();
    const stops = page.getByRole('region', { name: 'Stop conditions' });
    await stops.getByLabel('If the lead').selectOption('http');
    await stops.getByLabel('Address').fill('http://10.0.0.1/stage');
    await stops.getByText('must be a public http or https URL', { exact: false }).waitFor();
    await stops.getByLabel('Address').fill('https://crm.example.com/{leadId}');
    await stops.getByLabel('Where in the answer').fill('stage');
    await stops.getByLabel('Value').fill('won');
    await stops.getByRole('button', { name: 'Add headers' }).click();
    await stops.getByLabel('Headers').fill('authorization: Bearer secret');
    await page.getByRole('switch', { name: 'Only on certain days, in certain hours' }).click();
    await page.getByLabel('By the clock of').selectOption('lead');
    await page.getByLabel('Until').fill('18:30');
    await page.getByRole('checkbox', { name: 'Monday' }).uncheck();
    await page.getByLabel('A reply').selectOption('continue');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('All changes are saved.').waitFor();
    await stops.getByText('Sent with the headers authorization.').waitFor();

    const { campaign } = await calls.find(id);
    expect(campaign).toMatchObject({
      onReply: 'continue',
      schedule: {
        timezone: 'lead',
        sendWindowStart: '09:00',
        sendWindowEnd: '18:30',
        allowedDaysOfWeek: [2, 3, 4, 5],
      },
      steps: [
        {
          key: 'hello',
          attachmentUrls: [expect.stringContaining('/files/')],
          attachmentNames: ['dot.png'],
          branches: [{ condition: { type: 'replied_with', keywords: ['yes', 'sure'] }, to: 'end' }],
          next: 'again',
        },
        {
          key: 'again',
          stopConditions: [
            {
              type: 'http',
              url: 'https://crm.example.com/{leadId}',
              path: 'stage',
              operator: 'eq',
              value: 'won',
              headersSet: ['authorization'],
            },
          ],
        },
      ],
    });
    await close(page);
  });

  test('a viewer sees all of it, and changes nothing', async () => {
    const calls = campaignCalls(ws);
    const { listId } = await addLeads(ws, 1);
    const id = await calls.draft({ listId, name: 'Only to be looked at' });
    const owner = await openOwner(app, ws);
    const page = await open(`/campaigns/${id}`, await openMember(app, owner, 'viewer'));
    await page.getByLabel('Message', { exact: true }).waitFor();
    expect(await page.getByLabel('Message', { exact: true }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Launch' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: /2\. again/ }).click();
    await page.getByRole('heading', { name: 'Step 2' }).waitFor();
    await page.getByRole('tab', { name: 'Simulate' }).click();
    expect(await page.getByRole('button', { name: 'Simulate', exact: true }).isDisabled()).toBe(true);
    await page.getByText('You are signed in as viewer; this needs a member.').first().waitFor();
    await close(page);
  });
});
