/** Who looks after lines that are down finds those on which something is to be done, and no others. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaveDownLines } from '../../src/dispatcher/housekeeping.ts';
import { scanDownLines } from '../../src/store/lines/line-loss.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const DAY = 24 * 3_600_000;
/** As many as are looked at in one go. */
const MANY = 200;
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

const idOf = (ws: Workspace, index: number) => ws.lines[index]?._id ?? '';

/** As after so many days of failing health checks. */
async function goDown(lineIds: readonly string[], days = 0): Promise<void> {
  await read(
    app,
    "UPDATE lines SET health_status = 'down', down_since = now() - $2 * interval '1 day' WHERE id = ANY($1)",
    [lineIds, days],
  );
}

/** A message in a conversation that the line already has. */
async function acceptMore(ws: Workspace, lineId: string, body: object = {}): Promise<string> {
  const { _id } = await accept(ws, { recipientPhone: newPhone(), fromLineId: lineId, ...body });
  await read(app, 'UPDATE messages SET first_touch = false, line_pinned = false WHERE id = $1', [_id]);
  return _id;
}

async function found(ws: Workspace): Promise<string[]> {
  const lines = await scanDownLines(app.deps.database, app.deps.clock.now() - DAY, MANY);
  return lines.filter(({ workspaceId }) => workspaceId === ws.workspaceId).map(({ lineId }) => lineId);
}

test('a line whose conversations wait for it is left alone, until they have waited for a day', async () => {
  const ws = await openWorkspace(app, { lines: [{}, {}] });
  const waiting = await acceptMore(ws, idOf(ws, 0));
  await goDown([idOf(ws, 0)], 2);
  expect(await found(ws)).toEqual([]);
  await read(app, "UPDATE messages SET due_at = due_at - interval '25 hours' WHERE id = $1", [waiting]);
  expect(await found(ws)).toEqual([idOf(ws, 0)]);
  await leaveDownLines(app.deps);
  expect(await ws.message(waiting)).toMatchObject({ status: 'failed', reason: 'line_inactive' });
  expect(await found(ws)).toEqual([]);
});

test('a message to a contact who has come to know another line moves to that one only, even if it is down too', async () => {
  const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
  const [first, talking] = [idOf(ws, 0), idOf(ws, 1)];
  const recipientPhone = newPhone();
  const { _id, leadId } = await accept(ws, { recipientPhone, fromLineId: first });
  await read(app, 'UPDATE messages SET line_pinned = false WHERE id = $1', [_id]);
  await read(
    app,
    'INSERT INTO touches (workspace_id, lead_id, line_id, message_id, first_at, last_at) VALUES ($1, $2, $3, $4, now(), now())',
    [ws.workspaceId, leadId, talking, 'another'],
  );
  await goDown([first, talking]);
  await leaveDownLines(app.deps);
  expect(await ws.message(_id)).toMatchObject({ status: 'pending', fromLineId: talking });
});

test('strangers’ messages are seen to when another line of their kind is up', async () => {
  const ws = await openWorkspace(app, { lines: [{}, { messageType: 'sms' }] });
  const waiting = await accept(ws, { recipientPhone: newPhone() });
  await goDown([idOf(ws, 0)]);
  expect(await found(ws)).toEqual([]);
  const { body } = await ws.call<{ line: { _id: string } }>('POST', '/api/lines', {
    transport: 'sandbox',
    phone: newPhone(),
  });
  expect(await found(ws)).toEqual([idOf(ws, 0)]);
  await leaveDownLines(app.deps);
  expect((await ws.message(waiting._id)).fromLineId).toBe(body.line._id);
  expect(await found(ws)).toEqual([]);
});

test('conversations are seen to where they move or go on by SMS', async () => {
  const moves = await openWorkspace(app, { lines: [{}, {}], lineDownPolicy: 'move' });
  const goesBySms = await openWorkspace(app, { fallback: true, lineDownPolicy: 'sms' });
  const hasNoSms = await openWorkspace(app, { lineDownPolicy: 'sms' });
  for (const ws of [moves, goesBySms, hasNoSms]) await acceptMore(ws, idOf(ws, 0));
  await goDown([moves, goesBySms, hasNoSms].map((ws) => idOf(ws, 0)));
  expect(await found(moves)).toEqual([idOf(moves, 0)]);
  expect(await found(goesBySms)).toEqual([idOf(goesBySms, 0)]);
  expect(await found(hasNoSms)).toEqual([]);
  await leaveDownLines(app.deps);
  for (const ws of [moves, goesBySms]) expect(await found(ws)).toEqual([]);
});

test('messages that name their line stay on it, whatever the workspace chose for the others', async () => {
  const moves = await openWorkspace(app, { lines: [{}, {}], lineDownPolicy: 'move' });
  const goesBySms = await openWorkspace(app, { fallback: true, lineDownPolicy: 'sms' });
  for (const ws of [moves, goesBySms]) {
    const fromLineId = idOf(ws, 0);
    const pinned = [1, 2].map(() => accept(ws, { recipientPhone: newPhone(), fromLineId }));
    const [toStranger, toFriend] = await Promise.all(pinned);
    await read(app, 'UPDATE messages SET first_touch = false WHERE id = $1', [toFriend?._id]);
    // There is something to do on the line, but not with these.
    const free = await acceptMore(ws, fromLineId);
    await goDown([fromLineId]);
    await leaveDownLines(app.deps);
    const left = await ws.message(free);
    expect(left.status === 'fallback' || left.fromLineId === idOf(ws, 1)).toBe(true);
    for (const each of [toStranger, toFriend])
      expect(await ws.message(each?._id ?? '')).toMatchObject({ status: 'pending', fromLineId });
    expect(await found(ws)).toEqual([]);
  }
});

test('however many lines were retired long ago, one that has just gone down is found', async () => {
  const retired = await openWorkspace(app, { lines: Array.from({ length: MANY + 1 }, () => ({})) });
  for (let n = 0; n < MANY; n += 1) await accept(retired, { recipientPhone: newPhone() });
  await goDown(
    retired.lines.slice(0, MANY).map((line) => line._id),
    30,
  );
  const ws = await openWorkspace(app, { lines: [{}, {}] });
  const { _id, fromLineId } = await accept(ws, { recipientPhone: newPhone() });
  await goDown([fromLineId ?? '']);
  expect(await found(ws)).toEqual([fromLineId]);

  // And whoever looks after many lines of one workspace reads its snapshot once.
  const { snapshots } = app.deps;
  const { reload } = snapshots;
  const read: string[] = [];
  snapshots.reload = (workspaceId) => {
    read.push(workspaceId);
    return reload(workspaceId);
  };
  await leaveDownLines(app.deps);
  snapshots.reload = reload;
  expect(read.filter((each) => each === retired.workspaceId)).toHaveLength(1);
  expect((await ws.message(_id)).fromLineId).not.toBe(fromLineId);
});
