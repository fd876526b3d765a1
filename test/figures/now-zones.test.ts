/** "Today" where clocks are set forward or back at midnight, and in zones whose hours are not those of UTC. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NowAnswer } from '../../src/contract/workspace/now.ts';
import { systemClock, toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let app: TestApp;
let now = Date.parse('2026-11-26T12:00:00.000Z');

beforeAll(async () => {
  const real = systemClock();
  app = await openApp({ dispatches: false, clock: { ...real, now: () => now } });
});
afterAll(() => app.close());

const nowOf = async (ws: Workspace) => (await ws.call<NowAnswer>('GET', '/api/now')).body;

/** As clocks on the wall of this zone have it. */
function wall(timeZone: string, at: number): { day: string; time: string } {
  const [day = '', time = ''] = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  })
    .format(at)
    .split(' ');
  return { day, time };
}

/** The minute before which no clock of the zone showed this day: found by walking back, minute by minute. */
function firstMinute(timeZone: string, at: number): number {
  const { day } = wall(timeZone, at);
  // A day has 25 hours at most. Of a day that is entered twice, the earliest counts.
  for (let minute = at - 25 * HOUR_MS; ; minute += MINUTE_MS)
    if (wall(timeZone, minute).day === day) return minute;
}

async function inZone(timezone: string): Promise<Workspace> {
  const ws = await openWorkspace(app);
  await ws.call('PATCH', '/api/workspace', { timezone });
  app.deps.snapshots.forget(ws.workspaceId);
  return ws;
}

const count = (ws: Workspace, minute: number, sent: number) =>
  read(
    app,
    `INSERT INTO minute_counts AS m (workspace_id, minute, accepted, sent, delivered, read, fallback, failed, replies, opt_outs, other)
     VALUES ($1, $2, 0, $3, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (workspace_id, minute) DO UPDATE SET sent = m.sent + excluded.sent`,
    [ws.workspaceId, toIso(minute), sent],
  );

test.each([
  // Midnight is skipped: the day begins at one o'clock and has 23 hours.
  ['Asia/Beirut', '2026-03-29T09:00:00Z', '01:00', 23],
  ['America/Santiago', '2026-09-06T12:00:00Z', '01:00', 23],
  // Midnight comes twice: the day has 25 hours, the first of them included.
  ['America/Havana', '2026-11-01T15:00:00Z', '00:00', 25],
  // What is set back at midnight is the evening of the day before: that one has 25 hours.
  ['America/Santiago', '2026-04-04T15:00:00Z', '00:00', 25],
  // Half an hour, forth and back.
  ['Australia/Lord_Howe', '2026-10-04T05:00:00Z', '00:00', 23.5],
  ['Australia/Lord_Howe', '2026-04-05T05:00:00Z', '00:00', 24.5],
  // No change, but no whole hour either.
  ['Asia/Kathmandu', '2026-11-26T09:00:00Z', '00:00', 24],
  ['Pacific/Chatham', '2026-11-26T09:00:00Z', '00:00', 24],
])('in %s on the day of %s counts begin at %s and hold %f hours', async (zone, noon, begins, hours) => {
  now = Date.parse(noon);
  const ws = await inZone(zone);
  const { day } = wall(zone, now);
  const first = firstMinute(zone, now);
  expect(wall(zone, first).time).toBe(begins);
  const end = first + hours * HOUR_MS;
  expect(wall(zone, end).day).not.toBe(day);
  expect(wall(zone, end - MINUTE_MS).day).toBe(day);

  await count(ws, first - MINUTE_MS, 1_000);
  await count(ws, first, 1);
  for (const at of [first, first + 59_999, first + HOUR_MS, first + 90 * MINUTE_MS, now, end - 1]) {
    now = at;
    expect(await nowOf(ws), toIso(at)).toMatchObject({
      at: toIso(at),
      timezone: zone,
      today: day,
      counts: { sent: 1 },
    });
  }
  // The very next moment is another day, and what was before is over.
  now = end;
  await count(ws, end, 7);
  expect(await nowOf(ws)).toMatchObject({ today: wall(zone, end).day, counts: { sent: 7 } });
});

test('a zone that is changed changes today at once, and nothing is counted twice or lost by it', async () => {
  now = Date.parse('2026-11-26T10:30:00.000Z');
  const ws = await inZone('Pacific/Kiritimati');
  // One in each of the last fifty hours: as many are today's as the day is old.
  const begin = Date.parse('2026-11-26T10:00:00.000Z');
  for (let n = 0; n < 50; n += 1) await count(ws, begin - n * HOUR_MS, 1);
  for (const [zone, day, sent] of [
    ['Pacific/Kiritimati', '2026-11-27', 1],
    ['UTC', '2026-11-26', 11],
    ['Pacific/Pago_Pago', '2026-11-25', 24],
    ['America/New_York', '2026-11-26', 6],
    ['Asia/Tokyo', '2026-11-26', 20],
  ] as const) {
    await ws.call('PATCH', '/api/workspace', { timezone: zone });
    expect(await nowOf(ws), zone).toMatchObject({ timezone: zone, today: day, counts: { sent } });
  }
});

test('throughput has each of its minutes and hours once, with no gap, whatever clocks do', async () => {
  // Within the second of the hours that Havana calls midnight.
  now = Date.parse('2026-11-01T05:30:30.000Z');
  const ws = await inZone('America/Havana');
  for (const minutes of [0, 59, 60, 24 * 60 - 1]) await count(ws, now - 30_000 - minutes * MINUTE_MS, 1);
  const { throughput, counts } = await nowOf(ws);
  for (const [points, step, many] of [
    [throughput.perMinute, MINUTE_MS, 60],
    [throughput.perHour, HOUR_MS, 24],
  ] as const) {
    const last = Math.floor(now / step) * step;
    expect(points.map(({ at }) => at)).toEqual(
      Array.from({ length: many }, (_, n) => toIso(last - (many - 1 - n) * step)),
    );
  }
  const sum = (points: readonly { sent: number }[]) => points.reduce((total, { sent }) => total + sent, 0);
  expect(sum(throughput.perMinute)).toBe(2);
  // The oldest one is of an hour of which twenty-four have begun since.
  expect(sum(throughput.perHour)).toBe(3);
  expect(throughput.perHour.slice(-2).map(({ sent }) => sent)).toEqual([2, 1]);
  expect(counts.sent).toBe(3);
});
