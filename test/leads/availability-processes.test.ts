/** Real processes on one database: what a device and a day allow is kept between them, and one that is killed loses nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newApiKey } from '../../src/actions/workspace/bootstrap.ts';
import type { AvailabilityJobAnswer } from '../../src/contract/leads/availability.ts';
import { type Client, openClient } from '../client.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { withClient } from '../database-server.ts';
import { launch, type Program, says } from '../program.ts';
import { until } from '../until.ts';
import { accept, addLine, newPhone } from '../workspaces.ts';

const LONG_MS = 600_000;
const GAP_MS = 3_000;
/** Between commit and answer, both taken at the same clock: on a busy machine an answer is late, without a gap none was kept. */
const SLACK_MS = GAP_MS / 2;

const key = newApiKey();
const programs: Program[] = [];
let database: TestDatabase;
let clients: Client[];

beforeAll(async () => {
  database = await createTestDatabase();
  const doors = [serve('api'), serve('api')];
  clients = await Promise.all(
    doors.map(async (door) => openClient((await says(door, /listens on (\S+)/))[1] ?? '', key)),
  );
  // Those that every new workspace has would help out.
  const { lines } = (await client().call<{ lines: { _id: string }[] }>('GET', '/api/lines')).body;
  for (const { _id } of lines) await client().call('PATCH', `/api/lines/${_id}`, { isActive: false });
}, LONG_MS);

afterAll(async () => {
  for (const { child } of programs) child.kill('SIGKILL');
  await Promise.all(programs.map(({ ended }) => ended));
  await database.drop();
});

const client = (door = 0) => clients[door] as Client;

function serve(role: string): Program {
  const program = launch(['serve', '--role', role], {
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: '0',
    TRUNKLINE_BOOTSTRAP_KEY: key,
    TRUNKLINE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  programs.push(program);
  return program;
}

const ask = <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  withClient(database.url, async (pg) => (await pg.query<Row>(sql, values)).rows);

/** By line: when each check was answered. */
async function answersOf(lineIds: readonly string[]): Promise<number[]> {
  const rows = await ask<{ at: Date }>(
    'SELECT availability_checked_at AS at FROM addresses WHERE availability_line_id = ANY($1) ORDER BY 1',
    [lineIds],
  );
  return rows.map(({ at }) => at.getTime());
}

function expectGaps(instants: readonly number[]): void {
  for (const [n, at] of instants.entries())
    if (n > 0) expect(at - (instants[n - 1] ?? 0)).toBeGreaterThanOrEqual(GAP_MS - SLACK_MS);
}

test(
  'two that are asked at once keep the gap of a device and the quota of its lines',
  async () => {
    const device = { deviceId: 'mac' };
    const lines = [await addLine(client(), device), await addLine(client(), device)];
    const lineIds = lines.map(({ _id }) => _id);
    const today = new Date().toISOString().slice(0, 10);
    await ask('UPDATE lines SET checks_day = $2, checks_today = 68 WHERE id = ANY($1)', [lineIds, today]);
    const answers = await Promise.all(
      Array.from({ length: 7 }, (_, n) =>
        client(n % 2).call('POST', '/api/check-availability-rr', { phones: [newPhone()] }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429, 429]);
    const instants = await answersOf(lineIds);
    expect(instants).toHaveLength(4);
    expectGaps(instants);
    const used = await ask<{ checks: number }>(
      'SELECT checks_today AS checks FROM lines WHERE id = ANY($1)',
      [lineIds],
    );
    expect(used.map(({ checks }) => checks)).toEqual([70, 70]);
    for (const id of lineIds) await client().call('PATCH', `/api/lines/${id}`, { isActive: false });
  },
  LONG_MS,
);

test(
  'a dispatcher that is killed amid a job loses nothing: the next one goes on, and counts every lead once',
  async () => {
    const lines = await Promise.all([1, 2, 3].map(() => addLine(client())));
    const scheduledDate = new Date(Date.now() + 86_400_000).toISOString();
    const leadIds = await Promise.all(
      Array.from({ length: 15 }, async (_, n) => {
        const address =
          n < 5 ? { recipientEmail: `imessage+no@example${n}.com` } : { recipientPhone: newPhone() };
        return (await accept(client(), { ...address, scheduledDate })).leadId;
      }),
    );
    const started = await client().call('POST', '/api/leads/check-availability', { leadIds });
    const path = `/api/availability-jobs/${encodeURIComponent(String(started.body.jobId))}`;
    const job = async () => (await client().call<AvailabilityJobAnswer>('GET', path)).body;
    for (const atLeast of [1, 6]) {
      const dispatcher = serve('dispatcher');
      await until(`${atLeast} are checked`, async () => (await job()).checked >= atLeast, LONG_MS);
      dispatcher.child.kill('SIGKILL');
      await dispatcher.ended;
      expect((await job()).finishedAt).toBeNull();
    }
    serve('dispatcher');
    const done = await until(
      'it is finished',
      async () => {
        const found = await job();
        return found.status === 'finished' ? found : null;
      },
      LONG_MS,
    );
    expect(done).toMatchObject({ total: 15, checked: 15, available: 10, unavailable: 5, errors: 0 });
    for (const { _id } of lines) expectGaps(await answersOf([_id]));
  },
  LONG_MS,
);
