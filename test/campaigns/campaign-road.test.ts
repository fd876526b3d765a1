/** A campaign on its way: entered, made, sent, waited for, complete (contract 7). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { scanDueCampaigns } from '../../src/store/campaigns/campaign-runs.ts';
import { findNextDue } from '../../src/store/messages/due.ts';
import { addCampaign, addLeads, entriesOf, launch, look, messagesOf, statusOf, step } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, bill, copiesIn, openWorkspace, read, type Workspace } from '../workspaces.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** No gaps and no caps: the tests are about campaigns. */
const QUICK = {
  deviceGapMs: 0,
  contactGapMs: 0,
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
};
/** What is made for it waits. */
const STILL = { ...QUICK, dailyTotalMessagesLimit: 0 };
const AGAIN = step('again', { wait: { value: 2, unit: 'h' } });

let app: TestApp;
let other: TestApp;
let clock: LeapingClock;
/** Instants at which a process dies: labels of checkpoints, each once. */
const deaths: string[] = [];

beforeAll(async () => {
  clock = leapingClock();
  const checkpoint = (label: string) => {
    const at = deaths.indexOf(label);
    if (at === -1) return;
    deaths.splice(at, 1);
    throw new Error(`killed at ${label}`);
  };
  app = await openApp({ clock, checkpoint });
  other = await openApp({ clock, databaseUrl: app.databaseUrl, key: app.key });
});
afterEach(() => {
  deaths.length = 0;
});
afterAll(async () => {
  await other.close();
  await app.close();
});

/** For a later step: no longer only to be looked at. */
async function allWait(own: Workspace, id: string): Promise<boolean> {
  const entries = await entriesOf(app, own, id);
  return entries.length > 0 && entries.every(({ lookAt }) => lookAt !== null && lookAt > clock.now());
}

describe('each step', () => {
  test('is written once to each lead, and the campaign is complete when nobody is on the way', async () => {
    const own = await openWorkspace(app, { lines: [QUICK, QUICK] });
    const { listId, leadIds } = await addLeads(own, 6);
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('the first step is out', async () => (await copiesIn(app, own)).length === 6);
    await until('they wait', () => allWait(own, id));
    expect(await messagesOf(app, own, id)).toHaveLength(6);
    expect(await statusOf(app, own, id)).toBe('active');
    clock.leap(2 * HOUR);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    const ways = Map.groupBy(await messagesOf(app, own, id), ({ leadId }) => leadId);
    expect([...ways.keys()].sort()).toEqual([...leadIds].sort());
    for (const way of ways.values()) expect(way.map(({ stepKey }) => stepKey)).toEqual(['hello', 'again']);
    expect((await entriesOf(app, own, id)).map(({ status }) => status)).toEqual(Array(6).fill('finished'));
    expect((await copiesIn(app, own)).map(({ message }) => message)).toContain('again for Lead3');
  });

  test('waits from when the one before was really sent', async () => {
    const slow = { ...QUICK, deviceGapMs: 10 * MINUTE };
    const own = await openWorkspace(app, { lines: [slow] });
    const { listId } = await addLeads(own, 3);
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    const sent = async (count: number) => (await copiesIn(app, own)).length === count;
    for (let out = 1; out <= 3; out += 1) {
      await until(`${out} are sent`, () => sent(out));
      clock.leap(10 * MINUTE);
    }
    await until('all wait for the second', () => allWait(own, id));
    const sentAt = new Map((await messagesOf(app, own, id)).map((each) => [each.leadId, each.sentAt ?? 0]));
    for (const { leadId, lookAt } of await entriesOf(app, own, id))
      expect(lookAt).toBe((sentAt.get(leadId) ?? 0) + 2 * HOUR);
    const [first] = [...sentAt.values()].sort();
    clock.leap((first ?? 0) + 2 * HOUR - clock.now());
    await until(
      'the first lead’s second step is made',
      async () => (await messagesOf(app, own, id)).length >= 4,
    );
    const [second] = (await messagesOf(app, own, id)).filter(({ stepKey }) => stepKey === 'again');
    expect(second?.createdAt).toBeGreaterThanOrEqual((first ?? 0) + 2 * HOUR);
  });

  test('is due when it is due: a dispatcher sleeps until then, and no longer', async () => {
    const own = await openWorkspace(app, { lines: [QUICK] });
    const { listId } = await addLeads(own, 1);
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('it waits', () => allWait(own, id));
    const lookAt = (await entriesOf(app, own, id))[0]?.lookAt ?? 0;
    const campaignLook = async () => {
      const [row] = await read<{ at: number | null }>(
        app,
        'SELECT look_at AS at FROM campaigns WHERE id = $1',
        [id],
      );
      return row?.at;
    };
    await until('so does the campaign', async () => (await campaignLook()) === lookAt);
    const { chores } = await findNextDue(app.deps.database, []);
    expect(chores).toBeLessThanOrEqual(lookAt);
    expect(await scanDueCampaigns(app.deps.database, lookAt - 1, 1000)).not.toContainEqual({
      workspaceId: own.workspaceId,
      campaignId: id,
    });
  });
});

describe('a list', () => {
  test('enters in parts, each lead once, however many dispatchers are at it; its lines take turns', async () => {
    const own = await openWorkspace(app, { lines: [STILL, STILL, STILL] });
    const { listId, leadIds } = await addLeads(own, 1_205);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    await launch(app, own, id);
    await until('all steps are made', async () => (await messagesOf(app, own, id)).length >= 1_205);
    const messages = await messagesOf(app, own, id);
    expect(messages.map(({ leadId }) => leadId)).toEqual(leadIds);
    const lines = own.lines.map(({ _id }) => _id);
    expect(messages.map(({ lineId }) => lineId)).toEqual(leadIds.map((_, n) => lines[n % 3]));
  });

  test.each(['campaign.entered', 'campaign.advanced', 'campaign.looked', 'campaign.stored'])(
    'loses nobody and enters nobody twice when a process is killed at %s',
    async (label) => {
      const own = await openWorkspace(app, { lines: [QUICK] });
      const { listId, leadIds } = await addLeads(own, 20);
      const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
      deaths.push(label);
      await launch(app, own, id);
      // Whoever failed leaves it alone for a minute; whoever wakes it meanwhile is heard.
      const lookedAt = () => look(app, own, id);
      await until('the first step is out', async () => {
        await lookedAt();
        return (await copiesIn(app, own)).length === 20;
      });
      await until('they wait', () => allWait(own, id));
      deaths.push(label);
      clock.leap(2 * HOUR);
      await until('it is complete', async () => {
        await lookedAt();
        return (await statusOf(app, own, id)) === 'completed';
      });
      const made = (await messagesOf(app, own, id)).map(({ leadId, stepKey }) => `${leadId} ${stepKey}`);
      expect(made.toSorted()).toEqual(leadIds.flatMap((lead) => [`${lead} again`, `${lead} hello`]).sort());
      expect(await copiesIn(app, own)).toHaveLength(40);
    },
  );
});

test('a lead that can’t be written to fails by itself, and the others go on', async () => {
  const own = await openWorkspace(app, { lines: [{ ...QUICK, messageType: 'sms' }] });
  const { listId, leadIds } = await addLeads(own, 3, (n) =>
    n === 1 ? { phone: null, email: 'person@example.com' } : {},
  );
  const lineIds = own.lines.map(({ _id }) => _id);
  const id = await addCampaign(app, own, { listId, lineIds, messageType: 'sms', steps: [step('hello')] });
  await launch(app, own, id);
  await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
  expect(
    (await entriesOf(app, own, id)).map(({ leadId, status, reason }) => [leadId, status, reason]),
  ).toEqual([
    [leadIds[0], 'finished', null],
    [leadIds[1], 'failed', 'no_address'],
    [leadIds[2], 'finished', null],
  ]);
});

test('while the workspace has not paid nothing advances, and what is due goes on when it has', async () => {
  const own = await openWorkspace(app, { lines: [QUICK] });
  const { listId } = await addLeads(own, 2);
  const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
  await launch(app, own, id);
  await until('the first step is out', async () => (await copiesIn(app, own)).length === 2);
  await until('they wait', () => allWait(own, id));
  await bill(app, own, 'past_due');
  other.deps.snapshots.forget(own.workspaceId);
  clock.leap(2 * HOUR);
  await until('it was looked at', async () => {
    const due = await scanDueCampaigns(app.deps.database, clock.now(), 1000);
    return !due.some(({ campaignId }) => campaignId === id);
  });
  expect(await messagesOf(app, own, id)).toHaveLength(2);
  await bill(app, own, 'active');
  other.deps.snapshots.forget(own.workspaceId);
  app.deps.wakeDispatchers();
  await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
});

test('a lead whose step can’t be made is held by itself, and the others go on', async () => {
  const own = await openWorkspace(app, { lines: [QUICK] });
  const { listId, leadIds } = await addLeads(own, 7);
  const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
  // As it may be after half of a backup was restored: the step is there, and nobody knows.
  const known = await accept(own, { leadId: leadIds[3] });
  await own.reaches(known._id, 'delivered');
  await read(
    app,
    "UPDATE messages SET campaign_id = $2, campaign_entry = 1, step_key = 'hello' WHERE id = $1",
    [known._id, id],
  );
  await launch(app, own, id);
  await until('the others are through', async () => {
    const entries = await entriesOf(app, own, id);
    return entries.filter(({ status }) => status === 'finished').length === 6;
  });
  expect((await entriesOf(app, own, id))[3]).toMatchObject({ status: 'held', reason: 'trouble' });
});
