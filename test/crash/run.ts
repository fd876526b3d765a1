/**
 * `npm run crash -- --seconds 60 --seed 7`: kills API and dispatcher processes for a while, then proves that nothing was
 * lost and nothing was sent twice. Prints the figures; a violation ends it with 1 and shows the message's timeline.
 */
import { randomInt } from 'node:crypto';
import { runProgram, toNumber } from '../../scripts/program.ts';
import { readOptions } from '../../src/lib/command-line.ts';
import { createTestDatabase } from '../database.ts';
import { startTestServer } from '../database-server.ts';
import { carrierTableOf } from './carrier-table.ts';
import { timelineOf } from './evidence.ts';
import { tableOf } from './table.ts';
import { type CrashResult, runCrash } from './world.ts';

const USAGE = `Usage: npm run crash -- [--seconds S] [--seed N] [--carriers]

Kills, pauses and cuts off API and dispatcher processes, then counts what was lost and what was sent twice.
  --seconds S   how long (default: 60)
  --seed N      repeat the choices of an earlier run (default: a random one)
  --carriers    also by BlueBubbles, Twilio, SMTP and relays, whose agents are killed too`;
const CARRIERS = '--carriers';
const SHOWN_VIOLATIONS = 10;
/** Of each label: so many kills in a run of a minute, fewer in a shorter one. */
const KILLS_PER_LABEL_AND_MINUTE = 3;

await runProgram(USAGE, async (args) => {
  const given = readOptions(
    args.filter((arg) => arg !== CARRIERS),
    ['seconds', 'seed'],
  );
  const seconds = toNumber('--seconds', given.seconds, 'above zero') ?? 60;
  const seed = toNumber('--seed', given.seed, 'seed') ?? randomInt(2 ** 31);
  const server = await startTestServer();
  try {
    const database = await createTestDatabase(server);
    const killsPerLabel = Math.max(1, Math.floor((seconds / 60) * KILLS_PER_LABEL_AND_MINUTE));
    const result = await runCrash({
      databaseUrl: database.url,
      seed,
      seconds,
      killsPerLabel,
      pausesPerLabel: 1,
      carriers: args.includes(CARRIERS),
    });
    return report(result, seed);
  } finally {
    await server.stop();
  }
});

function report(result: CrashResult, seed: number): number {
  process.stdout.write(`${tableOf(result)}\n`);
  if (result.carrierLines !== null) process.stdout.write(`\n${carrierTableOf(result)}\n`);
  // Of each rule the first one first.
  const first = [...Map.groupBy(result.violations, ({ rule }) => rule).values()].flatMap((some) =>
    some.slice(0, 2),
  );
  for (const violation of first.slice(0, SHOWN_VIOLATIONS)) tell(result, violation);
  if (result.violations.length === 0) return 0;
  process.stdout.write(`\nRun it again with --seed ${seed}; processes race, so it may end differently.\n`);
  return 1;
}

function tell(
  { evidence }: CrashResult,
  { rule, sentence, messageId }: CrashResult['violations'][number],
): void {
  process.stdout.write(`\n${rule}: ${sentence}\n`);
  if (messageId !== null) process.stdout.write(`${timelineOf(evidence, messageId)}\n`);
}
