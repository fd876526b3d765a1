/** Leads searched, changed and deleted (contract 3.2, D38). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { ConversationAnswer } from '../../src/contract/conversations/conversations.ts';
import type { RepliesAnswer } from '../../src/contract/conversations/replies.ts';
import type { Lead, LeadAnswer, LeadsAnswer } from '../../src/contract/leads/leads.ts';
import type { ListAnswer } from '../../src/contract/leads/lists.ts';
import { toIso } from '../../src/lib/clock.ts';
import { type Sql, statement } from '../../src/store/database.ts';
import { browseLeads, searchLeads } from '../../src/store/leads/lead-search.ts';
import type { LeadRow } from '../../src/store/leads/leads.ts';
import { openApp, type TestApp } from '../harness.ts';
import { rowsWalked } from '../rows-walked.ts';
import { until } from '../until.ts';
import { accept, bill, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
});
beforeEach(async () => {
  ws = await openWorkspace(app);
});
afterAll(() => app.close());

type Refusal = { code?: string; error?: string; reason?: string; param?: string };
const save = async (leads: object[], more: object = {}): Promise<string[]> =>
  (await ws.call<{ leadIds: string[] }>('POST', '/api/leads', { leads, ...more })).body.leadIds;
const makeList = async (name: string) =>
  (await ws.call<ListAnswer>('POST', '/api/lists', { name })).body.list._id;
const search = async (query: string) => (await ws.call<LeadsAnswer>('GET', `/api/leads?${query}`)).body;
const names = async (query: string) => (await search(query)).leads.map(({ firstName }) => firstName);
const lead = async (id: string) => (await ws.call<LeadAnswer>('GET', `/api/leads/${id}`)).body.lead;
const change = (id: string, body: object, method = 'PATCH') =>
  ws.call<LeadAnswer & { warnings: string[] } & Refusal>(method, `/api/leads/${id}`, body);
const remove = (ids: unknown) => ws.call<{ deletedCount: number } & Refusal>('DELETE', '/api/leads', { ids });
const addressesOf = async (id: string) =>
  (
    await read<{ address: string }>(
      app,
      'SELECT address FROM lead_addresses WHERE lead_id = $1 ORDER BY address',
      [id],
    )
  ).map(({ address }) => address);

describe('a page of leads', () => {
  test('has the documented shape: newest first, with all lists and the count of all that match', async () => {
    const listId = await makeList('Spring');
    const ids = await save([{ phone: newPhone() }, { phone: newPhone() }, { phone: newPhone() }], { listId });
    const body = await search('limit=2');
    expect(body.leads.map(({ _id }) => _id)).toEqual([ids[2], ids[1]]);
    expect(body.pagination).toEqual({ page: 1, limit: 2, totalCount: 3, totalPages: 2 });
    expect(body.lists).toEqual([expect.objectContaining({ _id: listId, name: 'Spring', leadCount: 3 })]);
    const second = await search('limit=2&page=2');
    expect(second.leads.map(({ _id }) => _id)).toEqual([ids[0]]);
    expect(await search('page=9')).toMatchObject({
      leads: [],
      pagination: { page: 9, limit: 50, totalCount: 3 },
    });
  });

  test('finds part of name, email, phone and company, in any case, and nothing across two of them', async () => {
    await save([
      { firstName: 'Ada', lastName: 'Lovelace', phone: '+12025550143', companyName: 'Engines' },
      { firstName: 'Grace', lastName: 'Hopper', email: 'hopper@navy.example.com', phone: '+12025550199' },
      { firstName: 'Éloïse', lastName: '100%_\\', email: 'e@example.com' },
    ]);
    for (const [asked, found] of [
      ['LOVE', ['Ada']],
      ['ada love', ['Ada']],
      ['engine', ['Ada']],
      ['navy', ['Grace']],
      ['202555', ['Grace', 'Ada']],
      ['(202) 555-0143', ['Ada']],
      ['+1 202.555.0199', ['Grace']],
      ['ÉLOÏSE', ['Éloïse']],
      ['100%', ['Éloïse']],
      ['%', ['Éloïse']],
      ['_\\', ['Éloïse']],
      ['a', ['Éloïse', 'Grace', 'Ada']],
      ['lovelace engines', []],
      ['hopperhopper', []],
    ] as const)
      expect(await names(`search=${encodeURIComponent(asked)}`), asked).toEqual(found);
  });

  test('keeps to a list, to a tag, and to both', async () => {
    const listId = await makeList('Spring');
    await save(
      [
        { firstName: 'A', phone: newPhone(), tags: ['vip'] },
        { firstName: 'B', phone: newPhone() },
      ],
      { listId },
    );
    await save([{ firstName: 'C', phone: newPhone(), tags: ['vip', 'uk'] }]);
    expect(await names(`listId=${listId}`)).toEqual(['B', 'A']);
    expect(await names('tag=vip')).toEqual(['C', 'A']);
    expect(await names(`tag=vip&listId=${listId}`)).toEqual(['A']);
    expect(await names('tag=VIP')).toEqual([]);
    expect(await names('tag=vip&search=c')).toEqual(['C']);
    expect(await names(`listId=${'f'.repeat(24)}`)).toEqual([]);
  });

  test.each(['page=0', 'page=x', 'limit=0', 'limit=101', 'listId=x'])('%s is refused', async (query) => {
    expect(await ws.call('GET', `/api/leads?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_FIELD', param: query.split('=')[0] },
    });
  });

  test.each(['', 'x', 'F'.repeat(24)])('the id %j is invalid, in the documented words', async (id) => {
    expect(await ws.call('GET', `/api/leads?id=${id}`)).toMatchObject({
      status: 400,
      body: { error: 'Invalid lead id' },
    });
  });

  test('that takes too long is 503, in the documented words', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let locked = () => {};
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const holding = app.deps.database.transaction(async (tx) => {
      await tx.query(statement('', 'LOCK TABLE leads IN ACCESS EXCLUSIVE MODE'), []);
      locked();
      await released;
    });
    await isLocked;
    const answer = await ws.call('GET', '/api/leads?search=anybody');
    release();
    await holding;
    expect(answer).toMatchObject({
      status: 503,
      body: {
        error: 'Search timed out. Try a more specific search or fewer results.',
        code: 'SEARCH_TIMED_OUT',
      },
    });
    expect((await ws.call('GET', '/api/leads?search=anybody')).status).toBe(200);
  });

  test('reads what it finds and not the rest', async () => {
    const big = await makeList('Big');
    const small = await makeList('Small');
    const many = Array.from({ length: 5_000 }, (_, n) => ({ firstName: `Person ${n}`, phone: newPhone() }));
    await save(many, { listId: big });
    await save([{ firstName: 'Zephyrine', phone: newPhone(), tags: ['rare'] }], { listId: small });
    const range = { offset: 0, limit: 50 };
    const walked = (work: (tx: Sql) => Promise<LeadRow[]>) =>
      rowsWalked(app.deps.database, 'leads', async (tx) => {
        expect((await work(tx)).map(({ firstName }) => firstName)).toEqual(['Zephyrine']);
      });
    await read(app, 'VACUUM ANALYZE leads');
    expect(await walked((tx) => browseLeads(tx, ws.workspaceId, small, range))).toBeLessThan(100);
    const any = { search: null, listId: null, tag: null, optedOut: null, availability: null };
    for (const asked of [{ search: 'zephyr' }, { tag: 'rare' }, { search: 'zephyr', listId: small }]) {
      const search = async (tx: Sql) =>
        (await searchLeads(tx, ws.workspaceId, { ...any, ...asked }, range)).leads;
      expect(await walked(search), JSON.stringify(asked)).toBeLessThan(100);
    }
  });
});

test('new leads are sorted into the index by the dispatcher, not by those who bring them', async () => {
  await read(app, 'CREATE EXTENSION IF NOT EXISTS pgstattuple');
  const pending = async () =>
    (await read<{ n: number }>(app, "SELECT pending_tuples AS n FROM pgstatginindex('leads_search')"))[0]?.n;
  await save([{ firstName: 'Pending', phone: newPhone() }]);
  expect(await names('search=pending')).toEqual(['Pending']);
  await until('they are sorted in', async () => (await pending()) === 0);
  expect(await names('search=pending')).toEqual(['Pending']);
});

describe('a change of a lead', () => {
  test.each(['PATCH', 'PUT'])('by %s keeps what is left out and clears what is null', async (method) => {
    const [id = ''] = await save([
      { firstName: 'Ada', lastName: 'L', phone: newPhone(), tags: ['a'], customFields: { x: 1 } },
    ]);
    const { status, body } = await change(
      id,
      { firstName: 'Augusta', lastName: null, tags: ['b'], colour: 'red' },
      method,
    );
    expect(status).toBe(200);
    expect(body.warnings).toEqual(['Unknown field: colour']);
    expect(body.lead).toMatchObject({
      firstName: 'Augusta',
      lastName: null,
      tags: ['b'],
      customFields: { x: 1 },
    });
    expect(await lead(id)).toEqual(body.lead);
    expect(await names('search=augusta')).toEqual(['Augusta']);
    expect(await names('search=ada')).toEqual([]);
  });

  test('of addresses is one of who is found by them, and has the new ones checked', async () => {
    const [old, fresh, alternate] = [newPhone(), newPhone(), newEmail()];
    const [id = ''] = await save([{ phone: old }]);
    await until('it is checked', async () => (await lead(id)).availabilityStatus === 'available');
    const { body } = await change(id, { phone: fresh, altEmail1: alternate });
    expect(body.lead.availabilityStatus).toBeNull();
    expect(await addressesOf(id)).toEqual([fresh, alternate].sort());
    await until('it is checked again', async () => (await lead(id)).availabilityStatus === 'available');
    const { leadId } = await accept(ws, { recipientPhone: old });
    expect(leadId).not.toBe(id);
  });

  test('leaves what was addressed to the old number findable by it', async () => {
    const [old, fresh] = [newPhone(), newPhone()];
    const [id = ''] = await save([{ phone: old }]);
    const scheduledDate = toIso(app.deps.clock.now() + 3_600_000);
    const waiting = await accept(ws, { recipientPhone: old, scheduledDate });
    expect(waiting.leadId).toBe(id);
    await change(id, { phone: fresh });
    const { body } = await ws.call('POST', '/api/messages/cancel-for-lead', { recipientPhone: old });
    expect(body.messageIds).toEqual([waiting._id]);
  });

  test('to a phone or email that another lead of the list has is refused, and names it', async () => {
    const [phone, email] = [newPhone(), newEmail()];
    const [first = '', second = ''] = await save([{ phone, email }, { phone: newPhone() }]);
    for (const body of [{ phone }, { email }])
      expect(await change(second, body)).toMatchObject({
        status: 409,
        body: { code: 'LEAD_EXISTS', reason: first, param: Object.keys(body)[0] },
      });
    const listId = await makeList('Second');
    expect((await change(second, { listId })).body.lead.listId).toBe(listId);
    expect((await change(second, { phone })).status).toBe(200);
    expect(await change(first, { listId })).toMatchObject({ status: 409, body: { code: 'LEAD_EXISTS' } });
  });

  test('at once with the same phone succeeds for one', async () => {
    const phone = newPhone();
    const ids = await save(Array.from({ length: 8 }, () => ({ email: newEmail() })));
    const answers = await Promise.all(ids.map((id) => change(id, { phone })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
  });

  test('is refused where there is nothing to change, nobody, no address left, or no such list', async () => {
    const [id = ''] = await save([{ phone: newPhone() }]);
    for (const [target, body, status, code] of [
      [id, {}, 400, 'NOTHING_TO_CHANGE'],
      [id, { colour: 1 }, 400, 'NOTHING_TO_CHANGE'],
      ['f'.repeat(24), { firstName: 'X' }, 404, 'LEAD_NOT_FOUND'],
      ['x', { firstName: 'X' }, 404, 'LEAD_NOT_FOUND'],
      [id, { phone: null }, 400, 'INVALID_FIELD'],
      [id, { phone: '12' }, 400, 'INVALID_FIELD'],
      [id, { listId: 'f'.repeat(24) }, 404, 'LIST_NOT_FOUND'],
    ] as const)
      expect(await change(target, body), JSON.stringify(body)).toMatchObject({ status, body: { code } });
    await bill(app, ws, 'past_due');
    expect(await change(id, { firstName: 'X' })).toMatchObject({ status: 402, body: { error: 'READ_ONLY' } });
    expect(await remove([id])).toMatchObject({ status: 402, body: { error: 'READ_ONLY' } });
  });
});

describe('a deletion', () => {
  test('takes the leads named and no others, with their addresses, for good', async () => {
    const phone = newPhone();
    const [first = '', second = ''] = await save([{ phone }, { phone: newPhone() }]);
    expect(await remove([first, first, 'f'.repeat(24)])).toMatchObject({
      status: 200,
      body: { deletedCount: 1 },
    });
    expect((await ws.call('GET', `/api/leads/${first}`)).body.error).toBe('Lead not found');
    expect(await addressesOf(first)).toEqual([]);
    expect((await search('')).leads.map(({ _id }) => _id)).toEqual([second]);
    expect((await remove([first])).body.deletedCount).toBe(0);
    expect(await save([{ phone }])).toHaveLength(1);
  });

  test('cancels what waits for them; what was written stays readable', async () => {
    const phone = newPhone();
    const [id = ''] = await save([{ phone, firstName: 'Ada' }]);
    const sent = await accept(ws, { leadId: id, message: 'Hello' });
    await ws.reaches(sent._id, 'delivered');
    const lineId = ws.lines[0]?._id ?? '';
    const said = {
      workspaceId: ws.workspaceId,
      lineId,
      address: phone,
      message: 'Hi!',
      externalMessageId: 'r1',
    };
    await receiveInbound(app.deps, said);
    const scheduledDate = toIso(app.deps.clock.now() + 3_600_000);
    const waiting = await accept(ws, { leadId: id, scheduledDate });
    await remove([id]);
    expect(await ws.message(waiting._id)).toMatchObject({ status: 'cancelled' });
    expect((await ws.timeline(waiting._id)).at(-1)).toMatchObject({
      data: { because: 'The contact was deleted' },
    });
    expect(
      (await ws.call<ConversationAnswer>('GET', `/api/conversations/${id}`)).body.messages.map(
        ({ message }) => message,
      ),
    ).toEqual(expect.arrayContaining(['Hello', 'Hi!']));
    const { replies } = (await ws.call<RepliesAnswer>('GET', `/api/replies?leadId=${id}`)).body;
    expect(replies).toMatchObject([{ leadId: id, message: 'Hi!' }]);
    expect((await ws.call('GET', '/api/conversations')).body.conversations).toMatchObject([{ leadId: id }]);
    // Whoever writes next is somebody new.
    await receiveInbound(app.deps, { ...said, message: 'Still there?', externalMessageId: 'r2' });
    const { leads } = await search('');
    expect(leads).toMatchObject([{ phone, source: 'inbound' }] satisfies Partial<Lead>[]);
  });

  test('amid a send lets that one end; one that comes too late finds nobody and fails', async () => {
    const held = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
    const phone = newPhone();
    const [id = ''] = await save([{ phone }]);
    const scheduledDate = toIso(app.deps.clock.now() + 3_600_000);
    const late = await accept(ws, { leadId: id, scheduledDate });
    await read(app, 'DELETE FROM leads WHERE id = $1', [id]);
    await ws.call('PATCH', `/api/messages/${late._id}`, { scheduledDate: toIso(app.deps.clock.now()) });
    expect(await ws.reaches(late._id, 'failed')).toMatchObject({ status: 'failed' });
    await held.close();
  });

  test.each([
    [undefined, 'No ids provided'],
    [[], 'No ids provided'],
    ['x', 'No ids provided'],
    [['x'], 'Invalid lead id in ids array'],
    [[7], 'Invalid lead id in ids array'],
    [['f'.repeat(24), null], 'Invalid lead id in ids array'],
  ])('of %j is refused, in the documented words', async (ids, error) => {
    expect(await remove(ids)).toMatchObject({ status: 400, body: { error } });
  });

  test('needs the scope to send', async () => {
    ws = await openWorkspace(app, { lines: [], scopes: ['read'] });
    expect((await remove(['f'.repeat(24)])).status).toBe(403);
    expect((await change('f'.repeat(24), { firstName: 'X' })).status).toBe(403);
  });
});
