/** Tapbacks and typing signs: at once or refused, in the documented words (contract 3.1). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Gesture, OnDevice } from '../../src/channels/channel.ts';
import { openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type ScriptedCarrier, scriptedCarrier } from '../scripted-carrier.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

interface Made {
  what: string;
  on: OnDevice;
}

let carrier: ScriptedCarrier;
let made: Made[];
let answer: Gesture;
let app: TestApp;
let ws: Workspace;

beforeEach(async () => {
  made = [];
  answer = { done: true };
  carrier = {
    ...scriptedCarrier(),
    async react(_line, on, reaction) {
      made.push({ what: reaction, on });
      return answer;
    },
    async showTyping(_line, on, isTyping) {
      made.push({ what: isTyping ? 'typing' : 'silent', on });
      return answer;
    },
  };
  app = await openApp({ channels: new Map([['sandbox', carrier]] as const) });
  ws = await openWorkspace(app);
});
afterEach(() => app.close());

async function sent(): Promise<{ id: string; address: string }> {
  const address = newPhone();
  const { _id } = await accept(ws, { recipientPhone: address });
  await ws.reaches(_id, 'sent');
  return { id: _id, address };
}

const react = (body: unknown) => ws.call('POST', '/api/messages/react', body as Record<string, unknown>);

describe('a tapback', () => {
  test('goes to the device of the message’s line and is kept beside the message', async () => {
    const { id, address } = await sent();
    const { status, body } = await react({ messageId: id, reaction: 'love' });
    expect([status, body]).toEqual([200, { ok: true, reaction: 'love', warnings: [] }]);
    expect(made).toEqual([{ what: 'love', on: { externalMessageId: 'ext-1', address } }]);
    expect(await read(app, 'SELECT target, address, reaction FROM reactions')).toEqual([
      { target: 'ext-1', address: ws.lines[0]?.phone, reaction: 'love' },
    ]);
  });

  test.each([
    [{}, 400, 'messageId and reaction required'],
    [{ messageId: 'f'.repeat(24) }, 400, 'messageId and reaction required'],
    [{ messageId: 'f'.repeat(24), reaction: 'clap' }, 400, 'Invalid reaction type'],
    [{ messageId: 7, reaction: 'like' }, 400, 'Invalid messageId'],
    [{ messageId: 'f'.repeat(24), reaction: 'like' }, 404, 'Message not found'],
  ])('%j is answered %i: %s', async (body, status, error) => {
    expect(await react(body)).toMatchObject({ status, body: { error } });
    expect(made).toEqual([]);
  });

  test('on a message that no device has is refused', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const { _id } = await accept(ws, { recipientPhone: newPhone(), scheduledDate: later });
    const refused = await react({ messageId: _id, reaction: 'like' });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: 'Message has no BlueBubbles ID — cannot react' },
    });
  });

  test('on a message that knows no address is refused, though the API lets none be made', async () => {
    const { id: _id } = await sent();
    await read(app, 'UPDATE messages SET address = NULL, recipient_phone = NULL WHERE id = $1', [_id]);
    expect(await react({ messageId: _id, reaction: 'like' })).toMatchObject({
      status: 400,
      body: { error: 'Cannot determine contact phone for reaction', code: 'NO_CONTACT_ADDRESS' },
    });
    expect(await ws.call('POST', '/api/messages/typing', { messageId: _id })).toMatchObject({
      status: 400,
      body: { code: 'NO_CHAT_TARGET' },
    });
  });

  test('on a message whose line this server cannot reach is refused', async () => {
    const { id } = await sent();
    const { databaseUrl } = app;
    const other = await openApp({ databaseUrl, key: app.key, dispatches: false, channels: new Map() });
    const stranger = openClient(other.url, ws.key);
    const refused = {
      status: 400,
      body: { error: 'Line not found or missing credentials', code: 'LINE_UNUSABLE' },
    };
    expect(
      await stranger.call('POST', '/api/messages/react', { messageId: id, reaction: 'like' }),
    ).toMatchObject(refused);
    expect(await stranger.call('POST', '/api/messages/typing', { messageId: id })).toMatchObject(refused);
    await other.close();
  });

  test('that the device refuses is answered 502 with its words, and not kept', async () => {
    const { id } = await sent();
    answer = { done: false, message: 'helper not connected' };
    expect(await react({ messageId: id, reaction: 'like' })).toMatchObject({
      status: 502,
      body: { error: 'BlueBubbles error: helper not connected', code: 'CARRIER_ERROR' },
    });
    expect(await read(app, 'SELECT target FROM reactions')).toEqual([]);
  });

  test('on another workspace’s message is on nothing', async () => {
    const { id } = await sent();
    ws = await openWorkspace(app);
    expect(await react({ messageId: id, reaction: 'like' })).toMatchObject({ status: 404 });
  });

  test('on a line that knows no tapbacks is refused', async () => {
    delete carrier.react;
    app = await reopen();
    const { id } = await sent();
    expect(await react({ messageId: id, reaction: 'like' })).toMatchObject({
      status: 400,
      body: { code: 'GESTURE_NOT_CARRIED' },
    });
  });
});

describe('the typing sign', () => {
  test('is shown and taken back in the chat of the message', async () => {
    const { id, address } = await sent();
    const shown = await ws.call('POST', '/api/messages/typing', { messageId: id });
    expect(shown).toMatchObject({ status: 200, body: { ok: true, typing: true, note: expect.any(String) } });
    const gone = await ws.call('DELETE', '/api/messages/typing', { messageId: id });
    expect(gone).toMatchObject({ status: 200, body: { ok: true, typing: false, note: expect.any(String) } });
    const on = { externalMessageId: 'ext-1', address };
    expect(made).toEqual([
      { what: 'typing', on },
      { what: 'silent', on },
    ]);
  });

  test('that a device can’t show is an error; that it can’t be taken back is not, because it ends by itself', async () => {
    const { id } = await sent();
    answer = { done: false, message: 'asleep' };
    expect(await ws.call('POST', '/api/messages/typing', { messageId: id })).toMatchObject({ status: 502 });
    expect(await ws.call('DELETE', '/api/messages/typing', { messageId: id })).toMatchObject({ status: 200 });
  });

  test('needs a message', async () => {
    for (const body of [{}, { messageId: 'x' }]) {
      const refused = await ws.call('POST', '/api/messages/typing', body);
      expect(refused).toMatchObject({ status: 400, body: { error: 'Invalid messageId' } });
    }
  });
});

async function reopen(): Promise<TestApp> {
  await app.close();
  const opened = await openApp({ channels: new Map([['sandbox', carrier]] as const) });
  ws = await openWorkspace(opened);
  return opened;
}
