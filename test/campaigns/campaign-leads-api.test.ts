/** Leads of campaigns, as callers add, see and stop them, and conditions tried on them (contract 3.5). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CampaignLeadAnswer } from '../../src/contract/campaigns/campaigns.ts';
import { type CampaignCalls, campaignCalls, type Refused, STEPS } from '../campaign-calls.ts';
import { addLeads } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { addLine, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;
let calls: CampaignCalls;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
beforeEach(async () => {
  ws = await openWorkspace(app);
  calls = campaignCalls(ws);
});
afterAll(() => app.close());

const lineIds = () => ws.lines.map(({ _id }) => _id);

describe('leads', () => {
  test('enter by their id, and once unless they may enter again', async () => {
    const { leadIds } = await addLeads(ws, 1);
    const id = await calls.launched();
    const [leadId] = leadIds;
    const first = await calls.enter(id, { leadId });
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      success: true,
      leadId,
      campaignId: id,
      messageCount: 2,
      message: 'Lead added to campaign and sequence started',
      alreadyInCampaign: false,
      ghlContactId: null,
      ghlLocationId: null,
      hsPortalId: null,
      hsContactId: null,
      warnings: [],
    });
    const second = await ws.call('POST', `/api/campaigns/${id}/enroll`, { leadId });
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({
      success: true,
      messageCount: 0,
      message: 'Lead already in campaign (re-entry not allowed).',
      alreadyInCampaign: true,
      existingLeadIds: [leadId],
    });
  });

  test('who is described is found by phone or email, else made', async () => {
    const id = await calls.launched();
    const phone = newPhone();
    const made = await calls.enter(id, { lead: { firstName: 'Ada', phone, companyName: 'Acme', shoe: 1 } });
    expect(made.status).toBe(201);
    expect(made.body.warnings).toEqual(['Unknown field in lead: shoe']);
    const { body } = await ws.call<{ lead: object }>('GET', `/api/leads?id=${made.body.leadId}`);
    expect(body.lead).toMatchObject({ firstName: 'Ada', phone, companyName: 'Acme' });
    const again = await calls.enter(id, { lead: { firstName: 'Someone', phone } });
    expect(again.body).toMatchObject({ leadId: made.body.leadId, alreadyInCampaign: true });
  });

  test('one Idempotency-Key enters a lead once', async () => {
    const id = await calls.launched({ allowReentry: true });
    const body = { lead: { firstName: 'Ada', phone: newPhone() } };
    const headers = { 'idempotency-key': 'ada' };
    const first = await calls.enter(id, body, headers);
    const second = await calls.enter(id, body, headers);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect((await calls.leads(id)).leads).toHaveLength(1);
  });

  test.each([
    [{}, 400, 'Either leadId or lead data is required'],
    [{ leadId: '', lead: null }, 400, 'Either leadId or lead data is required'],
    [{ lead: [] }, 400, 'Invalid request: must provide leadId or lead data'],
    [{ leadId: 7 }, 400, 'Invalid request: must provide leadId or lead data'],
    [{ lead: { phone: '+12025550100' } }, 400, 'firstName is required'],
    [{ lead: { firstName: 'Ada' } }, 400, 'Either email or phone is required'],
    [{ lead: { firstName: 'Ada', phone: 'soon' } }, 400, 'Lead not resolved'],
    [{ lead: { firstName: 'Ada', email: 'nobody' } }, 400, 'Lead not resolved'],
    [{ leadId: 'f'.repeat(24) }, 404, 'Lead not found'],
    [{ leadId: 'x' }, 404, 'Lead not found'],
  ])('%j is refused in the documented words', async (body, status, error) => {
    const id = await calls.launched();
    expect(await calls.enter(id, body)).toMatchObject({ status, body: { error } });
  });

  test('whom the campaign could never write to do not enter: Failed to process lead through campaign', async () => {
    const id = await calls.launched();
    const { leadIds } = await addLeads(ws, 2, () => ({ email: newEmail() }));
    const [optedOut, phoneless] = leadIds;
    await read(app, 'UPDATE leads SET opted_out_at = created_at WHERE id = $1', [optedOut]);
    const error = 'Failed to process lead through campaign';
    expect(await calls.enter(id, { leadId: optedOut })).toMatchObject({
      status: 400,
      body: { error, reason: 'the lead opted out' },
    });
    const line = await addLine(ws, { messageType: 'sms' });
    await ws.call('PATCH', `/api/leads/${phoneless}`, { phone: null });
    const texts = await calls.launched({ messageType: 'sms', lineIds: [line._id] });
    expect(await calls.enter(texts, { leadId: phoneless })).toMatchObject({
      status: 400,
      body: { error, reason: 'the lead has no address for sms' },
    });
  });

  test('of an archived campaign stay outside', async () => {
    const id = await calls.launched();
    await calls.move(id, 'archive');
    expect(await calls.enter(id, { lead: { firstName: 'Ada', phone: newPhone() } })).toMatchObject({
      status: 409,
      body: { code: 'CAMPAIGN_ARCHIVED' },
    });
  });

  test('are listed in pages and by status, with where each stands', async () => {
    const { leadIds } = await addLeads(ws, 3);
    const id = await calls.launched();
    for (const leadId of leadIds) await calls.enter(id, { leadId });
    const first = await calls.leads(id, '?limit=2');
    const second = await calls.leads(id, `?limit=2&cursor=${first.nextCursor}`);
    expect([...first.leads, ...second.leads].map(({ leadId }) => leadId)).toEqual(leadIds);
    expect(second.nextCursor).toBeNull();
    expect(first.leads[0]).toEqual({
      leadId: leadIds[0],
      entry: 1,
      status: 'active',
      name: 'Lead0 Test',
      phone: expect.stringMatching(/^\+1303/),
      email: null,
      lineId: null,
      stepKey: null,
      stepAt: null,
      messageId: null,
      message: null,
      nextStepKey: null,
      nextLookAt: expect.any(String),
      reason: null,
      detail: null,
      conditionId: null,
      enteredAt: expect.any(String),
      endedAt: null,
      updatedAt: expect.any(String),
    });
    await ws.call('POST', `/api/campaigns/${id}/leads/${leadIds[1]}/stop`);
    const statuses = async (status: string) =>
      (await calls.leads(id, `?status=${status}`)).leads.map(({ leadId }) => leadId);
    expect(await statuses('stopped')).toEqual([leadIds[1]]);
    expect(await statuses('active')).toEqual([leadIds[0], leadIds[2]]);
    expect(await ws.call('GET', `/api/campaigns/${id}/leads?cursor=odd`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_CURSOR' },
    });
    const { campaign } = await calls.find(id);
    expect(campaign.progress).toMatchObject({ total: 3, active: 2, stopped: 1 });
  });

  test('one that is taken out is sent nothing that waits, and stays out', async () => {
    const id = await calls.launched();
    const { leadId } = (await calls.enter(id, { lead: { firstName: 'Ada', phone: newPhone() } })).body;
    const sent = await ws.send({ message: 'Hi', leadId }, { prefer: 'wait=0' });
    const messageId = sent.body.message._id;
    await read(app, 'UPDATE campaign_leads SET message_id = $2, look_at = NULL WHERE lead_id = $1', [
      leadId,
      messageId,
    ]);
    const stop = () => ws.call<CampaignLeadAnswer>('POST', `/api/campaigns/${id}/leads/${leadId}/stop`);
    const { body } = await stop();
    expect(body.lead).toMatchObject({ status: 'stopped', reason: 'cancelled', nextLookAt: null });
    expect((await ws.message(messageId)).status).toBe('cancelled');
    expect((await stop()).body).toEqual(body);
    expect(await ws.call('POST', `/api/campaigns/${id}/leads/${'f'.repeat(24)}/stop`)).toMatchObject({
      status: 404,
      body: { code: 'CAMPAIGN_LEAD_NOT_FOUND' },
    });
  });
});

describe('conditions asked of a lead', () => {
  interface Evaluated {
    results: { id: string; holds: boolean | null; error: string | null }[];
    facts: { lead: { isDnc: boolean }; replies: { text: string }[] };
    problems?: { param: string }[];
  }
  const evaluate = (body: object) =>
    ws.call<Evaluated & Refused>('POST', '/api/campaigns/evaluate-conditions', body);

  test('answer as a campaign would ask them, with what they were asked of', async () => {
    const { leadIds } = await addLeads(ws, 1, () => ({ tags: ['vip'], customFields: { age: '41' } }));
    const { status, body } = await evaluate({
      leadId: leadIds[0],
      since: '2026-01-01',
      conditions: [
        { type: 'tag', tag: 'VIP', is: 'present' },
        { type: 'field', field: 'customFields.age', operator: 'gt', value: 40 },
        { id: 'name', type: 'field', field: 'firstName', operator: 'eq', value: 'Somebody' },
        { type: 'replied' },
        { type: 'dnc' },
        { type: 'contacted_before', scope: 'any_campaign' },
      ],
    });
    expect(status).toBe(200);
    expect(body.results.map(({ id, holds }) => [id, holds])).toEqual([
      ['condition_1', true],
      ['condition_2', true],
      ['name', false],
      ['condition_4', false],
      ['condition_5', false],
      ['condition_6', false],
    ]);
    expect(body.facts).toMatchObject({
      lead: { firstName: 'Lead0', tags: ['vip'], customFields: { age: '41' }, isDnc: false },
      since: '2026-01-01T00:00:00.000Z',
      replies: [],
    });
  });

  test('that cannot be asked say why, or are refused with their place', async () => {
    const { leadIds } = await addLeads(ws, 1);
    const [leadId] = leadIds;
    const url = 'https://nowhere.invalid/';
    const asked = await evaluate({ leadId, conditions: [{ type: 'http', url, operator: 'exists' }] });
    expect(asked.body.results).toEqual([
      { id: 'condition_1', type: 'http', holds: null, error: expect.any(String) },
    ]);
    const wrong = await evaluate({
      leadId,
      conditions: [{ type: 'field', field: 'shoeSize', operator: 'gt', value: 'x' }],
    });
    expect(wrong.body.problems?.map(({ param }) => param)).toEqual([
      'conditions[0].field',
      'conditions[0].value',
    ]);
    expect((await evaluate({ leadId, conditions: [] })).status).toBe(400);
    expect((await evaluate({ leadId: 'f'.repeat(24), conditions: [{ type: 'dnc' }] })).status).toBe(404);
  });
});

test('a campaign made by the API runs: its leads enter, and its first step is sent', async () => {
  const running = await openApp({ databaseUrl: app.databaseUrl, key: app.key });
  try {
    const { listId } = await addLeads(ws, 3);
    const id = await calls.launched({ listId, lineIds: lineIds(), steps: [STEPS[0]] });
    await until('all have gone through it', async () => {
      const { campaign } = await calls.find(id);
      return campaign.progress.total === 3 && campaign.progress.active < 3 ? campaign : null;
    });
    expect((await calls.leads(id)).leads.every(({ lineId }) => lineId === lineIds()[0])).toBe(true);
  } finally {
    await running.close();
  }
});
