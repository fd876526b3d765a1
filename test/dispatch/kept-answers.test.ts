/** Between a carrier's answer and the row that tells of it the database may go away: the answer is kept until it is back. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Channel, Outcome } from '../../src/channels/channel.ts';
import { withClient } from '../database-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace } from '../workspaces.ts';

interface Outage {
  end(): Promise<void>;
}

/** As when it is restarted: everybody is thrown out, and nobody gets in. */
async function takeAway({ databaseUrl }: TestApp): Promise<Outage> {
  const door = new URL(databaseUrl);
  const name = door.pathname.slice(1);
  door.pathname = '/postgres';
  const run = (sql: string) => withClient(door.href, (client) => client.query(sql));
  await run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  return { end: async () => void (await run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)) };
}

/** The database goes away while the carrier answers; as with mail, nobody can ask that carrier afterwards. */
async function openLossyApp() {
  const clock = leapingClock();
  const outage = Promise.withResolvers<Outage>();
  const heard: string[] = [];
  let questions = 0;
  const channel: Channel = {
    sendTimeoutMs: 30_000,
    send: async (): Promise<Outcome> => {
      outage.resolve(await takeAway(app));
      return { outcome: 'accepted', externalMessageId: 'queued-1' };
    },
    reconcile: async () => {
      questions += 1;
      return { finding: 'undecided', message: 'A mail server cannot be asked', final: true };
    },
    checkAvailability: async () => ({ availability: 'cannot_check' }),
    checkHealth: async () => ({ healthy: true }),
    validateConfig: () => null,
    close: async () => {},
  };
  const app: TestApp = await openApp({
    clock,
    channels: new Map([['sandbox', channel]]),
    log: pino({ level: 'warn' }, { write: (line: string) => void heard.push(line) }),
    dispatches: false,
    config: { leaseMarginMs: 600_000 },
  });
  const ws = await openWorkspace(app);
  const { _id } = await accept(ws, { recipientPhone: newPhone() });
  const dispatcher = app.startDispatcher();
  const away = await outage.promise;
  await until('the answer could not be stored', () =>
    heard.some((line) => line.includes('is not stored yet')),
  );
  return { app, ws, id: _id, clock, dispatcher, away, questions: () => questions };
}

test('it is stored as soon as the database is back, and nobody has to ask for it', async () => {
  const { app, ws, id, away, questions } = await openLossyApp();
  await away.end();
  await ws.reaches(id, 'sent');
  expect(await ws.message(id)).toMatchObject({ status: 'sent', attempt: 1 });
  expect(questions()).toBe(0);
  await app.close();
});

test('a dispatcher that is asked to stop does not wait for the database for long', async () => {
  const { app, ws, id, clock, dispatcher, away } = await openLossyApp();
  let hasStopped = false;
  const stopped = dispatcher?.stop().then(() => {
    hasStopped = true;
  });
  await until('it gives up', () => {
    clock.leap(1_000);
    return hasStopped;
  });
  await stopped;
  await away.end();
  // The lease tells the next dispatcher.
  await until('the database is back', () => ws.message(id).catch(() => null));
  expect(await ws.message(id)).toMatchObject({ status: 'sending', attempt: 1 });
  await app.close();
});
