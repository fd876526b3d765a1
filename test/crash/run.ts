/**
 * `npm run crash -- --seconds 60 --seed 7`: kills API and dispatcher processes for a while, then proves that nothing was
 * lost and nothing was sent twice. Prints the figures; a violation ends it with 1 and shows the message's timeline.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createTestDatabase } from '../database.ts';
import { startTestServer } from '../database-server.ts';
import { timelineOf } from './evidence.ts';
import { tableOf } from './table.ts';
import { type CrashResult, runCrash } from './world.ts';

const SHOWN_VIOLATIONS = 10;
/** Of each label: so many kills in a run of a minute, fewer in a shorter one. */
const KILLS_PER_LABEL_AND_MINUTE = 3;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!(seconds > 0) || !Number.isInteger(seed)) {
  process.stderr.write('Usage: npm run crash -- [--seconds 60] [--seed 7]\n');
  process.exit(1);
}
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
  });
  process.stdout.write(`${tableOf(result)}\n`);
  for (const violation of result.violations.slice(0, SHOWN_VIOLATIONS)) tell(result, violation);
  if (result.violations.length > 0) {
    process.stdout.write(`\nRun it again with --seed ${seed}; processes race, so it may end differently.\n`);
    process.exitCode = 1;
  }
} finally {
  await server.stop();
}

function tell(
  { evidence }: CrashResult,
  { rule, sentence, messageId }: CrashResult['violations'][number],
): void {
  process.stdout.write(`\n${rule}: ${sentence}\n`);
  if (messageId !== null) process.stdout.write(`${timelineOf(evidence, messageId)}\n`);
}
