/** Lists of leads (contract 2.5, D38). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { List, ListAnswer, ListsAnswer } from '../../src/contract/leads/lists.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, bill, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
beforeEach(async () => {
  ws = await openWorkspace(app);
});
afterAll(() => app.close());

type Changed = ListAnswer & { warnings: string[]; code?: string };
const create = (body: object) => ws.call<Changed>('POST', '/api/lists', body);
const all = async (): Promise<List[]> => (await ws.call<ListsAnswer>('GET', '/api/lists')).body.lists;
const save = (listId: string, n = 1) =>
  ws.call('POST', '/api/leads', { listId, leads: Array.from({ length: n }, () => ({ phone: newPhone() })) });

test('a list is made, read, renamed and deleted', async () => {
  const { status, body } = await create({ name: ' Spring ', description: 'Leads of the fair', colour: 1 });
  expect(status).toBe(201);
  expect(body).toEqual({
    list: {
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      workspaceId: ws.workspaceId,
      name: 'Spring',
      description: 'Leads of the fair',
      special: null,
      leadCount: 0,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    },
    warnings: ['Unknown field: colour'],
  });
  const path = `/api/lists/${body.list._id}`;
  const renamed = await ws.call<Changed>('PATCH', path, { name: 'Summer' });
  expect(renamed.body.list).toMatchObject({ name: 'Summer', description: 'Leads of the fair' });
  expect((await ws.call('PATCH', path, { description: '' })).body.list).toMatchObject({ description: '' });
  expect((await ws.call<ListAnswer>('GET', path)).body.list).toMatchObject({ name: 'Summer' });
  expect(await all()).toMatchObject([{ name: 'Summer' }]);
  expect((await ws.call('DELETE', path)).body).toEqual({ success: true });
  expect(await ws.call('GET', path)).toMatchObject({ status: 404, body: { error: 'List not found' } });
});

test('lists say how many leads they have, oldest list first', async () => {
  const [first, second] = [(await create({ name: 'A' })).body.list, (await create({ name: 'B' })).body.list];
  await save(first._id, 3);
  const { body } = await save(second._id, 2);
  await ws.call('DELETE', '/api/leads', { ids: [body.leadId] });
  expect((await all()).map(({ name, leadCount }) => [name, leadCount])).toEqual([
    ['A', 3],
    ['B', 1],
  ]);
});

test('a list with leads in it is not deleted, nor is one that the system keeps', async () => {
  const { list } = (await create({ name: 'A' })).body;
  await save(list._id);
  expect(await ws.call('DELETE', `/api/lists/${list._id}`)).toMatchObject({
    status: 409,
    body: { code: 'LIST_NOT_EMPTY' },
  });
  await accept(ws, { recipientPhone: newPhone() });
  const quick = (await all()).find(({ special }) => special === 'quick_sends');
  expect(quick).toMatchObject({ name: 'Quick Sends', description: 'Quick send messages', leadCount: 1 });
  for (const [method, body] of [['DELETE'], ['PATCH', { name: 'Mine' }]] as const)
    expect(await ws.call(method, `/api/lists/${quick?._id}`, body)).toMatchObject({
      status: 409,
      body: { code: 'LIST_IS_SPECIAL' },
    });
});

test('a list deleted while leads come in has none, or is still there: never leads without a list', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { list } = (await create({ name: 'Race' })).body;
    const [saved, deleted] = await Promise.all([save(list._id), ws.call('DELETE', `/api/lists/${list._id}`)]);
    expect([
      [201, 409],
      [404, 200],
    ]).toContainEqual([saved.status, deleted.status]);
  }
});

test('leads come into one list from many calls at once without waiting for each other', async () => {
  const { list } = (await create({ name: 'Busy' })).body;
  const answers = await Promise.all(Array.from({ length: 20 }, () => save(list._id, 20)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect((await all())[0]).toMatchObject({ leadCount: 400 });
});

describe('a list is refused', () => {
  test.each([
    [{}, 'name must be given'],
    [{ name: '  ' }, 'name must be given'],
    [{ name: 7 }, 'name must be a string'],
    [{ name: 'x'.repeat(256) }, 'name must be at most 255 characters'],
    [{ name: 'A', description: 'x'.repeat(1_001) }, 'description must be at most 1,000 characters'],
  ])('for %j', async (body, error) => {
    expect(await create(body)).toMatchObject({ status: 400, body: { error } });
  });

  test('where there is nothing to change, or none', async () => {
    const { list } = (await create({ name: 'A' })).body;
    expect(await ws.call('PATCH', `/api/lists/${list._id}`, {})).toMatchObject({ status: 400 });
    for (const [method, body] of [['GET'], ['PATCH', { name: 'B' }], ['DELETE']] as const)
      for (const id of ['f'.repeat(24), 'x'])
        expect(await ws.call(method, `/api/lists/${id}`, body)).toMatchObject({
          status: 404,
          body: { error: 'List not found' },
        });
  });

  test('in a workspace that is past due, and by a key that may only read', async () => {
    const { list } = (await create({ name: 'A' })).body;
    await bill(app, ws, 'past_due');
    const path = `/api/lists/${list._id}`;
    expect((await create({ name: 'B' })).status).toBe(402);
    expect((await ws.call('PATCH', path, { name: 'B' })).status).toBe(402);
    expect((await ws.call('DELETE', path)).status).toBe(402);
    expect((await ws.call('GET', path)).status).toBe(200);
    ws = await openWorkspace(app, { lines: [], scopes: ['read'] });
    expect((await create({ name: 'B' })).status).toBe(403);
  });
});
