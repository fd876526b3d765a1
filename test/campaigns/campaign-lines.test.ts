/** Which lines a campaign writes from, and what it does when it loses one (contract 4.10, 4.12, 6, D16, D18, D21). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addCampaign,
  addLeads,
  entriesOf,
  launch,
  messagesOf,
  resume,
  statusOf,
  step,
} from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, copiesIn, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const QUICK = {
  deviceGapMs: 0,
  contactGapMs: 0,
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
};
/** It takes messages and sends none. */
const STILL = { ...QUICK, dailyTotalMessagesLimit: 0 };
const AGAIN = step('again', { wait: { value: 2, unit: 'h' } });
const REFUSED_TWICE = '+12025550104';

let app: TestApp;
let clock: LeapingClock;

beforeAll(async () => {
  clock = leapingClock();
  app = await openApp({ clock });
});
afterAll(() => app.close());

function lineId(own: Workspace, n: number): string {
  return own.lines[n]?._id ?? '';
}

async function setLine(own: Workspace, n: number, changes: Record<string, unknown>): Promise<void> {
  const { status } = await own.call('PATCH', `/api/lines/${lineId(own, n)}`, changes);
  expect(status).toBe(200);
}

async function allWait(own: Workspace, id: string): Promise<boolean> {
  const entries = await entriesOf(app, own, id);
  return entries.length > 0 && entries.every(({ lookAt }) => lookAt !== null && lookAt > clock.now());
}

async function pauseReason(id: string): Promise<string | null> {
  const rows = await read<{ reason: string | null }>(
    app,
    "SELECT pause_reason AS reason FROM campaigns WHERE id = $1 AND status = 'paused'",
    [id],
  );
  return rows[0]?.reason ?? null;
}

describe('a lead', () => {
  test('stays on its line for the whole campaign, and on one that talks to it already', async () => {
    const own = await openWorkspace(app, { lines: [QUICK, QUICK, QUICK] });
    const { listId, leadIds } = await addLeads(own, 4);
    const known = await accept(own, { leadId: leadIds[0], fromLineId: lineId(own, 2) });
    await own.reaches(known._id, 'delivered');
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('they wait', () => allWait(own, id));
    const first = (await messagesOf(app, own, id)).map((each) => each.lineId);
    expect(first).toEqual([2, 0, 1, 2].map((n) => lineId(own, n)));
    clock.leap(2 * HOUR);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    const second = (await messagesOf(app, own, id)).filter(({ stepKey }) => stepKey === 'again');
    for (const { leadId, lineId: from } of second) expect(from).toBe(first[leadIds.indexOf(leadId)]);
  });

  test('that nobody has written to yet moves to another line of the campaign when its own is lost', async () => {
    const own = await openWorkspace(app, { lines: [STILL, STILL, STILL] });
    const { listId } = await addLeads(own, 4);
    const lineIds = [lineId(own, 0), lineId(own, 1)];
    const id = await addCampaign(app, own, { listId, lineIds, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('all steps are made', async () => (await messagesOf(app, own, id)).length === 4);
    await setLine(own, 0, { isActive: false });
    await until('they have moved', async () => {
      clock.leap(5_000);
      return (await messagesOf(app, own, id)).every((each) => each.lineId === lineId(own, 1));
    });
    for (const entry of await entriesOf(app, own, id)) expect(entry.lineId).toBe(lineId(own, 1));
    await setLine(own, 1, { dailyTotalMessagesLimit: null });
    await until('they wait for the second', () => allWait(own, id));
    clock.leap(2 * HOUR);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    expect(new Set((await copiesIn(app, own)).map((copy) => copy.lineId))).toEqual(new Set([lineId(own, 1)]));
  });

  test('that was written to waits for its line for a day, and then fails with the documented sentence', async () => {
    const own = await openWorkspace(app, { lines: [QUICK, QUICK] });
    const { listId } = await addLeads(own, 2);
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('they wait', () => allWait(own, id));
    await setLine(own, 0, { isActive: false });
    clock.leap(2 * HOUR);
    await until(
      'the other one is through',
      async () => (await entriesOf(app, own, id))[1]?.status === 'finished',
    );
    await until('the second step waits', async () => (await messagesOf(app, own, id)).length === 4);
    const waits = (await messagesOf(app, own, id)).find((each) => each.status === 'pending');
    expect(waits).toMatchObject({ stepKey: 'again', lineId: lineId(own, 0) });
    clock.leap(25 * HOUR);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    expect((await entriesOf(app, own, id))[0]).toMatchObject({
      status: 'failed',
      reason: 'line_inactive',
      detail: 'Line became inactive after previous messages were sent',
    });
  });
});

describe('a campaign without a line', () => {
  test('pauses when its last one is lost, and goes on from there when it is resumed', async () => {
    const own = await openWorkspace(app, { lines: [STILL, STILL] });
    const { listId } = await addLeads(own, 2);
    const id = await addCampaign(app, own, { listId, lineIds: [lineId(own, 0)], steps: [step('hello')] });
    await launch(app, own, id);
    await until('all steps are made', async () => (await messagesOf(app, own, id)).length === 2);
    await setLine(own, 0, { isActive: false });
    await until('it is paused', async () => {
      clock.leap(5_000);
      return (await pauseReason(id)) === 'no_line';
    });
    clock.leap(30 * HOUR);
    await setLine(own, 0, { isActive: true, dailyTotalMessagesLimit: null });
    await resume(app, own, id);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    expect(await copiesIn(app, own)).toHaveLength(2);
  });

  test('pauses before it makes a step that could leave from nowhere', async () => {
    const own = await openWorkspace(app, { lines: [QUICK] });
    const { listId } = await addLeads(own, 2);
    await setLine(own, 0, { isActive: false });
    app.deps.snapshots.forget(own.workspaceId);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    await launch(app, own, id);
    await until('it is paused', async () => (await pauseReason(id)) === 'no_line');
    expect(await messagesOf(app, own, id)).toEqual([]);
    await setLine(own, 0, { isActive: true });
    app.deps.snapshots.forget(own.workspaceId);
    await resume(app, own, id);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
  });
});

describe('a first step that fails for a cause of its line', () => {
  test('is tried once by each line of the campaign, and its lead stays where it succeeds', async () => {
    const own = await openWorkspace(app, { lines: [QUICK, QUICK, QUICK] });
    const { listId } = await addLeads(own, 1, () => ({ phone: REFUSED_TWICE }));
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('it is sent', () => allWait(own, id));
    const [message] = await messagesOf(app, own, id);
    expect(message).toMatchObject({ lineId: lineId(own, 2) });
    expect((await entriesOf(app, own, id))[0]?.lineId).toBe(lineId(own, 2));
    const tried = await read<{ lineId: string }>(
      app,
      `SELECT line_id AS "lineId" FROM events WHERE message_id = $1 AND type = 'message.sending' ORDER BY id`,
      [message?.id],
    );
    expect(tried.map((each) => each.lineId)).toEqual([0, 1, 2].map((n) => lineId(own, n)));
    const touches = await read<{ lineId: string }>(
      app,
      'SELECT line_id AS "lineId" FROM touches WHERE workspace_id = $1',
      [own.workspaceId],
    );
    expect(touches).toEqual([{ lineId: lineId(own, 2) }]);
  });

  test('fails when every line has tried it, and so does the way of its lead', async () => {
    const own = await openWorkspace(app, { lines: [QUICK, QUICK] });
    const { listId } = await addLeads(own, 1, () => ({ phone: REFUSED_TWICE }));
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    expect(await messagesOf(app, own, id)).toMatchObject([{ status: 'failed', reason: 'retries_exhausted' }]);
    expect(await entriesOf(app, own, id)).toMatchObject([{ status: 'failed', reason: 'retries_exhausted' }]);
  });

  test('is not tried again where the contact is the cause', async () => {
    const own = await openWorkspace(app, { lines: [QUICK, QUICK], fallback: true });
    const { listId } = await addLeads(own, 2, (n) => ({ phone: n === 0 ? '+12025550103' : '+12025550102' }));
    const id = await addCampaign(app, own, {
      listId,
      steps: [step('hello', { smsMessage: 'In short' }), AGAIN],
    });
    await launch(app, own, id);
    await until(
      'the refused one has failed',
      async () => (await entriesOf(app, own, id))[0]?.status === 'failed',
    );
    await until('the other one goes on by SMS', async () =>
      (await copiesIn(app, own)).some(
        ({ messageType, message }) => messageType === 'sms' && message === 'In short',
      ),
    );
    expect((await messagesOf(app, own, id)).map(({ status }) => status).sort()).toEqual([
      'failed',
      'fallback',
    ]);
    expect((await entriesOf(app, own, id))[1]).toMatchObject({ status: 'active', stepKey: 'hello' });
  });
});

test('a step that is moved to another line by hand takes its lead with it', async () => {
  const own = await openWorkspace(app, { lines: [STILL, QUICK] });
  const { listId } = await addLeads(own, 1);
  const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
  await launch(app, own, id);
  await until('it waits', async () => (await messagesOf(app, own, id)).length === 1);
  const [message] = await messagesOf(app, own, id);
  const { status } = await own.call('PATCH', `/api/messages/${message?.id}`, { fromLineId: lineId(own, 1) });
  expect(status).toBe(200);
  await until('it is sent', () => allWait(own, id));
  clock.leap(2 * HOUR);
  await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
  for (const each of await messagesOf(app, own, id)) expect(each.lineId).toBe(lineId(own, 1));
});
