/** `npm run sim -- --seed N --hours H --seconds S`: one seed to replay it, or fresh seeds until the time is up. */
import { runProgram, toNumber } from '../../scripts/program.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { readOptions } from '../../src/lib/command-line.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createTestDatabase } from '../database.ts';
import { startTestServer, type TestServer } from '../database-server.ts';
import { describeRed, describeTotals } from './report.ts';
import { type Simulation, simulate } from './simulate.ts';

const USAGE = `Usage: npm run sim -- [--seed N] [--hours H] [--seconds S] [--campaigns no]

Simulates an office on a virtual clock over the real database and checks every invariant after each step.
  --seed N      replay this seed; with --seconds, this one and those after it (default: a random one)
  --hours H     simulated hours of each run (default: 24)
  --campaigns no  the town runs no campaigns
  --seconds S   start new runs until S seconds have passed (default: one run)`;

interface Plan {
  seed: number | null;
  hours: number;
  seconds: number;
  campaigns: boolean;
}

const clock = systemClock();
const random = systemRandom();

await runProgram(USAGE, async (args) => {
  const given = readOptions(args, ['seed', 'hours', 'seconds', 'campaigns']);
  const plan = {
    seed: toNumber('--seed', given.seed, 'seed'),
    hours: toNumber('--hours', given.hours, 'above zero') ?? 24,
    campaigns: given.campaigns !== 'no',
    seconds: toNumber('--seconds', given.seconds, 'above zero') ?? 0,
  };
  const server = await startTestServer();
  try {
    const runs = await runSeeds(server, plan);
    process.stdout.write(`${describeTotals(runs)}\n`);
    return runs.some((run) => run.violations.length > 0) ? 1 : 0;
  } finally {
    await server.stop();
  }
});

/** From `seed` upwards, or at random, for as long as there is time; one run when no time is given. */
async function runSeeds(
  server: TestServer,
  { seed, hours, seconds, campaigns }: Plan,
): Promise<Simulation[]> {
  const until = clock.now() + seconds * 1000;
  const runs: Simulation[] = [];
  do {
    const next = seed === null ? random.uint32() : seed + runs.length;
    const database = await createTestDatabase(server);
    const run = await simulate({ seed: next, hours, campaigns, databaseUrl: database.url });
    await database.drop();
    runs.push(run);
    process.stdout.write(`${describeTotals([run])}, seed ${next}, digest ${run.digest}\n`);
    if (run.violations.length > 0) process.stdout.write(`${describeRed(run, hours)}\n`);
  } while (clock.now() < until && runs.every((run) => run.violations.length === 0));
  return runs;
}
