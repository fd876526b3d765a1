/** `npm run fuzz -- --requests N --seed S`: requests of every kind to every call, and what came back. */
import { runProgram, toNumber } from '../../scripts/program.ts';
import { readOptions } from '../../src/lib/command-line.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { SERVER_VARIABLE, startTestServer } from '../database-server.ts';
import { ANSWERED_WITHIN_MS, fuzz, Tally } from './ask.ts';
import { type FuzzOperation, operations } from './requests.ts';
import { type FuzzWorld, openFuzzWorld } from './world.ts';

const USAGE = `Usage: npm run fuzz -- [--requests N] [--seed S] [--only operationId]

Asks every call of openapi.json whatever its schema allows and much that it does not. Every answer must come in time, must
not say that the fault is ours, and must be one that openapi.json declares.
  --requests N   in all, spread evenly over the calls (default: 100000)
  --seed S       begin with the requests of this seed (default: a random one)
  --only ID      only this call`;

/** Calls take turns, so that what one makes the others meet. */
const RUNS_A_TURN = 50;
const AT_ONCE = 4;

await runProgram(USAGE, async (args) => {
  const given = readOptions(args, ['requests', 'seed', 'only']);
  const requests = toNumber('--requests', given.requests, 'above zero') ?? 100_000;
  const seed = toNumber('--seed', given.seed, 'seed') ?? systemRandom().uint32();
  const asked = operations.filter(({ operationId }) => given.only === null || operationId === given.only);
  const server = await startTestServer();
  process.env[SERVER_VARIABLE] = JSON.stringify(server);
  try {
    const world = await openFuzzWorld();
    const since = performance.now();
    const tally = new Tally();
    const failures = await fuzzAll(world, asked, requests, seed, tally);
    await world.app.close();
    process.stdout.write(
      `\n${describe(tally, failures.size, (performance.now() - since) / 1000)}, seed ${seed}\n`,
    );
    return failures.size > 0 ? 1 : 0;
  } finally {
    await server.stop();
  }
});

/** The first failure of each call; one that failed is not asked again. */
async function fuzzAll(
  world: FuzzWorld,
  asked: readonly FuzzOperation[],
  requests: number,
  seed: number,
  tally: Tally,
): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  const runsOfEach = Math.ceil(requests / asked.length);
  for (let done = 0; done < runsOfEach; done += RUNS_A_TURN) {
    const waiting = asked.filter(({ operationId }) => !failures.has(operationId));
    const runs = Math.min(RUNS_A_TURN, runsOfEach - done);
    const work = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const failure = await fuzz(world, next, runs, tally, (seed + done) | 0);
        if (failure === null) continue;
        failures.set(next.operationId, failure);
        process.stdout.write(`\n${next.operationId}: ${failure}\n\n`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    process.stdout.write(`${tally.requests} requests, ${failures.size} calls with a failure\n`);
  }
  return failures;
}

function describe(tally: Tally, failed: number, seconds: number): string {
  const classes = [2, 3, 4, 5].map((hundred) => `${hundred}xx ${tally.ofClass(hundred)}`).join(', ');
  const of = (status: number) => tally.statuses.get(status) ?? 0;
  return [
    `${tally.requests} requests in ${Math.round(seconds)} s (${Math.round(tally.requests / seconds)}/s): ${classes}`,
    `5xx that no documented refusal is: ${tally.faults} (documented: 501 not supported ${of(501)}, 502 a device that cannot be reached ${of(502)})`,
    `hung (${ANSWERED_WITHIN_MS / 1000} s without an answer; a check of availability 60 s): ${tally.hung}; closed on a body that is too large: ${tally.cut}`,
    `slowest: ${Math.round(tally.slowest.ms)} ms, ${tally.slowest.operationId}`,
    `calls with an answer that openapi.json does not declare, or with a fault: ${failed}`,
  ].join('\n');
}
