/** Nobody on the way through a campaign is forgotten, whoever looks at the wrong moment, and nobody is written to after the end. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runCampaign } from '../../src/actions/campaigns/run-campaign.ts';
import { findCampaign } from '../../src/store/campaigns/campaigns.ts';
import { statement } from '../../src/store/database.ts';
import { HELD_UNTIL } from '../../src/store/messages/held-messages.ts';
import { campaignCalls } from '../campaign-calls.ts';
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
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const QUICK = {
  deviceGapMs: 0,
  contactGapMs: 0,
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
};
const AGAIN = step('again', { wait: { value: 2, unit: 'h' } });

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

async function launched(own: Workspace, steps = [step('hello'), AGAIN], leads = 1, wish = {}) {
  const { listId, leadIds } = await addLeads(own, leads);
  const id = await addCampaign(app, own, { listId, steps, ...wish });
  await launch(app, own, id);
  return { id, leadIds };
}

const isComplete = (own: Workspace, id: string) =>
  until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');

const LOCK_EVENTS = statement('lock_events', 'LOCK TABLE events IN SHARE MODE');
const LOCK_ENTRIES = statement(
  'lock_all_entries',
  'SELECT 1 FROM campaign_leads WHERE campaign_id = $1 FOR NO KEY UPDATE',
);

/** What it locks stays locked until the answered function is called. */
async function holding(
  locks: ReturnType<typeof statement>,
  values: unknown[] = [],
): Promise<() => Promise<void>> {
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
  const transaction = app.deps.database.transaction(async (tx) => {
    await tx.query(locks, values);
    isLocked();
    await isOver;
  });
  await Promise.race([locked, transaction]);
  const release = () => {
    end();
    return transaction;
  };
  onTestFinished(release);
  return release;
}

async function waitForLocks(): Promise<number> {
  const rows = await read<{ count: number }>(
    app,
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return rows[0]?.count ?? 0;
}

test('a campaign is complete when the last of its leads is taken out, between two steps too', async () => {
  const own = await openWorkspace(app, { lines: [QUICK] });
  const { id, leadIds } = await launched(own);
  await until('the next step is waited for', async () => (await entriesOf(app, own, id))[0]?.lookAt ?? null);
  await own.call('POST', `/api/campaigns/${id}/leads/${leadIds[0]}/stop`);
  await isComplete(own, id);
});

test('what a look at the queue holds while its campaign is resumed goes all the same', async () => {
  const own = await openWorkspace(app, { lines: [{ ...QUICK, dailyTotalMessagesLimit: 0 }] });
  const { id } = await launched(own, [step('hello')]);
  await until('its message waits', async () => (await messagesOf(app, own, id)).length === 1);
  await pause(app, own, id);
  const line = own.lines[0]?._id;
  await own.call('PATCH', `/api/lines/${line}`, { dailyTotalMessagesLimit: null });
  await until('it is held', async () => (await messagesOf(app, own, id))[0]?.dueAt === HELD_UNTIL);
  // A look that has seen the pause, and is slow to store what it makes of it.
  const release = await holding(LOCK_EVENTS);
  await read(app, 'UPDATE messages SET due_at = now() WHERE campaign_id = $1', [id]);
  await read(app, 'INSERT INTO line_wakes SELECT workspace_id, id, id FROM lines WHERE id = $1', [line]);
  app.deps.wakeDispatchers();
  await until('a look is under way', async () => (await waitForLocks()) > 0);
  await resume(app, own, id);
  let isLooked = false;
  const looked = runCampaign(app.deps, own.workspaceId, id).then(() => {
    isLooked = true;
  });
  await until('the campaign goes on, or waits for it', async () => isLooked || (await waitForLocks()) > 1);
  await release();
  await looked;
  await isComplete(own, id);
  expect(await copiesIn(app, own)).toHaveLength(1);
});

describe('a campaign that was ended', () => {
  test('stops also who was being changed in that moment, and takes nobody new before all are out', async () => {
    const own = await openWorkspace(app, { lines: [QUICK] });
    const { id } = await launched(own);
    await until(
      'the next step is waited for',
      async () => (await entriesOf(app, own, id))[0]?.lookAt ?? null,
    );
    const release = await holding(LOCK_ENTRIES, [id]);
    await change(app, own, id, { status: 'completed' });
    await until('somebody looked at it', async () => {
      const row = await findCampaign(app.deps.database, own.workspaceId, id);
      return row?.lookAt === null || (row?.lookAt ?? 0) > app.deps.clock.now();
    });
    const enter = () => campaignCalls(own).enter(id, { lead: { firstName: 'Ada', phone: newPhone() } });
    expect(await enter()).toMatchObject({
      status: 409,
      body: { code: 'CAMPAIGN_STATE', reason: 'completed' },
    });
    await release();
    await until('the lead is stopped', async () => (await entriesOf(app, own, id))[0]?.status === 'stopped');
    expect((await enter()).status).toBe(201);
  });
});

describe('the fallback SMS of a step', () => {
  /** Is not on iMessage. */
  const NOT_ON_IMESSAGE = '+12025550102';

  async function waitingSms(steps = [step('hello')]) {
    const own = await openWorkspace(app, { lines: [QUICK], fallback: true });
    const sms = own.lines.at(-1)?._id ?? '';
    await own.call('PATCH', `/api/lines/${sms}`, { dailyTotalMessagesLimit: 0 });
    const { listId, leadIds } = await addLeads(own, 1, () => ({ phone: NOT_ON_IMESSAGE }));
    const id = await addCampaign(app, own, { listId, steps });
    await launch(app, own, id);
    const message = await until('its SMS waits', async () => {
      const [found] = await read<{ id: string }>(
        app,
        'SELECT id FROM messages WHERE campaign_id = $1 AND fallback_of IS NOT NULL',
        [id],
      );
      return found;
    });
    const open = () => own.call('PATCH', `/api/lines/${sms}`, { dailyTotalMessagesLimit: null });
    return { own, id, leadId: leadIds[0], smsId: message.id, open };
  }

  test('does not leave when its contact has been taken out of the campaign', async () => {
    const { own, id, leadId, smsId, open } = await waitingSms([step('hello'), AGAIN]);
    await own.call('POST', `/api/campaigns/${id}/leads/${leadId}/stop`);
    await open();
    await own.reaches(smsId, 'cancelled');
    expect(await own.message(smsId)).toMatchObject({
      reason: 'campaign_stopped',
      errorMessage: 'Taken out of the campaign by request',
    });
    expect(await copiesIn(app, own)).toHaveLength(0);
  });

  test('leaves after its contact has come to the end, and its campaign with it', async () => {
    const { own, id, smsId, open } = await waitingSms();
    await isComplete(own, id);
    await open();
    await own.reaches(smsId, 'delivered');
    expect((await entriesOf(app, own, id))[0]).toMatchObject({ status: 'finished' });
  });
});
