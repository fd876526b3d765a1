/** `npm run sim -- --seed N --hours H --seconds S`: one seed to replay it, or fresh seeds until the time is up. */
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createTestDatabase } from '../database.ts';
import { startTestServer, type TestServer } from '../database-server.ts';
import { describeRed, describeTotals } from './report.ts';
import { type Simulation, simulate } from './simulate.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, hours: { type: 'string' }, seconds: { type: 'string' } },
});
const hours = Number(values.hours ?? 24);
const seconds = values.seconds === undefined ? null : Number(values.seconds);
const seed = values.seed === undefined ? null : Number(values.seed);
const clock = systemClock();
const random = systemRandom();

const server = await startTestServer();
try {
  const runs = await runSeeds(server);
  process.stdout.write(`${describeTotals(runs)}\n`);
  process.exitCode = runs.some((run) => run.violations.length > 0) ? 1 : 0;
} finally {
  await server.stop();
}

/** From `seed` upwards, or at random, for as long as there is time; one run when no time is given. */
async function runSeeds(testServer: TestServer): Promise<Simulation[]> {
  const until = clock.now() + (seconds ?? 0) * 1000;
  const runs: Simulation[] = [];
  do {
    const next = seed === null ? random.uint32() : seed + runs.length;
    const database = await createTestDatabase(testServer);
    const run = await simulate({ seed: next, hours, databaseUrl: database.url });
    await database.drop();
    runs.push(run);
    process.stdout.write(`${describeTotals([run])}, seed ${next}, digest ${run.digest}\n`);
    if (run.violations.length > 0) process.stdout.write(`${describeRed(run, hours)}\n`);
  } while (clock.now() < until && runs.every((run) => run.violations.length === 0));
  return runs;
}
