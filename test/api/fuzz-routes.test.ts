/** Whatever is asked, by whomever: an answer in time, as declared, and never one that says the fault is ours. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fuzz, Tally } from '../fuzz/ask.ts';
import { operations } from '../fuzz/requests.ts';
import { type FuzzWorld, openFuzzWorld } from '../fuzz/world.ts';

/** `npm run fuzz` asks far more. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 30);

let world: FuzzWorld;

beforeAll(async () => {
  world = await openFuzzWorld();
});
afterAll(() => world.app.close());

describe('no request of whatever kind breaks', () => {
  test.each(operations)('$operationId', async (operation) => {
    expect(await fuzz(world, operation, RUNS, new Tally())).toBeNull();
  });
});
