/** When the queue of a line drains: as foreseen on paper, so the dispatcher does it (part III 4). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LineForecast } from '../../src/contract/lines/line-forecast.ts';
import { addCampaign, addLeads, launch, step } from '../campaigns.ts';
import type { TestApp } from '../harness.ts';
import { messagesIn, NOW, openStill, simulate, simulateOnly } from '../simulations.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
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

async function forecast(workspace: Workspace, n = 0, query = ''): Promise<LineForecast> {
  const path = `/api/lines/${workspace.lines[n]?._id}/forecast${query}`;
  const { status, body } = await workspace.call<LineForecast>('GET', path);
  if (status !== 200) throw new Error(`no forecast: ${status} ${JSON.stringify(body)}`);
  return body;
}

const at = (iso: string | null | undefined) => Date.parse(iso ?? '');

describe('the forecast of a line', () => {
  test('is what the dispatcher does on a virtual clock, line by line and day by day', async () => {
    const own = await openWorkspace(app, {
      lines: [5, 7, 30].map((cap) => ({
        ...GAPS,
        dailyNewConversationsLimit: cap,
        dailyTotalMessagesLimit: cap + 4,
      })),
    });
    const { listId } = await addLeads(own, 60);
    const schedule = {
      timezone: 'UTC',
      fallbackTimezone: null,
      start: '09:00',
      end: '17:00',
      days: [1, 2, 3, 4, 5],
    };
    const quiet = { id: 'q', type: 'no_reply_for', wait: { value: 3, unit: 'h' } } as const;
    const id = await addCampaign(app, own, {
      listId,
      schedule,
      steps: [
        step('hello', { branches: [{ condition: quiet, to: 'again' }], next: 'end' }),
        step('again', { wait: { value: 1, unit: 'h' } }),
        step('last', { wait: { value: 2, unit: 'd' } }),
      ],
    });
    await launch(app, own, id);
    const result = await simulate(own, id);
    const messages = await messagesIn(own, id, result);
    expect(messages).toHaveLength(180);
    for (const [n, line] of own.lines.entries()) {
      const foreseen = await forecast(own, n);
      const sent = messages.filter(({ lineId }) => lineId === line._id);
      expect(foreseen).toMatchObject({ waiting: 0, toCome: 60, isExact: true, whatIf: null });
      expect(foreseen.now).toMatchObject({ messages: 60, neverGoes: 0 });
      expect(at(foreseen.now.drainsAt)).toBe(Math.max(...sent.map((each) => at(each.at))));
      const days = Map.groupBy(sent, (each) => each.at?.slice(0, 10) ?? '');
      expect(foreseen.now.perDay).toEqual(
        [...days].map(([day, some]) => ({
          day,
          messages: some.length,
          firstTouches: some.filter(({ firstTouch }) => firstTouch).length,
        })),
      );
    }
  });

  test('counts what waits, whatever it is, and names what it waits for longest', async () => {
    const own = await openWorkspace(app, { lines: [{ ...GAPS, dailyNewConversationsLimit: 2 }] });
    const fromLineId = own.lines[0]?._id;
    for (let n = 0; n < 5; n += 1) await accept(own, { recipientPhone: newPhone(), fromLineId });
    const { waiting, now } = await forecast(own);
    expect(waiting).toBe(5);
    expect(now.drainsAt).toBe('2026-11-28T00:00:00.000Z');
    expect(now.perDay.map(({ messages }) => messages)).toEqual([2, 2, 1]);
    expect(now.bottleneck?.gate).toBe('first_touch_cap');
  });

  test('says what more lines and other caps would change', async () => {
    const own = await openWorkspace(app, { lines: [{ ...GAPS, dailyNewConversationsLimit: 4 }] });
    const { listId } = await addLeads(own, 24);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    await launch(app, own, id);
    const days = async (query: string) =>
      (await forecast(own, 0, query)).whatIf?.perDay.map(({ messages }) => messages);
    expect((await forecast(own)).now.perDay).toHaveLength(6);
    expect(await days('?addLines=2')).toEqual([12, 12]);
    expect(await days('?cap=12')).toEqual([12, 12]);
    expect(await days('?addLines=1&cap=6')).toEqual([12, 12]);
    expect(await days('?cap=12&totalCap=8')).toEqual([8, 8, 8]);
    // What two more lines would change is what a simulation with them sees.
    const more = await simulate(own, id, { addLines: 2 });
    expect(at(more.finishAt)).toBe(at((await forecast(own, 0, '?addLines=2')).whatIf?.drainsAt));
  });

  test('leaves with their line what belongs to its conversations, and what names it', async () => {
    const own = await openWorkspace(app, { lines: [GAPS] });
    const fromLineId = own.lines[0]?._id;
    for (let n = 0; n < 4; n += 1) await accept(own, { recipientPhone: newPhone(), fromLineId });
    const { now, whatIf } = await forecast(own, 0, '?addLines=3');
    expect(whatIf?.drainsAt).toBe(now.drainsAt);
  });

  test('tells of a line that sends nothing, as it is now', async () => {
    const own = await openWorkspace(app, { lines: [GAPS] });
    await accept(own, { recipientPhone: newPhone() });
    await own.call('PATCH', `/api/lines/${own.lines[0]?._id}`, { isActive: false });
    expect((await forecast(own)).now).toEqual({
      drainsAt: null,
      messages: 0,
      neverGoes: 1,
      perDay: [],
      bottleneck: null,
    });
    const idle = await openWorkspace(app, { lines: [GAPS] });
    expect((await forecast(idle)).now).toMatchObject({ drainsAt: null, messages: 0, neverGoes: 0 });
  });

  test('is quick with a hundred thousand waiting', async () => {
    const own = await openWorkspace(app, { lines: [{ ...GAPS, dailyNewConversationsLimit: 900 }] });
    await read(
      app,
      `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id, priority,
         first_touch, due_at, attempts, retry_gap_ms, correlation_id, created_at, updated_at)
       SELECT $1, lpad(to_hex(n), 24, '0'), 'sent', 'pending', 'imessage', 'Hi', lpad(to_hex(n), 24, '0'), '+1' || (3030000000 + n), $2, 2,
         true, $3::timestamptz - n * interval '1 second', 1, 1, 'app_x', $3::timestamptz, $3::timestamptz FROM generate_series(1, 100000) n`,
      [own.workspaceId, own.lines[0]?._id, new Date(NOW).toISOString()],
    );
    const { waiting, now, isExact } = await forecast(own);
    expect({ waiting, isExact }).toEqual({ waiting: 100_000, isExact: false });
    expect(now.perDay[0]).toMatchObject({ messages: 900 });
    expect(at(now.drainsAt)).toBeGreaterThan(NOW + 100 * 24 * HOUR);
  });

  test('is refused for lines of others and numbers that are none', async () => {
    const own = await openWorkspace(app);
    const other = await openWorkspace(app);
    const path = `/api/lines/${own.lines[0]?._id}/forecast`;
    expect((await other.call('GET', path)).status).toBe(404);
    for (const query of ['addLines=101', 'addLines=-1', 'cap=x', 'totalCap=1.5'])
      expect((await own.call('GET', `${path}?${query}`)).status).toBe(400);
  });
});
