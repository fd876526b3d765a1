/** The settings, as an owner uses them. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import type { FallbackConfig } from '../../src/contract/lines/fallback-config.ts';
import { type FakeTwilio, startTwilio } from '../fakes/twilio/server.ts';
import { openWebhookReceiver, type WebhookReceiver } from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openOwner, PASSWORD, type Person, signInAt } from '../people.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries } from '../webhooks.ts';
import { newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';
import { expectAccessible, expectStill, hasBrowser, openBrowser, watchForTrouble } from './browser.ts';
import { openContextOf } from './signed-in.ts';

const TWILIO_NUMBER = '+12025550190';

describe.skipIf(!hasBrowser)('the settings', () => {
  let app: TestApp;
  let browser: Browser;
  let receiver: WebhookReceiver;
  let twilio: FakeTwilio;
  let ws: Workspace;
  let owner: Person;
  let context: BrowserContext;
  let page: Page;
  let trouble: string[];

  beforeAll(async () => {
    await buildDashboardWhenStale();
    twilio = await startTwilio({ numbers: [TWILIO_NUMBER] });
    [app, browser, receiver] = await Promise.all([
      openApp({ config: { allowPrivateHosts: true, twilioUrl: twilio.url } }),
      openBrowser(),
      openWebhookReceiver(),
    ]);
    ws = await openWorkspace(app, { lines: [{}, { messageType: 'sms', firstName: 'Fallback' }] });
    owner = await openOwner(app, ws);
    context = await openContextOf(browser, app.url, owner);
    ({ trouble } = watchForTrouble(context, app.url));
    page = await context.newPage();
  });
  afterEach(() => expect(trouble).toEqual([]));
  afterAll(async () => {
    await browser.close();
    await Promise.all([app.close(), receiver.close(), twilio.close()]);
  });

  async function endSessionsIn(interval: string): Promise<void> {
    await read(app, `UPDATE sessions SET expires_at = now() + ${interval} WHERE person_id = $1`, [owner.id]);
    app.deps.people.sessions.forget();
  }

  test('a key is shown once, opens what it says, is renamed and revoked', async () => {
    await page.goto('/settings?tab=keys');
    await page.getByText('Test', { exact: true }).first().waitFor();
    await expectStill(page);
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Website');
    await page.getByLabel('It may', { exact: true }).selectOption('Read alone');
    await page.getByLabel('It expires', { exact: true }).selectOption('In 30 days');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = (await page.getByTestId('secret').textContent()) ?? '';
    expect(key).toMatch(/^tl_sk_/);
    const ask = (method: string) =>
      fetch(`${app.url}/api/lists`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(method === 'GET' ? {} : { body: '{"name":"x"}' }),
      });
    expect([(await ask('GET')).status, (await ask('POST')).status]).toEqual([200, 403]);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    expect(await page.content()).not.toContain(key);
    const row = page.getByRole('listitem').filter({ hasText: 'Website' });
    await row.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Web shop');
    await page.getByRole('button', { name: 'Save the name' }).click();
    const renamed = page.getByRole('listitem').filter({ hasText: 'Web shopread' });
    await renamed.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke the key' }).click();
    await renamed.waitFor({ state: 'detached' });
    await until('the key opens nothing', async () => (await ask('GET')).status === 401);
    await expectAccessible(page);
  });

  test('a webhook is added, tested and looked into; a call that failed is replayed and taken', async () => {
    receiver.behave('/shop', { status: 200 }, { status: 410 });
    await page.goto('/settings?tab=webhooks');
    await page.getByText('No webhook yet').waitFor();
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Shop');
    await page
      .getByLabel('Address', { exact: true })
      .fill(`${receiver.url.replace('127.0.0.1', 'localhost')}/shop`);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Add the webhook' }).click();
    expect(await page.getByTestId('secret').textContent()).not.toBe('');
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: 'Open Shop' }).click();
    await page.getByRole('button', { name: 'Test it' }).click();
    await page.getByText('It took the test: status 200.').waitFor();

    const { message } = (await ws.send({ message: 'Hi', recipientPhone: newPhone() })).body;
    await ws.reaches(message._id, 'delivered');
    // 410 has switched it off, and what waited is exhausted.
    const [hook] = (await ws.call<{ webhooks: { id: string }[] }>('GET', '/api/webhooks')).body.webhooks;
    const id = hook?.id ?? '';
    await until('a call is exhausted', async () =>
      (await deliveries(ws, id)).some(({ status }) => status === 'exhausted'),
    );
    receiver.behave('/shop', { status: 200 });
    await page.reload();
    await page.getByText('off: it answered 410').first().waitFor();
    await page.getByRole('switch', { name: 'Gets events' }).click();
    await page.getByRole('switch', { name: 'Gets events', checked: true }).waitFor();
    await page.getByLabel('State', { exact: true }).selectOption('exhausted');
    expect(new URL(page.url()).searchParams.get('status')).toBe('exhausted');
    const log = page.getByRole('list', { name: 'Deliveries' });
    await log.getByText('message.sent').first().waitFor();
    await expectAccessible(page);
    const before = receiver.at('/shop', 'message.sent').length;
    await log.getByRole('button', { name: 'Replay message.sent' }).first().click();
    await page.getByText('message.sent is sent again', { exact: true }).waitFor();
    await until('it came again', async () => receiver.at('/shop', 'message.sent').length > before);

    await page.getByRole('button', { name: 'Replay since…' }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Replay', exact: true }).last().click();
    await until('everything was taken', async () =>
      (await deliveries(ws, id)).every(({ status }) => status === 'delivered'),
    );

    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByTestId('secret').waitFor();
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete the webhook' }).click();
    await page.getByText('No webhook yet').waitFor();
  });

  test('an address that can’t be had is refused in the API’s own words', async () => {
    await addWebhook(ws, `${receiver.url.replace('127.0.0.1', 'localhost')}/other`, { name: 'Other' });
    await page.goto('/settings?tab=webhooks');
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Wrong');
    await page.getByLabel('Address', { exact: true }).fill('http://example.com/hook');
    await page.getByRole('button', { name: 'Add the webhook' }).click();
    await page.getByRole('alert').filter({ hasText: 'Invalid URL format' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('name, zone and policy of the workspace are kept', async () => {
    await page.goto('/settings');
    await page.getByLabel('Name', { exact: true }).waitFor();
    await expectStill(page);
    await page.getByLabel('Name', { exact: true }).fill('Analytical Engines');
    await page.getByLabel('Time zone', { exact: true }).selectOption('Europe/Madrid');
    await page.getByLabel('When a line goes down, its conversations').selectOption('move');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The workspace is saved').first().waitFor();
    await page.getByRole('button', { name: /Analytical Engines/ }).waitFor();
    expect((await ws.call('GET', '/api/workspace')).body).toMatchObject({
      name: 'Analytical Engines',
      timezone: 'Europe/Madrid',
      lineDownPolicy: 'move',
    });
    await expectAccessible(page);
  });

  test('fallback SMS is set up, and what is wrong with it is said', async () => {
    await page.goto('/settings?tab=fallback');
    await page.getByText('no fallback SMS would go').waitFor();
    await expectStill(page);
    await page.getByLabel('Account SID', { exact: true }).fill('AC1');
    await page.getByLabel('Auth token', { exact: true }).fill('secret');
    await page.getByRole('button', { name: 'Save and check with Twilio' }).click();
    await page.getByRole('alert').filter({ hasText: 'accountSid' }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('By', { exact: true }).selectOption('sandbox');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('ready', { exact: true }).waitFor();
    const { body } = await ws.call<FallbackConfig>('GET', '/api/workspace/fallback-config');
    expect(body).toMatchObject({ configured: true, provider: 'sandbox', lineId: ws.lines[1]?._id });
    await expectAccessible(page);
  });

  test('a fallback by Twilio is kept once Twilio has confirmed each thing that it is told', async () => {
    await page.goto('/settings?tab=fallback');
    await page.getByLabel('By', { exact: true }).selectOption('twilio');
    const save = page.getByRole('button', { name: 'Save and check with Twilio' });
    const isRefused = (sentence: string) => page.getByRole('alert').filter({ hasText: sentence }).waitFor();
    await page.getByLabel('Account SID', { exact: true }).fill(twilio.accountSid);
    await page.getByLabel('Auth token', { exact: true }).fill('wrong');
    await page.getByLabel('Number', { exact: true }).fill('+12025550111');
    await save.click();
    await isRefused('does not accept the account SID and auth token');
    await page.getByLabel('Auth token', { exact: true }).fill(twilio.authToken);
    await save.click();
    await isRefused('The account has no number +12025550111');
    await expectAccessible(page);
    await page.getByLabel('Number', { exact: true }).fill(TWILIO_NUMBER);
    await save.click();
    await page.getByText('One is kept. Leave this empty to keep it.').waitFor();
    await page.getByText('ready', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(twilio.authToken);
    const { body } = await ws.call<FallbackConfig>('GET', '/api/workspace/fallback-config');
    expect(body).toMatchObject({ provider: 'twilio', fromNumber: TWILIO_NUMBER, authTokenSet: true });
    await expectAccessible(page);
  });

  test('name and password are the person’s own to change', async () => {
    await page.goto('/settings?tab=account');
    await page.getByLabel('Name', { exact: true }).fill('Olga of the office');
    await page.getByRole('button', { name: 'Save the name' }).click();
    await page.getByRole('button', { name: /Olga of the office/ }).waitFor();
    await page.getByLabel('Present password', { exact: true }).fill('not this one at all');
    await page.getByLabel('New password', { exact: true }).fill('quite another sentence');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('alert').filter({ hasText: 'The password is wrong' }).waitFor();
    await page.getByLabel('Present password', { exact: true }).fill(PASSWORD);
    // The session of before ends before the next one has come: who is refused in between is not thrown out.
    await page.route('**/auth/password', async (route) => {
      const refused = page.waitForResponse((answer) => answer.status() === 401);
      await endSessionsIn("-interval '1 second'");
      await refused;
      await endSessionsIn("interval '1 day'");
      await route.continue();
    });
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Your password is changed').first().waitFor();
    await page.unroute('**/auth/password');
    expect((await signInAt(app, owner.email, 'quite another sentence')).status).toBe(200);
  });

  test('the log says who did all this, and can be narrowed', async () => {
    await page.goto('/settings?tab=log');
    const changes = page.getByRole('list', { name: 'Changes' });
    await changes.getByText('updated workspace').first().waitFor();
    await expectStill(page);
    await changes.getByText('Key “Test”').first().waitFor();
    await page.getByLabel('What', { exact: true }).selectOption('webhook');
    await changes.getByText('deleted webhook').first().waitFor();
    expect(await changes.getByText('updated workspace').count()).toBe(0);
    await changes.getByRole('listitem').first().locator('summary').click();
    await expectAccessible(page);
  });
});
