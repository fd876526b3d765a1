/** Leads as people look at them all day: paged without end, tagged and moved by the hundred, with what is known of each address. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LeadCampaignsAnswer } from '../../src/contract/campaigns/campaigns.ts';
import type { ChangedLeadsAnswer } from '../../src/contract/leads/lead-changes.ts';
import type { Lead, LeadAnswer, LeadsAnswer } from '../../src/contract/leads/leads.ts';
import type { ListAnswer } from '../../src/contract/leads/lists.ts';
import type { TagsAnswer } from '../../src/contract/leads/tags.ts';
import { seekLeads } from '../../src/store/leads/lead-search.ts';
import { campaignCalls } from '../campaign-calls.ts';
import { openApp, type TestApp } from '../harness.ts';
import { rowsWalked } from '../rows-walked.ts';
import { until } from '../until.ts';
import { newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [] });
});
afterAll(() => app.close());

async function save(leads: Partial<Lead>[], more: object = {}): Promise<string[]> {
  const { body } = await ws.call<{ leadIds: string[] }>('POST', '/api/leads', { leads, ...more });
  return body.leadIds;
}
const people = (count: number, more: Partial<Lead> = {}) =>
  Array.from({ length: count }, (_, n) => ({ firstName: `Person ${n}`, phone: newPhone(), ...more }));
const page = async (query: string) => (await ws.call<LeadsAnswer>('GET', `/api/leads?${query}`)).body;
const names = async (query: string) => (await page(query)).leads.map(({ firstName }) => firstName);
const makeList = async (name: string) =>
  (await ws.call<ListAnswer>('POST', '/api/lists', { name })).body.list._id;
const change = (body: object) =>
  ws.call<ChangedLeadsAnswer & { code: string }>('POST', '/api/leads/change', body);
const lead = async (id: string) => (await ws.call<LeadAnswer>('GET', `/api/leads/${id}`)).body;

async function walk(query: string, limit: number): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (let cursor = ''; ; ) {
    const answer = await page(`${query}&count=false&limit=${limit}${cursor && `&cursor=${cursor}`}`);
    expect(answer.pagination).toBeUndefined();
    found.push(...answer.leads.map(({ firstName }) => firstName));
    if (answer.nextCursor === null) return found;
    cursor = answer.nextCursor;
  }
}

describe('pages by cursor', () => {
  test('hold every lead once, newest first, while others come in', async () => {
    await save(people(23));
    const first = await page('limit=10');
    expect(first).toMatchObject({ pagination: { totalCount: 23 } });
    await save([{ firstName: 'Late', phone: newPhone() }]);
    const rest = await walk('', 10);
    expect(rest).toHaveLength(24);
    const second = await page(`limit=10&cursor=${first.nextCursor}`);
    expect(second.leads.map(({ firstName }) => firstName)).toEqual(rest.slice(11, 21));
  });

  test('narrow by list, tag, words, opt-out and availability, alone and together', async () => {
    const fair = await makeList('Fair');
    const ids = await save(people(6, { tags: ['vip'] }), { listId: fair });
    await save(people(5, { companyName: 'Engines' }));
    await read(app, "UPDATE leads SET availability_status = 'available' WHERE id = ANY($1)", [
      ids.slice(0, 3),
    ]);
    await ws.call('POST', '/api/dnc', { leadIds: ids.slice(2, 4) });
    for (const [query, expected] of [
      [`listId=${fair}`, 6],
      ['tag=vip', 6],
      ['search=engines', 5],
      ['search=person&tag=vip', 6],
      ['search=nobody', 0],
      ['optedOut=true', 2],
      ['optedOut=false', 9],
      ['availability=available', 3],
      ['availability=unknown', 8],
      [`availability=available&listId=${fair}&optedOut=true`, 1],
      ['availability=error', 0],
    ] as const) {
      expect(await walk(query, 2), query).toHaveLength(expected);
      expect((await page(query)).pagination?.totalCount, query).toBe(expected);
    }
  });

  test('cost as little at the end of many leads as at their beginning', async () => {
    const fair = await makeList('Fair');
    await save(people(6_000, { tags: ['all'] }), { listId: fair });
    await save([{ firstName: 'Zephyrine', phone: newPhone(), tags: ['rare'] }], { listId: fair });
    await read(app, 'VACUUM ANALYZE leads');
    const any = { search: null, listId: null, tag: null, optedOut: null, availability: null } as const;
    const last = (await page(`limit=100&page=60`)).leads.at(-1)?._id ?? '';
    const walked = (filters: object, after: string | null) =>
      rowsWalked(app.deps.database, 'leads', (tx) =>
        seekLeads(tx, ws.workspaceId, { ...any, ...filters }, after, 20),
      );
    for (const filters of [{}, { listId: fair }, { availability: 'unknown' as const }])
      for (const after of [null, last])
        expect(await walked(filters, after), JSON.stringify(filters)).toBeLessThan(300);
    // What many have is found among the newest; what few have, by its index and in one bounded look.
    expect(await walked({ tag: 'all' }, null)).toBeLessThan(300);
    expect(await walked({ search: 'zephyr' }, null)).toBeLessThan(12_000);
  });

  test.each([
    ['cursor=x', 'INVALID_CURSOR'],
    [`cursor=${'f'.repeat(24)}&page=2`, 'INVALID_FIELD'],
    ['count=false&page=2', 'INVALID_FIELD'],
    ['count=maybe', 'INVALID_FIELD'],
    ['optedOut=maybe', 'INVALID_FIELD'],
    ['availability=maybe', 'INVALID_FIELD'],
  ])('are refused for %s', async (query, code) => {
    expect(await ws.call('GET', `/api/leads?${query}`)).toMatchObject({ status: 400, body: { code } });
  });
});

describe('many leads', () => {
  test('get tags and lose others in one call, and are found by them', async () => {
    const ids = await save(people(3, { tags: ['cold'] }));
    const { status, body } = await change({
      ids: [...ids, 'f'.repeat(24)],
      addTags: ['warm'],
      removeTags: ['cold'],
      colour: 1,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      changedCount: 3,
      unchangedCount: 0,
      skipped: [],
      warnings: ['Unknown field: colour'],
    });
    expect(await names('tag=warm')).toHaveLength(3);
    expect(await names('tag=cold')).toEqual([]);
    expect((await change({ ids, addTags: ['warm'] })).body).toMatchObject({
      changedCount: 0,
      unchangedCount: 3,
    });
  });

  test('move to a list, but for those whom it has already', async () => {
    const [from, to] = [await makeList('From'), await makeList('To')];
    const [phone, email] = [newPhone(), newEmail()];
    const [holder = ''] = await save([{ phone }], { listId: to });
    const [twin = '', ...others] = await save([{ phone, email }, ...people(2)], { listId: from });
    expect((await change({ ids: [twin, ...others], listId: to })).body).toMatchObject({
      changedCount: 2,
      skipped: [{ leadId: twin, because: 'in_list', existingLeadId: holder }],
    });
    expect((await lead(twin)).lead.listId).toBe(from);
    expect((await page(`listId=${to}`)).pagination?.totalCount).toBe(3);
  });

  test('that share an address move to a list once', async () => {
    const to = await makeList('To');
    const phone = newPhone();
    const [one = ''] = await save([{ phone }], { listId: await makeList('A') });
    const [two = ''] = await save([{ phone }], { listId: await makeList('B') });
    const answers = await Promise.all([
      change({ ids: [two], listId: to }),
      change({ ids: [one], listId: to }),
    ]);
    expect(answers.map(({ body }) => body.changedCount).sort()).toEqual([0, 1]);
    expect(answers.flatMap(({ body }) => body.skipped)).toHaveLength(1);
  });

  test('that have fifty tags get no more', async () => {
    const [id = ''] = await save([
      { phone: newPhone(), tags: Array.from({ length: 50 }, (_, n) => `t${n}`) },
    ]);
    expect((await change({ ids: [id], addTags: ['more'] })).body.skipped).toEqual([
      { leadId: id, because: 'too_many_tags', existingLeadId: null },
    ]);
    expect((await change({ ids: [id], addTags: ['more'], removeTags: ['t0'] })).body.changedCount).toBe(1);
  });

  test.each([
    [{ addTags: ['a'] }, 'LEAD_IDS_REQUIRED'],
    [{ ids: ['x'], addTags: ['a'] }, 'INVALID_LEAD_IDS'],
    [{ ids: ['f'.repeat(24)] }, 'NOTHING_TO_CHANGE'],
    [{ ids: ['f'.repeat(24)], addTags: ['a'], removeTags: ['a'] }, 'INVALID_FIELD'],
    [{ ids: ['f'.repeat(24)], addTags: [''] }, 'INVALID_FIELD'],
    [{ ids: ['f'.repeat(24)], listId: 'f'.repeat(24) }, 'LIST_NOT_FOUND'],
  ])('are not changed by %j', async (body, code) => {
    expect((await change(body)).body.code).toBe(code);
  });
});

test('the tags of a workspace are told with how many leads have each, the most frequent first', async () => {
  await save([...people(3, { tags: ['vip', 'uk'] }), ...people(2, { tags: ['vip'] }), ...people(1)]);
  expect((await ws.call<TagsAnswer>('GET', '/api/tags')).body).toEqual({
    tags: [
      { tag: 'vip', leadCount: 5 },
      { tag: 'uk', leadCount: 3 },
    ],
    isPartial: false,
  });
});

test('a lead is read with what is known of each of its addresses: when, by which line, and whether it may be written to', async () => {
  ws = await openWorkspace(app, { lines: [{ phone: newPhone() }] });
  const [phone, email] = [newPhone(), newEmail()];
  const [id = ''] = await save([{ phone, altEmail1: email }]);
  await until('it is checked', async () => (await lead(id)).addresses[0]?.availability === 'available');
  const { entry } = (
    await ws.call<{ entry: { _id: string } }>('POST', '/api/dnc', { email, reason: 'asked' })
  ).body;
  expect((await lead(id)).addresses).toEqual([
    {
      field: 'phone',
      address: phone,
      availability: 'available',
      checkedAt: expect.any(String),
      isFresh: true,
      line: { _id: ws.lines[0]?._id, address: ws.lines[0]?.phone, transport: 'sandbox' },
      doNotContact: null,
    },
    {
      field: 'altEmail1',
      address: email,
      availability: null,
      checkedAt: null,
      isFresh: false,
      line: null,
      doNotContact: { _id: entry._id, reason: 'manual', words: 'asked', since: expect.any(String) },
    },
  ]);
});

test('a lead tells in which campaigns it stands and stood, the latest first', async () => {
  ws = await openWorkspace(app);
  const calls = campaignCalls(ws);
  const [id = ''] = await save([{ firstName: 'Ada', phone: newPhone() }]);
  const campaigns = async () =>
    (await ws.call<LeadCampaignsAnswer>('GET', `/api/leads/${id}/campaigns`)).body.campaigns;
  expect(await campaigns()).toEqual([]);
  const first = await calls.launched();
  await calls.enter(first, { leadId: id });
  await ws.call('POST', `/api/campaigns/${first}/leads/${id}/stop`);
  const second = await calls.launched();
  await calls.enter(second, { leadId: id });
  expect(await campaigns()).toMatchObject([
    { campaignId: second, campaignStatus: 'active', leadId: id, name: 'Ada', status: 'active', entry: 1 },
    { campaignId: first, leadId: id, status: 'stopped', reason: 'cancelled' },
  ]);
  expect((await ws.call('GET', `/api/leads/${'f'.repeat(24)}/campaigns`)).status).toBe(404);
});
