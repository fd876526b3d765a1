/** The inbox in a real browser: what comes in is seen, read and answered, and nobody is written to who does not want it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { ConversationAnswer } from '../../src/contract/conversations/conversations.ts';
import { PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openOwner, type Person } from '../people.ts';
import { until } from '../until.ts';
import { accept, copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, WIDE, watchForTrouble } from './browser.ts';

const INTERESTED = '+12025550110';
const STOPS = '+12025550109';

describe.skipIf(!hasBrowser)('the inbox', () => {
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
  });
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

  /** By a key of the workspace, or by the cookies of somebody who is signed in. */
  async function open(who: Pick<Workspace, 'key'> | Person) {
    context = await browser.newContext({
      viewport: WIDE,
      ...('key' in who ? { extraHTTPHeaders: { authorization: `Bearer ${who.key}` } } : {}),
    });
    if ('cookies' in who)
      await context.addCookies([...who.cookies].map(([name, value]) => ({ name, value, url: app.url })));
    ({ trouble } = watchForTrouble(context, app.url));
    page = await context.newPage();
  }

  const threadLink = (phone: string) =>
    page.getByRole('list', { name: 'Threads' }).getByRole('link', { name: phone });
  const messages = () => page.getByRole('region', { name: 'Messages' });
  const says = (text: string) => messages().getByRole('article').filter({ hasText: text });

  /** What somebody writes to the line. */
  const write = (address: string, message: string) =>
    receiveInbound(app.deps, {
      workspaceId: ws.workspaceId,
      lineId: ws.lines[0]?._id ?? '',
      address,
      message,
      externalMessageId: app.deps.ids(),
    });

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

  test('lets somebody who is signed in answer with a picture, shows it, and takes a tapback', async () => {
    const person = await openOwner(app, ws);
    await context.close();
    await open(person);
    const { _id, leadId } = await accept(ws, { recipientPhone: INTERESTED, message: 'Look at this' });
    await ws.reaches(_id, 'delivered');
    await until('they answered', async () => {
      const { body } = await ws.call<ConversationAnswer>('GET', `/api/conversations/${leadId}`);
      return body.messages.some(({ direction }) => direction === 'received');
    });
    await page.goto(`${app.url}/inbox?lead=${leadId}`);
    await says('Look at this').waitFor();
    await threadLink(INTERESTED).waitFor();
    await expectStill(page);
    await page
      .getByLabel('Files to attach')
      .setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
    await page.getByRole('list', { name: 'Files to send' }).getByText('ready').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('A dot');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    const picture = says('A dot').getByRole('img', { name: 'dot.png' });
    await picture.waitFor();
    await expect
      .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(1);
    await says('A dot').getByText('Delivered').waitFor();
    const { body } = await ws.call<ConversationAnswer>('GET', `/api/conversations/${leadId}`);
    expect(body.messages.find(({ message }) => message === 'A dot')).toMatchObject({
      createdByUserId: person.id,
      priority: 'reply',
    });
    await says('Look at this').getByRole('button', { name: 'Give a tapback' }).click();
    await page.getByRole('menuitem', { name: 'love' }).click();
    await says('Look at this').getByRole('list', { name: 'Tapbacks' }).getByText('you').waitFor();
    await expectAccessible(page);
  });

  test('takes files that are dropped or pasted, and refuses more than a message carries', async () => {
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), message: 'Look at this' });
    await page.goto(`${app.url}/inbox?lead=${leadId}`);
    await says('Look at this').waitFor();
    for (const [event, name] of [
      ['drop', 'plan.txt'],
      ['paste', 'note.txt'],
      ['paste', 'third.txt'],
    ] as const)
      await give(event, name);
    const files = page.getByRole('list', { name: 'Files to send' });
    await files.getByText('A message carries 2 files at most').waitFor();
    await files.getByText(/ready/).nth(1).waitFor();
    await page.getByRole('button', { name: 'Remove third.txt' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await says('note.txt').getByText('Delivered').waitFor();
    const [copy] = await read<{ attachments: { name: string }[] }>(
      app,
      'SELECT attachments FROM sandbox_copies WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1',
      [ws.workspaceId],
    );
    expect(copy?.attachments.map(({ name }) => name)).toEqual(['plan.txt', 'note.txt']);
  });

  /** As a browser does when somebody lets go of a file over the composer, or pastes one. */
  const give = (event: 'drop' | 'paste', name: string) =>
    page.evaluate(`{
      const data = new DataTransfer();
      data.items.add(new File(['Read me'], '${name}', { type: 'text/plain' }));
      const init = { bubbles: true, cancelable: true };
      document.querySelector('form textarea').dispatchEvent('${event}' === 'drop'
        ? new DragEvent('drop', { ...init, dataTransfer: data })
        : new ClipboardEvent('paste', { ...init, clipboardData: data }));
    }`);

  test('draws only the threads that are seen, walks through all of them by keyboard, and shows what comes in meanwhile', async () => {
    const phone = newPhone();
    const { _id, leadId } = await accept(ws, { recipientPhone: phone, message: 'Hello there' });
    await ws.reaches(_id, 'delivered');
    await read(
      app,
      `INSERT INTO touches (workspace_id, lead_id, line_id, message_id, first_at, last_at)
       SELECT $1, lpad(n::text, 24, '0'), $2, '', $3, $3::timestamptz - interval '1 day' * n FROM generate_series(1, 75) n`,
      [ws.workspaceId, ws.lines[0]?._id, new Date(app.deps.clock.now()).toISOString()],
    );
    await read(
      app,
      `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id, priority,
         due_at, attempts, retry_gap_ms, correlation_id, sent_at, created_at, updated_at)
       SELECT workspace_id, lead_id, 'sent', 'delivered', 'imessage', 'Hi', lead_id, '+1555' || right(lead_id, 7), line_id, 1, last_at, 5, 0,
         '', last_at, last_at, last_at FROM touches WHERE workspace_id = $1 AND message_id = ''`,
      [ws.workspaceId],
    );
    await page.goto(`${app.url}/inbox?lead=${leadId}`);
    await says('Hello there').waitFor();
    const rows = page.getByRole('list', { name: 'Threads' }).getByRole('listitem');
    expect(await rows.count()).toBeLessThan(40);
    // From the open one, the first; pages are read as their end comes near.
    for (let place = 1; place <= 75; place += 1) {
      await page.keyboard.press('j');
      await page.locator(`[data-place="${place}"]:focus`).waitFor();
    }
    expect(await rows.count()).toBeLessThan(40);
    await write(phone, 'I am still here');
    await says('I am still here').waitFor();
    // It was seen at once, so it is read.
    await until('it is read', async () => {
      const { body } = await ws.call<ConversationAnswer>('GET', `/api/conversations/${leadId}`);
      return body.unreadCount === 0 && body.readAt !== null;
    });
  });

  test('what is read in one tab is read in the other', async () => {
    const phone = newPhone();
    const { _id, leadId } = await accept(ws, { recipientPhone: phone, message: 'Hello there' });
    await ws.reaches(_id, 'delivered');
    await write(phone, 'Hello to you');
    await page.goto(`${app.url}/inbox`);
    await threadLink(phone).filter({ hasText: 'unread' }).waitFor();
    await expect.poll(() => page.title()).toContain('(1)');
    const other = await context.newPage();
    await other.goto(`${app.url}/inbox?lead=${leadId}`);
    await other.getByRole('region', { name: 'Messages' }).getByText('Hello to you').waitFor();
    await threadLink(phone).filter({ hasNotText: 'unread' }).waitFor();
    await expect.poll(() => page.title()).not.toContain('(1)');
    await other.getByRole('button', { name: 'Mark as unread' }).click();
    await threadLink(phone).filter({ hasText: 'unread' }).waitFor();
  });

  test('misses nothing that happens between what it read and the first word of the stream', async () => {
    const phone = newPhone();
    const { _id } = await accept(ws, { recipientPhone: phone, message: 'Hello there' });
    await ws.reaches(_id, 'delivered');
    let letThrough = () => {};
    const wait = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route('**/api/live*', async (route) => {
      await wait;
      await route.continue();
    });
    await page.goto(`${app.url}/inbox`);
    await threadLink(phone).waitFor();
    await write(phone, 'Hello to you');
    letThrough();
    await threadLink(phone).filter({ hasText: 'unread' }).waitFor();
  });

  test('sends again what failed, as it is or changed', async () => {
    const refused = await accept(ws, { recipientPhone: '+12025550103', message: 'Hello?' });
    await ws.reaches(refused._id, 'failed');
    const phone = newPhone();
    const { _id, leadId } = await accept(ws, { recipientPhone: phone, message: 'Hello there' });
    await ws.reaches(_id, 'delivered');
    await read(app, "UPDATE messages SET status = 'failed', lead_id = $2 WHERE id = $1", [
      refused._id,
      leadId,
    ]);
    await page.goto(`${app.url}/inbox?lead=${leadId}`);
    const failed = says('Hello?').filter({ hasText: 'Failed' }).first();
    await failed.getByText('The number refuses messages for good').waitFor();
    await failed.getByRole('button', { name: 'Change it' }).click();
    const box = page.getByRole('textbox', { name: 'Message' });
    expect(await box.inputValue()).toBe('Hello?');
    await failed.getByRole('button', { name: 'Send it again' }).click();
    await failed.getByText('It was sent again.').waitFor();
  });

  test('tells that somebody opted out, and writes to nobody who did', async () => {
    await accept(ws, { recipientPhone: STOPS, message: 'Shall we talk?' });
    await page.goto(`${app.url}/inbox`);
    await threadLink(STOPS).filter({ hasText: 'opted out' }).click();
    await page.getByText('by writing “STOP”').waitFor();
    await page.getByText('START, UNSTOP or YES from the contact lifts it').waitFor();
    await messages().getByText(`${STOPS} opted out: “STOP”`).waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('Please');
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
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
