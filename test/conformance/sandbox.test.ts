/** The simulated phones on a real database: the port's suite for each message type, and what only a sandbox has. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel, ChannelLine, Outcome, Outgoing } from '../../src/channels/channel.ts';
import { createSandboxChannel } from '../../src/channels/sandbox.ts';
import { SANDBOX_RECIPIENTS } from '../../src/domain/sandbox-script.ts';
import type { MessageType } from '../../src/domain/words.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createIds } from '../../src/lib/ids.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { type Database, openDatabase, statement } from '../../src/store/database.ts';
import { readPhone, removeCallbacks, scanDueCallbacks } from '../../src/store/lines/sandbox.ts';
import { attachmentOf } from '../attachments.ts';
import { createTestDatabase } from '../database.ts';
import { leaseOf } from '../leases.ts';
import { describeChannel, type FarSide } from './channel-conformance.ts';

const ids = createIds(systemClock(), systemRandom());
const never = leaseOf();

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;

beforeAll(async () => {
  server = await createTestDatabase();
  database = openDatabase({ url: server.url, maxConnections: 10, namedStatements: true, log: silentLog() });
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

const COUNT_COPIES = statement(
  'count_copies',
  'SELECT count(*)::int AS copies FROM sandbox_copies WHERE workspace_id = $1 AND reference = $2',
);

async function countCopies(workspaceId: string, reference: string): Promise<number> {
  const [row] = await database.query<{ copies: number }>(COUNT_COPIES, [workspaceId, reference]);
  return row?.copies ?? 0;
}

function lineOf(messageType: MessageType, transportConfig: Record<string, unknown> = {}): ChannelLine {
  return {
    workspaceId: ids(),
    lineId: ids(),
    messageType,
    phone: messageType === 'email' ? null : '+12025550000',
    email: messageType === 'email' ? 'line@example.com' : null,
    name: 'Sandbox',
    transportConfig,
    secret: null,
  };
}

/** A second passes at once, the twenty of a slow phone only end with the lease. */
const shortWaits: Clock = {
  now: () => systemClock().now(),
  sleep: (ms, signal) => (ms < 20_000 || signal === undefined ? Promise.resolve() : aborted(signal)),
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function setup(messageType: MessageType): Promise<FarSide> {
  const channel = createSandboxChannel({ database, clock: shortWaits, ids });
  const line = lineOf(messageType);
  return {
    channel,
    line,
    copies: (reference) => countCopies(line.workspaceId, reference),
    reopen: async () => createSandboxChannel({ database, clock: shortWaits, ids }),
    async told(reference) {
      const due = await scanDueCallbacks(database, systemClock().now() + 60_000, 1_000);
      return due.flatMap(({ reference: of, kind }) =>
        of === reference && kind !== 'reply' ? [{ news: 'receipt', reference, receipt: kind }] : [],
      );
    },
    goDown: async () => ({ ...line, transportConfig: { down: true } }),
    close: () => channel.close(),
  };
}

const badConfigs = [
  { checksAvailability: 'yes' },
  { down: 1 },
  { latencyMs: -1 },
  { latencyMs: 0.5 },
  { latencyMs: 5_001 },
  { latencyMs: '5' },
  { lateness: 5 },
];

describeChannel('sandbox, iMessage', {
  setup: () => setup('imessage'),
  recipients: {
    accepted: '+12025550100',
    refusedForGood: '+12025550103',
    refusedForNow: '+12025550104',
    slow: '+12025550108',
    lostThoughSent: '+12025550105',
    lostNotSent: '+12025550106',
    notOnChannel: '+12025550102',
  },
  badConfigs,
  cannotReconcile: null,
  tellsNothing: null,
});

describeChannel('sandbox, SMS', {
  setup: () => setup('sms'),
  recipients: {
    accepted: '+12025550102',
    refusedForGood: '+12025550112',
    refusedForNow: '+12025550104',
    slow: '+12025550108',
    lostThoughSent: '+12025550105',
    lostNotSent: '+12025550106',
    notOnChannel: { none: 'a number that takes no SMS is refused for good' },
  },
  badConfigs,
  cannotReconcile: null,
  tellsNothing: null,
});

describeChannel('sandbox, email', {
  setup: () => setup('email'),
  recipients: {
    accepted: 'delivered@example.com',
    refusedForGood: 'rejected@example.com',
    refusedForNow: { none: 'no simulated mailbox is busy' },
    slow: 'slow@example.com',
    lostThoughSent: { none: 'no simulated mailbox loses its answer' },
    lostNotSent: { none: 'no simulated mailbox loses its answer' },
    notOnChannel: { none: 'every e-mail address is reachable by email' },
  },
  badConfigs,
  cannotReconcile: null,
  tellsNothing: null,
});

describe('a simulated phone', () => {
  const NOW = Date.UTC(2026, 10, 24, 9);
  interface Case {
    messageType?: MessageType;
    config?: Record<string, unknown>;
    attempt?: number;
  }
  interface Sent {
    outcome: Outcome;
    message: Outgoing;
    line: ChannelLine;
    channel: Channel;
    clock: ReturnType<typeof movingClock>;
  }

  /** Stands at 09:00 and moves only while somebody sleeps. */
  const movingClock = (): Clock & { slept: number[] } => {
    const slept: number[] = [];
    return {
      slept,
      now: () => slept.reduce((sum, ms) => sum + ms, NOW),
      sleep: async (ms) => void slept.push(ms),
    };
  };

  const outgoing = (line: ChannelLine, address: string, differs: Partial<Outgoing> = {}): Outgoing => ({
    reference: ids(),
    attempt: 1,
    address,
    messageType: line.messageType,
    validUntil: null,
    text: 'Hello',
    subject: null,
    attachments: [],
    ...differs,
  });

  const sendTo = async (
    address: string,
    { messageType = 'imessage', config = {}, attempt = 1 }: Case = {},
  ): Promise<Sent> => {
    const clock = movingClock();
    const channel = createSandboxChannel({ database, clock, ids });
    const line = lineOf(messageType, config);
    const message = outgoing(line, address, { attempt });
    return { outcome: await channel.send(line, message, never), message, line, channel, clock };
  };

  const callbacksOf = async (line: ChannelLine) => {
    const due = await scanDueCallbacks(database, NOW + 60_000, 1_000);
    return due.filter((callback) => callback.workspaceId === line.workspaceId);
  };

  test('keeps what it received, oldest first, under the id the sender was told', async () => {
    const channel = createSandboxChannel({ database, clock: movingClock(), ids });
    const line = lineOf('email');
    const first = outgoing(line, 'anna@example.com', {
      subject: 'News',
      attachments: [attachmentOf({ url: 'https://example.com/a.pdf', name: 'a.pdf' })],
    });
    const second = outgoing(line, 'anna@example.com', { text: 'Again', attempt: 2 });
    const outcomes = [await channel.send(line, first, never), await channel.send(line, second, never)];
    await channel.send(line, outgoing(line, 'ben@example.com'), never);

    const { copies, total } = await readPhone(database, line.workspaceId, 'anna@example.com', 10);
    expect(total).toBe(2);
    expect(copies).toEqual([
      {
        id: expect.any(String),
        lineId: line.lineId,
        reference: first.reference,
        attempt: 1,
        messageType: 'email',
        message: 'Hello',
        subject: 'News',
        attachments: [{ url: 'https://example.com/a.pdf', name: 'a.pdf' }],
        receivedAt: NOW,
      },
      expect.objectContaining({
        reference: second.reference,
        attempt: 2,
        message: 'Again',
        attachments: null,
      }),
    ]);
    expect(outcomes).toEqual(copies.map(({ id }) => ({ outcome: 'accepted', externalMessageId: id })));
    const newest = await readPhone(database, line.workspaceId, 'anna@example.com', 1);
    expect(newest).toEqual({ copies: copies.slice(1), total: 2 });
    expect(await readPhone(database, ids(), 'anna@example.com', 10)).toEqual({ copies: [], total: 0 });
  });

  test('does not notice a double send, so that one can be counted', async () => {
    const channel = createSandboxChannel({ database, clock: movingClock(), ids });
    const line = lineOf('imessage');
    const message = outgoing(line, '+12025550100');
    await channel.send(line, message, never);
    await channel.send(line, message, never);
    expect(await countCopies(line.workspaceId, message.reference)).toBe(2);
  });

  test('tells back what its row in the table says, when it says', async () => {
    const told = async (address: string, messageType: MessageType = 'imessage') => {
      const { line } = await sendTo(address, { messageType });
      return (await callbacksOf(line)).map(({ kind, dueAt, message }) => [kind, dueAt - NOW, message]);
    };
    const delivered = ['delivered', 200, null];
    expect(await told('+12025550100')).toEqual([delivered]);
    expect(await told('+14155552671')).toEqual([delivered]);
    expect(await told('+12025550101')).toEqual([delivered, ['read', 800, null]]);
    expect(await told('+12025550103')).toEqual([]);
    expect(await told('+12025550105')).toEqual([['delivered', 6_000, null]]);
    expect(await told('+12025550106')).toEqual([]);
    expect(await told('+12025550107')).toEqual([]);
    expect(await told('+12025550108')).toEqual([['delivered', 20_200, null]]);
    expect(await told('+12025550109')).toEqual([delivered, ['reply', 600, 'STOP']]);
    expect(await told('+12025550110')).toEqual([delivered, ['reply', 600, "Yes, I'm interested!"]]);
    expect(await told('bounced+x@example.com', 'email')).toEqual([['bounced', 500, null]]);
    expect(await told('stop@example.com', 'email')).toEqual([delivered, ['reply', 600, 'STOP']]);
    expect(await told('anna@example.com', 'email')).toEqual([delivered]);
  });

  test('every recipient of the table, on every message type, ends in an outcome and never in a throw', async () => {
    for (const { recipient, kind } of SANDBOX_RECIPIENTS) {
      for (const messageType of ['imessage', 'sms', 'email'] as const) {
        for (const attempt of [1, 2, 3]) {
          const address = kind === 'phone' ? recipient : `${recipient}@example.com`;
          const { outcome, message, line } = await sendTo(address, { messageType, attempt });
          const copies = await countCopies(line.workspaceId, message.reference);
          if (outcome.outcome !== 'unknown') expect(copies).toBe(outcome.outcome === 'accepted' ? 1 : 0);
        }
      }
    }
  });

  test('refuses twice, then accepts', async () => {
    const outcomes = [];
    for (const attempt of [1, 2, 3]) outcomes.push((await sendTo('+12025550104', { attempt })).outcome);
    expect(outcomes).toMatchObject([
      { outcome: 'rejected', permanent: false, code: 'refused' },
      { outcome: 'rejected', permanent: false, code: 'refused' },
      { outcome: 'accepted' },
    ]);
  });

  test('that answers nothing costs a second, a slow one twenty', async () => {
    expect((await sendTo('+12025550105')).clock.slept).toEqual([1_000]);
    expect((await sendTo('+12025550106')).clock.slept).toEqual([1_000]);
    expect(await sendTo('+12025550108')).toMatchObject({
      outcome: { outcome: 'accepted' },
      clock: { slept: [20_000] },
    });
    expect((await sendTo('slow@example.com', { messageType: 'email' })).clock.slept).toEqual([20_000]);
  });

  test('keeps what it received although the lease ended before the answer', async () => {
    const lease = new AbortController();
    const clock: Clock = { now: () => NOW, sleep: async () => lease.abort() };
    const channel = createSandboxChannel({ database, clock, ids });
    const line = lineOf('imessage');
    const message = outgoing(line, '+12025550105');
    expect(await channel.send(line, message, leaseOf(lease))).toMatchObject({ outcome: 'unknown' });
    expect(await channel.reconcile(line, message.reference)).toMatchObject({ finding: 'found' });
  });

  test('is asked for iMessage before the send, or found out by it', async () => {
    const channel = createSandboxChannel({ database, clock: movingClock(), ids });
    const checks = (address: string, line: ChannelLine) => channel.checkAvailability(line, address);
    const line = lineOf('imessage');
    expect(await checks('+12025550100', line)).toEqual({ availability: 'available' });
    expect(await checks('+12025550102', line)).toEqual({ availability: 'unavailable' });
    expect(await checks('+12025550111', line)).toMatchObject({ availability: 'error' });
    expect(await checks('+12025550112', line)).toEqual({ availability: 'unavailable' });
    expect(await checks('imessage+no@example.com', line)).toEqual({ availability: 'unavailable' });
    expect(await checks('anna@example.com', line)).toEqual({ availability: 'available' });
    const blind = lineOf('imessage', { checksAvailability: false });
    expect(await checks('+12025550102', blind)).toEqual({ availability: 'cannot_check' });
    expect(await checks('+12025550102', lineOf('sms'))).toEqual({ availability: 'cannot_check' });
    for (const address of ['+12025550102', '+12025550112', 'imessage+no@example.com']) {
      const { outcome } = await sendTo(address, { config: { checksAvailability: false } });
      expect(outcome).toMatchObject({ outcome: 'not_on_channel' });
    }
  });

  test('answers no later than its latency says', async () => {
    const { clock, outcome } = await sendTo('+12025550100', { config: { latencyMs: 70 } });
    expect(outcome).toMatchObject({ outcome: 'accepted' });
    expect(clock.slept).toEqual([70]);
  });

  test('whose device is off cannot be asked what it received', async () => {
    const { channel, line, message } = await sendTo('+12025550105');
    const off = { ...line, transportConfig: { down: true } };
    expect(await channel.reconcile(off, message.reference)).toMatchObject({
      finding: 'undecided',
      final: false,
    });
  });

  test('marks an address bad only when it names no mailbox', async () => {
    const { outcome } = await sendTo('rejected+ben@example.com', { messageType: 'email' });
    expect(outcome).toMatchObject({ permanent: true, addressBad: true });
    expect((await sendTo('+12025550103')).outcome).toMatchObject({ permanent: true, addressBad: false });
  });

  test('has each callback taken by exactly one of many takers', async () => {
    const { line } = await sendTo('+12025550101');
    const callbacks = await callbacksOf(line);
    const taken = await Promise.all(
      Array.from({ length: 8 }, () =>
        database.transaction((tx) =>
          removeCallbacks(
            tx,
            line.workspaceId,
            callbacks.map(({ id }) => id),
          ),
        ),
      ),
    );
    expect(taken.flatMap((won) => [...won]).sort()).toEqual(callbacks.map(({ id }) => id).sort());
    expect(await callbacksOf(line)).toEqual([]);
    expect(await removeCallbacks(database, line.workspaceId, [ids()])).toEqual(new Set());
  });

  test('has its callbacks found when due and not before', async () => {
    const all = await scanDueCallbacks(database, NOW + 60_000, 1_000);
    for (const { workspaceId, id } of all) await removeCallbacks(database, workspaceId, [id]);
    const { line, message } = await sendTo('+12025550109');
    expect(await scanDueCallbacks(database, NOW + 199, 10)).toEqual([]);
    const due = await scanDueCallbacks(database, NOW + 200, 10);
    expect(due).toEqual([
      {
        workspaceId: line.workspaceId,
        id: expect.any(String),
        lineId: line.lineId,
        kind: 'delivered',
        reference: message.reference,
        address: '+12025550109',
        message: null,
        dueAt: NOW + 200,
      },
    ]);
  });
});
