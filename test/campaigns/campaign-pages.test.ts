/** What whoever works on a campaign asks beside it: how far it is, whom it reaches, what an edit would come to; and copies of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type {
  CampaignAudienceAnswer,
  CampaignCheckAnswer,
  CampaignProgressAnswer,
} from '../../src/contract/campaigns/campaign-progress.ts';
import type { CampaignAnswer } from '../../src/contract/campaigns/campaigns.ts';
import { type CampaignCalls, campaignCalls, type Refused, STEPS } from '../campaign-calls.ts';
import { addLeads, messagesOf, statusOf } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

const DAY = 86_400_000;
const QUICK = { deviceGapMs: 0, contactGapMs: 0, dailyNewConversationsLimit: null };

let app: TestApp;
let clock: LeapingClock;
let ws: Workspace;
let campaigns: CampaignCalls;

beforeAll(async () => {
  clock = leapingClock();
  app = await openApp({ clock });
  ws = await openWorkspace(app, { lines: [QUICK] });
  campaigns = campaignCalls(ws);
});
afterAll(() => app.close());

const progress = async (id: string) =>
  (await ws.call<CampaignProgressAnswer>('GET', `/api/campaigns/${id}/progress`)).body;
const audience = async (id: string, query = '') =>
  (await ws.call<CampaignAudienceAnswer & Refused>('GET', `/api/campaigns/${id}/audience${query}`)).body;
const check = async (id: string, body: object) =>
  (await ws.call<CampaignCheckAnswer & Refused>('POST', `/api/campaigns/${id}/check`, body)).body;

describe('how far a campaign has come', () => {
  test('is told by step, by line and by why leads left, from the first to the last message', async () => {
    const { listId, leadIds } = await addLeads(ws, 4, (n) => (n === 3 ? { phone: '+12025550103' } : {}));
    const id = await campaigns.launched({ listId });
    await until('the first step is over', async () => (await progress(id)).perStep[0]?.delivered === 3);
    const lead = await ws.call<{ lead: { phone: string } }>('GET', `/api/leads/${leadIds[0]}`);
    await receiveInbound(app.deps, {
      workspaceId: ws.workspaceId,
      lineId: ws.lines[0]?._id ?? '',
      address: lead.body.lead.phone,
      message: 'Who is this?',
      externalMessageId: app.deps.ids(),
    });
    await until('who replied is out', async () => (await progress(id)).leads.stopped === 1);
    const running = await progress(id);
    expect(running).toMatchObject({
      campaignId: id,
      status: 'active',
      entering: null,
      leads: { entered: 4, active: 2, held: 0, finished: 0, stopped: 1, failed: 1 },
      stopped: [{ reason: 'replied', leads: 1 }],
      held: [],
      perStep: [
        { stepKey: 'hello', stepIndex: 0, leadsHere: 2, delivered: 3, failed: 1, waiting: 0, replied: 1 },
        { stepKey: 'again', stepIndex: 1, leadsHere: 0, delivered: 0, waiting: 0, replied: 0 },
      ],
      perLine: [{ lineId: ws.lines[0]?._id, delivered: 3, failed: 1 }],
    });
    expect(running.failed).toEqual([{ reason: expect.any(String), leads: 1 }]);
    // Two days after the first of them was sent.
    const sent = (await messagesOf(app, ws, id)).flatMap(({ sentAt }) => (sentAt === null ? [] : [sentAt]));
    expect(Date.parse(running.nextLookAt ?? '')).toBeGreaterThanOrEqual(Math.min(...sent) + 2 * DAY);
    clock.leap(2 * DAY + 60_000);
    await until('it is complete', async () => (await statusOf(app, ws, id)) === 'completed');
    await until('and all is delivered', async () => (await progress(id)).perStep[1]?.delivered === 2);
    expect(await progress(id)).toMatchObject({ leads: { active: 0, finished: 2 }, nextLookAt: null });
  });

  test('shows with each lead what became of its message', async () => {
    const { listId } = await addLeads(ws, 1);
    const id = await campaigns.launched({ listId });
    await until('it is sent', async () => (await progress(id)).perStep[0]?.delivered === 1);
    const [lead] = (await campaigns.leads(id)).leads;
    expect(lead?.message).toMatchObject({ status: 'delivered', reason: null, error: null });
    expect(Date.parse(lead?.message?.sentAt ?? '')).toBeGreaterThan(0);
  });
});

describe('whom a list would bring in', () => {
  test('each lead is counted once: as what stands in its way first, or as one that enters', async () => {
    const special: Record<number, object> = {
      1: { phone: null, email: 'ada@example.com' },
    };
    const { listId, leadIds } = await addLeads(ws, 5, (n) => ({ ...special[n] }));
    await read(app, 'UPDATE leads SET phone = NULL, email = NULL WHERE id = $1', [leadIds[2]]);
    const fourth = await ws.call<{ lead: { phone: string } }>('GET', `/api/leads/${leadIds[3]}`);
    await ws.call('POST', '/api/dnc', { phone: fourth.body.lead.phone });
    const id = await campaigns.draft({ listId, messageType: 'imessage' });
    await campaigns.enter(id, { leadId: leadIds[0] });
    expect(await audience(id)).toMatchObject({
      listId,
      leads: 5,
      enter: 2,
      optedOut: 1,
      withoutAddress: 1,
      alreadyIn: 1,
    });
    await campaigns.change(id, { messageType: 'sms' });
    expect(await audience(id)).toMatchObject({ leads: 5, enter: 1, withoutAddress: 2 });
  });

  test('a campaign without a list is asked with one', async () => {
    const { listId } = await addLeads(ws, 2);
    const id = await campaigns.draft();
    expect(await audience(id)).toMatchObject({ code: 'LIST_NOT_FOUND' });
    expect(await audience(id, `?listId=${listId}`)).toMatchObject({ listId, leads: 2, enter: 2 });
    expect(await audience(id, `?listId=${'f'.repeat(24)}`)).toMatchObject({ code: 'LIST_NOT_FOUND' });
  });
});

describe('a change that is only checked', () => {
  test('is told everything that is wrong with it, each at its place, and changes nothing', async () => {
    const id = await campaigns.draft();
    const before = await campaigns.find(id);
    const steps = [
      { key: 'hello', message: '', branches: [{ condition: { type: 'replied' }, to: 'nowhere' }] },
      { key: 'again', message: 'Hi {nickname}', wait: { value: 400, unit: 'd' } },
    ];
    const { problems, warnings, alreadyMade, standing } = await check(id, { steps });
    expect(problems.map(({ param }) => param)).toEqual([
      'steps[0].message',
      'steps[0].branches[0].to',
      'steps[1].wait',
    ]);
    expect(warnings.join()).toContain('{nickname}');
    expect([alreadyMade, standing]).toEqual([[], []]);
    expect(await campaigns.find(id)).toEqual(before);
  });

  test('may be unreadable: that is an answer too, with its places', async () => {
    const id = await campaigns.draft();
    const steps = [{ message: 'Hi', wait: { value: 'two', unit: 'd' } }, { message: 5 }];
    const { problems } = await check(id, { steps });
    expect(problems.map(({ param }) => param)).toEqual(['steps[0].wait.value', 'steps[1].message']);
  });

  test('says of a campaign that runs which messages stay and which leads it touches', async () => {
    const { listId } = await addLeads(ws, 3);
    const id = await campaigns.launched({ listId });
    await until('the first step is out', async () => (await progress(id)).perStep[0]?.delivered === 3);
    const [hello, again] = STEPS;
    const kept = await check(id, { steps: [hello, { ...again, message: 'Anybody there?' }] });
    expect(kept).toMatchObject({
      problems: [],
      alreadyMade: [{ key: 'hello', stepIndex: 0, messages: 3 }],
      standing: [{ key: 'hello', leads: 3 }],
    });
    const taken = await check(id, { steps: [again], listId: null });
    expect(taken.problems.map(({ param }) => param)).toEqual(['listId', 'steps']);
    const refused = await campaigns.change(id, { steps: [again], listId: null });
    expect(refused.body.problems).toEqual(taken.problems);
  });

  test('is refused where nothing could be changed', async () => {
    const id = await campaigns.draft();
    expect(await check(id, {})).toMatchObject({ code: 'NOTHING_TO_CHANGE' });
    await campaigns.move(id, 'archive');
    expect(await check(id, { name: 'Autumn' })).toMatchObject({ code: 'CAMPAIGN_ARCHIVED' });
  });
});

describe('a copy of a campaign', () => {
  test('is a draft with all that was written, and with nobody in it', async () => {
    const { listId } = await addLeads(ws, 1);
    const asks = {
      id: 'asks',
      type: 'http',
      url: 'https://crm.example.com/{leadId}',
      operator: 'exists',
      headers: { 'x-key': 'secret' },
    };
    const steps = [STEPS[0], { ...STEPS[1], stopConditions: [asks] }];
    const id = await campaigns.launched({ listId, steps, onReply: 'continue' });
    const { status, body } = await ws.call<CampaignAnswer>('POST', `/api/campaigns/${id}/duplicate`);
    expect(status).toBe(201);
    const { campaign: original } = await campaigns.find(id);
    const { _id, createdAt, updatedAt, startedAt, progress: far, status: state, ...said } = body.campaign;
    expect(_id).not.toBe(id);
    expect([state, startedAt, far.total]).toEqual(['draft', null, 0]);
    expect(said).toMatchObject({ name: 'Spring (copy)', listId, onReply: 'continue', steps: original.steps });
    expect(said.steps[1]?.stopConditions).toMatchObject([{ type: 'http', headersSet: ['x-key'] }]);
    expect(body.problems).toEqual([]);
  });

  test('is made once for one key', async () => {
    const id = await campaigns.draft();
    const copy = () =>
      ws.call<CampaignAnswer>('POST', `/api/campaigns/${id}/duplicate`, undefined, {
        'idempotency-key': `copy-${id}`,
      });
    const [first, second] = [await copy(), await copy()];
    expect(second.body.campaign._id).toBe(first.body.campaign._id);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('one more list', () => {
  const add = (id: string, listId: string) =>
    ws.call<CampaignAnswer & Refused>('POST', `/api/campaigns/${id}/lists`, { listId });

  test('enters a campaign that runs, who is in it already not again, and once more who came later', async () => {
    const first = await addLeads(ws, 2);
    const id = await campaigns.launched({ listId: first.listId });
    await until('both are in', async () => (await progress(id)).leads.entered === 2);
    const second = await addLeads(ws, 3);
    await campaigns.enter(id, { leadId: second.leadIds[0] });
    expect((await add(id, second.listId)).status).toBe(200);
    await until('all five are in', async () => (await progress(id)).leads.entered === 5);
    await ws.call('POST', '/api/leads', {
      listId: second.listId,
      leads: [{ firstName: 'Late', phone: '+12025550999' }],
    });
    expect((await add(id, second.listId)).status).toBe(200);
    await until('the sixth too', async () => (await progress(id)).leads.entered === 6);
    await until('each has its step', async () => (await progress(id)).perStep[0]?.delivered === 6);
    expect(new Set((await messagesOf(app, ws, id)).map(({ leadId }) => leadId)).size).toBe(6);
    expect((await campaigns.find(id)).campaign.listId).toBe(first.listId);
  });

  test('makes a completed campaign active again', async () => {
    const { listId } = await addLeads(ws, 1);
    const id = await campaigns.launched({ listId, steps: [STEPS[0]] });
    await until('it is complete', async () => (await statusOf(app, ws, id)) === 'completed');
    const more = await addLeads(ws, 2);
    expect((await add(id, more.listId)).body.campaign.status).toBe('active');
    await until('it is complete again', async () => (await statusOf(app, ws, id)) === 'completed');
    expect((await progress(id)).leads).toMatchObject({ entered: 3, finished: 3 });
  });

  test('is refused before the launch, after the end, and where it is nobody’s', async () => {
    const { listId } = await addLeads(ws, 1);
    const id = await campaigns.draft({ listId });
    expect((await add(id, listId)).body).toMatchObject({ code: 'CAMPAIGN_STATE', reason: 'draft' });
    await campaigns.move(id, 'launch');
    expect((await add(id, 'f'.repeat(24))).body).toMatchObject({ code: 'LIST_NOT_FOUND', param: 'listId' });
    await campaigns.move(id, 'archive');
    expect((await add(id, listId)).body).toMatchObject({ code: 'CAMPAIGN_ARCHIVED' });
  });
});
