/** Pausing and resuming campaigns, and what becomes of their messages meanwhile (contract 2.8, 7). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scanDueCampaigns } from '../../src/store/campaigns/campaign-runs.ts';
import { HELD_UNTIL } from '../../src/store/messages/held-messages.ts';
import {
  addCampaign,
  addLeads,
  change,
  entriesOf,
  launch,
  messagesOf,
  pause,
  resume,
  statusOf,
  step,
} from '../campaigns.ts';
import { openWebhookReceiver } from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries } from '../webhooks.ts';
import { accept, copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const QUICK = {
  deviceGapMs: 0,
  contactGapMs: 0,
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
};
const AGAIN = step('again', { wait: { value: 2, unit: 'h' } });

let app: TestApp;
let clock: LeapingClock;

beforeAll(async () => {
  clock = leapingClock();
  app = await openApp({ clock, config: { allowPrivateHosts: true } });
});
afterAll(() => app.close());

function setCap(own: Workspace, dailyTotalMessagesLimit: number | null): Promise<unknown> {
  const id = own.lines[0]?._id;
  return own.call('PATCH', `/api/lines/${id}`, { dailyTotalMessagesLimit });
}

/** A campaign whose first step waits on a line that sends nothing yet. */
async function waiting(count: number): Promise<{ own: Workspace; id: string }> {
  const own = await openWorkspace(app, { lines: [{ ...QUICK, dailyTotalMessagesLimit: 0 }] });
  const { listId } = await addLeads(own, count);
  const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
  await launch(app, own, id);
  await until('its messages wait', async () => (await messagesOf(app, own, id)).length === count);
  return { own, id };
}

describe('a paused campaign', () => {
  test('holds what waits out of the way of all other messages, and sends each once when it is resumed', async () => {
    const { own, id } = await waiting(510);
    await pause(app, own, id);
    await setCap(own, null);
    const single = await accept(own, { recipientPhone: newPhone() });
    await own.reaches(single._id, 'delivered');
    await until('all are held', async () =>
      (await messagesOf(app, own, id)).every(({ dueAt }) => dueAt === HELD_UNTIL),
    );
    const [held] = await messagesOf(app, own, id);
    expect(await own.message(held?.id ?? '')).toMatchObject({ status: 'queued', dueAt: null });
    const { body } = await own.call<{ gates: { gate: string; state: string; until: string | null }[] }>(
      'GET',
      `/api/messages/${held?.id}/explain`,
    );
    expect(body.gates.find(({ gate }) => gate === 'campaign')).toMatchObject({
      state: 'blocked',
      until: null,
    });
    expect(await copiesIn(app, own)).toHaveLength(1);
    await resume(app, own, id);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    const copies = await copiesIn(app, own);
    expect(copies).toHaveLength(511);
    expect(new Set(copies.map(({ address }) => address)).size).toBe(511);
  });

  test('makes no step, is not looked at, and makes up for it when it is resumed', async () => {
    const own = await openWorkspace(app, { lines: [QUICK] });
    const { listId } = await addLeads(own, 3);
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
    await launch(app, own, id);
    await until('they wait', async () => {
      const entries = await entriesOf(app, own, id);
      return entries.length > 0 && entries.every(({ lookAt }) => (lookAt ?? 0) > clock.now());
    });
    await pause(app, own, id);
    clock.leap(3 * HOUR);
    await until('nobody is to look at it', async () => {
      const due = await scanDueCampaigns(app.deps.database, clock.now(), 1000);
      return !due.some(({ campaignId }) => campaignId === id);
    });
    expect(await messagesOf(app, own, id)).toHaveLength(3);
    await resume(app, own, id);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    expect(await copiesIn(app, own)).toHaveLength(6);
  });
});

test.each(['archived', 'completed'] as const)(
  'a campaign that is %s by hand stops who is on the way and cancels what waits',
  async (status) => {
    const { own, id } = await waiting(3);
    await change(app, own, id, { status });
    await until('all are stopped', async () =>
      (await entriesOf(app, own, id)).every((entry) => entry.status === 'stopped'),
    );
    expect((await messagesOf(app, own, id)).map((each) => each.status)).toEqual(Array(3).fill('cancelled'));
    expect((await entriesOf(app, own, id))[0]).toMatchObject({ reason: status, lookAt: null });
    await setCap(own, null);
    const single = await accept(own, { recipientPhone: newPhone() });
    await own.reaches(single._id, 'delivered');
    expect(await copiesIn(app, own)).toHaveLength(1);
  },
);

test('an archived campaign leaves no fallback SMS behind either', async () => {
  const own = await openWorkspace(app, { lines: [QUICK], fallback: true });
  const sms = own.lines.at(-1)?._id;
  expect((await own.call('PATCH', `/api/lines/${sms}`, { dailyTotalMessagesLimit: 0 })).status).toBe(200);
  const { listId } = await addLeads(own, 1, () => ({ phone: '+12025550102' }));
  const id = await addCampaign(app, own, { listId, steps: [step('hello'), AGAIN] });
  const waits = async (status: string) =>
    (
      await read(
        app,
        "SELECT id FROM messages WHERE campaign_id = $1 AND message_type = 'sms' AND status = $2",
        [id, status],
      )
    ).length === 1;
  await launch(app, own, id);
  await until('its SMS waits', () => waits('pending'));
  await change(app, own, id, { status: 'archived' });
  await until('it is cancelled', () => waits('cancelled'));
});

test('a step that somebody cancels ends the way of its lead, and of nobody else', async () => {
  const { own, id } = await waiting(2);
  const [first] = await messagesOf(app, own, id);
  expect((await own.call('POST', `/api/messages/${first?.id}/cancel`)).status).toBe(200);
  await until('its lead is stopped', async () => (await entriesOf(app, own, id))[0]?.status === 'stopped');
  expect(await entriesOf(app, own, id)).toMatchObject([
    { status: 'stopped', reason: 'cancelled' },
    { status: 'active' },
  ]);
  await setCap(own, null);
  await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
  expect(await copiesIn(app, own)).toHaveLength(1);
});

test('webhooks name the campaign, and tell once that it is complete', async () => {
  const receiver = await openWebhookReceiver();
  const own = await openWorkspace(app, { lines: [QUICK] });
  const hook = await addWebhook(own, `${receiver.url}/all`, {
    events: ['message.sent', 'campaign.completed'],
  });
  const { listId } = await addLeads(own, 2);
  const id = await addCampaign(app, own, { listId, name: 'Autumn', steps: [step('hello')] });
  await launch(app, own, id);
  await until('all is told', async () => (await deliveries(own, hook.id)).length === 3);
  const { body } = await own.call<{ events: Record<string, unknown>[] }>('GET', '/api/events');
  const told = body.events.filter(({ event }) => event === 'message.sent' || event === 'campaign.completed');
  expect(told).toHaveLength(3);
  for (const event of told) expect(event).toMatchObject({ campaignId: id, campaignName: 'Autumn' });
  expect(told.at(-1)).toMatchObject({
    event: 'campaign.completed',
    messageId: null,
    data: {
      campaignId: id,
      campaignName: 'Autumn',
      startedAt: expect.any(String),
      completedAt: expect.any(String),
    },
  });
  expect(
    await read(app, "SELECT id FROM events WHERE workspace_id = $1 AND type = 'campaign.completed'", [
      own.workspaceId,
    ]),
  ).toHaveLength(1);
  await receiver.close();
});
