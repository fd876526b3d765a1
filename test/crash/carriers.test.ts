/** The crash run by every carrier in small: the agents of relays are killed at each step of their journal as well. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { CARRIERS } from './carrier-people.ts';
import { carrierRows, carrierTableOf } from './carrier-table.ts';
import type { FarCopy } from './carriers.ts';
import { readEvidence, timelineOf } from './evidence.ts';
import { withFarSide } from './far-side.ts';
import { judge, type Violation } from './judge.ts';
import { LABELS } from './orders.ts';
import { type CrashResult, runCrash } from './world.ts';

const SEED = 20_261_125;
/** On a quiet machine a tenth of it. */
const RUN_MS = 1_200_000;

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
    carriers: true,
  });
}, RUN_MS);

afterAll(() => database.drop());

/** What the judge says of the same run, had this arrived. */
async function judged(arrived: readonly FarCopy[]): Promise<Violation[]> {
  return judge(withFarSide(await readEvidence(database.url), arrived), result.claims);
}

describe('by every carrier, with everything killed that can be', () => {
  test('nothing acknowledged is lost, nothing arrives twice, and what nobody knows is said to be unknown', () => {
    const { evidence, violations } = result;
    const told = violations.map(
      ({ rule, sentence, messageId }) =>
        `${rule}: ${sentence}\n${messageId === null ? '' : timelineOf(evidence, messageId)}`,
    );
    expect(told, carrierTableOf(result)).toEqual([]);
  });

  test('the run was what it claims: relays died at each step, and every carrier had something to do', () => {
    for (const label of LABELS.agent) expect(result.deeds.get(`kill ${label}`), label).toBeGreaterThan(0);
    const rows = carrierRows(result);
    expect(rows.map(({ carrier }) => carrier)).toEqual(CARRIERS);
    for (const row of rows) {
      expect(row.messages, row.carrier).toBeGreaterThan(0);
      expect(row.copies, row.carrier).toBeGreaterThan(0);
      expect(row.lost + row.duplicated, row.carrier).toBe(0);
    }
    expect(rows.find(({ carrier }) => carrier === 'smtp')).toMatchObject({ found: 0, absent: 0 });
    // An SMS that stands for a message that could not go by iMessage.
    expect(result.evidence.messages.some(({ fallbackOf }) => fallbackOf !== null)).toBe(true);
  });

  test('its table has a row for each carrier', () => {
    const table = carrierTableOf(result).split('\n');
    expect(table).toHaveLength(1 + CARRIERS.length);
    for (const [index, carrier] of CARRIERS.entries())
      expect(table[index + 1]).toMatch(new RegExp(`^${carrier}( +\\d+){8}$`));
  });
});

describe('the same look at the same carriers notices', () => {
  const linesOf = (carrier: (typeof CARRIERS)[number]) => result.carrierLines?.[carrier];
  /** A copy that arrived by this carrier of a message that is known to have left. */
  const sentBy = (carrier: (typeof CARRIERS)[number]) => {
    const { evidence, arrived } = result;
    const sent = evidence.messages.filter(
      ({ lineId, status }) => lineId === linesOf(carrier) && (status === 'sent' || status === 'delivered'),
    );
    const copy = evidence.copies.find(({ reference }) => sent.some(({ id }) => id === reference));
    const far = arrived.find(({ id }) => id === copy?.id);
    if (copy === undefined || far === undefined) throw new Error(`nothing went by ${carrier}`);
    return { messageId: copy.reference, copy: far };
  };

  test.each(CARRIERS)('a second copy by %s', async (carrier) => {
    const { messageId, copy } = sentBy(carrier);
    const violations = await judged([...result.arrived, { ...copy, id: 'a second one' }]);
    expect(violations).toContainEqual(expect.objectContaining({ rule: 'duplicated', messageId }));
  });

  test.each(CARRIERS)('that what is said to have left by %s never arrived', async (carrier) => {
    const { messageId, copy } = sentBy(carrier);
    const violations = await judged(result.arrived.filter((each) => each !== copy));
    expect(violations).toContainEqual(expect.objectContaining({ rule: 'outcome', messageId }));
  });

  test('what nobody asked for', async () => {
    const [copy] = result.arrived;
    if (copy === undefined) throw new Error('nothing arrived');
    const violations = await judged([...result.arrived, { ...copy, text: 'Who are you?' }]);
    expect(violations).toMatchObject([{ rule: 'strange' }]);
  });
});
