/** Whatever a dispatcher does beside sending must neither take the places of sends nor make them wait. */
import { expect, test } from 'vitest';
import type { Channel } from '../../src/channels/channel.ts';
import { createTicker } from '../../src/dispatcher/tick.ts';
import { toIso } from '../../src/lib/clock.ts';
import { withClient } from '../database-server.ts';
import { openApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read } from '../workspaces.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Takes every message, and answers a question about a line only if that line is well. */
function carrierOf(asked: string[]): Channel {
  const hangs = <Answer>(what: string, line: { transportConfig: object }, answer: Answer) => {
    if (!('down' in line.transportConfig)) return Promise.resolve(answer);
    asked.push(what);
    return new Promise<never>(() => {});
  };
  return {
    sendTimeoutMs: 30_000,
    send: async () => ({ outcome: 'accepted', externalMessageId: null }),
    reconcile: (line) => hangs('outcome', line, { finding: 'absent' }),
    checkAvailability: async () => ({ availability: 'cannot_check' }),
    checkHealth: (line) => hangs('health', line, { healthy: true }),
    validateConfig: () => null,
    close: async () => {},
  };
}

const DEAD = { transportConfig: { down: true } };

test('questions to dead servers take no place of a send, and only so many are asked at once', async () => {
  const clock = leapingClock();
  const asked: string[] = [];
  const channels = new Map([['sandbox', carrierOf(asked)]] as const);
  const app = await openApp({ clock, channels, config: { sendsInFlight: 2 }, dispatches: false });
  const dead = await openWorkspace(app, { lines: Array.from({ length: 25 }, () => DEAD) });
  for (const line of dead.lines)
    await accept(dead, { recipientPhone: newPhone(), fromLineId: line._id, scheduledDate: inAnHour() });
  await read(
    app,
    "UPDATE messages SET status = 'unknown', attempt = 1, reconcile_at = due_at, unknown_since = due_at",
  );
  const ws = await openWorkspace(app);
  clock.leap(HOUR);
  app.startDispatcher();
  await until('everybody who may is waiting for an answer', () => asked.length >= 40);
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  await ws.reaches(_id, 'sent');
  expect(asked.filter((what) => what === 'health')).toHaveLength(20);
  expect(asked.filter((what) => what === 'outcome')).toHaveLength(20);
  // Who does not answer in time gives the place to the next.
  clock.leap(MINUTE);
  await until('the others are asked', () => asked.length >= 50);
  await app.close();

  function inAnHour(): string {
    return toIso(clock.now() + HOUR);
  }
});

test('a server that hangs does not hold up the end', async () => {
  const clock = leapingClock();
  const asked: string[] = [];
  const app = await openApp({ clock, channels: new Map([['sandbox', carrierOf(asked)]] as const) });
  await openWorkspace(app, { lines: [DEAD] });
  clock.leap(MINUTE);
  await until('it is asked', () => asked.length > 0);
  await app.close();
});

test('what waits for a row that somebody holds lets the sends pass by, and waits once', async () => {
  const clock = leapingClock();
  const app = await openApp({ clock, dispatches: false });
  const ws = await openWorkspace(app);
  const other = await openWorkspace(app);
  const [expiring, leased] = [await accept(ws, later(2)), await accept(ws, later(5))];
  await read(app, "UPDATE messages SET status = 'sending', attempt = 1, lease_until = due_at WHERE id = $1", [
    leased._id,
  ]);
  const ticker = createTicker(app.deps);
  const chores: Promise<void>[] = [];
  const sends: Promise<void>[] = [];
  const look = () => ticker.tick(10, (task, kind) => void (kind === 'send' ? sends : chores).push(task()));
  await withClient(app.databaseUrl, async (holder) => {
    const waiting = async () =>
      (
        await holder.query(
          "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        )
      ).rowCount;
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM messages WHERE id = ANY($1) FOR UPDATE', [[expiring._id, leased._id]]);
    clock.leap(6 * HOUR);
    const free = await accept(other, { recipientPhone: newPhone() });
    await look();
    await until('a chore waits', waiting);
    await until('the other message goes', async () => {
      clock.leap(1_000);
      await look();
      return (await other.message(free._id)).sentAt;
    });
    await Promise.all(sends);
    await until('nothing but one chore waits', async () => (await waiting()) === 1);
    await holder.query('COMMIT');
  });
  await Promise.all(chores);
  await until('both are dealt with', async () => {
    await look();
    await Promise.all(chores);
    const [one, two] = [await ws.message(expiring._id), await ws.message(leased._id)];
    return one.status === 'failed' && two.status !== 'sending';
  });
  await Promise.all(sends);
  await app.close();

  function later(hours: number): Record<string, unknown> {
    const scheduledDate = toIso(clock.now() + hours * HOUR);
    return { recipientPhone: newPhone(), scheduledDate, expiresAt: toIso(clock.now() + (hours + 1) * HOUR) };
  }
});
