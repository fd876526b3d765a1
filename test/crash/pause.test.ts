/**
 * A dispatcher that stands still for longer than its lease (a laptop asleep, a frozen container) and then goes on in the
 * middle of what it was doing, while another one has long taken over.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSandboxChannel } from '../../src/channels/sandbox.ts';
import { type Clock, deadline, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type Database, openDatabase, statement } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leaseOf } from '../leases.ts';
import { until } from '../until.ts';
import { drained, readEvidence } from './evidence.ts';
import { judge } from './judge.ts';
import { LABELS, type Label } from './orders.ts';
import { HURRY } from './patience.ts';
import { Subject } from './subject.ts';
import { environment } from './world.ts';

const DRAINED_WITHIN_MS = 30_000;
const clock = systemClock();

describe('a dispatcher that wakes up after its lease', () => {
  // Those of campaigns are passed by no single message; the crash run pauses there.
  test.concurrent.each(LABELS.dispatcher.filter((label) => !label.startsWith('campaign.')))(
    'at %s changes nothing any more',
    async (label) => {
      const database = await createTestDatabase();
      const door = await openApp({ databaseUrl: database.url, role: 'api' });
      const sleeper = new Subject({ role: 'dispatcher' }, environment(database.url, door.key));
      try {
        sleeper.order({ label, passing: 1, act: 'stop' });
        const stopped = sleeper.stopsAt();
        const asked = await send(door, label);
        await stopped;
        const deputy = await openApp({
          databaseUrl: database.url,
          key: door.key,
          role: 'dispatcher',
          patience: HURRY,
        });
        expect(await drained(database.url, DRAINED_WITHIN_MS)).toBe(true);
        const before = await readEvidence(database.url);
        sleeper.resume();
        expect(await sleeper.stop()).toEqual({ code: 0, signal: null });
        await deputy.close();
        const after = await readEvidence(database.url);
        expect(after).toEqual(before);
        expect(after.copies).toHaveLength(1);
        expect(judge(after, { asked: [asked], refusals: new Map(), promised: [], defects: [] })).toEqual([]);
      } finally {
        sleeper.kill();
        await door.close();
        await database.drop();
      }
    },
    60_000,
  );
});

async function send(door: TestApp, label: Label) {
  // Without a receipt, which may overtake the answer; but only an outcome that nobody knows is asked for.
  const to = label === 'reconcile.asked' ? '+12025550105' : '+12025550107';
  const text = `Before ${label}`;
  const { body } = await door.send({ message: text, recipientPhone: to }, { prefer: 'wait=0' });
  return { text, key: null, to, acknowledged: [body.message._id] };
}

describe('a message on its way to a simulated phone', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = openDatabase({
      url: testDatabase.url,
      maxConnections: 1,
      namedStatements: true,
      log: silentLog(),
    });
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  test('does not arrive when its time ran out while it waited for a connection', async () => {
    let copies = 0;
    const ids = () => `copy ${++copies}`;
    const channel = createSandboxChannel({ database, clock, ids });
    const lease = new AbortController();
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const holding = database.transaction(() => held);
    const sending = channel.send(LINE, OUTGOING, leaseOf(lease));
    await until('it has all but a connection', () => copies > 0);
    lease.abort();
    letGo();
    await holding;
    expect(await sending).toMatchObject({ outcome: 'unknown' });
    expect(await channel.reconcile(LINE, OUTGOING.reference)).toEqual({ finding: 'absent' });
    expect(await database.query(statement('', 'SELECT id FROM sandbox_copies'), [])).toEqual([]);
  });
});

const LINE = {
  workspaceId: 'org_1',
  lineId: 'line',
  messageType: 'imessage',
  phone: null,
  email: null,
  name: '',
  transportConfig: {},
  secret: null,
} as const;
const OUTGOING = {
  reference: 'message',
  attempt: 1,
  address: '+13125550100',
  messageType: 'imessage',
  text: 'Hi',
  subject: null,
  attachments: [],
  validUntil: null,
} as const;

describe('a deadline', () => {
  test('is answered by the clock, whether or not its timer has run', () => {
    let now = 0;
    const still: Clock = { now: () => now, sleep: () => new Promise(() => {}) };
    const { signal, hasPassed } = deadline(still, 100);
    let heard = 0;
    signal.addEventListener('abort', () => {
      heard += 1;
    });
    now = 99;
    expect([hasPassed(), signal.aborted]).toEqual([false, false]);
    now = 100;
    expect([hasPassed(), hasPassed(), signal.aborted, heard]).toEqual([true, true, true, 1]);
    expect(signal.reason).toBeInstanceOf(Error);
  });

  test('fires by itself, unless it was cleared', async () => {
    const fires = deadline(clock, clock.now() + 10);
    const cleared = deadline(clock, clock.now() + 10);
    cleared.clear();
    await new Promise((resolve) => fires.signal.addEventListener('abort', resolve, { once: true }));
    expect([cleared.signal.aborted, cleared.hasPassed()]).toEqual([false, false]);
  });
});
