/** The guided check of a line: step by step, what was found and what to do about it; nothing is stored, sent or given away. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LineCheckAnswer } from '../../src/contract/lines/line-check.ts';
import { type FakeBlueBubbles, startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { type MailWorld, startMailWorld } from '../fakes/mail/mail-world.ts';
import { type FakeTwilio, startTwilio } from '../fakes/twilio/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { openMac } from '../relay/mac.ts';
import { until } from '../until.ts';
import { addLine, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const OURS = '+12025550190';
const PUBLIC_URL = 'https://trunkline.example.com';
const SECRET = 'not-the-pass-word';
const clock = leapingClock('now');
let mac: FakeBlueBubbles;
let twilio: FakeTwilio;
let world: MailWorld;
let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  mac = await startBlueBubbles();
  twilio = await startTwilio({ numbers: [OURS] });
  world = await startMailWorld(() => clock.now());
  const config = { allowPrivateHosts: true, twilioUrl: twilio.url, publicUrl: PUBLIC_URL };
  app = await openApp({ clock, config, dispatches: false });
  ws = await openWorkspace(app, { lines: [] });
});
afterAll(async () => {
  await app.close();
  await Promise.all([mac.close(), twilio.close(), world.close()]);
});

const bluebubbles = (config: object = {}, secret = mac.password) => ({
  transport: 'bluebubbles',
  phone: newPhone(),
  transportConfig: { serverUrl: mac.url, ...config },
  secret,
});
const sms = (differs: object = {}) => ({
  transport: 'twilio',
  messageType: 'sms',
  phone: OURS,
  transportConfig: { accountSid: twilio.accountSid },
  secret: twilio.authToken,
  ...differs,
});
const email = (config: object = {}, secret = world.mailbox.password) => ({
  transport: 'smtp',
  messageType: 'email',
  email: 'office@sender.test',
  transportConfig: { ...world.transportConfig, ...config },
  secret,
});

async function check(body: object, on: Workspace = ws): Promise<LineCheckAnswer> {
  const answer = await on.call<LineCheckAnswer>('POST', '/api/lines/check', body);
  expect(answer.status).toBe(200);
  return answer.body;
}
const states = ({ steps }: LineCheckAnswer) =>
  Object.fromEntries(steps.map(({ key, state }) => [key, state]));
const step = ({ steps }: LineCheckAnswer, key: string) => steps.find((each) => each.key === key);

test('a simulated line needs nothing', async () => {
  const found = await check({ transport: 'sandbox', phone: newPhone() });
  expect(found.ok).toBe(true);
  expect(states(found)).toEqual({ settings: 'ok', identity: 'ok', 'simulated-phone': 'ok' });
});

test('it stores nothing, gives no secret back, and leaves the server as it was', async () => {
  const rows = () =>
    read(app, 'SELECT (SELECT count(*) FROM lines) AS lines, (SELECT count(*) FROM audit_log) AS log');
  const before = await rows();
  const answers = [
    await check(bluebubbles()),
    await check(bluebubbles({}, SECRET)),
    await check(sms({ secret: SECRET })),
    await check(email({}, SECRET)),
  ];
  expect(await rows()).toEqual(before);
  expect(JSON.stringify(answers)).not.toContain(SECRET);
  expect(JSON.stringify(answers)).not.toContain(twilio.authToken);
  expect(mac.webhooks.list).toEqual([]);
  expect(world.sent).toEqual([]);
});

test('settings that cannot work are the step that fails, and no server is asked', async () => {
  const calls = mac.calls.length;
  const found = await check(bluebubbles({ method: 'magic' }));
  expect(states(found)).toEqual({ settings: 'failed', identity: 'ok', bluebubbles: 'skipped' });
  expect(step(found, 'settings')?.sentence).toContain('transportConfig.method');
  expect(mac.calls.length).toBe(calls);
});

test('what is no line at all is refused as when it is made', async () => {
  expect(await ws.call('POST', '/api/lines/check', { transport: 'sandbox' })).toMatchObject({ status: 400 });
  expect(await ws.call('POST', '/api/lines/check', { transport: 'pigeon' })).toMatchObject({ status: 400 });
});

test('a number that another line of the workspace has is told of', async () => {
  const { phone } = await addLine(ws);
  const found = await check({ transport: 'sandbox', phone });
  expect(step(found, 'identity')).toMatchObject({ state: 'warning', fix: expect.stringContaining('delete') });
  expect(found.ok).toBe(true);
});

describe('BlueBubbles', () => {
  test('with everything in place, all is well but what can only be told later', async () => {
    expect(states(await check(bluebubbles()))).toEqual({
      settings: 'ok',
      identity: 'ok',
      address: 'ok',
      password: 'ok',
      version: 'ok',
      'signed-in': 'ok',
      'private-api': 'ok',
      helper: 'ok',
      clock: 'ok',
      webhook: 'skipped',
    });
  });

  test('a wrong password fails that step, says where the right one stands, and nothing after it is asked', async () => {
    const found = await check(bluebubbles({}, SECRET));
    expect(states(found)).toMatchObject({ address: 'ok', password: 'failed', version: 'skipped' });
    expect(step(found, 'password')?.fix).toContain('Settings');
    expect(found.ok).toBe(false);
  });

  test('a server that is not there fails the first step, and the relay is named as another way', async () => {
    const found = await check(bluebubbles({ serverUrl: 'http://127.0.0.1:9' }));
    expect(step(found, 'address')).toMatchObject({ state: 'failed', fix: expect.stringContaining('relay') });
  });

  test('without its helper AppleScript sends, unless the line wants the Private API alone', async () => {
    mac.world.helperConnected = false;
    expect(states(await check(bluebubbles()))).toMatchObject({
      'private-api': 'ok',
      helper: 'warning',
      clock: 'ok',
    });
    expect(states(await check(bluebubbles({ method: 'private-api' })))).toMatchObject({
      helper: 'failed',
      clock: 'skipped',
    });
    expect(states(await check(bluebubbles({ method: 'apple-script' })))).toMatchObject({
      'private-api': 'skipped',
      helper: 'skipped',
    });
    mac.world.helperConnected = true;
  });

  test('a private address is refused where they are not allowed, and a name that leads to one too', async () => {
    const strict = await openApp({ clock, dispatches: false, databaseUrl: app.databaseUrl });
    const own = await openWorkspace(strict, { lines: [] });
    const literal = await check(bluebubbles(), own);
    expect(step(literal, 'settings')).toMatchObject({ state: 'failed' });
    const port = new URL(mac.url).port;
    const name = await check(bluebubbles({ serverUrl: `http://localhost:${port}` }), own);
    expect(step(name, 'address')).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('TRUNKLINE_ALLOW_PRIVATE_HOSTS'),
    });
    const mail = await check(email({ host: 'localhost', imapHost: 'localhost' }), own);
    expect(step(mail, 'connect')).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('TRUNKLINE_ALLOW_PRIVATE_HOSTS'),
    });
    await strict.close();
  });

  test('a stored line is checked with its own password, and tells of its webhook', async () => {
    const line = await addLine(ws, bluebubbles());
    const ask = async () => (await ws.call<LineCheckAnswer>('POST', `/api/lines/${line._id}/check`)).body;
    expect(step(await ask(), 'webhook')).toMatchObject({ state: 'warning' });
    await ws.call('GET', `/api/lines/check-availability?id=${line._id}`);
    expect(mac.webhooks.list).toEqual([]);
    clock.leap(11_000);
    await ws.call('GET', `/api/lines/check-availability?id=${line._id}`);
    expect(step(await ask(), 'webhook')).toMatchObject({ state: 'ok' });
  });
});

describe('Twilio', () => {
  test('knows account, number and what it carries; replies can be told of once the line is there', async () => {
    expect(states(await check(sms()))).toEqual({
      settings: 'ok',
      identity: 'ok',
      credentials: 'ok',
      sender: 'ok',
      capabilities: 'ok',
      callbacks: 'ok',
      inbound: 'skipped',
    });
    const line = await addLine(ws, sms());
    const { body } = await ws.call<LineCheckAnswer>('POST', `/api/lines/${line._id}/check`);
    expect(step(body, 'inbound')).toMatchObject({
      state: 'warning',
      fix: expect.stringContaining(`${PUBLIC_URL}/hooks/${ws.workspaceId}/${line._id}/inbound`),
    });
  });

  test('a Messaging Service takes the place of the number', async () => {
    const { accountSid, serviceSid } = twilio;
    const transportConfig = { accountSid, messagingServiceSid: serviceSid };
    expect(states(await check(sms({ transportConfig })))).toMatchObject({ sender: 'ok', capabilities: 'ok' });
    const messagingServiceSid = `MG${'0'.repeat(32)}`;
    const other = await check(sms({ transportConfig: { accountSid, messagingServiceSid } }));
    expect(step(other, 'sender')).toMatchObject({ state: 'failed', fix: expect.stringContaining('MG') });
  });

  test('wrong credentials and a number of somebody else are told apart', async () => {
    const stranger = await check(sms({ secret: SECRET }));
    expect(states(stranger)).toMatchObject({ credentials: 'failed', sender: 'skipped' });
    expect(step(stranger, 'credentials')?.fix).toContain('auth token');
    const number = await check(sms({ phone: '+12025550191' }));
    expect(step(number, 'sender')).toMatchObject({
      state: 'failed',
      sentence: 'The account has no number +12025550191',
    });
  });
});

describe('email', () => {
  test('both servers are asked, and the folder is looked into', async () => {
    expect(states(await check(email()))).toEqual({
      settings: 'ok',
      identity: 'ok',
      connect: 'ok',
      tls: 'warning',
      login: 'skipped',
      from: 'ok',
      mailbox: 'ok',
      folder: 'ok',
    });
  });

  test('a wrong password to the mailbox and a folder that is not there fail where they are', async () => {
    expect(states(await check(email({}, SECRET)))).toMatchObject({
      connect: 'ok',
      mailbox: 'failed',
      folder: 'skipped',
    });
    const folder = await check(email({ imapMailbox: 'Nowhere' }));
    expect(step(folder, 'folder')).toMatchObject({ state: 'failed', fix: expect.stringContaining('INBOX') });
  });

  test('without a mailbox it only sends, and says so', async () => {
    const none = { imapHost: null, imapUser: null, replyTo: null, bounceTo: null };
    expect(states(await check(email(none)))).toMatchObject({ mailbox: 'warning', folder: 'skipped' });
  });

  test('a sender of another domain than the line is warned of', async () => {
    expect(states(await check(email({ fromAddress: 'office@other.test' })))).toMatchObject({
      from: 'warning',
    });
  });

  test('a server that says nothing is given up in time', async () => {
    const silent: Server = createServer(() => {}).listen(0, '127.0.0.1');
    await until('it listens', () => silent.listening);
    const { port } = silent.address() as AddressInfo;
    let found: LineCheckAnswer | null = null;
    void check(email({ port })).then((answer) => {
      found = answer;
    });
    // The walk ends by the clock of the application.
    const answer = await until<LineCheckAnswer | null>('it is given up', () => {
      clock.leap(1_000);
      return found;
    });
    expect(step(answer, 'connect')).toMatchObject({ state: 'failed', sentence: 'No answer came in time' });
    expect(states(answer)).toMatchObject({ tls: 'skipped', folder: 'skipped' });
    silent.close();
  });
});

test('a Mac is told of as far as it has come: to be paired, away, and what its self-test found', async () => {
  const before = await check({ transport: 'relay', phone: newPhone() });
  expect(states(before)).toMatchObject({ paired: 'skipped', connected: 'skipped', 'self-test': 'skipped' });
  const unpaired = await addLine(ws, { transport: 'relay' });
  const ask = async (id: string, on: Workspace) =>
    (await on.call<LineCheckAnswer>('POST', `/api/lines/${id}/check`)).body;
  expect(step(await ask(unpaired._id, ws), 'paired')).toMatchObject({ state: 'failed' });

  const relay = await openMac(app);
  const { workspace, line } = relay;
  expect(states(await ask(line._id, workspace))).toMatchObject({
    paired: 'ok',
    connected: 'ok',
    simulated: 'ok',
  });
  const selfTest = {
    ok: false,
    checks: [
      { check: 'full-disk-access', ok: false, message: "chat.db can't be read" },
      { check: 'macos-version', ok: true, message: 'macOS 15.1.' },
    ],
    versions: {},
  };
  await read(app, 'UPDATE relay_devices SET self_test = $2 WHERE line_id = $1', [
    line._id,
    JSON.stringify(selfTest),
  ]);
  const ill = await ask(line._id, workspace);
  expect(states(ill)).toMatchObject({ 'full-disk-access': 'failed', 'macos-version': 'ok' });
  expect(ill.ok).toBe(false);
  await relay.agent.stop();
  // It says goodbye, which the server hears a moment later.
  const away = await until('the Mac is away', async () => {
    const found = await ask(line._id, workspace);
    return step(found, 'connected')?.state === 'failed' ? found : null;
  });
  expect(step(away, 'connected')?.fix).toContain('trunkline -- relay');
  await relay.close();
});
