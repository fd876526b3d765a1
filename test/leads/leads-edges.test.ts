/** Leads where lists meet their limits: pages that change while they are read, the same id twice, ids of others, files of all kinds of rows. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DncEntriesAnswer, DncEntryAnswer, DncLedgerAnswer } from '../../src/contract/leads/dnc.ts';
import type { ChangedLeadsAnswer } from '../../src/contract/leads/lead-changes.ts';
import type { CsvCheckedAnswer } from '../../src/contract/leads/lead-csv.ts';
import type { Lead, LeadAnswer, LeadsAnswer, SavedLeadsAnswer } from '../../src/contract/leads/leads.ts';
import type { ListAnswer } from '../../src/contract/leads/lists.ts';
import type { TagsAnswer } from '../../src/contract/leads/tags.ts';
import { openApp, type TestApp } from '../harness.ts';
import { newEmail, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [] });
});
afterAll(() => app.close());

async function save(leads: Partial<Lead>[], more: object = {}, own = ws): Promise<string[]> {
  const { status, body } = await own.call<SavedLeadsAnswer>('POST', '/api/leads', { leads, ...more });
  expect(status).toBe(201);
  return body.leadIds;
}
const people = (count: number, more: Partial<Lead> = {}) =>
  Array.from({ length: count }, () => ({ phone: newPhone(), ...more }));
const makeList = async (name: string, own = ws) =>
  (await own.call<ListAnswer>('POST', '/api/lists', { name })).body.list._id;
const page = async (query: string) => (await ws.call<LeadsAnswer>('GET', `/api/leads?${query}`)).body;
const lead = async (id: string, own = ws) =>
  (await own.call<LeadAnswer>('GET', `/api/leads/${id}`)).body.lead;
const change = (body: object, own = ws) =>
  own.call<ChangedLeadsAnswer & { code: string }>('POST', '/api/leads/change', body);
const history = async (query = '', own = ws) =>
  (await own.call<DncLedgerAnswer>('GET', `/api/dnc/history?${query}`)).body;

async function walk(query: string, limit: number, between?: (round: number) => Promise<unknown>) {
  const found: string[] = [];
  for (let [cursor, round] = ['', 0]; ; round += 1) {
    const answer = await page(`${query}&count=false&limit=${limit}${cursor && `&cursor=${cursor}`}`);
    found.push(...answer.leads.map(({ _id }) => _id));
    if (answer.nextCursor === null) return found;
    cursor = answer.nextCursor;
    await between?.(round);
  }
}

describe('pages by cursor', () => {
  test('are what a plain filter of all leads is, for every combination and every size', async () => {
    const lists = [await makeList('One'), await makeList('Two')];
    const all: (Partial<Lead> & { _id: string; isOut: boolean })[] = [];
    for (let n = 0; n < 24; n += 1) {
      const tags = [...(n % 2 ? ['odd'] : []), ...(n % 3 ? [] : ['third', 'Third'])];
      const one = { firstName: n % 4 ? 'Ada' : '50%_off', phone: newPhone(), tags };
      const [_id = ''] = await save([one], { listId: lists[n % 5 ? 0 : 1] });
      all.push({ ...one, _id, listId: lists[n % 5 ? 0 : 1] ?? '', isOut: n % 7 === 0 });
    }
    const out = all.filter(({ isOut }) => isOut).map(({ _id }) => _id);
    await ws.call('POST', '/api/dnc', { leadIds: out });
    const maybe = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const filters = fc.record({
      listId: maybe(...lists),
      tag: maybe('odd', 'third', 'Third', 'THIRD', 'none'),
      optedOut: maybe(true, false),
      search: maybe('ada', '50%_off', '50__off', '%'),
    });
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 9 }), async (asked, limit) => {
        const { listId, tag, optedOut, search } = asked;
        const given = Object.entries(asked).filter(([, value]) => value !== undefined);
        const query = new URLSearchParams(
          given.map(([name, value]): [string, string] => [name, String(value)]),
        );
        const wanted = all
          .filter((each) => listId === undefined || each.listId === listId)
          .filter((each) => tag === undefined || each.tags?.includes(tag))
          .filter((each) => optedOut === undefined || each.isOut === optedOut)
          .filter((each) => search === undefined || each.firstName?.toLowerCase().includes(search));
        expect(await walk(String(query), limit)).toEqual(wanted.map(({ _id }) => _id).reverse());
      }),
      { numRuns: 25 },
    );
  });

  test('go on behind a lead that is gone, and show once whoever stays, while others leave the filter', async () => {
    const ids = (await save(people(20, { tags: ['hot'] }))).toReversed();
    const gone: string[] = [];
    const found = await walk('tag=hot', 4, async (round) => {
      // The last of the page just shown: the very one that the cursor names; and one that is still to come.
      const [shown = '', coming = ''] = [ids[round * 4 + 3], ids[19 - round]];
      gone.push(shown, coming);
      expect((await ws.call('DELETE', '/api/leads', { ids: [shown] })).status).toBe(200);
      await change({ ids: [coming], removeTags: ['hot'] });
      await save(people(1, { tags: ['hot'] }));
    });
    expect(gone.length).toBeGreaterThan(4);
    expect(new Set(found).size).toBe(found.length);
    const stayed = ids.filter((id) => !gone.includes(id));
    expect(found.filter((id) => stayed.includes(id))).toEqual(stayed);
    expect(found.every((id) => ids.includes(id))).toBe(true);
  });
});

describe('a change of many', () => {
  test('counts an id that is named twice once, and neither counts nor touches the leads of others', async () => {
    const other = await openWorkspace(app, { lines: [] });
    const [own = ''] = await save(people(1));
    const [foreign = ''] = await save(people(1, { tags: ['theirs'] }), {}, other);
    const before = await lead(foreign, other);
    const { status, body } = await change({ ids: [own, own, foreign], addTags: ['a', 'a'] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ changedCount: 1, unchangedCount: 0, skipped: [] });
    expect((await lead(own)).tags).toEqual(['a']);
    expect(await change({ ids: [own, own], addTags: ['a'] })).toMatchObject({
      body: { changedCount: 0, unchangedCount: 1 },
    });
    const [theirs, nobodys] = [await makeList('Theirs', other), 'f'.repeat(24)];
    for (const listId of [theirs, nobodys, 'x'])
      expect(await change({ ids: [own], listId, addTags: ['b'] })).toMatchObject({
        status: 404,
        body: { code: 'LIST_NOT_FOUND' },
      });
    expect((await lead(own)).tags).toEqual(['a']);
    expect(await change({ ids: [foreign], removeTags: ['theirs'] })).toMatchObject({
      body: { changedCount: 0, unchangedCount: 0, skipped: [] },
    });
    expect(await lead(foreign, other)).toEqual(before);
    expect((await ws.call<TagsAnswer>('GET', '/api/tags')).body.tags.map(({ tag }) => tag)).toEqual(['a']);
  });

  test('of nobody, of too many, or of what is no id is refused', async () => {
    for (const ids of [[], ['x'], [1], null, 'all', Array(10_001).fill('f'.repeat(24))])
      expect((await change({ ids, addTags: ['a'] })).status).toBe(400);
    const most = await change({
      ids: Array.from({ length: 10_000 }, (_, n) => n.toString(16).padStart(24, '0')),
      addTags: ['a'],
    });
    expect(most).toMatchObject({ status: 200, body: { changedCount: 0, unchangedCount: 0, skipped: [] } });
  });

  test('many of them at once, in any order, lose no tag and wait for each other in no circle', async () => {
    const ids = await save(people(40));
    const tags = Array.from({ length: 8 }, (_, n) => `t${n}`);
    const answers = await Promise.all(
      tags.map((tag, n) => change({ ids: n % 2 ? ids : ids.toReversed(), addTags: [tag] })),
    );
    expect(answers.map(({ status, body }) => [status, body.changedCount])).toEqual(tags.map(() => [200, 40]));
    for (const id of [ids[0], ids[39]]) expect((await lead(id ?? '')).tags.toSorted()).toEqual(tags);
  });

  test('to two lists at once puts two of one number into each list no more than once', async () => {
    const [from, also, to] = [await makeList('From'), await makeList('Also'), await makeList('To')];
    const phones = Array.from({ length: 10 }, newPhone);
    const some = await save(
      phones.map((phone) => ({ phone })),
      { listId: from },
    );
    const others = await save(
      phones.map((phone) => ({ phone })),
      { listId: also },
    );
    const [one, two] = await Promise.all([
      change({ ids: some, listId: to }),
      change({ ids: others.toReversed(), listId: to }),
    ]);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body.changedCount + two.body.changedCount).toBe(10);
    const moved = (await page(`listId=${to}&limit=100`)).leads;
    expect(moved.map(({ phone }) => phone).sort()).toEqual(phones.toSorted());
    for (const { leadId, because, existingLeadId } of [...one.body.skipped, ...two.body.skipped]) {
      expect(because).toBe('in_list');
      expect((await lead(existingLeadId ?? '')).listId).toBe(to);
      expect((await lead(leadId)).listId).not.toBe(to);
    }
  });
});

describe('the ledger', () => {
  test('is paged without an entry twice or missing while others come in, also of one lead', async () => {
    const [phone, email] = [newPhone(), newEmail()];
    const [id = ''] = await save([{ phone, email }]);
    for (let n = 0; n < 4; n += 1) {
      const { body } = await ws.call<DncEntryAnswer>('POST', '/api/dnc', { phone, reason: `in ${n}` });
      await ws.call('DELETE', `/api/dnc?id=${body.entry._id}&reason=out ${n}`);
    }
    const words = ['out 3', 'in 3', 'out 2', 'in 2', 'out 1', 'in 1', 'out 0', 'in 0'];
    for (const query of ['', `leadId=${id}&`, `address=${encodeURIComponent(phone)}&`]) {
      const seen: (string | null)[] = [];
      for (let cursor = ''; ; ) {
        const answer = await history(`${query}limit=3${cursor && `&cursor=${cursor}`}`);
        seen.push(...answer.entries.map((each) => each.words));
        if (answer.nextCursor === null) break;
        cursor = answer.nextCursor;
        // Of the same lead, by its other address.
        const late = await ws.call<DncEntryAnswer>('POST', '/api/dnc', { email, reason: 'late' });
        await ws.call('DELETE', `/api/dnc?id=${late.body.entry._id}&reason=late`);
      }
      expect(
        seen.filter((each) => each !== 'late'),
        query,
      ).toEqual(words);
      // What came in while it was read stands before all of it.
      expect(seen.lastIndexOf('late')).toBeLessThan(Math.max(1, seen.indexOf('out 3')));
    }
    expect(await history(`address=${encodeURIComponent(newPhone())}`)).toMatchObject({ entries: [] });
  });

  test('of leads: each address once, the ids of others ignored, all of them unknown refused', async () => {
    const other = await openWorkspace(app, { lines: [] });
    const [shared, email] = [newPhone(), newEmail()];
    const [one = ''] = await save([{ phone: shared, email }]);
    const [two = ''] = await save([{ phone: shared, altPhone1: newPhone() }], {
      listId: await makeList('Two'),
    });
    const [foreign = ''] = await save(people(1), {}, other);
    const { status, body } = await ws.call<DncEntryAnswer>('POST', '/api/dnc', {
      leadIds: [one, two, one, foreign, 'f'.repeat(24)],
    });
    expect([status, body.enteredCount]).toEqual([201, 3]);
    expect((await ws.call<DncEntriesAnswer>('GET', '/api/dnc')).body.total).toBe(3);
    expect((await lead(foreign, other)).optedOutAt).toBeNull();
    expect(await history('', other)).toEqual(expect.objectContaining({ entries: [], nextCursor: null }));
    for (const id of [one, two]) expect((await lead(id)).optedOutAt).not.toBeNull();
    expect(await ws.call('POST', '/api/dnc', { leadIds: [foreign] })).toMatchObject({
      status: 404,
      body: { code: 'LEAD_NOT_FOUND' },
    });
    const elsewhere = await other.call('DELETE', `/api/dnc?id=${body.entry._id}`);
    expect(elsewhere).toMatchObject({ status: 404, body: { code: 'DNC_NOT_FOUND' } });
  });

  test('lifted by two at once is lifted once', async () => {
    const phone = newPhone();
    const { body } = await ws.call<DncEntryAnswer>('POST', '/api/dnc', { phone });
    const lifts = await Promise.all(
      Array.from({ length: 4 }, () => ws.call('DELETE', `/api/dnc?id=${body.entry._id}`)),
    );
    expect(lifts.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
    const { entries } = await history(`address=${encodeURIComponent(phone)}`);
    expect(entries.map(({ action }) => action)).toEqual(['opt_in', 'opt_out']);
  });
});

test('a dry run foretells of any file what its import does', async () => {
  const known = newPhone();
  await save([{ phone: known }]);
  const phones = [known, ...Array.from({ length: 3 }, newPhone)];
  const row = fc.record({
    phone: fc.constantFrom(...phones, '12', ''),
    email: fc.constantFrom('ada@example.com', 'ADA@example.com', 'no mail', ''),
    name: fc.constantFrom('Ada', '"Ada, B."', ''),
  });
  const post = async (text: string, query: string, own: Workspace) => {
    const response = await fetch(`${app.url}/api/leads/import?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${own.key}`, 'content-type': 'text/csv' },
      body: text,
    });
    return { status: response.status, body: (await response.json()) as CsvCheckedAnswer & SavedLeadsAnswer };
  };
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
      const own = await openWorkspace(app, { lines: [] });
      await save([{ phone: known }], {}, own);
      const file = `First name,Phone,Email\n${rows.map((r) => `${r.name},${r.phone},${r.email}`).join('\n')}\n`;
      const foretold = await post(file, 'dryRun=true', own);
      const { totalRows, newCount, duplicateCount, badRows } = foretold.body;
      const done = await post(file, 'badRows=skip', own);
      const { leads } = (await own.call<LeadsAnswer>('GET', '/api/leads?limit=100')).body;
      if (foretold.status !== 200) expect(done.status).toBe(foretold.status);
      else if (newCount + duplicateCount === 0) expect(done.status).toBe(400);
      else {
        expect(done.body).toMatchObject({ savedCount: newCount, duplicateCount });
        expect(done.body.badRows ?? []).toEqual(badRows);
      }
      expect(leads).toHaveLength(1 + (newCount ?? 0));
      if (foretold.status === 200) {
        const bad = new Set(badRows.map(({ line }) => line)).size;
        expect(newCount + duplicateCount + bad).toBe(totalRows);
        // Once it is done, nothing is new.
        expect((await post(file, 'dryRun=true', own)).body).toMatchObject({
          newCount: 0,
          duplicateCount: newCount + duplicateCount,
        });
      }
    }),
    { numRuns: 20 },
  );
});
