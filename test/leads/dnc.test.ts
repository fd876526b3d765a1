/** Do not contact, as people enter and lift it (contract 3.9, D29). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { DncEntriesAnswer, DncEntryAnswer, DncLedgerAnswer } from '../../src/contract/leads/dnc.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, bill, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
});
afterAll(() => app.close());

const add = (body: Record<string, unknown>) => ws.call<DncEntryAnswer>('POST', '/api/dnc', body);
const list = async (query = '') => (await ws.call<DncEntriesAnswer>('GET', `/api/dnc${query}`)).body;
const lift = (id: string) => ws.call('DELETE', `/api/dnc?id=${id}`);

describe('an entry', () => {
  test('covers the contact on all channels at once: what waits is cancelled, what comes is refused', async () => {
    const [phone, email] = [newPhone(), newEmail()];
    const scheduledDate = toIso(app.deps.clock.now() + 3_600_000);
    const waiting = await accept(ws, { recipientPhone: phone, altEmail1: email, scheduledDate });
    const { status, body } = await add({ phone, reason: 'asked by phone' });
    expect(status).toBe(201);
    expect(body.entry).toEqual({
      _id: expect.any(String),
      workspaceId: ws.workspaceId,
      phone,
      email: null,
      reason: 'asked by phone',
      words: 'asked by phone',
      channel: 'all',
      leadId: waiting.leadId,
      by: { apiKeyId: expect.any(String), personId: null, name: 'Test' },
      createdAt: expect.any(String),
    });
    await ws.reaches(waiting._id, 'cancelled');
    const mail = await ws.send({ leadId: waiting.leadId, messageType: 'email', message: 'Hi' });
    expect(mail.body.message).toMatchObject({ status: 'failed', reason: 'dnc' });
  });

  test('for nobody known yet binds whoever turns up with that address', async () => {
    const phone = newPhone();
    expect((await add({ phone })).body.entry).toMatchObject({ reason: 'manual', words: 'manual' });
    expect((await ws.send({ recipientPhone: phone, message: 'Hi' })).body.message).toMatchObject({
      status: 'failed',
      reason: 'dnc',
    });
  });

  test('takes ten digits as a number, and both addresses at once', async () => {
    const email = newEmail();
    expect((await add({ phone: '(202) 555-0177', email })).body.entry.phone).toBe('+12025550177');
    expect((await list()).entries.map((entry) => entry.phone ?? entry.email)).toEqual([
      email,
      '+12025550177',
    ]);
  });

  test('made by a person is not lifted by the contact’s words', async () => {
    const phone = newPhone();
    await add({ phone });
    const inbound = { workspaceId: ws.workspaceId, lineId: ws.lines[0]?._id ?? '', address: phone };
    await receiveInbound(app.deps, { ...inbound, message: 'START', externalMessageId: app.deps.ids() });
    expect((await list()).total).toBe(1);
  });

  test.each([
    [{}, 'Either phone or email is required'],
    [{ phone: ' ' }, 'Either phone or email is required'],
    [{ phone: 'x' }, 'phone must be a phone number in E.164 format, like +12025550100'],
    [{ email: 'x' }, 'email must be an e-mail address, like name@example.com'],
  ])('%j is refused: %s', async (body, error) => {
    expect(await add(body)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('lifting', () => {
  test('lets the contact be written to again, once, and the ledger tells both', async () => {
    const recipientPhone = newPhone();
    const { leadId } = await accept(ws, { recipientPhone });
    const { _id } = (await add({ phone: recipientPhone })).body.entry;
    expect(await lift(_id)).toMatchObject({ status: 200, body: { success: true } });
    const { _id: id } = await accept(ws, { leadId });
    await ws.reaches(id, 'delivered');
    expect(await lift(_id)).toMatchObject({ status: 404, body: { error: 'DNC entry not found' } });
    const ledger = await read(
      app,
      'SELECT action, source FROM suppressions WHERE workspace_id = $1 ORDER BY id',
      [ws.workspaceId],
    );
    expect(ledger).toEqual([
      { action: 'opt_out', source: 'manual' },
      { action: 'opt_in', source: 'manual' },
    ]);
  });

  test('works for what words imposed too', async () => {
    const recipientPhone = newPhone();
    const { _id, fromLineId } = await accept(ws, { recipientPhone });
    await ws.reaches(_id, 'delivered');
    const inbound = { workspaceId: ws.workspaceId, lineId: fromLineId ?? '', address: recipientPhone };
    await receiveInbound(app.deps, { ...inbound, message: 'STOP', externalMessageId: app.deps.ids() });
    const [entry] = (await list()).entries;
    expect(entry).toMatchObject({ phone: recipientPhone, reason: 'opt_out_words', words: 'STOP' });
    await lift(entry?._id ?? '');
    expect((await list()).entries).toEqual([]);
    const { _id: id } = await accept(ws, { recipientPhone });
    await ws.reaches(id, 'delivered');
  });

  test.each(['', 'x', 'f'.repeat(24)])('of an id like "%s" finds nothing', async (id) => {
    expect(await lift(id)).toMatchObject({ status: 404, body: { code: 'DNC_NOT_FOUND' } });
  });

  test('needs a key that may do everything', async () => {
    ws = await openWorkspace(app, { scopes: ['send', 'read'], lines: [] });
    expect((await add({ phone: newPhone() })).status).toBe(201);
    expect((await lift('f'.repeat(24))).status).toBe(403);
  });
});

test('the list is paged, searched, and shows nothing of a read-only workspace’s attempts to change it', async () => {
  const phones = [newPhone(), newPhone(), newPhone()];
  for (const phone of phones) await add({ phone });
  const page = await list('?page=2&limit=2');
  expect(page).toMatchObject({ total: 3, page: 2, limit: 2, totalPages: 2 });
  expect(page.entries.map(({ phone }) => phone)).toEqual([phones[0]]);
  const found = await list(`?search=${encodeURIComponent(phones[1] ?? '')}`);
  expect(found.entries.map(({ phone }) => phone)).toEqual([phones[1]]);
  expect((await list('?search=%25')).entries).toEqual([]);
  await bill(app, ws, 'past_due');
  expect(await add({ phone: newPhone() })).toMatchObject({ status: 402, body: { error: 'READ_ONLY' } });
  expect((await list()).total).toBe(3);
});

describe('the ledger', () => {
  type Ledger = DncLedgerAnswer;
  const ledger = async (query = '') => (await ws.call<Ledger>('GET', `/api/dnc/history${query}`)).body;

  test('tells of an address who entered it, in which words, and that it was lifted and why; nothing leaves it', async () => {
    const phone = newPhone();
    const { leadId } = await accept(ws, { recipientPhone: phone });
    const { _id } = (await add({ phone, reason: 'asked by phone' })).body.entry;
    await ws.call('DELETE', `/api/dnc?id=${_id}&reason=${encodeURIComponent('called back')}`);
    await add({ email: newEmail() });
    const common = {
      _id: expect.any(String),
      phone,
      email: null,
      channel: 'all',
      source: 'manual',
      leadId,
      by: { apiKeyId: expect.any(String), personId: null, name: 'Test' },
      at: expect.any(String),
    };
    const told = [
      { ...common, action: 'opt_in', words: 'called back' },
      { ...common, _id, action: 'opt_out', words: 'asked by phone' },
    ];
    expect((await ledger(`?address=${encodeURIComponent(phone)}`)).entries).toEqual(told);
    // A plus that was not encoded arrives as a blank.
    expect((await ledger(`?address=${phone}`)).entries).toEqual(told);
    expect((await ledger(`?leadId=${leadId}`)).entries).toEqual(told);
    expect((await ledger()).entries).toHaveLength(3);
  });

  test('tells what the contact said as said by nobody of ours', async () => {
    const address = newPhone();
    const inbound = { workspaceId: ws.workspaceId, lineId: ws.lines[0]?._id ?? '', address };
    await receiveInbound(app.deps, { ...inbound, message: 'STOP', externalMessageId: app.deps.ids() });
    expect((await ledger()).entries).toMatchObject([
      { phone: address, source: 'words', words: 'STOP', by: null },
    ]);
  });

  test('is read page by page', async () => {
    for (let n = 0; n < 5; n += 1) await add({ phone: newPhone() });
    const first = await ledger('?limit=3');
    const second = await ledger(`?limit=3&cursor=${first.nextCursor}`);
    expect([first.entries.length, second.entries.length, second.nextCursor]).toEqual([3, 2, null]);
  });

  test.each([
    'address=x',
    'limit=0',
    `leadId=${'f'.repeat(24)}&address=${encodeURIComponent('+12025550100')}`,
  ])('refuses %s', async (query) => {
    expect(await ws.call('GET', `/api/dnc/history?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_FIELD' },
    });
  });
});

test('leads are entered with every address they have, and each of them is refused from then on', async () => {
  const [phone, email] = [newPhone(), newEmail()];
  const { body: saved } = await ws.call<{ leadIds: string[] }>('POST', '/api/leads', {
    leads: [{ phone, altEmail1: email }, { phone: newPhone() }],
  });
  const { status, body } = await add({ leadIds: [...saved.leadIds, 'f'.repeat(24)], reason: 'complained' });
  expect([status, body.enteredCount]).toEqual([201, 3]);
  expect((await list()).entries.map(({ words }) => words)).toEqual([
    'complained',
    'complained',
    'complained',
  ]);
  for (const recipient of [{ recipientPhone: phone }, { recipientEmail: email, messageType: 'email' }])
    expect((await ws.send({ ...recipient, message: 'Hi' })).body.message).toMatchObject({ reason: 'dnc' });
  expect((await add({ leadIds: ['f'.repeat(24)] })).status).toBe(404);
  for (const leadIds of [['x'], 'x', Array(501).fill('f'.repeat(24))])
    expect(await add({ leadIds })).toMatchObject({ status: 400, body: { code: 'INVALID_FIELD' } });
  expect((await add({ leadIds: saved.leadIds, phone })).status).toBe(400);
});
