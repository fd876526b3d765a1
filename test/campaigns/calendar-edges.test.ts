/** The calendar of a simulation at its edges: hours that clocks skip or repeat, days that are none, lines that are somebody else’s. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulationCalendar } from '../../src/contract/campaigns/simulations.ts';
import { addCampaign, addLeads, step } from '../campaigns.ts';
import type { TestApp } from '../harness.ts';
import { messagesIn, NOW, openStill, type Result, simulate, simulateOnly } from '../simulations.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR_MS = 3_600_000;
const FAST = { deviceGapMs: 0, contactGapMs: 0 };

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

const calendarOf = (own: Workspace, campaignId: string, simulationId: string, query = '') =>
  own.call<SimulationCalendar>(
    'GET',
    `/api/campaigns/${campaignId}/simulations/${simulationId}/calendar${query}`,
  );

async function simulated(own: Workspace, leads: number, wait: number): Promise<Result & { id: string }> {
  const { listId } = await addLeads(own, leads);
  const steps = [step('hello'), step('again', { wait: { value: wait, unit: 'h' } })];
  const id = await addCampaign(app, own, { listId, steps });
  return { ...(await simulate(own, id)), id };
}

test.each([
  // Between 02:00 and 03:00 there is nothing; 02:00 to 03:00 comes twice; a half-hour step; midnight comes not at all, and twice.
  ['America/New_York', '2027-03-14T07:00:00Z', ['2027-03-14 1', '2027-03-14 3']],
  ['Europe/Berlin', '2027-10-31T01:00:00Z', ['2027-10-31 2']],
  ['Asia/Beirut', '2027-03-27T22:00:00Z', ['2027-03-27 23', '2027-03-28 1']],
  ['America/Havana', '2027-11-07T05:00:00Z', ['2027-11-07 0']],
])(
  'in %s around %s the hours hold all that goes, in the words of its clocks',
  async (timezone, change, hours) => {
    const own = await openWorkspace(app, { lines: [{ ...FAST, contactGapMs: 10 * 60_000 }] });
    await read(app, 'UPDATE workspaces SET timezone = $2 WHERE workspace_id = $1', [
      own.workspaceId,
      timezone,
    ]);
    // The first steps go from now on, ten minutes apart; the second ones in the hours on both sides of the change.
    const wait = Math.round((Date.parse(change) - HOUR_MS - NOW) / HOUR_MS);
    const { id, ...result } = await simulated(own, 12, wait);
    const clocks = new Intl.DateTimeFormat('sv-SE', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'short',
      hourCycle: 'h23',
    });
    const wanted = new Map<string, number>();
    const late = (await messagesIn(own, id, result)).filter(({ stepKey }) => stepKey === 'again');
    for (const { at } of late) {
      const [day = '', time = ''] = clocks.format(Date.parse(at ?? '')).split(' ');
      const cell = `${day} ${Number(time.slice(0, 2))}`;
      wanted.set(cell, (wanted.get(cell) ?? 0) + 1);
    }
    const first = late.map(({ at }) => clocks.format(Date.parse(at ?? '')).slice(0, 10)).sort()[0];
    const { body } = await calendarOf(own, id, result.simulationId, `?from=${first}`);
    expect(new Map(body.hours.map(({ day, hour, messages }) => [`${day} ${hour}`, messages]))).toEqual(
      wanted,
    );
    expect([...wanted.keys()].sort()).toEqual(hours);
    expect(body.hours.reduce((sum, { messages }) => sum + messages, 0)).toBe(12);
    expect(body.hours.every(({ firstTouches }) => firstTouches === 0)).toBe(true);
  },
);

test('days added up, week by week, are all messages of the list, and what never goes is in none', async () => {
  const own = await openWorkspace(app, { lines: [{ ...FAST, dailyNewConversationsLimit: 2 }, FAST] });
  const { listId, leadIds } = await addLeads(own, 9);
  await own.call('POST', '/api/dnc', { leadIds: leadIds.slice(0, 2) });
  const steps = [step('hello'), step('again', { wait: { value: 20, unit: 'd' } })];
  const id = await addCampaign(app, own, { listId, steps });
  const result = await simulate(own, id);
  const messages = await messagesIn(own, id, result);
  const goes = messages.filter(({ status }) => status !== 'never');
  expect(messages.length).toBeGreaterThan(goes.length);
  let [seen, firstTouches] = [0, 0];
  for (let from = result.perDay[0]?.day ?? ''; ; ) {
    const { body } = await calendarOf(own, id, result.simulationId, `?by=line&from=${from}`);
    for (const each of body.hours) {
      seen += each.messages;
      firstTouches += each.firstTouches;
    }
    if (body.to === null || body.lastDay === null || body.to >= body.lastDay) break;
    from = new Date(Date.parse(body.to) + 24 * HOUR_MS).toISOString().slice(0, 10);
  }
  expect(seen).toBe(goes.length);
  expect(seen).toBe(result.messages);
  expect(firstTouches).toBe(goes.filter(({ firstTouch }) => firstTouch).length);
});

test('days that no calendar has are refused, those at the ends of time are empty, and so is a time backwards', async () => {
  const own = await openWorkspace(app, { lines: [FAST] });
  const { id, simulationId } = await simulated(own, 1, 1);
  for (const day of ['2026-02-30', '2027-02-29', '2026-04-31', '2026-00-10', '2026-11-00'])
    for (const name of ['from', 'to'])
      expect(await calendarOf(own, id, simulationId, `?${name}=${day}`), `${name}=${day}`).toMatchObject({
        status: 400,
        body: { param: name },
      });
  for (const day of ['0000-01-01', '0001-01-01', '9999-12-31'])
    for (const by of ['hour', 'line']) {
      const { status, body } = await calendarOf(own, id, simulationId, `?from=${day}&by=${by}`);
      // Before the first year there is none: refused. The others hold nothing.
      if (day.startsWith('0000')) expect(status, `${day} ${by}`).toBe(400);
      else expect([status, body.from, body.hours], `${day} ${by}`).toEqual([200, day, []]);
    }
  const backwards = await calendarOf(own, id, simulationId, '?from=2026-11-27&to=2026-11-26');
  expect([backwards.status, backwards.body.hours]).toEqual([200, []]);
});

test('of a line that is somebody else’s, or nobody’s, there is nothing; another workspace finds no calendar', async () => {
  const [own, other] = [await openWorkspace(app, { lines: [FAST] }), await openWorkspace(app)];
  const { id, simulationId } = await simulated(own, 2, 1);
  for (const lineId of [other.lines[0]?._id, 'f'.repeat(24), '%00', "'"])
    expect((await calendarOf(own, id, simulationId, `?lineId=${lineId}`)).body.hours ?? []).toEqual([]);
  expect((await calendarOf(other, id, simulationId)).status).toBe(404);
});
