/** Idempotency-Key on POST /api/messages (D4): the same call twice is one message, whoever answers it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgetOldKeys } from '../../src/dispatcher/housekeeping.ts';
import { forgetIdempotencyKeys } from '../../src/store/messages/due.ts';
import { openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
/** A second process on the same database. */
let other: TestApp;
let holdBatch: () => void | Promise<void> = () => {};

beforeAll(async () => {
  app = await openApp({
    dispatches: false,
    checkpoint: (label) => (label === 'intake.drafted' ? holdBatch() : undefined),
  });
  other = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const withKey = (key: string) => ({ prefer: 'wait=0', 'idempotency-key': key });

async function countMessages({ workspaceId }: Workspace): Promise<number> {
  const [row] = await read<{ n: number }>(
    app,
    'SELECT count(*)::int AS n FROM messages WHERE workspace_id = $1',
    [workspaceId],
  );
  return row?.n ?? -1;
}

describe('a key that is used again', () => {
  test('with the same body brings the first answer, word for word, and says so', async () => {
    const ws = await openWorkspace(app);
    const body = { message: 'Hi', recipientPhone: newPhone(), extra: 1 };
    const first = await ws.send(body, withKey('k1'));
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const again = await ws.send(body, withKey('k1'));
    // 201 like the first one, although by now the lead is a known one.
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await countMessages(ws)).toBe(1);
  });

  test('with another body is a mismatch, in whatever the bodies differ', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    await ws.send({ message: 'Hi', recipientPhone }, withKey('k1'));
    for (const body of [
      { message: 'Ho', recipientPhone },
      { recipientPhone, message: 'Hi' },
      JSON.stringify({ message: 'Hi', recipientPhone }, null, 1),
    ]) {
      const { status, body: refusal } = await ws.call('POST', '/api/messages', body, withKey('k1'));
      expect(status).toBe(409);
      expect(refusal).toMatchObject({
        code: 'idempotency_mismatch',
        error: 'This Idempotency-Key was used for another request',
      });
    }
    expect(await countMessages(ws)).toBe(1);
  });

  test('in another workspace is another key', async () => {
    const [ws, neighbour] = [await openWorkspace(app), await openWorkspace(app)];
    const body = { message: 'Hi', recipientPhone: newPhone() };
    const [one, two] = [await ws.send(body, withKey('k1')), await neighbour.send(body, withKey('k1'))];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body.message._id).not.toBe(one.body.message._id);
  });

  test('by another process brings the same answer', async () => {
    const ws = await openWorkspace(app);
    const body = { message: 'Hi', recipientPhone: newPhone() };
    const first = await ws.send(body, withKey('k1'));
    const again = await openClient(other.url, ws.key).send(body, withKey('k1'));
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await countMessages(ws)).toBe(1);
  });

  test('after a refusal is fresh: what was refused stored nothing', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    expect((await ws.send({ message: '', recipientPhone }, withKey('k1'))).status).toBe(400);
    expect((await ws.send({ message: 'Hi', leadId: 'f'.repeat(24) }, withKey('k1'))).status).toBe(404);
    const { status, headers } = await ws.send({ message: 'Hi', recipientPhone }, withKey('k1'));
    expect(status).toBe(201);
    expect(headers.get('idempotent-replayed')).toBeNull();
  });

  test('a day later still brings the first answer; keys are forgotten only after that', async () => {
    const ws = await openWorkspace(app);
    const body = { message: 'Hi', recipientPhone: newPhone() };
    await ws.send(body, withKey('k1'));
    await read(
      app,
      "UPDATE idempotency_keys SET created_at = created_at - interval '24 hours 1 minute' WHERE workspace_id = $1",
      [ws.workspaceId],
    );
    await forgetIdempotencyKeys(app.deps.database, app.deps.clock.now() - 48 * 3_600_000, 100);
    expect((await ws.send(body, withKey('k1'))).headers.get('idempotent-replayed')).toBe('true');
    await forgetIdempotencyKeys(app.deps.database, app.deps.clock.now() - 24 * 3_600_000, 100);
    expect((await ws.send(body, withKey('k1'))).headers.get('idempotent-replayed')).toBeNull();
  });
});

test('old keys are forgotten in every workspace, a few at a time; younger ones stay', async () => {
  const workspaces = Array.from({ length: 30 }, (_, n) => `org_of_old_keys_${n}`);
  const insert = (count: number, age: string) =>
    read(
      app,
      `INSERT INTO idempotency_keys SELECT w, $2 || n, 'h', 201, '{}', now() - $2::interval
       FROM unnest($1::text[]) AS w, generate_series(1, $3::int) AS n`,
      [workspaces, age, count],
    );
  await insert(200, '10 days');
  await insert(1, '1 hour');
  const { database } = app.deps;
  const { query } = database;
  const deleted: number[] = [];
  database.query = (statement, values) => {
    if (statement.name === 'forget_idempotency_keys') deleted.push((values[1] as string[]).length);
    return query(statement, values);
  };
  await forgetOldKeys(app.deps);
  database.query = query;
  const left = await read<{ n: number }>(
    app,
    'SELECT count(*)::int AS n FROM idempotency_keys WHERE workspace_id = ANY($1) GROUP BY workspace_id',
    [workspaces],
  );
  expect(left).toEqual(workspaces.map(() => ({ n: 1 })));
  expect(Math.max(...deleted)).toBeLessThanOrEqual(2_000);
});

describe('a key whose first request is not answered yet', () => {
  test('is in flight: 409 with Retry-After, and one message in the end', async () => {
    const ws = await openWorkspace(app);
    const body = { message: 'Hi', recipientPhone: newPhone() };
    let release = () => {};
    const reached = new Promise<void>((arrived) => {
      holdBatch = () =>
        new Promise((resolve) => {
          holdBatch = () => {};
          release = resolve;
          arrived();
        });
    });
    const first = ws.send(body, withKey('k1'));
    await reached;
    const second = await ws.send(body, withKey('k1'));
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ code: 'idempotency_in_flight' });
    expect(second.headers.get('retry-after')).toBe('1');
    release();
    expect((await first).status).toBe(201);
    expect((await ws.send(body, withKey('k1'))).body).toEqual((await first).body);
    expect(await countMessages(ws)).toBe(1);
  });

  test('also when the first one asked to wait for its outcome', async () => {
    const ws = await openWorkspace(app);
    const body = { message: 'Hi', recipientPhone: newPhone() };
    // Nothing is dispatched here: the first one waits out its second.
    const first = ws.send(body, { ...withKey('k1'), prefer: 'wait=1' });
    const { status } = await ws.send(body, withKey('k1'));
    expect([201, 409]).toContain(status);
    expect((await first).status).toBe(201);
    expect(await countMessages(ws)).toBe(1);
  });

  test('is one message even if twenty requests reach two processes at once, each answered with it or asked to come again', async () => {
    const ws = await openWorkspace(app);
    const elsewhere = openClient(other.url, ws.key);
    const body = { message: 'Hi', recipientPhone: newPhone() };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ws : elsewhere).send(body, withKey('k1'))),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThanOrEqual(1);
    expect(new Set(made.map((each) => each.body.message._id)).size).toBe(1);
    expect(made.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(await countMessages(ws)).toBe(1);
  });
});

test.each(['', 'k'.repeat(256), 'schlüssel'])('the key %j is refused, not ignored', async (key) => {
  const ws = await openWorkspace(app);
  const answer = await ws.send(
    { message: 'Hi', recipientPhone: newPhone() },
    withKey(encodeURI(key) === key ? key : '\u00fc'),
  );
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'INVALID_IDEMPOTENCY_KEY' });
  expect(await countMessages(ws)).toBe(0);
});
