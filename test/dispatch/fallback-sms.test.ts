/** The SMS that stands in for an iMessage (D24, D25): when it goes, with which words, and never twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { type FileServer, openFileServer, PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NO_IMESSAGE = '+12025550102';
const REFUSED = '+12025550103';

const clock = leapingClock();
let app: TestApp;
let files: FileServer;
let picture: string;

beforeAll(async () => {
  app = await openApp({ clock, config: { allowPrivateHosts: true } });
  files = await openFileServer();
  picture = files.lay('/a.png', PNG);
});
afterAll(async () => {
  await app.close();
  await files.close();
});

async function smsOf(ws: Workspace, { _id }: { _id: string }): Promise<Message[]> {
  const { body } = await ws.call<{ messages: Message[] }>('GET', '/api/messages?messageType=sms');
  return body.messages.filter((each) => each.fallbackOf === _id);
}

describe('the fallback SMS', () => {
  test('of a line that is switched off waits for it, and new messages may not count on it', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const sms = `/api/lines/${ws.lines.at(-1)?._id}`;
    await ws.call('PATCH', sms, { isActive: false });
    const { body } = await ws.send({ message: 'Hi', recipientPhone: NO_IMESSAGE });
    expect(body.status).toBe('fallback');
    const [waiting] = await smsOf(ws, body.message);
    expect(waiting?.status).toBe('pending');
    const asked = { message: 'Hi', recipientPhone: newPhone(), sendFallbackSmsOnFailed: true };
    expect(await ws.send(asked)).toMatchObject({ status: 400, body: { code: 'FALLBACK_NOT_CONFIGURED' } });
    await ws.call('PATCH', sms, { isActive: true });
    await ws.reaches(waiting?._id ?? '', 'delivered');
  });

  test('carries the text as it would have been shown, and keeps window, batch and links of its original', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const window = {
      timezone: 'UTC',
      sendWindowStart: '00:00',
      sendWindowEnd: '23:59',
      allowedDaysOfWeek: [0, 1, 2, 3, 4, 5, 6],
    };
    const { body } = await ws.send({
      message: 'Hi {{firstName}}, {line_name|we} write to {companyName|you}{{jobTitle}}',
      recipientPhone: NO_IMESSAGE,
      recipientName: 'Ada Lovelace',
      batchId: 'autumn',
      hsContactId: 'h1',
      correlationId: 'c1',
      expiresAt: toIso(clock.now() + DAY),
      ...window,
    });
    expect(body.status).toBe('fallback');
    const [sms] = await smsOf(ws, body.message);
    expect(sms).toMatchObject({
      message: 'Hi Ada, we write to you',
      settings: window,
      batchId: 'autumn',
      hsContactId: 'h1',
      correlationId: 'c1',
      expiresAt: body.message.expiresAt,
      recipientPhone: NO_IMESSAGE,
      leadId: body.leadId,
      lineDecision: { lineId: ws.lines[1]?._id, reason: 'fallback' },
    });
    const fallback = (await ws.timeline(body.message._id)).find((event) => event.type === 'message.fallback');
    expect(fallback?.data).toMatchObject({ fallbackSmsId: sms?._id, missingPlaceholders: ['jobTitle'] });
  });

  test('goes after a failure only when message or workspace ask for it', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const fail = async (differs: object) =>
      (await ws.send({ message: 'Hi', recipientPhone: REFUSED, ...differs })).body.message;
    const unasked = await fail({});
    const asked = await fail({ sendFallbackSmsOnFailed: true });
    await ws.call('PATCH', '/api/workspace/fallback-config', { sendFallbackSmsOnFailed: true });
    const byWorkspace = await fail({});
    expect([unasked, asked, byWorkspace].map((each) => [each.status, each.fallbackSmsDispatched])).toEqual([
      ['failed', false],
      ['failed', true],
      ['failed', true],
    ]);
    expect(await smsOf(ws, unasked)).toEqual([]);
    expect(await smsOf(ws, asked)).toHaveLength(1);
    expect(await smsOf(ws, byWorkspace)).toHaveLength(1);
  });

  test('goes to nobody without a configuration: the message only says fallback', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'Hi', recipientPhone: NO_IMESSAGE });
    expect(body.message).toMatchObject({ status: 'fallback', fallbackSmsDispatched: false });
    expect(await smsOf(ws, body.message)).toEqual([]);
  });

  test('goes once, however often and from however many sides the original is settled', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const message = await accept(ws, { recipientPhone: newPhone(), scheduledDate: toIso(clock.now() + DAY) });
    const miss = {
      messageId: message._id,
      attempt: 0,
      event: 'miss',
      reason: 'not_on_imessage',
      errorMessage: 'No',
    } as const;
    const other = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
    const settled = await Promise.all(
      [app, other, app, other].map(({ deps }) => deps.settlements.add(ws.workspaceId, miss)),
    );
    await other.close();
    expect(settled.filter((each) => each.applied)).toHaveLength(1);
    expect(await smsOf(ws, message)).toHaveLength(1);
  });

  test('leaves attachments out, or carries them as links where the workspace allows it', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const send = async (message?: string) =>
      (await ws.send({ message, recipientPhone: NO_IMESSAGE, attachmentUrls: [picture] })).body.message;
    const [without] = await smsOf(ws, await send('Look'));
    await ws.call('PATCH', '/api/workspace/fallback-config', { attachmentLinks: true });
    const [withLink] = await smsOf(ws, await send('Look'));
    const [linkAlone] = await smsOf(ws, await send());
    expect([without, withLink, linkAlone].map((sms) => sms?.message)).toEqual([
      'Look',
      `Look\n${picture}`,
      picture,
    ]);
  });

  test('has nothing to say for an attachment alone: none goes', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const { body } = await ws.send({
      recipientPhone: NO_IMESSAGE,
      attachmentUrls: [picture],
    });
    expect(body.message).toMatchObject({ status: 'fallback', fallbackSmsDispatched: false });
    expect(await smsOf(ws, body.message)).toEqual([]);
    const forced = {
      recipientPhone: newPhone(),
      attachmentUrls: [picture],
      forceFallback: true,
    };
    const refused = await ws.send(forced);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      code: 'MESSAGE_EMPTY',
      reason: 'a fallback SMS carries text, no attachments',
    });
  });

  test('by force goes at once without a look at iMessage; the original says fallback from the first moment', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const recipientPhone = newPhone();
    const { status, body } = await ws.send(
      { message: 'Hi {firstName|there}', recipientPhone, forceFallback: true },
      { prefer: 'wait=0' },
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'fallback',
      reason: 'forced_fallback',
      message: { status: 'fallback', fallbackSmsDispatched: true, attempt: 0 },
    });
    await until('the SMS arrives', async () => (await ws.phone(recipientPhone)).length);
    expect(await ws.phone(recipientPhone)).toMatchObject([{ messageType: 'sms', message: 'Hi there' }]);
    expect((await ws.timeline(body.message._id)).map((event) => event.type)).toEqual(['message.fallback']);
  });

  test('by force waits for the window and the date of its original', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const recipientPhone = newPhone();
    const scheduledDate = toIso(clock.now() + 10 * MINUTE);
    const { body } = await ws.send({ message: 'Hi', recipientPhone, forceFallback: true, scheduledDate });
    const [sms] = await smsOf(ws, body.message);
    expect(sms).toMatchObject({ scheduledDate, dueAt: scheduledDate });
    clock.leap(9 * MINUTE);
    expect(await ws.phone(recipientPhone)).toEqual([]);
    clock.leap(MINUTE);
    await until('the SMS arrives', async () => (await ws.phone(recipientPhone)).length);
  });

  test('by force needs no line for iMessage: the SMS line carries it, and says so', async () => {
    const ws = await openWorkspace(app, { lines: [{ isActive: false }], fallback: true });
    const recipientPhone = newPhone();
    const fromLineId = ws.lines[0]?._id;
    const { status, body } = await ws.send({
      message: 'Hi',
      recipientPhone,
      forceFallback: true,
      fromLineId,
    });
    expect(status).toBe(201);
    expect(body.message).toMatchObject({
      fromLineId: ws.lines[1]?._id,
      lineDecision: { reason: 'fallback' },
    });
    expect(body.warnings.join()).toContain('fromLineId is ignored');
    await until('the SMS arrives', async () => (await ws.phone(recipientPhone)).length);
    const unknown = { message: 'Hi', recipientPhone, forceFallback: true, fromLineId: 'f'.repeat(24) };
    expect((await ws.send(unknown)).status).toBe(404);
  });

  test('by force waits as any message does: scheduled for its date, then for its window', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const timeOf = (instant: number) => toIso(instant).slice(11, 16);
    const opening = Math.ceil((clock.now() + 3 * 60 * MINUTE) / MINUTE) * MINUTE;
    const window = {
      timezone: 'UTC',
      sendWindowStart: timeOf(opening),
      sendWindowEnd: timeOf(opening + 60 * MINUTE),
    };
    const force = async (differs: object) => {
      const { body } = await ws.send({
        message: 'Hi',
        recipientPhone: newPhone(),
        forceFallback: true,
        ...window,
        ...differs,
      });
      return (await smsOf(ws, body.message))[0];
    };
    const scheduledDate = toIso(clock.now() + 60 * MINUTE);
    expect(await force({ scheduledDate })).toMatchObject({ status: 'scheduled', dueAt: toIso(opening) });
    expect(await force({})).toMatchObject({ status: 'queued', dueAt: toIso(opening) });
  });

  test('is cut to what an SMS may hold, and says that it was', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const { body } = await ws.send({ message: '😀'.repeat(2_000), recipientPhone: NO_IMESSAGE });
    expect(body.status).toBe('fallback');
    const [sms] = await smsOf(ws, body.message);
    expect(sms?.message).toBe(`${'😀'.repeat(1_599)}…`);
    const [birth] = await ws.timeline(sms?._id ?? '');
    expect(birth).toMatchObject({ type: 'message.accepted', data: { cutFrom: 2_000 } });
  });

  test('goes to the phone the message names and to no other: an e-mail address alone never gets one', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const { leadId } = await accept(ws, { recipientPhone: NO_IMESSAGE });
    const { body } = await ws.send({
      message: 'Hi',
      leadId,
      recipientEmail: 'imessage+no@example.com',
    });
    expect(body.message).toMatchObject({ status: 'fallback', fallbackSmsDispatched: false });
    expect(await smsOf(ws, body.message)).toEqual([]);
  });

  test.each(['sms', 'email'])('by force is ignored for %s, and said to be', async (messageType) => {
    const ws = await openWorkspace(app, { lines: [{ messageType: 'email' }], fallback: true });
    const { body } = await ws.send({
      message: 'Hi',
      messageType,
      recipientPhone: newPhone(),
      recipientEmail: 'ada@example.com',
      forceFallback: true,
    });
    expect(body.status).toBe('sent');
    expect(body.warnings.join()).toContain('forceFallback is ignored');
  });
});
