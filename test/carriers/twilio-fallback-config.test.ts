/** The fallback through Twilio (D37): an account, verified when it is saved, becomes the SMS line; its token never comes out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../src/contract/lines/lines.ts';
import { type FakeTwilio, startTwilio } from '../fakes/twilio/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { addLine, openWorkspace, type Workspace } from '../workspaces.ts';

const PATH = '/api/workspace/fallback-config';
const OURS = '+12025550190';
const ALSO_OURS = '+12025550191';

let twilio: FakeTwilio;
let app: TestApp;

beforeAll(async () => {
  twilio = await startTwilio({ numbers: [OURS, ALSO_OURS] });
  const publicUrl = 'https://trunkline.example.com';
  app = await openApp({
    // Nobody else asks Twilio meanwhile.
    dispatches: false,
    config: { twilioUrl: twilio.url, allowPrivateHosts: true, publicUrl },
  });
});
afterAll(async () => {
  await app.close();
  await twilio.close();
});

const account = (differs: object = {}) => ({
  provider: 'twilio',
  accountSid: twilio.accountSid,
  authToken: twilio.authToken,
  fromNumber: OURS,
  ...differs,
});
const set = (ws: Workspace, body: object) => ws.call('PATCH', PATH, body);
const linesOf = async (ws: Workspace) => (await ws.call<{ lines: Line[] }>('GET', '/api/lines')).body.lines;

describe('the fallback through Twilio', () => {
  test('makes the SMS line, and shows all of it but the token', async () => {
    const ws = await openWorkspace(app);
    const { status, body } = await set(ws, account({ sendFallbackSmsOnFailed: true }));
    expect(status).toBe(200);
    const line = (await linesOf(ws)).find(({ messageType }) => messageType === 'sms');
    expect(body).toMatchObject({
      configured: true,
      enabled: true,
      provider: 'twilio',
      lineId: line?._id,
      accountSid: twilio.accountSid,
      authTokenSet: true,
      fromNumber: OURS,
      messagingServiceSid: null,
      sendFallbackSmsOnFailed: true,
      inboundUrl: `https://trunkline.example.com/hooks/${ws.workspaceId}/${line?._id}/inbound#rc=3&rp=ct,rt,5xx`,
    });
    expect(line).toMatchObject({ transport: 'twilio', phone: OURS, hasSecret: true });
    const shown = [body, line, (await ws.call('GET', PATH)).body];
    expect(JSON.stringify(shown)).not.toContain(twilio.authToken);
    const [row] = await app.deps.database.query<{ secret: Buffer }>(
      { name: '', text: 'SELECT secret FROM lines WHERE id = $1' },
      [line?._id],
    );
    expect(row?.secret.includes(twilio.authToken)).toBe(false);
  });

  test('changes the line it has and makes no second one, whatever is said again', async () => {
    const ws = await openWorkspace(app);
    const first = (await set(ws, account())).body;
    expect((await set(ws, account())).body.lineId).toBe(first.lineId);
    expect((await set(ws, { fromNumber: ALSO_OURS })).body).toMatchObject({
      lineId: first.lineId,
      fromNumber: ALSO_OURS,
    });
    await set(ws, { provider: null });
    expect((await set(ws, account({ fromNumber: ALSO_OURS }))).body.lineId).toBe(first.lineId);
    expect(await linesOf(ws)).toHaveLength(2);
  });

  test('takes a Messaging Service in place of a number, and shows one of its numbers', async () => {
    const ws = await openWorkspace(app);
    const { fromNumber: _, ...rest } = account();
    const { body } = await set(ws, { ...rest, messagingServiceSid: twilio.serviceSid });
    expect(body).toMatchObject({ messagingServiceSid: twilio.serviceSid, fromNumber: ALSO_OURS });
    expect((await set(ws, { fromNumber: OURS })).body).toMatchObject({
      messagingServiceSid: null,
      fromNumber: OURS,
    });
    expect((await set(ws, { messagingServiceSid: twilio.serviceSid, fromNumber: OURS })).body).toMatchObject({
      messagingServiceSid: twilio.serviceSid,
      fromNumber: OURS,
    });
    expect((await set(ws, { messagingServiceSid: null })).body).toMatchObject({
      messagingServiceSid: null,
      fromNumber: OURS,
    });
  });

  test.each([
    ['a wrong token', { authToken: 'wrong' }, 'does not accept the account SID and auth token'],
    ['a number of somebody else', { fromNumber: '+12025550111' }, 'The account has no number +12025550111'],
    [
      'a service that is not there',
      { messagingServiceSid: `MG${'9'.repeat(32)}` },
      'The account has no such Messaging Service',
    ],
    [
      'a service that is not there, without a number',
      { fromNumber: undefined, messagingServiceSid: `MG${'9'.repeat(32)}` },
      'was not found',
    ],
  ])('is not saved with %s: Twilio is asked, and its answer told', async (_what, differs, sentence) => {
    const ws = await openWorkspace(app);
    const { status, body } = await set(ws, account(differs));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'FALLBACK_NOT_VERIFIED',
      error: expect.stringContaining(sentence),
    });
    expect((await ws.call('GET', PATH)).body).toMatchObject({ configured: false, provider: null });
    expect(await linesOf(ws)).toHaveLength(1);
  });

  test('is saved unasked when that is wished', async () => {
    const ws = await openWorkspace(app);
    const { status, body } = await set(ws, account({ authToken: 'wrong', verify: false }));
    expect([status, body.configured]).toEqual([200, true]);
    const { fromNumber: _, ...rest } = account({ messagingServiceSid: twilio.serviceSid, verify: false });
    expect((await set(await openWorkspace(app), rest)).body).toMatchObject({ param: 'fromNumber' });
  });

  test.each([
    [{ authToken: undefined }, 'authToken'],
    [{ accountSid: undefined }, 'accountSid'],
    [{ fromNumber: undefined }, 'fromNumber'],
  ])('lacks nothing: without %j it is refused', async (differs, param) => {
    expect((await set(await openWorkspace(app), account(differs))).body).toMatchObject({
      code: 'INVALID_FIELD',
      param,
    });
  });

  test('never shows the token of one account to another', async () => {
    const ws = await openWorkspace(app);
    await set(ws, account());
    const { body } = await set(ws, { accountSid: `AC${'9'.repeat(32)}`, fromNumber: OURS });
    expect(body).toMatchObject({ code: 'INVALID_FIELD', param: 'authToken' });
  });

  test('is switched off and on again without its credentials, and leaves a simulated fallback alone', async () => {
    const ws = await openWorkspace(app);
    await set(ws, account());
    const before = twilio.requests.length;
    expect((await set(ws, { enabled: false })).body).toMatchObject({ configured: false, authTokenSet: true });
    expect((await set(ws, { enabled: true })).body).toMatchObject({ configured: true });
    expect(twilio.requests).toHaveLength(before);
    const simulated = await addLine(ws, { messageType: 'sms' });
    expect((await set(ws, { lineId: simulated._id })).body).toMatchObject({ code: 'LINE_WRONG_CHANNEL' });
    expect((await set(ws, { provider: 'sandbox' })).body).toMatchObject({
      lineId: simulated._id,
      accountSid: null,
      authTokenSet: false,
    });
    expect((await set(ws, { authToken: 'x' })).body).toMatchObject({
      code: 'INVALID_FIELD',
      param: 'authToken',
    });
  });
});
