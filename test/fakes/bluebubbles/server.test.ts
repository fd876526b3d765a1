/** The quirks of a BlueBubbles server that matter to us, and that the fake has them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { QUICK } from '../../bluebubbles.ts';
import { until } from '../../until.ts';
import { type FakeBlueBubbles, startBlueBubbles } from './server.ts';

let server: FakeBlueBubbles;
let listener: Server;
let heard: { type: string; data: Record<string, unknown> }[];

beforeEach(async () => {
  server = await startBlueBubbles({ timings: QUICK });
  heard = [];
  listener = createServer(async (request, response) => {
    heard.push(JSON.parse(await text(request)));
    response.end();
  }).listen(0, '127.0.0.1');
  await until('it listens', () => listener.listening);
});
afterEach(async () => {
  listener.close();
  await server.close();
});

async function call(method: string, path: string, json?: unknown, key = `guid=${server.password}`) {
  const response = await fetch(`${server.url}/api/v1/${path}${path.includes('?') ? '&' : '?'}${key}`, {
    method,
    ...(json === undefined
      ? {}
      : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

const ANNA = '+12025550100';
const send = (address: string, differs: Record<string, unknown> = {}) => {
  const { guid } = server.mac.openChat(address);
  const json = { chatGuid: guid, message: 'Hi', tempGuid: 'temp', method: 'private-api', ...differs };
  return call('POST', 'message/text', json);
};
const listen = (events: string[]) =>
  call('POST', 'webhook', { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`, events });

describe('the door', () => {
  test('takes the password by three names and refuses in its own words', async () => {
    for (const name of ['guid', 'password', 'token'])
      expect((await call('GET', 'ping', undefined, `${name}=secret`)).body).toMatchObject({ data: 'pong' });
    expect(await call('GET', 'ping', undefined, '')).toMatchObject({
      status: 401,
      body: { error: { type: 'Authentication Error', message: 'Missing server password!' } },
    });
    expect((await call('GET', 'ping', undefined, 'guid=no&password=secret')).status).toBe(401);
  });

  test('says what is missing for the Private API', async () => {
    server.world.helperConnected = false;
    expect(await send(ANNA)).toMatchObject({
      status: 500,
      body: { error: { message: 'iMessage Private API Helper is not connected!' } },
    });
  });
});

describe('sending', () => {
  test('a temporary id is refused while it is in flight, and only then', async () => {
    const [first, second] = await Promise.all([send(ANNA), send(ANNA)]);
    expect([first.status, second.status].sort()).toEqual([200, 400]);
    expect((await send(ANNA)).status).toBe(200);
    expect(server.copies('temp')).toHaveLength(2);
  });

  test('AppleScript needs a temporary id', async () => {
    expect((await send(ANNA, { method: 'apple-script', tempGuid: undefined })).status).toBe(400);
  });

  test('200 comes before an error that no event tells of', async () => {
    await listen(['*']);
    const { status, body } = await send('+12025550110');
    const { guid, error } = body.data as unknown as { guid: string; error: number };
    expect({ status, error }).toEqual({ status: 200, error: 0 });
    await until('the row has an error', async () => {
      const { body: now } = await call('GET', `message/${guid}`);
      return (now.data as unknown as { error: number }).error === 22;
    });
    expect(heard.map(({ type }) => type)).toEqual(['new-message', 'new-message']);
  });

  test('a row that comes too late is an error without data though the message went', async () => {
    expect(await send('+12025550108')).toMatchObject({ status: 500, body: { data: null } });
    expect(server.copies('temp')).toHaveLength(1);
  });

  test('on macOS 26 conversations are called any, and the old name is not found', async () => {
    server.mac.openChat(ANNA);
    expect((await call('GET', `chat/${encodeURIComponent(`any;-;${ANNA}`)}`)).status).toBe(200);
    expect((await call('GET', `chat/${encodeURIComponent(`iMessage;-;${ANNA}`)}`)).status).toBe(404);
  });
});

describe('webhooks', () => {
  test('one message is told twice, and an update names no conversation', async () => {
    await listen(['new-message', 'updated-message']);
    await send(ANNA);
    await until('all is told', () => heard.length === 3);
    const [first, second, third] = heard.map(
      ({ type, data }) => ({ type, ...data }) as Record<string, unknown>,
    );
    expect([first?.guid, third?.guid]).toEqual([second?.guid, second?.guid]);
    expect([first?.tempGuid, second?.tempGuid].sort()).toEqual(['temp', undefined]);
    expect([second?.type, third?.type, third?.chats]).toEqual(['new-message', 'updated-message', undefined]);
    expect(second?.chats).toHaveLength(1);
  });

  test('the same URL is the same webhook, whatever it shall hear this time', async () => {
    await listen(['new-message']);
    await listen(['*']);
    const { body } = await call('GET', 'webhook');
    expect(body.data).toMatchObject([{ events: ['new-message'] }]);
    expect((await listen(['imessage-aliases-removed'])).status).toBe(400);
  });

  test('get lost, come twice or out of order when told so, and old rows are never told of', async () => {
    await listen(['*']);
    server.webhooks.weather = 'lost';
    server.receive(ANNA, 'lost');
    server.webhooks.weather = 'twice';
    server.receive(ANNA, 'twice');
    await until('it is heard', () => heard.length === 2);
    server.webhooks.weather = 'fair';
    const { body } = await send('+12025550101');
    for (let each = 0; each < 100; each += 1) server.receive(ANNA, 'busy');
    const { guid } = body.data as unknown as { guid: string };
    await until('it is read', () => server.mac.rows.find((row) => row.guid === guid)?.read);
    expect(heard.some(({ type, data }) => type === 'updated-message' && data.dateRead !== null)).toBe(false);
  });
});

describe('reading', () => {
  test('conversations and files are told only when asked for', async () => {
    const { body } = await send(ANNA);
    const { guid } = body.data as unknown as { guid: string };
    expect((await call('GET', `message/${guid}`)).body.data).toMatchObject({ chats: [], attachments: [] });
    expect((await call('GET', `message/${guid}?with=chats`)).body.data).toMatchObject({
      chats: [{ guid: `any;-;${ANNA}` }],
    });
  });

  test('an unknown conversation has no messages, and a statement is SQL', async () => {
    const none = await call('POST', 'message/query', { chatGuid: 'any;-;nobody' });
    expect(none.body).toMatchObject({ data: [], message: 'No chat found with GUID: any;-;nobody' });
    const where = [{ statement: 'message.text = :t', args: { t: 'x' } }];
    expect((await call('POST', 'message/query', { where })).status).toBe(500);
  });
});
