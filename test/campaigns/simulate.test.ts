/** Campaigns on virtual time: what is foreseen is what the rules say, and nothing of it touches the real world (part III 3). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Condition } from '../../src/domain/campaign/campaign.ts';
import { addCampaign, addLeads, launch, pause, step } from '../campaigns.ts';
import type { TestApp } from '../harness.ts';
import { messagesIn, NOW, openStill, type Result, simulate, simulateOnly } from '../simulations.ts';
import { accept, newPhone, openWorkspace, read } from '../workspaces.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const GAPS = { deviceGapMs: 30_000, contactGapMs: 45_000 };

let app: TestApp;
let simulator: ReturnType<typeof simulateOnly>;

beforeAll(async () => {
  app = await openStill();
  simulator = simulateOnly(app);
});
afterAll(async () => {
  await simulator.stop();
  await app.close();
});

const at = (iso: string | null | undefined) => Date.parse(iso ?? '');

describe('a simulation', () => {
  test('needs no wishes, and no body to say so', async () => {
    const own = await openWorkspace(app, { lines: [GAPS] });
    const { listId } = await addLeads(own, 1);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    const path = `/api/campaigns/${id}/simulate`;
    const { status, body } = await own.call('POST', path, undefined, { prefer: 'wait=30' });
    expect([status, body]).toMatchObject([200, { simulation: { result: { messages: 1 } } }]);
  });

  test('tells when each lead gets which step from which line', async () => {
    const own = await openWorkspace(app, { lines: [GAPS, GAPS] });
    const { listId, leadIds } = await addLeads(own, 6);
    const id = await addCampaign(app, own, {
      listId,
      steps: [step('hello'), step('again', { wait: { value: 2, unit: 'h' } })],
    });
    const result = await simulate(own, id);
    expect(result).toMatchObject({ messages: 12, leads: 6, firstTouches: 6, neverGoes: { total: 0 } });
    expect(result.perStep.map(({ stepKey, messages }) => [stepKey, messages])).toEqual([
      ['hello', 6],
      ['again', 6],
    ]);
    const messages = await messagesIn(own, id, result);
    leadIds.sort().forEach((leadId, n) => {
      const [first, second] = messages.filter((each) => each.leadId === leadId);
      expect(first).toMatchObject({ stepKey: 'hello', firstTouch: true, lineId: own.lines[n % 2]?._id });
      expect(second).toMatchObject({ stepKey: 'again', firstTouch: false, lineId: first?.lineId });
      expect(at(first?.at)).toBe(NOW + Math.floor(n / 2) * 45_000);
      expect(at(second?.at)).toBe(at(first?.at) + 2 * HOUR);
    });
    expect(at(result.finishAt)).toBe(NOW + 90_000 + 2 * HOUR);
    const ofLine = await messagesIn(own, id, result, `&lineId=${own.lines[1]?._id}&stepKey=again`);
    expect(ofLine).toHaveLength(3);
  });

  test('keeps caps and windows, and says which of them makes it last', async () => {
    const own = await openWorkspace(app, {
      lines: [{ ...GAPS, dailyNewConversationsLimit: 2, dailyTotalMessagesLimit: 3 }],
    });
    const { listId } = await addLeads(own, 6);
    const schedule = {
      timezone: 'UTC',
      fallbackTimezone: null,
      start: '09:00',
      end: '12:00',
      days: [1, 2, 3, 4, 5],
    };
    const steps = [step('hello'), step('again', { wait: { value: 1, unit: 'h' } })];
    const id = await addCampaign(app, own, { listId, schedule, steps });
    const result = await simulate(own, id);
    expect(result.messages).toBe(12);
    for (const { messages, firstTouches, day } of result.perDay) {
      expect(messages).toBeLessThanOrEqual(3);
      expect(firstTouches).toBeLessThanOrEqual(2);
      expect([0, 6]).not.toContain(new Date(day).getUTCDay());
    }
    for (const message of await messagesIn(own, id, result)) {
      const hour = new Date(message.at ?? '').getUTCHours();
      expect(hour).toBeGreaterThanOrEqual(9);
      expect(hour).toBeLessThan(12);
    }
    expect(result.warnings.join(' ')).toMatch(/The cap of 3 messages a day makes it last \d+ days/);
    const wider = await simulate(own, id, {
      caps: { dailyNewConversationsLimit: null, dailyTotalMessagesLimit: null },
    });
    expect(at(wider.finishAt)).toBeLessThan(at(result.finishAt));
    expect(wider.perDay).toHaveLength(1);
  });

  test('ends earlier with more lines, and spreads the leads over them', async () => {
    const own = await openWorkspace(app, { lines: [{ ...GAPS, dailyNewConversationsLimit: 3 }] });
    const { listId } = await addLeads(own, 12);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    const alone = await simulate(own, id);
    const more = await simulate(own, id, { addLines: 2 });
    expect(alone.perDay).toHaveLength(4);
    expect(more.perLine.map(({ lineId, messages }) => [lineId, messages])).toEqual([
      [own.lines[0]?._id, 4],
      ['added-1', 4],
      ['added-2', 4],
    ]);
    expect(at(more.finishAt)).toBeLessThan(at(alone.finishAt));
  });

  test('counts what others send from the same lines: single messages and older campaigns', async () => {
    const own = await openWorkspace(app, { lines: [GAPS] });
    const fromLineId = own.lines[0]?._id;
    const { listId } = await addLeads(own, 2);
    const older = await addLeads(own, 2);
    const before = await addCampaign(app, own, { listId: older.listId, steps: [step('older')] });
    await launch(app, own, before);
    await accept(own, { recipientPhone: newPhone(), fromLineId });
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    const messages = await messagesIn(own, id, await simulate(own, id));
    expect(messages.map((message) => at(message.at))).toEqual([NOW + 3 * 45_000, NOW + 4 * 45_000]);
  });

  test('says what never goes and why', async () => {
    const own = await openWorkspace(app, { lines: [{}] });
    const { listId, leadIds } = await addLeads(own, 4, (n) => (n === 1 ? { tags: ['customer'] } : {}));
    const [dnc, , gone] = leadIds;
    await read(app, 'UPDATE leads SET opted_out_at = now() WHERE id = $1', [dnc]);
    await read(app, 'UPDATE leads SET phone = NULL, email = NULL WHERE id = $1', [gone]);
    const isCustomer: Condition = { id: 'c1', type: 'tag', tag: 'customer', is: 'present' };
    const id = await addCampaign(app, own, {
      listId,
      steps: [step('hello'), step('again', { stopConditions: [isCustomer] })],
    });
    const result = await simulate(own, id);
    expect(result).toMatchObject({ messages: 3, neverGoes: { total: 3 } });
    const reasons = result.neverGoes.byReason.map(
      ({ reason, stepKey, count }) => `${stepKey} ${reason} ${count}`,
    );
    expect(reasons.sort()).toEqual(['again condition 1', 'hello dnc 1', 'hello no_address 1']);
    const customer = await own.call<{ lead: { phone: string } }>('GET', `/api/leads/${leadIds[1]}`);
    const who = { leadId: leadIds[1], name: 'Lead1 Test', phone: customer.body.lead.phone, email: null };
    expect(await messagesIn(own, id, result, '&status=never')).toContainEqual({
      ...who,
      stepKey: 'again',
      lineId: own.lines[0]?._id,
      at: null,
      status: 'never',
      firstTouch: false,
      reason: 'condition',
      detail: 'The contact has the tag "customer"',
    });
    expect(result.neverGoes.byReason).toContainEqual({
      reason: 'condition',
      stepKey: 'again',
      count: 1,
      detail: 'The contact has the tag "customer"',
      sample: [who],
    });
    const optedOut = await messagesIn(own, id, result, '&reason=dnc');
    expect(optedOut.map(({ leadId, status }) => [leadId, status])).toEqual([[dnc, 'never']]);
    const shut = await simulate(own, id, { caps: { dailyNewConversationsLimit: 0 } });
    expect(shut).toMatchObject({ messages: 0, finishAt: null });
    expect(shut.neverGoes.sample.map(({ detail }) => detail).join()).toContain("The line's cap is 0");
  });

  test('sends those who are not on iMessage by SMS, and counts whom nobody asked after as available', async () => {
    const own = await openWorkspace(app, { lines: [{}], fallback: true });
    const { listId, leadIds } = await addLeads(own, 2);
    await read(
      app,
      `INSERT INTO addresses (workspace_id, address, availability, availability_checked_at)
       SELECT workspace_id, phone, 'unavailable', now() FROM leads WHERE id = $1`,
      [leadIds[0]],
    );
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    const result = await simulate(own, id);
    expect(result).toMatchObject({ messages: 2, fallbacks: 1 });
    const messages = await messagesIn(own, id, result);
    expect(messages.find(({ leadId }) => leadId === leadIds[0])).toMatchObject({
      status: 'fallback',
      reason: 'not_on_imessage',
      lineId: own.lines[1]?._id,
    });
  });

  test('draws who replies from its seed, and obeys what a reply does', async () => {
    const own = await openWorkspace(app, { lines: [{}] });
    const { listId } = await addLeads(own, 20);
    const steps = [step('hello'), step('again', { wait: { value: 2, unit: 'd' } })];
    const id = await addCampaign(app, own, { listId, steps });
    const all = await simulate(own, id, { assume: { replyRate: 1 } });
    expect(all).toMatchObject({ messages: 20 });
    expect(all.neverGoes.byReason).toMatchObject([{ reason: 'replied', stepKey: 'again', count: 20 }]);
    expect(all.neverGoes.byReason[0]?.sample).toHaveLength(5);
    const some = [7, 7, 8].map((seed) => ({ assume: { replyRate: 0.5, seed } }));
    const seen: string[] = [];
    for (const body of some) {
      const messages = await messagesIn(own, id, await simulate(own, id, body));
      seen.push(JSON.stringify(messages));
      const again = messages.filter(({ stepKey, at }) => stepKey === 'again' && at !== null).length;
      expect(again).toBeGreaterThan(0);
      expect(again).toBeLessThan(20);
    }
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).not.toBe(seen[2]);
  });

  test('answers HTTP conditions as the request assumes, and asks nobody', async () => {
    const own = await openWorkspace(app, { lines: [{}] });
    const { listId } = await addLeads(own, 1);
    const asks: Condition = {
      id: 'h1',
      type: 'http',
      url: 'http://127.0.0.1:9/never',
      method: 'GET',
      body: null,
      path: 'x',
      operator: 'exists',
      value: null,
    };
    const id = await addCampaign(app, own, {
      listId,
      steps: [
        step('hello', { branches: [{ condition: asks, to: 'yes' }], next: 'no' }),
        step('yes', { next: 'end' }),
        step('no'),
      ],
    });
    const keys = async (result: Result) => (await messagesIn(own, id, result)).map(({ stepKey }) => stepKey);
    const not = await simulate(own, id);
    expect(not.assumptions).toContain('HTTP conditions do not hold.');
    expect(await keys(not)).toEqual(['hello', 'no']);
    expect(await keys(await simulate(own, id, { assume: { http: true } }))).toEqual(['hello', 'yes']);
  });

  test('launches a draft when asked, resumes what is paused, and goes on with what runs', async () => {
    const own = await openWorkspace(app, { lines: [{ ...GAPS, dailyNewConversationsLimit: 1 }] });
    const { listId } = await addLeads(own, 2);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    const startAt = new Date(NOW + 3 * DAY + HOUR).toISOString();
    const times = async (body: object) =>
      (await messagesIn(own, id, await simulate(own, id, { ...body }))).map((each) => each.at);
    const later = [startAt, '2026-11-30T00:00:00.000Z'];
    const now = ['2026-11-26T10:00:00.000Z', '2026-11-27T00:00:00.000Z'];
    expect(await times({ startAt })).toEqual(later);
    expect(await times({})).toEqual(now);
    await launch(app, own, id);
    expect(await times({ startAt })).toEqual(now);
    await pause(app, own, id);
    expect(await times({ startAt })).toEqual(later);
  });

  test('is refused for what could not be launched or resumed, and for what is over', async () => {
    const own = await openWorkspace(app, { lines: [{}] });
    const path = (id: string) => `/api/campaigns/${id}/simulate`;
    const lost = await openWorkspace(app, { lines: [{}] });
    const stands = await addCampaign(app, lost, { listId: null, steps: [step('hello')] });
    await pause(app, lost, stands);
    await lost.call('PATCH', `/api/lines/${lost.lines[0]?._id}`, { isActive: false });
    const cannotResume = await lost.call<{ param: string }>('POST', path(stands), {});
    expect([cannotResume.status, cannotResume.body.param]).toEqual([400, 'lineIds[0]']);
    const empty = await addCampaign(app, own, { listId: null, steps: [] });
    const refused = await own.call<{ code: string }>('POST', path(empty), {});
    expect([refused.status, refused.body.code]).toEqual([400, 'INVALID_CAMPAIGN']);
    await own.call('POST', `/api/campaigns/${empty}/archive`, {});
    expect((await own.call('POST', path(empty), {})).status).toBe(409);
    const { listId } = await addLeads(own, 1);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    for (const body of [
      { assume: { replyRate: 2 } },
      { addLines: 101 },
      { caps: 5 },
      { caps: { dailyTotalMessagesLimit: -1 } },
      { startAt: '2999-01-01T00:00:00Z' },
      { assume: { http: 'maybe' } },
    ])
      expect((await own.call('POST', path(id), body)).status).toBe(400);
  });
});
