/** The crash run in small: every label is killed at, and afterwards nothing is missing and nothing has happened twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { withClient } from '../database-server.ts';
import { readEvidence, timelineOf } from './evidence.ts';
import { judge } from './judge.ts';
import { ALL_LABELS } from './orders.ts';
import { tableOf } from './table.ts';
import { type CrashResult, runCrash } from './world.ts';

const SEED = 20_261_123;
/** On a quiet machine a tenth of it. */
const RUN_MS = 900_000;

let database: TestDatabase;
let result: CrashResult;

beforeAll(async () => {
  database = await createTestDatabase();
  result = await runCrash({
    databaseUrl: database.url,
    seed: SEED,
    seconds: 6,
    killsPerLabel: 1,
    pausesPerLabel: 0,
  });
}, RUN_MS);

afterAll(() => database.drop());

function count(kind: string): number {
  return [...result.deeds].filter(([name]) => name.startsWith(kind)).reduce((sum, [, each]) => sum + each, 0);
}

describe('with processes killed at every step, at any moment, and made to stand still beyond their leases', () => {
  test('nothing acknowledged is lost, nothing arrives twice, and everything comes to a true end', () => {
    const { evidence, violations } = result;
    const told = violations.map(
      ({ rule, sentence, messageId }) =>
        `${rule}: ${sentence}\n${messageId === null ? '' : timelineOf(evidence, messageId)}`,
    );
    expect(told, tableOf(result)).toEqual([]);
  });

  test('the run was what it claims: each label was killed at, outcomes became unknown and were cleared up', () => {
    for (const label of ALL_LABELS) expect(result.deeds.get(`kill ${label}`), label).toBeGreaterThan(0);
    expect(count('kill at random')).toBeGreaterThan(0);
    expect(count('pause')).toBeGreaterThan(0);
    expect(count('connection cut')).toBeGreaterThan(0);
    // How many there were is the machine's doing. Every kill and every finding above and below happened to one of them.
    expect(result.acknowledged).toBeGreaterThan(0);
    expect(result.evidence.copies.length).toBeGreaterThan(0);
    const found = result.evidence.events.map(({ data }) => data.reconciled);
    expect(found).toContain('found');
    expect(found).toContain('absent');
  });

  test('its table shows what was done and what came of it', () => {
    const table = tableOf(result);
    for (const row of ['kills in all', 'acknowledged', 'lost', 'duplicated', 'left unknown', 'seed']) {
      expect(table).toMatch(new RegExp(`^${row} +[\\d.]+$`, 'm'));
    }
  });
});

test('the same look at the same database finds a copy too many and a message too few', async () => {
  const arrived = result.evidence.copies.at(-1)?.reference ?? '';
  const [missing = ''] =
    result.claims.asked.find(({ acknowledged }) => acknowledged.length > 0)?.acknowledged ?? [];
  await withClient(database.url, async (client) => {
    await client.query(
      `INSERT INTO sandbox_copies (workspace_id, id, address, line_id, reference, attempt, message_type, message, received_at)
       SELECT workspace_id, 'doctored', address, line_id, reference, attempt, message_type, message, received_at
       FROM sandbox_copies WHERE reference = $1`,
      [arrived],
    );
    await client.query('DELETE FROM messages WHERE id = $1', [missing]);
  });
  const violations = judge(await readEvidence(database.url), result.claims);
  const found = (rule: string) => violations.filter((violation) => violation.rule === rule);
  expect(found('duplicated')).toMatchObject([{ messageId: arrived }]);
  expect(found('lost')).toMatchObject([{ messageId: missing }]);
});
