/** What can happen to a message while it waits: windows, expiry (D10), arrears (D36). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, bill, copiesIn, newPhone, openWorkspace, read } from '../workspaces.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

const inAnHour = () => toIso(clock.now() + HOUR);

/** `HH:mm` in UTC, so many hours from now. */
function timeIn(hours: number): string {
  return toIso(clock.now() + hours * HOUR).slice(11, 16);
}

describe('a window that is closed now', () => {
  test('holds the message; explain names the gate and the opening, and there it goes', async () => {
    const ws = await openWorkspace(app);
    const window = { timezone: 'UTC', sendWindowStart: timeIn(3), sendWindowEnd: timeIn(5) };
    const message = await accept(ws, { recipientPhone: newPhone(), ...window });
    const opening = Math.floor((clock.now() + 3 * HOUR) / MINUTE) * MINUTE;
    const { status, gates, earliestAt, expectedAt, aheadOnLine } = await ws.explain(message._id);
    expect(status).toBe('queued');
    expect(gates.filter((gate) => gate.state === 'blocked')).toEqual([
      {
        gate: 'window',
        state: 'blocked',
        until: toIso(opening),
        reason: `Its send window (${window.sendWindowStart}–${window.sendWindowEnd}, UTC) opens at ${toIso(opening)}.`,
      },
    ]);
    expect({ earliestAt, expectedAt, aheadOnLine }).toEqual({
      earliestAt: toIso(opening),
      expectedAt: toIso(opening),
      aheadOnLine: 0,
    });
    clock.leap(opening - clock.now() - 500);
    expect((await ws.message(message._id)).status).toBe('queued');
    const sent = await ws.reaches(message._id, 'delivered');
    expect(Date.parse(sent.sentAt ?? '')).toBeGreaterThanOrEqual(opening);
  });

  test('holds again what its line could not send while it was open', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: 4 * HOUR }] });
    await ws.send({ message: 'first', recipientPhone: newPhone() });
    const window = { timezone: 'UTC', sendWindowStart: timeIn(-1), sendWindowEnd: timeIn(2) };
    const message = await accept(ws, { recipientPhone: newPhone(), ...window });
    expect(message.status).toBe('pending');
    clock.leap(4 * HOUR);
    const held = await ws.reaches(message._id, 'queued');
    const opening = Date.parse(held.dueAt ?? '');
    expect(opening - clock.now()).toBeGreaterThan(18 * HOUR);
    expect((await ws.timeline(message._id)).at(-1)).toMatchObject({
      type: 'message.held',
      data: { from: 'pending', status: 'queued', gate: 'window', until: held.dueAt },
    });
    clock.leap(opening - clock.now());
    await ws.reaches(message._id, 'delivered');
  });

  test('of days alone is in the zone of the workspace', async () => {
    const ws = await openWorkspace(app);
    await ws.call('PATCH', '/api/workspace', { timezone: 'Pacific/Kiritimati' });
    const there = new Date(clock.now() + 14 * HOUR);
    const message = await accept(ws, { recipientPhone: newPhone(), allowedDaysOfWeek: [there.getUTCDay()] });
    expect(message.settings).toMatchObject({ timezone: 'Pacific/Kiritimati', sendWindowStart: null });
    await ws.reaches(message._id, 'delivered');
  });
});

describe('an expiry', () => {
  test('ends what still waits, at that instant, without a fallback SMS', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const expiresAt = toIso(clock.now() + 2 * HOUR);
    const window = { timezone: 'UTC', sendWindowStart: timeIn(3), sendWindowEnd: timeIn(5) };
    const message = await accept(ws, {
      recipientPhone: newPhone(),
      expiresAt,
      sendFallbackSmsOnFailed: true,
      ...window,
    });
    expect((await ws.explain(message._id)).earliestAt).toBeNull();
    clock.leap(2 * HOUR - 200);
    expect((await ws.message(message._id)).status).toBe('queued');
    const failed = await ws.reaches(message._id, 'failed');
    expect(failed).toMatchObject({
      reason: 'expired',
      errorMessage: 'It expired before it could go',
      fallbackSmsDispatched: false,
    });
    expect(Date.parse(failed.updatedAt)).toBeGreaterThanOrEqual(Date.parse(expiresAt));
  });

  test('also ends what waits for another attempt', async () => {
    const ws = await openWorkspace(app, { lines: [{ retryGapMs: HOUR }] });
    const message = await accept(ws, {
      recipientPhone: '+12025550104',
      expiresAt: toIso(clock.now() + 30 * MINUTE),
    });
    await ws.reaches(message._id, 'queued');
    clock.leap(30 * MINUTE);
    expect((await ws.reaches(message._id, 'failed')).reason).toBe('expired');
    expect(await copiesIn(app, ws)).toEqual([]);
  });

  test('is nothing to a message that went in time', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({
      message: 'Hi',
      recipientPhone: newPhone(),
      expiresAt: toIso(clock.now() + HOUR),
    });
    clock.leap(2 * HOUR);
    expect((await ws.reaches(body.message._id, 'delivered')).reason).toBeNull();
  });
});

describe('a workspace in arrears', () => {
  test('sends nothing; what waits is held, explained, and goes when payment is made', async () => {
    const ws = await openWorkspace(app);
    const message = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const nextLook = async () => {
      const [row] = await read<{ at: number | null }>(
        app,
        'SELECT next_send_at AS at FROM lines WHERE workspace_id = $1',
        [ws.workspaceId],
      );
      return row?.at ?? 0;
    };
    await until(
      'the line waits for the date',
      async () => (await nextLook()) === Date.parse(message.scheduledDate ?? ''),
    );
    await bill(app, ws, 'past_due');
    clock.leap(2 * HOUR);
    await until('the line has looked and turned away', async () => (await nextLook()) > clock.now());
    expect((await ws.message(message._id)).status).toBe('scheduled');
    const { gates, earliestAt, expectedAt } = await ws.explain(message._id);
    expect(gates.filter((gate) => gate.state === 'blocked')).toMatchObject([
      { gate: 'read_only', until: null },
    ]);
    expect([earliestAt, expectedAt]).toEqual([null, null]);
    await bill(app, ws, 'active');
    clock.leap(MINUTE);
    await ws.reaches(message._id, 'delivered');
  });

  test('hears replies and opt-outs all the same', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'Hi', recipientPhone: '+12025550109' });
    await bill(app, ws, 'past_due');
    await until('the opt-out is heard', async () => {
      const { lead } = (
        await ws.call<{ lead: { optedOutAt: string | null } }>('GET', `/api/leads?id=${body.leadId}`)
      ).body;
      return lead.optedOutAt;
    });
  });
});
