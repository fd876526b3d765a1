/** Lines asked for as the documented API asks for them (contract 3.4, D39). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LineRequestAnswer, NewLineRequestAnswer } from '../../src/contract/lines/line-orders.ts';
import type { LineAnswer } from '../../src/contract/lines/lines.ts';
import { openApp, type TestApp } from '../harness.ts';
import { bill, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [] });
});
afterAll(() => app.close());

const wish = (changes: Record<string, unknown> = {}) => ({
  firstName: 'Ada',
  lastName: 'Byron',
  channelType: 'phone',
  lineType: 'byon',
  phone: newPhone(),
  email: 'ada@example.com',
  ...changes,
});
const ask = (body: object, headers?: Record<string, string>) =>
  ws.call<NewLineRequestAnswer>('POST', '/api/line-requests', body, headers);
const look = (id: string) => ws.call<LineRequestAnswer>('GET', `/api/line-requests/${id}`);
const lineOf = async (id: string) => (await ws.call<LineAnswer>('GET', `/api/lines/${id}`)).body.line;

describe('a number of one’s own', () => {
  test('is registered, sends nothing until its Mac is paired by the code, and is active from then on', async () => {
    const { status, body } = await ask(wish({ zipcode: '80202', state: 'CO' }));
    expect(status).toBe(201);
    const line = {
      _id: body.lineRequestId,
      firstName: 'Ada',
      lastName: 'Byron',
      channelType: 'phone',
      lineType: 'byon',
      provisioningStatus: 'provisioning',
      paymentStatus: null,
    };
    const state = {
      success: true,
      status: 'provisioning',
      paymentStatus: null,
      paymentRequired: false,
      line,
    };
    expect(body).toEqual({
      ...state,
      lineRequestId: expect.any(String),
      pairing: {
        code: expect.any(String),
        expiresAt: expect.any(String),
        command: expect.stringContaining(body.pairing.code),
      },
      warnings: [],
    });
    expect((await look(body.lineRequestId)).body).toEqual(state);
    expect(await lineOf(body.lineRequestId)).toMatchObject({ transport: 'relay', isActive: false });
    const early = await ws.send({ message: 'Hi', recipientPhone: newPhone() });
    expect(early.body).toMatchObject({ code: 'NO_ACTIVE_LINES' });

    const paired = await ws.call('POST', '/relay/pair', { code: body.pairing.code, name: 'Mac mini' });
    expect(paired.status).toBe(201);
    expect((await look(body.lineRequestId)).body).toMatchObject({
      status: 'active',
      line: { provisioningStatus: 'active' },
    });
    expect(await lineOf(body.lineRequestId)).toMatchObject({ isActive: true, provisioningStatus: 'active' });
  });

  test('of the channel email is known by its Apple ID alone', async () => {
    const { body } = await ask(wish({ channelType: 'email' }));
    expect(await lineOf(body.lineRequestId)).toMatchObject({
      channelType: 'email',
      phone: null,
      email: 'ada@example.com',
      messageType: 'imessage',
    });
  });

  test('asked for twice under one key, of header or body, is one line and one answer', async () => {
    const body = wish();
    const first = await ask(body, { 'idempotency-key': 'k1' });
    const again = await ask(body, { 'idempotency-key': 'k1' });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await ask(wish(), { 'idempotency-key': 'k1' });
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_mismatch' } });

    const inBody = wish({ idempotencyKey: 'k2' });
    const both = [await ask(inBody), await ask(inBody)];
    expect(new Set(both.map((answer) => answer.body.lineRequestId)).size).toBe(1);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect((await ws.call<{ lines: unknown[] }>('GET', '/api/lines')).body.lines.length).toBe(2);
  });

  test.each(['firstName', 'lastName', 'channelType', 'email', 'phone'])('needs %s', async (name) => {
    const answer = await ask(wish({ [name]: undefined }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_FIELD', param: name } });
  });
});

describe('what is not served', () => {
  test.each([{ lineType: 'purchased' }, { lineType: undefined }])(
    '%j: numbers are not sold',
    async (given) => {
      expect(await ask(wish(given))).toMatchObject({
        status: 403,
        body: { success: false, status: 'forbidden_line_type', code: 'FORBIDDEN_LINE_TYPE' },
      });
    },
  );

  test('a payment: the link is answered with the state, and there is nothing to cancel', async () => {
    const { body } = await ask(wish());
    const path = `/api/line-requests/${body.lineRequestId}`;
    expect(await ws.call('POST', path, { action: 'payment_link' })).toMatchObject({
      status: 200,
      body: { success: true, status: 'provisioning' },
    });
    expect(await ws.call('POST', path, { action: 'cancel' })).toMatchObject({
      status: 409,
      body: { success: false, status: 'provisioning', message: expect.any(String) },
    });
  });

  test('says so in the documented words', async () => {
    const { body } = await ask(wish());
    const path = `/api/line-requests/${body.lineRequestId}`;
    expect((await ws.call('POST', path, { action: 'pay' })).body).toMatchObject({
      error: 'Unsupported action',
    });
    for (const id of ['nonsense', '1']) {
      expect(await look(id)).toMatchObject({ status: 400, body: { error: 'Invalid line request id' } });
    }
    const unknown = await look('0'.repeat(24));
    expect(unknown).toMatchObject({ status: 404, body: { error: 'Line request not found' } });
    await bill(app, ws, 'past_due');
    expect((await ask(wish())).body).toMatchObject({ error: 'READ_ONLY', reason: 'past_due' });
  });
});
