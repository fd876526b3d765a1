/** Simulations to look back at: their calendar hour by hour, and what was asked of each. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulationCalendar, SimulationsAnswer } from '../../src/contract/campaigns/simulations.ts';
import { addCampaign, addLeads, step } from '../campaigns.ts';
import type { TestApp } from '../harness.ts';
import { messagesIn, NOW, openStill, simulate, simulateOnly } from '../simulations.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

const ZONE = 'Australia/Lord_Howe';
const SLOW = { deviceGapMs: 0, contactGapMs: 17 * 60_000, dailyNewConversationsLimit: 40 };

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

function calendar(own: Workspace, campaignId: string, simulationId: string, query = '') {
  const path = `/api/campaigns/${campaignId}/simulations/${simulationId}/calendar${query}`;
  return own.call<SimulationCalendar & { param?: string }>('GET', path);
}

const local = new Intl.DateTimeFormat('sv-SE', {
  timeZone: ZONE,
  dateStyle: 'short',
  timeStyle: 'short',
  hourCycle: 'h23',
});

test('the calendar holds each message in its hour, day and line of the workspace’s zone', async () => {
  const own = await openWorkspace(app, { lines: [SLOW, SLOW] });
  await read(app, 'UPDATE workspaces SET timezone = $2 WHERE workspace_id = $1', [own.workspaceId, ZONE]);
  const { listId } = await addLeads(own, 60);
  const steps = [step('hello'), step('again', { wait: { value: 3, unit: 'd' } })];
  const id = await addCampaign(app, own, { listId, steps });
  const result = await simulate(own, id);
  const wanted = new Map<string, number>();
  for (const { at, lineId } of await messagesIn(own, id, result)) {
    const [day = '', time = ''] = local.format(Date.parse(at ?? '')).split(' ');
    const cell = `${day} ${Number(time.slice(0, 2))} ${lineId}`;
    wanted.set(cell, (wanted.get(cell) ?? 0) + 1);
  }
  const { body } = await calendar(own, id, result.simulationId, '?by=line');
  const together = (await calendar(own, id, result.simulationId)).body;
  expect(together.hours.every(({ lineId }) => lineId === null)).toBe(true);
  const added = Map.groupBy(body.hours, ({ day, hour }) => `${day} ${hour}`);
  expect(together.hours.map(({ day, hour, messages }) => [`${day} ${hour}`, messages])).toEqual(
    [...added].map(([at, some]) => [at, some.reduce((sum, { messages }) => sum + messages, 0)]),
  );
  const seen = body.hours.map(({ day, hour, lineId, messages }) => [`${day} ${hour} ${lineId}`, messages]);
  expect(new Map(seen as [string, number][])).toEqual(wanted);
  expect(body).toMatchObject({
    timezone: ZONE,
    firstDay: result.perDay[0]?.day,
    lastDay: result.perDay.at(-1)?.day,
    from: result.perDay[0]?.day,
  });
  const firsts = body.hours.reduce((sum, { firstTouches }) => sum + firstTouches, 0);
  expect(firsts).toBe(60);

  const [line] = own.lines;
  const ofLine = (await calendar(own, id, result.simulationId, `?lineId=${line?._id}`)).body.hours;
  expect(ofLine).toEqual(body.hours.filter(({ lineId }) => lineId === line?._id));
  const { firstDay } = body;
  const ofDay = (await calendar(own, id, result.simulationId, `?by=line&from=${firstDay}&to=${firstDay}`))
    .body;
  expect(ofDay.hours).toEqual(body.hours.filter(({ day }) => day === firstDay));
  expect([ofDay.from, ofDay.to]).toEqual([firstDay, firstDay]);
});

test('at most six weeks are shown at once, and a day that is none is refused', async () => {
  const own = await openWorkspace(app, { lines: [SLOW] });
  const { listId } = await addLeads(own, 1);
  const steps = [step('hello'), step('again', { wait: { value: 60, unit: 'd' } })];
  const id = await addCampaign(app, own, { listId, steps });
  const { simulationId } = await simulate(own, id);
  const first = (await calendar(own, id, simulationId, '?from=2026-11-26&to=2027-12-31')).body;
  expect([first.from, first.to]).toEqual(['2026-11-26', '2027-01-06']);
  expect(first.hours).toHaveLength(1);
  const week = (await calendar(own, id, simulationId, '?from=2026-11-26&by=line')).body;
  expect([week.from, week.to]).toEqual(['2026-11-26', '2026-12-02']);
  expect((await calendar(own, id, simulationId, `?from=${first.lastDay}`)).body.hours).toHaveLength(1);
  for (const day of ['soon', '2026-13-01', '2026-11'])
    expect(await calendar(own, id, simulationId, `?from=${day}`)).toMatchObject({
      status: 400,
      body: { param: 'from' },
    });
  expect(await calendar(own, id, simulationId, '?by=week')).toMatchObject({
    status: 400,
    body: { param: 'by' },
  });
});

test('simulations of a campaign are listed with what was asked and what came of it, and forgotten with their hours', async () => {
  const own = await openWorkspace(app, { lines: [SLOW] });
  const { listId } = await addLeads(own, 50);
  const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
  const alone = await simulate(own, id);
  const more = await simulate(own, id, { addLines: 1, assume: { replyRate: 0.1, seed: 3 } });
  const list = async () =>
    (await own.call<SimulationsAnswer>('GET', `/api/campaigns/${id}/simulations?limit=2`)).body;
  const { simulations, nextCursor } = await list();
  expect(nextCursor).toBeNull();
  expect(simulations).toMatchObject([
    {
      simulationId: more.simulationId,
      status: 'finished',
      asked: { addLines: 1, replyRate: 0.1, seed: 3, http: false, caps: {}, startAt: null },
      outcome: { messages: 50, finishAt: more.finishAt, neverGoes: 0 },
    },
    { simulationId: alone.simulationId, outcome: { messages: 50, finishAt: alone.finishAt } },
  ]);
  expect(Date.parse(alone.finishAt ?? '')).toBeGreaterThan(Date.parse(more.finishAt ?? ''));
  expect(Date.parse(simulations[0]?.createdAt ?? '')).toBe(NOW);
  await own.call('DELETE', `/api/campaigns/${id}/simulations/${more.simulationId}`);
  expect((await list()).simulations).toHaveLength(1);
  const left = await read(app, 'SELECT 1 FROM simulation_hours WHERE simulation_id = $1', [
    more.simulationId,
  ]);
  expect(left).toEqual([]);
});
