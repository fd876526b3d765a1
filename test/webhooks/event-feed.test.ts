/** `GET /api/events`: everything that webhooks are told of, in an order that never changes behind a reader. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstIdAt } from '../../src/lib/ids.ts';
import { withClient } from '../database-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

interface FeedEvent {
  id: string;
  event: string;
  messageId: string | null;
  message: { status: string };
}
interface Page {
  events: FeedEvent[];
  nextCursor: string | null;
  hasMore: boolean;
}

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

async function page(ws: Workspace, query = ''): Promise<Page> {
  const { status, body } = await ws.call<Page>('GET', `/api/events${query}`);
  expect(status).toBe(200);
  return body;
}

async function all(ws: Workspace, limit: number, types = ''): Promise<FeedEvent[]> {
  const events: FeedEvent[] = [];
  for (let after = ''; ; ) {
    const { events: some, nextCursor, hasMore } = await page(ws, `?limit=${limit}${types}${after}`);
    events.push(...some);
    if (!hasMore) return events;
    after = `&after=${nextCursor}`;
  }
}

async function sendSome(ws: Workspace, count: number): Promise<string[]> {
  const sends = Array.from({ length: count }, () => ws.send({ message: 'Hi', recipientPhone: newPhone() }));
  const ids = (await Promise.all(sends)).map(({ body }) => body.message._id);
  for (const id of ids) await ws.reaches(id, 'delivered');
  return ids;
}

test('pages of any size show every event once, as webhooks would get it, also without any webhook', async () => {
  const ws = await openWorkspace(app);
  const ids = await sendSome(ws, 12);
  const whole = await all(ws, 500);
  expect(whole).toHaveLength(24);
  for (const id of ids) {
    const mine = whole.filter(({ messageId }) => messageId === id);
    expect(mine.map(({ event, message }) => [event, message.status])).toEqual([
      ['message.sent', 'sent'],
      ['message.delivered', 'delivered'],
    ]);
  }
  for (const limit of [1, 5, 24]) expect(await all(ws, limit)).toEqual(whole);
  const sent = whole.filter(({ event }) => event === 'message.sent');
  expect(await all(ws, 5, '&types=message.sent')).toEqual(sent);
  expect(await page(ws, '?types=message.reply')).toMatchObject({ events: [], nextCursor: whole.at(-1)?.id });
});

test('what was seen to the end goes on with what comes next', async () => {
  const ws = await openWorkspace(app);
  expect(await page(ws)).toEqual({ events: [], nextCursor: null, hasMore: false });
  await sendSome(ws, 2);
  const first = await page(ws);
  const next = await page(ws, `?after=${first.nextCursor}`);
  expect(next).toEqual({ events: [], nextCursor: first.nextCursor, hasMore: false });
  const [id] = await sendSome(ws, 1);
  const later = await page(ws, `?after=${first.nextCursor}`);
  expect(later.events.map(({ messageId }) => messageId)).toEqual([id, id]);
});

test('an event whose commit comes after a later one was read is not skipped', async () => {
  const ws = await openWorkspace(app);
  await sendSome(ws, 1);
  const early = `${firstIdAt(app.deps.clock.now() - 60_000).slice(0, 12)}${'a'.repeat(12)}`;
  await withClient(app.databaseUrl, async (slow) => {
    await slow.query('BEGIN');
    await slow.query(
      `INSERT INTO events (workspace_id, id, type, at, data, sequence) VALUES ($1, $2, 'campaign.completed', $3, '{}', 0)`,
      [ws.workspaceId, early, new Date(app.deps.clock.now())],
    );
    const before = await page(ws);
    expect(before.events).toHaveLength(2);
    await slow.query('COMMIT');
    const after = await page(ws, `?after=${before.nextCursor}`);
    expect(after.events.map(({ id }) => id)).toEqual([early]);
    expect((await page(ws)).events.map(({ id }) => id)).toEqual([
      ...before.events.map(({ id }) => id),
      early,
    ]);
  });
});

test('readers at once agree on one order, while events keep coming', async () => {
  const ws = await openWorkspace(app);
  const [, ...readings] = await Promise.all([
    sendSome(ws, 40),
    ...Array.from({ length: 4 }, async () => {
      const seen: string[] = [];
      for (let after = ''; seen.length < 80; ) {
        const { events, nextCursor } = await page(ws, `?limit=7${after}`);
        seen.push(...events.map(({ id }) => id));
        if (nextCursor !== null) after = `&after=${nextCursor}`;
      }
      return seen;
    }),
  ]);
  const [first] = readings;
  for (const reading of readings) expect(reading).toEqual(first);
  expect(new Set(first).size).toBe(80);
});

test('the id of an event that nobody has read yet is a cursor; one of another workspace, or of a timeline only, is none', async () => {
  const ws = await openWorkspace(app);
  const stranger = await openWorkspace(app);
  await sendSome(ws, 1);
  const rows = await read<{ id: string; type: string }>(
    app,
    'SELECT id, type FROM events WHERE workspace_id = $1 ORDER BY id',
    [ws.workspaceId],
  );
  const idOf = (type: string) => rows.find((row) => row.type === type)?.id;
  expect((await page(ws, `?after=${idOf('message.sent')}`)).events.map(({ event }) => event)).toEqual([
    'message.delivered',
  ]);
  const wrong = [
    [stranger, idOf('message.sent')],
    [ws, idOf('message.accepted')],
    [ws, 'f'.repeat(24)],
    [ws, 'nonsense'],
  ] as const;
  for (const [who, after] of wrong) {
    const { status, body } = await who.call('GET', `/api/events?after=${after}`);
    expect([status, body.code, body.param]).toEqual([400, 'INVALID_CURSOR', 'after']);
  }
});

test('limits and types that make no sense are refused', async () => {
  const ws = await openWorkspace(app);
  for (const limit of ['0', '501', 'x', '-1'])
    expect((await ws.call('GET', `/api/events?limit=${limit}`)).body).toMatchObject({ param: 'limit' });
  const { status, body } = await ws.call('GET', '/api/events?types=message.sent,lead.created');
  expect([status, body.error]).toEqual([400, 'Invalid events: lead.created']);
});
