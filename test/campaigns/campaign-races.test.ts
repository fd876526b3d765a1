/** Campaigns that several callers, and those who run them, change at the same instant. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CampaignLeadAnswer } from '../../src/contract/campaigns/campaigns.ts';
import { type CampaignCalls, campaignCalls, STEPS } from '../campaign-calls.ts';
import { addLeads, entriesOf, messagesOf } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { copiesIn, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let ws: Workspace;
let calls: CampaignCalls;

const QUICK = { contactGapMs: 0, dailyNewConversationsLimit: null, dailyTotalMessagesLimit: null };

beforeAll(async () => {
  app = await openApp();
  other = await openApp({ databaseUrl: app.databaseUrl, key: app.key });
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [QUICK] });
  calls = campaignCalls(ws);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const there = (method: string, path: string, body?: object) =>
  fetch(`${other.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${ws.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('at once', () => {
  test('two launches launch once', async () => {
    const { listId } = await addLeads(ws, 5);
    const id = await calls.draft({ listId, steps: [STEPS[0]] });
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async (_, n) =>
        n % 2 === 0
          ? (await calls.move(id, 'launch')).status
          : (await there('POST', `/api/campaigns/${id}/launch`)).status,
      ),
    );
    // The campaign may have come to its end before the last of them was heard.
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    const log = await ws.call<{ entries: { action: string }[] }>(
      'GET',
      `/api/audit-log?entity=campaign&entityId=${id}`,
    );
    expect(log.body.entries.filter(({ action }) => action === 'launched')).toHaveLength(1);
    await until('all were written to', async () => (await copiesIn(app, ws)).length >= 5);
    expect((await messagesOf(app, ws, id)).length).toBe(5);
  });

  test('one new person enters one campaign once, and several under one lead', async () => {
    const steps = [{ ...STEPS[0], wait: { value: 1, unit: 'd' } }];
    const ids = [await calls.launched({ steps }), await calls.launched({ steps })];
    const lead = { firstName: 'Ada', phone: newPhone(), email: newEmail() };
    const answers = await Promise.all(
      ids.flatMap((id) => [
        calls.enter(id, { lead }).then(({ status }) => status),
        there('POST', `/api/campaigns/${id}/leads`, { lead }).then(({ status }) => status),
      ]),
    );
    expect(answers.sort()).toEqual([200, 200, 201, 201]);
    const leads = new Set<string>();
    for (const id of ids) {
      const entries = await entriesOf(app, ws, id);
      expect(entries).toHaveLength(1);
      leads.add(entries[0]?.leadId ?? '');
    }
    expect(leads.size).toBe(1);
  });

  test('a list is deleted or launched on, never both', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { listId, leadIds } = await addLeads(ws, 1);
      const id = await calls.draft({ listId });
      const [launch] = await Promise.all([
        calls.move(id, 'launch'),
        ws.call('DELETE', '/api/leads', { ids: leadIds }).then(() => there('DELETE', `/api/lists/${listId}`)),
      ]);
      const lists = await read(app, 'SELECT id FROM lists WHERE id = $1', [listId]);
      // Its only lead gone, it may have completed before the list was asked for: then it needs it no more.
      const { status } = (await calls.find(id)).campaign;
      if (launch.status === 200 && status !== 'completed') expect(lists).toHaveLength(1);
      if (launch.status !== 200) expect(launch.body.problems?.map(({ param }) => param)).toEqual(['listId']);
      await calls.move(id, 'archive');
    }
  });

  test('whoever is taken out while his step is made is sent it at most once, and nothing after it', async () => {
    const { listId, leadIds } = await addLeads(ws, 12);
    const steps = [STEPS[0], { key: 'again', message: 'Still there?', wait: { value: 0, unit: 's' } }];
    const id = await calls.launched({ listId, steps });
    const stop = (leadId: string) =>
      ws.call<CampaignLeadAnswer>('POST', `/api/campaigns/${id}/leads/${leadId}/stop`);
    await until('they have entered', async () => (await entriesOf(app, ws, id)).length === 12);
    const stopped = await Promise.all(leadIds.map(stop));
    expect(stopped.map(({ status }) => status)).toEqual(leadIds.map(() => 200));
    for (const { body } of stopped) expect(body.lead.endedAt).not.toBeNull();
    const ends = new Map(stopped.map(({ body }) => [body.lead.leadId, body.lead]));
    const settled = await until('nothing is on its way any more', async () => {
      const messages = await messagesOf(app, ws, id);
      const isOpen = messages.some(({ status }) => !['sent', 'delivered', 'cancelled'].includes(status));
      return isOpen ? null : messages;
    });
    for (const { leadId, stepKey, status } of settled) {
      const lead = ends.get(leadId);
      if (lead?.status === 'stopped' && status !== 'cancelled') expect(stepKey).toBe(lead.stepKey);
    }
  });
});

test('an edit reaches those who wait: a shorter wait, a new text, a new way', async () => {
  const { listId, leadIds } = await addLeads(ws, 2);
  const later = { key: 'later', message: 'Later', wait: { value: 300, unit: 'd' } };
  const id = await calls.launched({ listId, steps: [STEPS[0], later], onReply: 'continue' });
  const waiting = () =>
    until('both wait for the second step', async () => {
      const { leads } = await calls.leads(id);
      const all = leads.filter(({ stepKey, nextLookAt }) => stepKey === 'hello' && nextLookAt !== null);
      return all.length === 2 ? all : null;
    });
  await waiting();
  const soon = { ...later, message: 'Now', wait: { value: 0, unit: 's' } };
  const { status, body } = await calls.change(id, { steps: [STEPS[0], soon] });
  expect(status).toBe(200);
  expect(body.alreadyMade).toEqual([{ key: 'hello', stepIndex: 0, messages: 2 }]);
  await until('the campaign is complete', async () =>
    (await calls.find(id)).campaign.status === 'completed' ? true : null,
  );
  const texts = (await copiesIn(app, ws)).map(({ message }) => message);
  expect(texts.filter((text) => text === 'Now')).toHaveLength(2);
  expect(texts).not.toContain('Later');
  expect((await calls.find(id)).campaign.progress).toMatchObject({ total: leadIds.length, finished: 2 });
});

test('a completed campaign that somebody is added to is active again, and completes again', async () => {
  const { listId } = await addLeads(ws, 1);
  const id = await calls.launched({ listId, steps: [STEPS[0]] });
  const completed = () =>
    until('the campaign is complete', async () => {
      const { campaign } = await calls.find(id);
      return campaign.status === 'completed' ? campaign : null;
    });
  await completed();
  const phone = newPhone();
  expect((await calls.enter(id, { lead: { firstName: 'Ada', phone } })).status).toBe(201);
  await until('Ada was written to', async () => (await ws.phone(phone)).length === 1);
  expect((await completed()).progress).toMatchObject({ total: 2, finished: 2 });
});

test('leads that wait in a draft go when it is launched', async () => {
  const id = await calls.draft({ steps: [STEPS[0]] });
  const phone = newPhone();
  expect((await calls.enter(id, { lead: { firstName: 'Ada', phone } })).status).toBe(201);
  expect((await calls.find(id)).campaign).toMatchObject({ status: 'draft', progress: { active: 1 } });
  expect(await ws.phone(phone)).toEqual([]);
  await calls.move(id, 'launch');
  const [copy] = await until('it was sent', async () => {
    const copies = await ws.phone(phone);
    return copies.length > 0 ? copies : null;
  });
  expect(copy?.message).toBe('Hi Ada');
});
