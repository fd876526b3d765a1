/** Who leaves a campaign, and when: what comes true before a step leaves, stops it (contract 7). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { Condition, Step } from '../../src/domain/campaign/campaign.ts';
import { readEntryFacts } from '../../src/store/campaigns/campaign-facts.ts';
import type { Sql } from '../../src/store/database.ts';
import {
  addCampaign,
  addLeads,
  type CampaignWish,
  change,
  type Entry,
  entriesOf,
  launch,
  messagesOf,
  pause,
  resume,
  statusOf,
  step,
} from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, copiesIn, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const QUICK = { deviceGapMs: 0, contactGapMs: 0 };
/** One message an hour: what is made next waits, as it would behind a long queue. */
const SLOW = { deviceGapMs: HOUR, contactGapMs: 0 };
/** Its phone answers "Yes, I'm interested!". */
const INTERESTED = '+12025550110';
/** Takes what it is sent, and nobody says so; it is found when its carrier is asked. */
const LOST = '+12025550105';
/** Its phone answers "STOP". */
const STOPS = '+12025550109';

let app: TestApp;
let clock: LeapingClock;

beforeAll(async () => {
  clock = leapingClock();
  app = await openApp({ clock });
});
afterAll(() => app.close());

const soon = { wait: { value: 1, unit: 's' as const } };
const hours = (value: number) => ({ wait: { value, unit: 'h' as const } });

interface Campaign {
  own: Workspace;
  id: string;
  leadIds: string[];
}

/** Launched, with the leads in its list. */
async function run(
  steps: Step[],
  { line = QUICK, phones, ...wish }: Partial<CampaignWish> & { line?: object; phones?: string[] } = {},
): Promise<Campaign> {
  const own = await openWorkspace(app, { lines: [{ ...line }] });
  const each = phones ?? [newPhone()];
  const { listId, leadIds } = await addLeads(own, each.length, (n) => ({ phone: each[n] }));
  const id = await addCampaign(app, own, { listId, steps, ...wish });
  await launch(app, own, id);
  return { own, id, leadIds };
}

function stands(campaign: Campaign, wish: Partial<Entry>): Promise<Entry> {
  return until(`the contact is ${JSON.stringify(wish)}`, async () => {
    const [entry] = await entriesOf(app, campaign.own, campaign.id);
    return entry !== undefined &&
      Object.entries(wish).every(([name, value]) => entry[name as keyof Entry] === value)
      ? entry
      : null;
  });
}

/** The message of a step, once it is as wished. */
function messageOf(campaign: Campaign, stepKey: string, status: string) {
  return until(`step ${stepKey} is ${status}`, async () =>
    (await messagesOf(app, campaign.own, campaign.id)).find(
      (each) => each.stepKey === stepKey && each.status === status,
    ),
  );
}

async function tag(campaign: Campaign, tags: string[]): Promise<void> {
  const { status } = await campaign.own.call('PATCH', `/api/leads/${campaign.leadIds[0]}`, { tags });
  expect(status).toBe(200);
}

const textsIn = async (campaign: Campaign) =>
  (await copiesIn(app, campaign.own)).map(({ message }) => message);
const isComplete = (campaign: Campaign) =>
  until('it is complete', async () => (await statusOf(app, campaign.own, campaign.id)) === 'completed');
const HAS_BOUGHT: Condition = { id: 'bought', type: 'tag', tag: 'bought', is: 'present' };

describe('a reply', () => {
  test('ends the way at once, before the next step is made', async () => {
    const campaign = await run([step('hello'), step('again', hours(2))], { phones: [INTERESTED] });
    await stands(campaign, {
      status: 'stopped',
      reason: 'replied',
      detail: 'The contact replied',
      lookAt: null,
    });
    await isComplete(campaign);
    clock.leap(3 * HOUR);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0']);
    expect(await messagesOf(app, campaign.own, campaign.id)).toHaveLength(1);
  });

  test('withdraws the step that waits already, and the message says why', async () => {
    const campaign = await run([step('hello'), step('again')], { line: SLOW, phones: [INTERESTED] });
    const { id } = await messageOf(campaign, 'again', 'cancelled');
    await stands(campaign, { status: 'stopped', reason: 'replied' });
    expect(await campaign.own.message(id)).toMatchObject({
      status: 'cancelled',
      reason: 'campaign_stopped',
      errorMessage: 'The contact replied',
    });
    expect((await campaign.own.timeline(id)).at(-1)).toMatchObject({ type: 'message.cancelled' });
    clock.leap(2 * HOUR);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0']);
  });

  test('turns the way where the campaign goes on: by its words, or by its absence', async () => {
    const wants = { id: 'wants', type: 'replied_with' as const, keywords: ['interested'] };
    const silence = { id: 'silence', type: 'no_reply_for' as const, wait: { value: 2, unit: 'h' as const } };
    const steps = [
      step('hello', {
        branches: [
          { condition: wants, to: 'book' },
          { condition: silence, to: 'nudge' },
        ],
        next: 'end',
      }),
      step('nudge', { ...hours(2), next: 'end' }),
      step('book', soon),
    ];
    const keen = await run(steps, { onReply: 'continue', phones: [INTERESTED] });
    const quiet = await run(steps, { onReply: 'continue' });
    await messageOf(keen, 'book', 'sent').catch(() => messageOf(keen, 'book', 'delivered'));
    await stands(quiet, { stepKey: 'hello', status: 'active' });
    await until('it waits', async () => (await stands(quiet, { stepKey: 'hello' })).lookAt !== null);
    clock.leap(2 * HOUR);
    await isComplete(quiet);
    await isComplete(keen);
    expect(await textsIn(keen)).toEqual(['hello for Lead0', 'book for Lead0']);
    expect(await textsIn(quiet)).toEqual(['hello for Lead0', 'nudge for Lead0']);
  });

  test('skips the steps that are for those who did not', async () => {
    const steps = [
      step('hello'),
      step('nudge', { ...hours(1), onlyNonResponders: true }),
      step('news', hours(1)),
    ];
    const campaign = await run(steps, { onReply: 'continue', phones: [INTERESTED] });
    await until(
      'it wrote',
      async () => (await read(app, REPLIES_OF, [campaign.own.workspaceId])).length === 1,
    );
    await until('it waits', async () => (await stands(campaign, { stepKey: 'hello' })).lookAt !== null);
    clock.leap(HOUR);
    await stands(campaign, { stepKey: 'nudge' });
    clock.leap(HOUR);
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0', 'news for Lead0']);
  });

  test('that is quicker than the word that its step was sent is an answer to it', async () => {
    const steps = [
      step('hello', {
        branches: [{ condition: { id: 'yes', type: 'replied_with', keywords: ['yes'] }, to: 'book' }],
        next: 'end',
      }),
      step('book', hours(2)),
    ];
    const campaign = await run(steps, { onReply: 'continue', phones: [LOST] });
    await messageOf(campaign, 'hello', 'unknown');
    await hear(campaign, LOST, 'Yes');
    clock.leap(HOUR);
    await stands(campaign, { stepKey: 'hello', nextStepKey: 'book' });
  });

  test('that was stored with the same person in another list counts', async () => {
    const campaign = await run([step('hello'), step('again', hours(2))], { phones: [newPhone()] });
    await until('it waits', async () => (await stands(campaign, { stepKey: 'hello' })).lookAt !== null);
    const lead = await campaign.own.call<{ lead: { phone: string } }>(
      'GET',
      `/api/leads/${campaign.leadIds[0]}`,
    );
    const { phone } = lead.body.lead;
    const { leadIds } = await addLeads(campaign.own, 1, () => ({ phone }));
    const [twin] = leadIds;
    // The line spoke with the other one last: that is whose reply it is thought to be.
    await accept(campaign.own, { leadId: twin });
    await until('that is out', async () => (await textsIn(campaign)).length === 2);
    await hear(campaign, phone, 'Hello?');
    const stored = await read<{ leadId: string }>(app, REPLIES_OF, [campaign.own.workspaceId]);
    expect(stored.map(({ leadId }) => leadId)).toEqual([twin]);
    await stands(campaign, { status: 'stopped', reason: 'replied' });
  });

  test('that was written before the contact entered, and told late, counts for nothing', async () => {
    const campaign = await run([step('hello'), step('again', hours(2))]);
    await until('it waits', async () => (await stands(campaign, { stepKey: 'hello' })).lookAt !== null);
    const lead = await campaign.own.call<{ lead: { phone: string } }>(
      'GET',
      `/api/leads/${campaign.leadIds[0]}`,
    );
    await hear(campaign, lead.body.lead.phone, 'Years ago', clock.now() - 1_000 * HOUR);
    clock.leap(2 * HOUR);
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0', 'again for Lead0']);
  });
});

describe('an opt-out', () => {
  test('by word ends every way at once, whatever replies do', async () => {
    const campaign = await run([step('hello'), step('again', hours(1))], {
      onReply: 'continue',
      phones: [STOPS],
    });
    await stands(campaign, { status: 'stopped', reason: 'dnc' });
    await isComplete(campaign);
  });

  test('by hand withdraws what waits, and whoever has opted out before is never written to', async () => {
    const phone = newPhone();
    const campaign = await run([step('hello'), step('again')], { line: SLOW, phones: [phone] });
    await messageOf(campaign, 'again', 'pending').catch(() => messageOf(campaign, 'again', 'queued'));
    await campaign.own.call('POST', '/api/dnc', { phone });
    await messageOf(campaign, 'again', 'cancelled');
    await stands(campaign, { status: 'stopped', reason: 'dnc' });
    const second = await addCampaign(app, campaign.own, { steps: [step('hi')] });
    const { listId } = await addLeads(campaign.own, 1, () => ({ phone }));
    await change(app, campaign.own, second, { listId });
    await launch(app, campaign.own, second);
    await stands({ ...campaign, id: second }, { status: 'stopped', reason: 'dnc', stepKey: null });
    expect(await messagesOf(app, campaign.own, second)).toEqual([]);
  });
});

describe('a contact that is deleted', () => {
  test('leaves, and what waits for it is withdrawn; the others go on', async () => {
    const campaign = await run([step('hello'), step('again', hours(1))], {
      phones: [newPhone(), newPhone()],
    });
    await until(
      'both wait',
      async () =>
        (await entriesOf(app, campaign.own, campaign.id)).filter(({ lookAt }) => lookAt !== null).length ===
        2,
    );
    const [gone, kept] = campaign.leadIds;
    await campaign.own.call('DELETE', '/api/leads', { ids: [gone] });
    await until('it has left', async () =>
      (await entriesOf(app, campaign.own, campaign.id)).some(
        ({ leadId, status, reason }) => leadId === gone && status === 'stopped' && reason === 'lead_deleted',
      ),
    );
    clock.leap(HOUR);
    await isComplete(campaign);
    const written = (await messagesOf(app, campaign.own, campaign.id)).filter(
      ({ stepKey }) => stepKey === 'again',
    );
    expect(written.map(({ leadId }) => leadId)).toEqual([kept]);
  });
});

describe('a stop condition', () => {
  const guarded = [step('hello'), step('again', { stopConditions: [HAS_BOUGHT] })];

  test('that comes true while the step waits stops it just before it would leave', async () => {
    const campaign = await run(guarded, { line: SLOW });
    const waiting = await messageOf(campaign, 'again', 'pending');
    await tag(campaign, ['bought']);
    const explained = await campaign.own.explain(waiting.id);
    expect(explained.gates.find(({ gate }) => gate === 'campaign_stop')).toEqual({
      gate: 'campaign_stop',
      state: 'blocked',
      until: null,
      reason: 'It will not be sent: The contact has the tag "bought".',
    });
    expect(explained.earliestAt).toBeNull();
    expect((await messagesOf(app, campaign.own, campaign.id)).at(-1)?.status).toBe('pending');
    clock.leap(HOUR);
    const { id } = await messageOf(campaign, 'again', 'cancelled');
    expect(await campaign.own.message(id)).toMatchObject({
      reason: 'campaign_stopped',
      errorMessage: 'The contact has the tag "bought"',
    });
    const [entry] = await read(
      app,
      'SELECT reason, detail, condition_id FROM campaign_leads WHERE campaign_id = $1',
      [campaign.id],
    );
    expect(entry).toEqual({
      reason: 'condition',
      detail: 'The contact has the tag "bought"',
      condition_id: 'bought',
    });
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0']);
  });

  test('that comes true and untrue again while the step waits stops nothing', async () => {
    const campaign = await run(guarded, { line: SLOW });
    await messageOf(campaign, 'again', 'pending');
    await tag(campaign, ['bought']);
    await tag(campaign, []);
    clock.leap(HOUR);
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0', 'again for Lead0']);
  });

  test('that is true when the step would be made keeps it from being made', async () => {
    const campaign = await run([step('hello'), step('again', { ...hours(1), stopConditions: [HAS_BOUGHT] })]);
    await until('it waits', async () => (await stands(campaign, { stepKey: 'hello' })).lookAt !== null);
    await tag(campaign, ['Bought']);
    await stands(campaign, { status: 'active' });
    clock.leap(HOUR);
    await stands(campaign, { status: 'stopped', reason: 'condition' });
    expect(await messagesOf(app, campaign.own, campaign.id)).toHaveLength(1);
  });

  test('on earlier contact knows this campaign from others, and the time before from the time since', async () => {
    const phone = newPhone();
    const contacted = (scope: 'campaign' | 'any_campaign'): Condition => ({
      id: scope,
      type: 'contacted_before',
      scope,
    });
    const first = await run([step('hello')], { phones: [phone] });
    await isComplete(first);
    const steps = [step('hi'), step('more', { stopConditions: [contacted('campaign')] })];
    const other = await addCampaign(app, first.own, { steps });
    const third = await addCampaign(app, first.own, {
      steps: [step('hi'), step('more', { stopConditions: [contacted('any_campaign')] })],
    });
    const listId = (
      await read<{ id: string }>(app, 'SELECT list_id AS id FROM leads WHERE id = $1', [first.leadIds[0]])
    )[0]?.id;
    await change(app, first.own, other, { listId: listId ?? null });
    await launch(app, first.own, other);
    await isComplete({ ...first, id: other });
    await change(app, first.own, third, { listId: listId ?? null });
    await launch(app, first.own, third);
    await isComplete({ ...first, id: third });
    expect((await entriesOf(app, first.own, other))[0]).toMatchObject({ status: 'finished' });
    expect((await entriesOf(app, first.own, third))[0]).toMatchObject({
      status: 'stopped',
      detail: 'The contact was written to by a campaign before',
    });
  });

  test('is asked again after a pause', async () => {
    const campaign = await run(guarded, { line: SLOW });
    await messageOf(campaign, 'again', 'pending');
    await pause(app, campaign.own, campaign.id);
    clock.leap(HOUR);
    await until('it is held', async () => {
      const { id } = (await messagesOf(app, campaign.own, campaign.id)).at(-1) ?? { id: '' };
      return (await campaign.own.explain(id)).gates.some(
        ({ gate, state }) => gate === 'campaign' && state === 'blocked',
      );
    });
    await tag(campaign, ['bought']);
    await resume(app, campaign.own, campaign.id);
    await messageOf(campaign, 'again', 'cancelled');
    await stands(campaign, { status: 'stopped', reason: 'condition' });
  });
});

describe('facts of many contacts', () => {
  test('are read by one statement, and are those of each', async () => {
    const own = await openWorkspace(app, { lines: [{ ...QUICK }] });
    const { listId, leadIds } = await addLeads(own, 300, (n) => ({ tags: [`t${n}`] }));
    const id = await addCampaign(app, own, { listId, steps: [step('hello', hours(1))] });
    await launch(app, own, id);
    await until('all are in', async () => (await entriesOf(app, own, id)).length === 300);
    const { deps } = app;
    let asked = 0;
    const counting: Sql = {
      query: (statement, values) => {
        asked += 1;
        return deps.database.query(statement, values);
      },
    };
    const standings = leadIds.map((leadId) => ({
      campaignId: id,
      leadId,
      entry: 1,
      enteredAt: 0,
      stepKey: null,
      stepAt: null,
      nextStepKey: null,
      messageId: null,
    }));
    const facts = await readEntryFacts(
      counting,
      own.workspaceId,
      { messageType: 'imessage' },
      standings,
      clock.now(),
    );
    expect(asked).toBe(1);
    expect(facts.map(({ lead }) => lead?.tags)).toEqual(leadIds.map((_, n) => [`t${n}`]));
  });
});

const REPLIES_OF = `SELECT lead_id AS "leadId" FROM messages WHERE workspace_id = $1 AND direction = 'received'`;

/** Somebody writes to the campaign's line. */
async function hear(campaign: Campaign, address: string, message: string, at?: number): Promise<void> {
  await receiveInbound(app.deps, {
    workspaceId: campaign.own.workspaceId,
    lineId: campaign.own.lines[0]?._id ?? '',
    address,
    message,
    externalMessageId: null,
    ...(at === undefined ? {} : { at }),
  });
}
