/** A dispatcher that is told to stop ends what it has begun and takes up nothing more: the next one does. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepare } from '../../src/dispatcher/prepare.ts';
import { createTicker } from '../../src/dispatcher/tick.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace } from '../workspaces.ts';

let app: TestApp;
let stopping: AbortController;
let onPrepared: () => void;

beforeEach(async () => {
  stopping = new AbortController();
  onPrepared = () => {};
  const checkpoint = (label: string) => (label === 'prepared' ? onPrepared() : undefined);
  app = await openApp({ dispatches: false, checkpoint });
});
afterEach(() => app.close());

test('a pass that is under way goes no further than the workspace it is at', async () => {
  const both = [await openWorkspace(app), await openWorkspace(app)];
  const messages = [];
  for (const ws of both) messages.push(await accept(ws, { recipientPhone: newPhone() }));
  onPrepared = () => stopping.abort();
  const sends: Promise<void>[] = [];
  const ticker = createTicker(app.deps, stopping.signal);
  const { leased } = await ticker.tick(10, (task, kind) => {
    if (kind === 'send') sends.push(task());
  });
  await Promise.all(sends);
  expect(leased).toBe(1);
  const statuses = [];
  for (const [index, ws] of both.entries())
    statuses.push((await ws.message(messages[index]?._id ?? '')).status);
  expect(statuses.sort()).toEqual(['pending', 'sent']);
  app.startDispatcher();
  for (const [index, ws] of both.entries()) await ws.reaches(messages[index]?._id ?? '', 'delivered');
});

test('a pass that stands before its lines leaves them as they are, due for the next dispatcher', async () => {
  const ws = await openWorkspace(app);
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  const snapshot = await app.deps.snapshots.read(ws.workspaceId);
  if (snapshot === null) throw new Error('the workspace is there');
  const lineIds = ws.lines.map((line) => line._id);
  expect(await prepare(app.deps, snapshot, lineIds, 10, AbortSignal.abort())).toMatchObject({ leased: [] });
  expect(await ws.message(_id)).toMatchObject({ status: 'pending', attempt: 0 });
  app.startDispatcher();
  await ws.reaches(_id, 'delivered');
});
