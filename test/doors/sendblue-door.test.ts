/** What a client of Sendblue sends here, is answered and is told. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SendblueMessage } from '../../src/contract/doors/sendblue-door.ts';
import { openWebhookReceiver, type WebhookReceiver } from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { copiesIn, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
let receiver: WebhookReceiver;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ config: { allowPrivateHosts: true } });
  receiver = await openWebhookReceiver();
});
beforeEach(async () => {
  ws = await openWorkspace(app, { fallback: true });
});
afterAll(async () => {
  await receiver.close();
  await app.close();
});

async function send(body: object | URLSearchParams, key = ws.key) {
  const isForm = body instanceof URLSearchParams;
  const answer = await fetch(`${app.url}/api/send-message`, {
    method: 'POST',
    headers: {
      'sb-api-key-id': 'mine',
      'sb-api-secret-key': key,
      ...(isForm ? {} : { 'content-type': 'application/json' }),
    },
    body: isForm ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as SendblueMessage };
}

const told = (path: string) =>
  receiver.at(path).map(({ envelope }) => envelope as unknown as SendblueMessage);

describe('a message', () => {
  test('is answered as documented, arrives as it was written, and each step is told in order', async () => {
    const number = '+12025550101';
    const { status, body } = await send({
      number,
      content: 'Hello {world}!',
      send_style: 'invisible',
      status_callback: `${receiver.url}/a`,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      accountEmail: '',
      content: 'Hello {world}!',
      is_outbound: true,
      status: 'QUEUED',
      error_code: null,
      error_message: null,
      message_handle: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      date_sent: expect.any(String),
      date_updated: expect.any(String),
      from_number: ws.lines[0]?.phone,
      number,
      to_number: number,
      was_downgraded: null,
      plan: 'self-hosted',
      media_url: '',
      message_type: 'message',
      group_id: '',
      participants: [],
      send_style: 'invisible',
      opted_out: false,
      error_detail: null,
    });
    await until('all is told', () => told('/a').some((each) => each.status === 'READ'));
    expect(told('/a').map((each) => each.status)).toEqual(['SENT', 'DELIVERED', 'READ']);
    expect(told('/a').every((each) => each.message_handle === body.message_handle)).toBe(true);
    expect(told('/a').every((each) => each.was_downgraded === false)).toBe(true);
    expect((await copiesIn(app, ws)).map((copy) => copy.message)).toEqual(['Hello {world}!']);
  });

  test('to a phone without iMessage goes by SMS: it was downgraded', async () => {
    await send({ number: '+12025550102', content: 'Hi', status_callback: `${receiver.url}/b` });
    await until('it is told', () => told('/b').some((each) => each.status === 'DELIVERED'));
    expect(told('/b').at(-1)).toMatchObject({ was_downgraded: true, from_number: ws.lines[1]?.phone });
  });

  test('may come as a form, from a number of a line', async () => {
    const from = ws.lines[0]?.phone ?? '';
    const form = new URLSearchParams({ number: newPhone(), content: 'Hi', from_number: from });
    expect(await send(form)).toMatchObject({ status: 200, body: { status: 'QUEUED', from_number: from } });
  });

  test('to somebody who opted out is an error at once', async () => {
    const number = newPhone();
    await ws.call('POST', '/api/dnc', { phone: number });
    expect((await send({ number, content: 'Hi' })).body).toMatchObject({ status: 'ERROR', opted_out: true });
  });
});

describe('a mistake', () => {
  test.each([
    {},
    { number: 'nobody', content: 'Hi' },
    { number: '+12025550100' },
    { number: '+12025550100', content: 'x'.repeat(10_001) },
    { number: '+12025550100', content: 'Hi', from_number: '+12025559999' },
    { number: '+12025550100', content: 'Hi', status_callback: 'nowhere' },
    { number: '+12025550100', media_url: 'ftp://example.com' },
  ])('%j is told as an error', async (body) => {
    expect(await send(body)).toMatchObject({
      status: 400,
      body: { status: 'ERROR', error_code: 4000, error_message: expect.any(String) },
    });
  });

  test('with the key is 401', async () => {
    expect(await send({ number: '+12025550100', content: 'Hi' }, 'wrong')).toMatchObject({
      status: 401,
      body: { status: 'ERROR', error_message: 'Unauthorized' },
    });
  });
});
