/** The page of messages in a real browser: what is found, why one waits, and what can be done about it. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMember, openOwner } from '../people.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, WIDE, watchForTrouble } from './browser.ts';

const HOUR = 3_600_000;
const REFUSED = '+12025550103';

describe.skipIf(!hasBrowser)('the page of messages', () => {
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

  const inHours = (hours: number) => new Date(app.deps.clock.now() + hours * HOUR).toISOString();

  async function open(
    { key }: Pick<Workspace, 'key'>,
    path = '/messages',
    headers: Record<string, string> = {},
  ) {
    const context = await browser.newContext({
      viewport: WIDE,
      timezoneId: 'Europe/Berlin',
      extraHTTPHeaders: { authorization: `Bearer ${key}`, ...headers },
    });
    const { trouble } = watchForTrouble(context, app.url);
    const page = await context.newPage();
    await page.goto(`${app.url}${path}`);
    const close = async () => {
      await context.close();
      expect(trouble).toEqual([]);
    };
    return { page, close };
  }

  const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
  const drawer = (page: Page) => page.getByRole('dialog').first();
  const confirm = (page: Page, name: RegExp) => page.getByRole('dialog').last().getByRole('button', { name });

  function later(ws: Workspace, message: string, more: Record<string, unknown> = {}): Promise<Message> {
    return accept(ws, { message, recipientPhone: newPhone(), scheduledDate: inHours(3), ...more });
  }

  /** As many messages as nobody sends by hand, the highest number the latest. */
  async function fill(ws: Workspace, text: string, many: number): Promise<void> {
    const { _id } = await accept(ws, { message: `${text} 0`, recipientPhone: newPhone() });
    await read(
      app,
      `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id, priority,
         due_at, attempts, retry_gap_ms, correlation_id, created_at, updated_at)
       SELECT m.workspace_id, left(m.id, 12) || lpad(to_hex(n), 12, '0'), 'sent', 'delivered', m.message_type, $2::text || ' ' || n,
         m.lead_id, m.recipient_phone, m.line_id, 1, m.due_at, 5, 1000, '', m.created_at, m.updated_at
       FROM messages m, generate_series(1, $3::int) AS n WHERE m.id = $1`,
      [_id, text, many],
    );
  }

  async function statusIn(place: Locator, status: string): Promise<void> {
    await place.getByText(status, { exact: true }).first().waitFor();
  }

  test('tells why a message waits, gate by gate, and keeps that up to date', async () => {
    const ws = await openWorkspace(app);
    await later(ws, 'Dear {firstName|friend}', { recipientName: 'Ada Lovelace' });
    const { page, close } = await open(ws);
    await rowOf(page, 'Dear').click();
    const open_ = drawer(page);
    await open_.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await open_.getByRole('heading', { name: 'Why it waits' }).waitFor();
    await open_
      .getByText(/It is scheduled for/)
      .first()
      .waitFor();
    const gates = open_.getByRole('list', { name: 'Gates, in the order they are asked' });
    await gates
      .getByRole('listitem')
      .filter({ hasText: 'Date' })
      .getByText('opens', { exact: false })
      .waitFor();
    expect(await gates.getByRole('listitem').filter({ hasText: 'Opt-out' }).textContent()).toContain(
      'passed',
    );
    expect(await gates.getByRole('listitem').count()).toBe(16);
    await open_.getByText('Dear Ada', { exact: true }).waitFor();
    await open_.getByText('Dear {firstName|friend}').waitFor();
    await open_
      .getByText(/of this type|only active line|line/i)
      .first()
      .waitFor();
    await open_.getByRole('list', { name: 'Timeline, oldest first' }).getByText('Accepted').waitFor();
    await expectStill(page);
    await expectAccessible(page);
    // Somebody else changes it: whoever looks sees it.
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { isActive: false });
    await open_.getByText('The line is not active.').first().waitFor();
    await open_.getByText('until somebody acts').first().waitFor();
    await close();
  });

  test('cancels a message after asking', async () => {
    const ws = await openWorkspace(app);
    const { _id } = await later(ws, 'Take me back');
    const { page, close } = await open(ws);
    await rowOf(page, 'Take me back').click();
    await drawer(page).getByRole('button', { name: 'Cancel message' }).click();
    await confirm(page, /^Cancel message$/).click();
    await statusIn(drawer(page), 'cancelled');
    expect((await ws.message(_id)).status).toBe('cancelled');
    await drawer(page).getByText('Cancelled by request').waitFor();
    expect(await drawer(page).getByRole('button', { name: 'Cancel message' }).count()).toBe(0);
    await drawer(page).getByRole('button', { name: 'Close' }).click();
    await statusIn(rowOf(page, 'Take me back'), 'cancelled');
    await close();
  });

  test('reschedules a message in the zone one thinks in', async () => {
    const ws = await openWorkspace(app);
    await ws.call('PATCH', '/api/workspace', { timezone: 'America/New_York' });
    const { _id } = await later(ws, 'Not so early');
    const { page, close } = await open(ws, `/messages?message=${_id}`);
    await drawer(page).getByRole('button', { name: 'Reschedule' }).click();
    const dialog = page.getByRole('dialog').last();
    const day = inHours(72).slice(0, 10);
    await dialog.getByLabel('Date and time').fill(`${day}T09:30`);
    await dialog.getByLabel('Time zone').selectOption('America/New_York');
    await dialog.getByText(/in Europe\/Berlin/).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Reschedule' }).click();
    await until('it has another date', async () => {
      const { scheduledDate } = await ws.message(_id);
      return scheduledDate !== null && Date.parse(scheduledDate) > app.deps.clock.now() + 24 * HOUR;
    });
    const { scheduledDate } = await ws.message(_id);
    const there = new Intl.DateTimeFormat('sv', {
      timeZone: 'America/New_York',
      dateStyle: 'short',
      timeStyle: 'short',
    }).format(new Date(scheduledDate ?? ''));
    expect(there).toBe(`${day} 09:30`);
    await drawer(page).getByText('Changed: scheduledDate').waitFor();
    await drawer(page).getByRole('button', { name: 'Reschedule' }).click();
    await page.getByRole('dialog').last().getByRole('button', { name: 'As soon as possible' }).click();
    await ws.reaches(_id, 'delivered');
    await statusIn(drawer(page), 'delivered');
    await close();
  });

  test('sends a failed message again, and leads from each to the other', async () => {
    const ws = await openWorkspace(app);
    const { message } = (await ws.send({ message: 'Once more', recipientPhone: REFUSED })).body;
    await ws.reaches(message._id, 'failed');
    const { page, close } = await open(ws, `/messages?message=${message._id}`);
    await statusIn(drawer(page), 'failed');
    await drawer(page).getByRole('button', { name: 'Send again' }).click();
    await confirm(page, /^Send again$/).click();
    await drawer(page).getByText('Sent in place of').waitFor();
    const { retriedBy } = await ws.message(message._id);
    expect(new URL(page.url()).searchParams.get('message')).toBe(retriedBy);
    await drawer(page).getByRole('link', { name: 'another message' }).click();
    await drawer(page).getByText('Sent again as', { exact: true }).waitFor();
    expect(await drawer(page).getByRole('button', { name: 'Send again' }).count()).toBe(0);
    await close();
  });

  test('cancels many at once: those that are selected, and whatever fits the filters', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'sms' }] });
    const sms = [];
    for (const text of ['sms one', 'sms two']) sms.push(await later(ws, text, { messageType: 'sms' }));
    const chosen = [];
    for (const text of ['pick one', 'pick two']) chosen.push(await later(ws, text));
    const sent = (await ws.send({ message: 'pick sent', recipientPhone: '+12025550107' })).body.message;
    const { page, close } = await open(ws);
    for (const text of ['pick one', 'pick two', 'pick sent'])
      await rowOf(page, text).getByRole('checkbox').click();
    await page.getByText('3 messages selected').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Cancel them' }).click();
    await page.getByText(/2 messages of the 3 selected wait and will not be sent/).waitFor();
    await confirm(page, /^Cancel 2 messages$/).click();
    for (const text of ['pick one', 'pick two']) await statusIn(rowOf(page, text), 'cancelled');
    for (const { _id } of chosen) expect((await ws.message(_id)).status).toBe('cancelled');
    expect((await ws.message(sent._id)).status).toBe('sent');

    await page.getByLabel('Type').selectOption('sms');
    await rowOf(page, 'pick one').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: /fits the filters/ }).click();
    await confirm(page, /^Cancel 2 messages$/).click();
    for (const text of ['sms one', 'sms two']) await statusIn(rowOf(page, text), 'cancelled');
    for (const { _id } of sms) expect((await ws.message(_id)).status).toBe('cancelled');
    await close();
  });

  test('keeps its filters in the address: a reload changes nothing, and going back undoes nothing', async () => {
    const ws = await openWorkspace(app, { lines: [{ firstName: 'Reception' }, {}] });
    await later(ws, 'needle here', { fromLineId: ws.lines[0]?._id });
    await later(ws, 'needle there', { fromLineId: ws.lines[1]?._id });
    await later(ws, 'only hay', { fromLineId: ws.lines[0]?._id });
    const { page, close } = await open(ws);
    await rowOf(page, 'only hay').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('needle');
    await rowOf(page, 'only hay').waitFor({ state: 'hidden' });
    await page.getByLabel('Line').selectOption({ index: 1 });
    await page.getByRole('button', { name: /^Status/ }).click();
    await page.getByRole('menuitemcheckbox', { name: 'scheduled' }).click();
    await page.keyboard.press('Escape');
    await rowOf(page, 'needle there').waitFor({ state: 'hidden' });
    await rowOf(page, 'needle here').waitFor();
    const address = page.url();
    expect(new URL(address).searchParams.get('q')).toBe('needle');
    await page.reload();
    await rowOf(page, 'needle here').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('needle');
    await rowOf(page, 'needle here').click();
    await drawer(page).getByRole('heading', { name: 'Why it waits' }).waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(page.url()).toBe(address);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await rowOf(page, 'only hay').waitFor();
    await close();
  });

  test('reads on as one scrolls, and shows what comes in without being asked', async () => {
    const ws = await openWorkspace(app);
    await fill(ws, 'old', 350);
    const { page, close } = await open(ws);
    await rowOf(page, 'old 350').waitFor();
    // A table of hundreds draws what is seen.
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    const table = page.getByRole('region', { name: 'Messages' });
    await until('the last one is there', async () => {
      await table.press('End');
      return (await page.getByText('old 1', { exact: true }).count()) > 0;
    });
    // A key that comes while the browser still glides to where the last one sent it may be lost.
    await until('the first one is there again', async () => {
      await table.press('Home');
      return (await table.evaluate(({ scrollTop }) => scrollTop)) === 0;
    });
    await accept(ws, { message: 'just now', recipientPhone: newPhone() });
    await rowOf(page, 'just now').waitFor();
    await close();
  });

  test('whoever reads further down is not moved by what comes in above, keeps the focus, and is told how much it is', async () => {
    const ws = await openWorkspace(app);
    await fill(ws, 'old', 350);
    const { page, close } = await open(ws);
    await rowOf(page, 'old 350').waitFor();
    const table = page.getByRole('region', { name: 'Messages' });
    await table.evaluate((box) => box.scrollTo(0, 44 * 40 + 7));
    const watched = rowOf(page, 'old 300');
    await watched.focus();
    const place = () => watched.evaluate((row) => row.getBoundingClientRect().top);
    const before = await place();
    // More than are drawn beyond what is seen.
    for (let n = 1; n <= 15; n += 1) await accept(ws, { message: `new ${n}`, recipientPhone: newPhone() });
    const hint = table.getByRole('status').getByRole('button');
    await hint.filter({ hasText: '15 new' }).waitFor();
    expect(await place()).toBe(before);
    const hasFocus = () => watched.evaluate((row) => row === row.ownerDocument.activeElement);
    expect(await hasFocus()).toBe(true);
    await expectAccessible(page);
    // More than one page of them: what lies between was not read.
    await fill(ws, 'many', 150);
    await accept(ws, { message: 'the last', recipientPhone: newPhone() });
    await hint.filter({ hasText: 'New ones' }).waitFor();
    expect([await place(), await hasFocus()]).toEqual([before, true]);
    await hint.click();
    await rowOf(page, 'the last').waitFor();
    await rowOf(page, 'many 150').waitFor();
    await hint.waitFor({ state: 'hidden' });
    expect(await table.evaluate((box) => box === box.ownerDocument.activeElement)).toBe(true);
    await close();
  });

  test('a message is sent from any page, once it was seen how it would go', async () => {
    const ws = await openWorkspace(app);
    const phone = newPhone();
    const { page, close } = await open(ws, '/lines');
    await page.getByRole('button', { name: 'Send a message' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('To').fill(phone);
    await dialog.getByLabel('Message').fill('Hi {firstName|there} {{nickname}}');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('Hi there', { exact: false }).first().waitFor();
    await dialog.getByText('Without value, and left out: nickname').waitFor();
    await dialog.getByText('Nothing holds it back').waitFor();
    await dialog.getByText(phone).waitFor();
    await expectAccessible(page);
    expect(await ws.phone(phone)).toEqual([]);
    await dialog.getByRole('button', { name: 'Send', exact: true }).click();
    await statusIn(drawer(page), 'delivered');
    expect((await ws.phone(phone)).map(({ message }) => message)).toEqual(['Hi there ']);
    await close();
  });

  test('what the API refuses is said in its own words, and what would fail is not sent', async () => {
    const ws = await openWorkspace(app);
    const phone = newPhone();
    await ws.call('POST', '/api/dnc', { phone, reason: 'asked on the phone' });
    const { page, close } = await open(ws);
    await page.getByText('No messages yet').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Send a message' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('To').fill('12');
    await dialog.getByLabel('Message').fill('Hi');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('To').fill(phone);
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('It would not be sent: the contact opted out.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    await close();
  });

  test('shows everything to a viewer, who can change nothing', async () => {
    const ws = await openWorkspace(app);
    const owner = await openOwner(app, ws);
    const viewer = await openMember(app, owner, 'viewer');
    const { _id } = await later(ws, 'look, do not touch');
    const context = await browser.newContext({ viewport: WIDE });
    const { trouble } = watchForTrouble(context, app.url);
    await context.addCookies([...viewer.cookies].map(([name, value]) => ({ name, value, url: app.url })));
    const page = await context.newPage();
    await page.goto(`${app.url}/messages?message=${_id}`);
    await drawer(page).getByRole('heading', { name: 'Why it waits' }).waitFor();
    for (const name of ['Cancel message', 'Reschedule']) {
      const button = drawer(page).getByRole('button', { name });
      expect(await button.isDisabled()).toBe(true);
      expect(await button.getAttribute('title')).toContain('viewer');
    }
    await context.close();
    expect(trouble).toEqual([]);
  });
});
