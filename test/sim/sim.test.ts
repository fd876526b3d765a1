/** The app under every weather: fixed seeds, each kept for what it once brought to light or shows, and fresh ones. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createTestDatabase } from '../database.ts';
import { openDisorder } from './disorder.ts';
import { describeRed } from './report.ts';
import { type Simulation, simulate } from './simulate.ts';

const HOURS = 1;
const SEEDS = [1, 2, 3, 101];
/** One run is ten thousands of statements, one after the other: on a busy machine each of them waits for its turn. */
const LONGEST_MS = 1_800_000;
/** Of real time; what a fresh seed takes beyond it is not cut off. */
const FRESH_SEEDS_MS = 5_000;

async function run(seed: number): Promise<Simulation> {
  const database = await createTestDatabase();
  try {
    return await simulate({ seed, hours: HOURS, databaseUrl: database.url });
  } finally {
    await database.drop();
  }
}

/** Over rows that lie otherwise, by other plans, on a server that has more to do. */
async function runInDisorder(seed: number): Promise<Simulation> {
  const [database, neighbour] = [await createTestDatabase(), await createTestDatabase()];
  const disorder = await openDisorder(database, neighbour);
  try {
    const { databaseUrl, disturb } = disorder;
    return await simulate({ seed, hours: HOURS, databaseUrl, disturb });
  } finally {
    await disorder.end();
    await Promise.all([database.drop(), neighbour.drop()]);
  }
}

function expectGreen(simulation: Simulation): void {
  if (simulation.violations.length > 0) throw new Error(describeRed(simulation, HOURS));
  expect(simulation.totals.copies).toBeGreaterThan(0);
}

test.each(SEEDS)('every guarantee holds through seed %i', { timeout: LONGEST_MS }, async (seed) => {
  expectGreen(await run(seed));
});

test('every guarantee holds through fresh seeds', { timeout: LONGEST_MS }, async () => {
  const clock = systemClock();
  const random = systemRandom();
  const until = clock.now() + FRESH_SEEDS_MS;
  do expectGreen(await run(random.uint32()));
  while (clock.now() < until);
});

test('the same seed is the same run, to the last event', { timeout: LONGEST_MS }, async () => {
  const [one, other] = [await run(7), await runInDisorder(7)];
  expectGreen(one);
  expectGreen(other);
  expect(other.digest).toBe(one.digest);
  expect(other.totals).toEqual(one.totals);
});
