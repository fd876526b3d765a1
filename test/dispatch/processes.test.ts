/**
 * Several real processes on one database, started as an operator starts them: two that answer the API, two that send.
 * They hardly ever look by themselves (a poll of a minute), so whatever moves here was moved by a signal.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApiKey } from '../../src/actions/workspace/bootstrap.ts';
import type { Role } from '../../src/compose.ts';
import { parseSendMessage } from '../../src/contract/messages/send-message.ts';
import { type Client, openClient } from '../client.ts';
import { readEvidence } from '../crash/evidence.ts';
import { judge } from '../crash/judge.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { withClient } from '../database-server.ts';
import { openApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, addLine, newPhone } from '../workspaces.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const POLL_MS = 60_000;
const LONG_MS = 90_000;
const GAP_MS = 300;
const CAP = 10;
const NO_OPTIONS = { idempotencyKey: null, requestHash: '', correlationId: 'app_1', waitMs: 0, warnings: [] };

interface Process {
  /** Empty for a dispatcher. */
  url: string;
  words(): string;
  ended: Promise<number | null>;
  child: ChildProcess;
}

const started: Process[] = [];
const key = newApiKey();
let database: TestDatabase;
let doors: Process[];
let dispatchers: Process[];
let clients: Client[];
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  doors = await Promise.all([serve('api'), serve('api')]);
  dispatchers = await Promise.all([serve('dispatcher'), serve('dispatcher')]);
  clients = doors.map(({ url }) => openClient(url, key));
  client = clients[0] as Client;
}, LONG_MS);

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  await database.drop();
});

function launch(args: readonly string[], databaseUrl: string): Process {
  const child = spawn(process.execPath, [path.join(ROOT, 'src', 'main.ts'), ...args], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: '0',
      TRUNKLINE_BOOTSTRAP_KEY: key,
      TRUNKLINE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      TRUNKLINE_POLL_MS: String(POLL_MS),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      words += chunk.toString('utf8');
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const launched = { url: '', words: () => words, ended, child };
  started.push(launched);
  return launched;
}

async function serve(role: Role): Promise<Process> {
  const launched = launch(['serve', '--role', role], database.url);
  const ready = () => {
    if (launched.child.exitCode !== null) throw new Error(`${role} did not start: ${launched.words()}`);
    return /listens on (\S+)|dispatcher is running/.exec(launched.words());
  };
  const [, url = ''] = await until(`${role} is ready`, ready);
  return { ...launched, url };
}

/** Bodies sent at once, turn by turn through both doors; their ids in that order. */
async function acceptAll(bodies: readonly Record<string, unknown>[]): Promise<string[]> {
  const sending = bodies.map((body, n) => accept(clients[n % clients.length] as Client, body));
  return (await Promise.all(sending)).map(({ _id }) => _id);
}

describe('two processes that accept and two that send', () => {
  test(
    'send everything once, keep the gap of a device and the cap of a line between them',
    async () => {
      const free = await Promise.all(Array.from({ length: 5 }, () => addLine(client)));
      const device = { deviceId: 'shared', deviceGapMs: GAP_MS };
      const capped = await addLine(client, { ...device, dailyNewConversationsLimit: CAP });
      const beside = await addLine(client, device);
      const wishes = [
        ...Array.from({ length: 300 }, (_, n) => free[n % free.length]),
        ...Array.from({ length: CAP + 4 }, () => capped),
        ...Array.from({ length: 5 }, () => beside),
      ];
      const asked = wishes.map((line, n) => ({
        text: `Message ${n}`,
        key: null,
        to: newPhone(),
        acknowledged: [] as string[],
        line,
      }));
      const ids = await acceptAll(
        asked.map(({ text, to, line }) => ({ message: text, recipientPhone: to, fromLineId: line?._id })),
      );
      ids.forEach((id, n) => void asked[n]?.acknowledged.push(id));

      const evidence = await until('all but four are delivered', async () => {
        const found = await readEvidence(database.url);
        const delivered = found.messages.filter(({ status }) => status === 'delivered').length;
        return delivered === ids.length - 4 ? found : null;
      });
      const violations = judge(evidence, { asked, refusals: new Map(), promised: [], defects: [] });
      const waiting = evidence.messages.filter(({ status }) => status !== 'delivered');
      // Gap, counters, copies and events are as they must be; but four have not gone.
      expect(violations.map(({ rule, messageId }) => ({ rule, id: messageId }))).toEqual(
        waiting.map(({ id }) => ({ rule: 'unsettled', id })),
      );
      expect(evidence.copies).toHaveLength(ids.length - 4);

      expect(evidence.copies.filter(({ lineId }) => lineId === capped._id)).toHaveLength(CAP);
      for (const { id, lineId } of waiting) {
        expect(lineId).toBe(capped._id);
        const { gates } = await client.explain(id);
        expect(gates.find(({ gate }) => gate === 'first_touch_cap')?.state).toBe('blocked');
      }
      expect(evidence.copies.filter(({ lineId }) => lineId === beside._id)).toHaveLength(5);
    },
    LONG_MS,
  );

  test(
    'wake each other: new work does not wait for the poll',
    async () => {
      const delays: number[] = [];
      for (let n = 0; n < 20; n += 1) {
        const { _id: id } = await accept(clients[n % clients.length] as Client, {
          recipientPhone: newPhone(),
        });
        // Delivered, so that nothing is left to do and everybody sleeps.
        await client.reaches(id, 'delivered');
        const [accepted, leased] = await client.timeline(id);
        expect([accepted?.type, leased?.type]).toEqual(['message.accepted', 'message.sending']);
        delays.push(Date.parse(leased?.at ?? '') - Date.parse(accepted?.at ?? ''));
      }
      // Idle machines need about 10 ms; without the signal it would be a minute.
      const median = delays.sort((a, b) => a - b)[delays.length / 2] ?? Number.NaN;
      expect(median).toBeLessThan(POLL_MS / 20);
    },
    LONG_MS,
  );

  test('make one lead of one number, however often both are asked for it at once', async () => {
    const numbers = Array.from({ length: 60 }, () => newPhone());
    const bodies = [...numbers, ...numbers.toReversed()].map((recipientPhone) => ({
      message: 'Hi',
      recipientPhone,
    }));
    const answers = await Promise.all(
      bodies.map((body, n) =>
        (clients[n < numbers.length ? 0 : 1] as Client).send(body, { prefer: 'wait=0' }),
      ),
    );
    expect(answers.map(({ status }) => status).filter((status) => status > 201)).toEqual([]);
    for (const [n, answer] of answers.slice(0, numbers.length).entries()) {
      const other = answers.at(-1 - n);
      expect(answer.body.message.leadId).toBe(other?.body.message.leadId);
      // One of the two made it, the other found it (D1).
      expect([answer.status, other?.status].sort()).toEqual([200, 201]);
    }
  });

  test('accept what deadlocks with another process: it was rolled back, so it is stored again', async () => {
    const [one, two] = [newPhone(), newPhone()];
    const app = await openApp({ databaseUrl: database.url, key, dispatches: false });
    const { body } = await app.send({ message: 'Hi', recipientPhone: newPhone() }, { prefer: 'wait=0' });
    await withClient(database.url, async (other) => {
      const makeLead = (phone: string) =>
        other.query(
          `WITH lead AS (
             INSERT INTO leads (workspace_id, id, list_id, phone, source, created_at, updated_at)
             SELECT workspace_id, 'lead of ' || $2, list_id, $2, source, created_at, updated_at FROM leads WHERE id = $1
             RETURNING *)
           INSERT INTO lead_addresses (workspace_id, address, lead_id) SELECT workspace_id, phone, id FROM lead`,
          [body.message.leadId, phone],
        );
      await other.query('BEGIN');
      await makeLead(one);
      // In one batch, and in this order: it has made the second lead when it comes to wait for the first.
      const accepting = [two, one].map((recipientPhone) => {
        const { request } = parseSendMessage(
          { message: 'Hi', recipientPhone },
          { now: app.deps.clock.now() },
        );
        return app.deps.intake.add(app.workspaceId, { request, options: NO_OPTIONS, createdByUserId: null });
      });
      const accepted = Promise.all(accepting);
      const waits =
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
      await until('the batch waits', () =>
        withClient(database.url, async (sql) => (await sql.query(waits)).rowCount),
      );
      await makeLead(two);
      await other.query('COMMIT');
      for (const answer of await accepted) expect(answer).toMatchObject({ httpStatus: 200 });
    });
    await app.close();
  });

  test('make one message of one Idempotency-Key, whichever is asked', async () => {
    const body = { message: 'Once', recipientPhone: newPhone() };
    const ask = (n: number, idempotencyKey: string) =>
      (clients[n % 2] as Client).send(body, { prefer: 'wait=0', 'idempotency-key': idempotencyKey });
    for (let round = 0; round < 10; round += 1) {
      const idempotencyKey = randomUUID();
      const answers = await Promise.all([0, 1, 2, 3].map((n) => ask(n, idempotencyKey)));
      const accepted = answers.filter(({ status }) => status < 300);
      expect(new Set(accepted.map(({ body: answer }) => answer.message._id)).size).toBe(1);
      expect(answers.filter(({ status }) => status >= 300 && status !== 409)).toEqual([]);
    }
    const { messages } = await readEvidence(database.url);
    expect(messages.filter(({ text }) => text === 'Once')).toHaveLength(10);
  });
});

describe('SIGTERM', () => {
  test(
    'lets what is on its way come to its end; who starts next goes on with the rest',
    async () => {
      const slow = await addLine(client, { transportConfig: { latencyMs: 2_000 } });
      const { _id: onItsWay } = await accept(client, { recipientPhone: newPhone(), fromLineId: slow._id });
      await client.reaches(onItsWay, 'sending');
      for (const { child } of dispatchers) child.kill('SIGTERM');
      expect(await Promise.all(dispatchers.map(({ ended }) => ended))).toEqual([0, 0]);
      expect((await client.message(onItsWay)).status).toBe('sent');
      expect(await client.phone((await client.message(onItsWay)).recipientPhone ?? '')).toHaveLength(1);

      const { _id: left } = await accept(client, { recipientPhone: newPhone() });
      expect((await client.message(left)).status).toBe('pending');
      dispatchers = [await serve('dispatcher')];
      await client.reaches(left, 'delivered');
      await client.reaches(onItsWay, 'delivered');
    },
    LONG_MS,
  );

  test(
    'lets whoever waits for an outcome have it',
    async () => {
      const slow = await addLine(client, { transportConfig: { latencyMs: 1_000 } });
      const [, leaving] = doors as [Process, Process];
      const body = { message: 'Hi', recipientPhone: newPhone(), fromLineId: slow._id };
      const waiting = (clients[1] as Client).send(body);
      const isStored = async () =>
        (await readEvidence(database.url)).messages.some(
          ({ recipient }) => recipient === body.recipientPhone,
        );
      await until('the message is stored', isStored);
      leaving.child.kill('SIGTERM');
      expect((await waiting).body.status).toBe('sent');
      // Though the caller keeps the connection.
      await until('it ends', () => leaving.child.exitCode !== null);
      expect(leaving.child.exitCode).toBe(0);
    },
    LONG_MS,
  );
});

test(
  'a process refuses a database without its tables in a sentence, and works after `migrate`',
  async () => {
    const empty = await createTestDatabase();
    await withClient(empty.url, (sql) => sql.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
    const refused = launch(['serve', '--role', 'api'], empty.url);
    expect(await refused.ended).toBe(1);
    expect(refused.words()).toMatch(
      /^The database is older than this version.*Run `npm run trunkline -- migrate` first\.\n$/s,
    );
    expect(refused.words()).not.toContain('    at ');
    expect(await launch(['migrate'], empty.url).ended).toBe(0);
    const works = launch(['serve', '--role', 'api'], empty.url);
    await until('the door opens', () => works.words().includes('listens on'));
    works.child.kill('SIGTERM');
    expect(await works.ended).toBe(0);
    await empty.drop();
  },
  LONG_MS,
);
