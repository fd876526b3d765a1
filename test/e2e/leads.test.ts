/** Leads as people import, find, change and spare them, in a real browser over the real application. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import type { LeadAnswer, LeadsAnswer } from '../../src/contract/leads/leads.ts';
import type { ListsAnswer } from '../../src/contract/leads/lists.ts';
import { campaignCalls } from '../campaign-calls.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMember, openOwner, type Person } from '../people.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, WIDE, watchForTrouble } from './browser.ts';

let app: TestApp;
let browser: Browser;
const opened: { context: BrowserContext; trouble: string[] }[] = [];

describe.skipIf(!hasBrowser)('leads in a browser', () => {
  beforeAll(async () => {
    await buildDashboardWhenStale();
    app = await openApp();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  /** As somebody who is signed in. */
  async function open(ws: Workspace, path: string, person?: Person): Promise<Page> {
    const { cookies } = person ?? (await openOwner(app, ws));
    const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce' });
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: app.url })));
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

  const save = async (ws: Workspace, leads: object[], more: object = {}) =>
    (await ws.call<{ leadIds: string[] }>('POST', '/api/leads', { leads, ...more })).body.leadIds;

  test('a file is imported: its columns chosen, its bad rows told before and after, the others saved', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const twin = newPhone();
    const good = Array.from({ length: 1_500 }, (_, n) => `Person ${n};${newPhone()};blau;K-${n}`);
    const rows = [
      'Name des Kunden;Handy;Farbe;Nr',
      `Zoë;${twin};rot;K`,
      'Kaputt;12;gelb;K',
      `Zwilling;${twin};rot;K`,
      ...good,
      'Zu viel;+12025550100;x;y;z',
    ];
    // As spreadsheets of half the world write it.
    const buffer = Buffer.from(rows.join('\r\n'), 'latin1');
    const page = await open(ws, '/leads');
    await page.getByText('No leads yet').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Import a CSV file' }).click();
    await page.getByRole('button', { name: 'Choose a file' }).waitFor();
    await expectStill(page);
    await expectAccessible(page);
    await page.getByLabel('CSV file').setInputFiles({ name: 'kunden.csv', mimeType: 'text/csv', buffer });

    await page.getByText('1,504 rows, Windows-1252, by the look of it, parted by semicolons').waitFor();
    await page.getByText('Two columns').waitFor({ state: 'detached' });
    await page.getByText('One column must be a phone or an email.').waitFor();
    await page.getByLabel('Name des Kunden becomes').selectOption({ label: 'First name' });
    await page.getByLabel('Handy becomes').selectOption({ label: 'Phone' });
    await page.getByLabel('Nr becomes').selectOption({ label: 'left out' });
    expect(await page.getByLabel('Farbe becomes').inputValue()).toBe('customFields.Farbe');
    await page.getByLabel('Name of the new list').fill('Kunden');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Check the file' }).click();

    const wrong = page.getByRole('region', { name: 'What is wrong' });
    await wrong.getByText('E.164').waitFor();
    await wrong.getByRole('row', { name: /^3 / }).waitFor();
    await wrong.getByRole('row', { name: /^1,505 .* more cells than there are headings/ }).waitFor();
    expect((await ws.call<LeadsAnswer>('GET', '/api/leads')).body.leads).toEqual([]);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Import 1,502 rows' }).click();

    await page.getByText('The import is done.').waitFor();
    const figures = page.getByRole('status').filter({ hasText: 'The import is done.' });
    expect(await figures.locator('dd').allTextContents()).toEqual(['1,501', '0', '1', '2']);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download them' }).click();
    const file = await readFile((await (await downloading).path()) ?? '', 'utf8');
    expect(file).toContain('Line;Error;Name des Kunden;Handy;Farbe;Nr');
    expect(file).toMatch(/3;"[^"]*E\.164[^"]*";Kaputt;12;gelb;K\r\n1505;.*Zu viel;\+12025550100;x;y;z/);
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Show the list' }).click();
    await page.getByText('1,501 leads').waitFor();
    const { lists } = (await ws.call<ListsAnswer>('GET', '/api/lists')).body;
    expect(lists).toMatchObject([{ name: 'Kunden', leadCount: 1_501 }]);
    const [zoe] = (await ws.call<LeadsAnswer>('GET', '/api/leads?search=Zo%C3%AB')).body.leads;
    expect(zoe).toMatchObject({ phone: twin, customFields: { Farbe: 'rot' }, source: 'csv_import' });
    await close(page);
  });

  test('a workbook is refused with what to do', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const page = await open(ws, '/leads/import');
    const buffer = Buffer.from('PK\u0003\u0004 and so on');
    await page.getByLabel('CSV file').setInputFiles({ name: 'a.xlsx', mimeType: '', buffer });
    await page.getByRole('alert').getByText('Save it as CSV first').waitFor();
    await close(page);
  });

  test('a lead is found among thousands, opened by its address, changed, and what was not touched stays', async () => {
    const ws = await openWorkspace(app, { lines: [{ phone: newPhone() }] });
    await save(
      ws,
      Array.from({ length: 300 }, (_, n) => ({ firstName: `Person ${n}`, phone: newPhone() })),
    );
    const phone = newPhone();
    const [id = ''] = await save(ws, [
      { firstName: 'Ada', phone, tags: ['vip'], customFields: { colour: 'blue', size: 42 } },
    ]);
    const page = await open(ws, '/leads');
    const table = page.getByRole('region', { name: 'Leads' });
    await page.getByText('301 leads').waitFor();
    await expectStill(page);
    // More come as somebody scrolls.
    await until('the last one is shown', async () => {
      await table.evaluate((box) => box.scrollTo(0, box.scrollHeight));
      return (await table.getByRole('link', { name: 'Person 0', exact: true }).count()) > 0;
    });
    await page.getByRole('searchbox', { name: 'Search' }).fill('ada');
    await page.getByText('1 lead', { exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole('row', { name: /Ada/ }).getByText(phone).click();

    const sheet = page.getByRole('dialog', { name: 'Ada' });
    await until('it was checked', async () => {
      await page.reload();
      await sheet.getByText('None, ever.').waitFor();
      await expectStill(page);
      return (await sheet.getByText(/found out .* by \+\d+ \(sandbox\)/).count()) > 0;
    });
    await sheet.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('Known already, and fresh: available.').first().waitFor();
    await expectAccessible(page);
    await sheet.getByRole('tab', { name: 'Fields' }).click();
    await sheet.getByLabel('Last name').fill('Lovelace');
    await sheet.getByLabel('Alt email 1').fill('no address');
    await sheet.getByLabel('Value of size').fill('43');
    await sheet.getByRole('button', { name: 'Add a field' }).click();
    await sheet.getByLabel('Name of custom field 3').fill('shoe');
    await sheet.getByLabel('Value of shoe').fill('7');
    await expectAccessible(page);
    await sheet.getByRole('button', { name: 'Save' }).click();
    await sheet.getByRole('alert').getByText('must be an e-mail address').waitFor();
    await sheet.getByLabel('Alt email 1').fill('ada@example.com');
    await sheet.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog', { name: 'Ada Lovelace' }).waitFor();
    const { lead } = (await ws.call<LeadAnswer>('GET', `/api/leads/${id}`)).body;
    expect(lead).toMatchObject({
      firstName: 'Ada',
      lastName: 'Lovelace',
      altEmail1: 'ada@example.com',
      tags: ['vip'],
      customFields: { colour: 'blue', size: 43, shoe: '7' },
    });
    await close(page);
  });

  test('many are tagged, moved to a new list, and deleted, with as many as it says', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    const owner = await openOwner(app, ws);
    await save(
      ws,
      Array.from({ length: 140 }, (_, n) => ({
        firstName: `Guest ${n}`,
        phone: newPhone(),
        companyName: 'Fair',
      })),
    );
    await save(ws, [{ firstName: 'Other', phone: newPhone() }]);
    const page = await open(ws, '/leads?q=fair', owner);
    await page.getByLabel('Select all that are loaded').click();
    const bar = page.getByRole('region', { name: 'Selected leads' });
    await bar.getByText('100 selected').waitFor();
    await bar.getByRole('button', { name: 'Select all that match' }).click();
    await bar.getByText('140 selected').waitFor();
    await expectAccessible(page);

    await bar.getByRole('button', { name: 'Tag' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Add').fill('fair, 2027');
    await dialog.getByRole('button', { name: 'Change tags' }).click();
    await dialog.getByText('140 leads changed').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByLabel('Tag', { exact: true }).selectOption('fair');
    await page.getByLabel('Select all that are loaded').click();
    await bar.getByRole('button', { name: 'Move' }).click();
    await dialog.getByLabel('Name of the new list').fill('Fair');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Move' }).click();
    await dialog.getByText('100 leads moved').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();

    await page.getByLabel('Select Guest 139').click();
    await page.getByLabel('Select Guest 138').click();
    await bar.getByRole('button', { name: 'More to do with them' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const count = await dialog.getByText(/^\d+ leads?$/).textContent();
    await dialog.getByRole('button', { name: `Delete ${count}` }).click();
    await dialog.getByText(`${count} deleted.`).waitFor();
    await close(page);

    const lists = await open(ws, '/leads/lists', owner);
    await lists.getByRole('link', { name: 'Fair' }).waitFor();
    await expectStill(lists);
    await expectAccessible(lists);
    await lists.getByRole('button', { name: 'What to do with Fair' }).click();
    await lists.getByRole('menuitem', { name: 'Rename' }).click();
    await lists.getByRole('dialog').getByLabel('Name').fill('Spring fair');
    await lists.getByRole('button', { name: 'Save' }).click();
    await lists.getByRole('link', { name: 'Spring fair' }).waitFor();
    await close(lists);
  });

  test('many are enrolled in a campaign, checked in the background, and handed out as a file', async () => {
    const ws = await openWorkspace(app, { lines: Array.from({ length: 6 }, () => ({})) });
    const guests = Array.from({ length: 15 }, (_, n) => ({
      firstName: `Guest ${n}`,
      phone: newPhone(),
      companyName: 'Salt, Pepper & "Co"',
      tags: ['fair'],
    }));
    await save(ws, [...guests, { firstName: 'Other', phone: newPhone() }]);
    const calls = campaignCalls(ws);
    const campaignId = await calls.draft({ name: 'After the fair' });
    const page = await open(ws, '/leads?tag=fair');
    await page.getByLabel('Select all that are loaded').click();
    const bar = page.getByRole('region', { name: 'Selected leads' });
    await bar.getByText('15 selected').waitFor();
    await bar.getByRole('button', { name: 'Enrol' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Campaign').selectOption({ label: 'After the fair (draft)' });
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Enrol' }).click();
    await dialog.getByText('15 leads entered, 0 were in it already.').waitFor();
    expect((await calls.find(campaignId)).campaign.progress.total).toBe(15);
    await dialog.getByRole('button', { name: 'Close' }).last().click();

    await bar.getByRole('button', { name: 'More to do with them' }).click();
    await page.getByRole('menuitem', { name: 'Check for iMessage' }).click();
    await dialog.getByText('15 leads', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Check', exact: true }).click();
    const progress = dialog.getByRole('progressbar', { name: 'Checked' });
    await progress.waitFor();
    await expectAccessible(page);
    await dialog.getByText('15 of 15 leads checked: 15 available, 0 unavailable, 0 failed.').waitFor();
    expect(await progress.getAttribute('aria-valuenow')).toBe('100');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const rows = page.getByRole('region', { name: 'Leads' }).getByRole('row');
    await rows.filter({ hasText: 'Guest 14' }).getByText('available').waitFor();

    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const file = await readFile((await (await downloading).path()) ?? '', 'utf8');
    const [head = '', ...lines] = file.trimEnd().split('\r\n');
    // Without the mark spreadsheets take its letters for those of their country.
    expect(head).toMatch(/^\uFEFF.*firstName/);
    expect(lines).toHaveLength(15);
    for (const { phone } of guests)
      expect(lines.find((line) => line.includes(phone))).toContain('"Salt, Pepper & ""Co"""');
    await page.getByRole('searchbox', { name: 'Search' }).fill('guest 1');
    await page.getByText('6 leads', { exact: true }).waitFor();
    const whole = page.getByRole('button', { name: 'Export' });
    expect(await whole.isDisabled()).toBe(true);
    expect(await whole.getAttribute('title')).toContain('take the other filters away');
    await close(page);
  });

  test('whoever is entered as not to be contacted gets no message, until it is lifted; the ledger tells both', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const page = await open(ws, '/leads/do-not-contact');
    await page.getByText('Everybody may be written to').waitFor();
    await expectStill(page);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Add an address' }).click();
    await page.getByLabel('Phone or email').fill('nobody');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Phone or email').fill(recipientPhone);
    await page.getByLabel('Reason').fill('asked by phone');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page
      .getByRole('row', { name: new RegExp(`\\${recipientPhone} Olga, by hand asked by phone`) })
      .waitFor();
    expect((await ws.send({ recipientPhone, message: 'Hi' })).body.message).toMatchObject({
      status: 'failed',
      reason: 'dnc',
    });
    await expectAccessible(page);

    await page.getByRole('searchbox', { name: 'Search' }).fill('999999');
    await page.getByRole('button', { name: 'Search', exact: true }).last().click();
    await page.getByText('No address matches').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill(recipientPhone.slice(3));
    await page.getByRole('button', { name: 'Search', exact: true }).last().click();
    await page.getByRole('button', { name: `Lift ${recipientPhone}` }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('called back');
    await page.getByRole('button', { name: 'Lift it' }).click();
    await page.getByText('No address matches').waitFor();
    await page.getByRole('button', { name: 'Ledger' }).click();
    const ledger = page.getByRole('dialog', { name: 'Ledger of opt-outs' });
    await ledger.getByText('“called back”').waitFor();
    await ledger.getByText('“asked by phone”').waitFor();
    await expectAccessible(page);
    const sent = await ws.send({ recipientPhone, message: 'Hi again' });
    await ws.reaches(sent.body.message._id, 'delivered');
    await close(page);
  });

  test('who may only look sees everything and can change nothing', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    await save(ws, [{ firstName: 'Ada', phone: newPhone() }]);
    const viewer = await openMember(app, await openOwner(app, ws), 'viewer');
    const page = await open(ws, '/leads', viewer);
    await page.getByRole('link', { name: 'Ada' }).waitFor();
    expect(await page.getByRole('button', { name: 'Add a lead' }).isDisabled()).toBe(true);
    await page.getByLabel('Select Ada').click();
    const bar = page.getByRole('region', { name: 'Selected leads' });
    for (const name of ['Tag', 'Move', 'Enrol'])
      expect(await bar.getByRole('button', { name }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Import' }).last().click();
    await page.getByText('this needs a member').waitFor();
    expect(await page.getByRole('button', { name: 'Choose a file' }).count()).toBe(0);
    await close(page);
  });
});
