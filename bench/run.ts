/** `npm run bench [intake] [claims] [road] [analytics] [campaigns] [simulation]`: figures as ratios to the limit of the same machine in the same run. */
import { runProgram } from '../scripts/program.ts';
import { UsageError } from '../src/lib/command-line.ts';
import { benchAnalytics } from './analytics.ts';
import { benchCampaigns } from './campaigns.ts';
import { benchClaims } from './claims.ts';
import { benchIntake } from './intake.ts';
import { benchRoad } from './road.ts';
import { benchSimulation } from './simulation.ts';

const USAGE = `Usage: npm run bench -- [intake] [claims] [road] [analytics] [campaigns] [simulation]

Measures those, or all of them. What the figures mean: bench/README.md.
  intake   POST /api/messages end to end against the bare intake statement (needs pgbench)
  claims   cost of a claim with 10 thousand, 100 thousand and a million messages waiting
  road     from acceptance to the copy on a simulated phone
  analytics  figures of a million messages, or of \`analytics=10000000\`, against a full count
  campaigns  launching a campaign for 100 thousand leads
  simulation  100 thousand messages on virtual time, over 8, 50 and 200 lines, or \`simulation=N\` messages`;
const BENCHES = {
  intake: tellIntake,
  claims: tellClaims,
  road: tellRoad,
  analytics: tellAnalytics,
  campaigns: tellCampaigns,
  simulation: tellSimulation,
};

await runProgram(USAGE, async (args) => {
  const asked = new Map(args.map(split));
  const unknown = [...asked.keys()].find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) throw new UsageError(`There is no benchmark "${unknown}".`);
  for (const [name, tell] of Object.entries(BENCHES)) {
    if (asked.size === 0 || asked.has(name)) await tell(asked.get(name));
  }
  return 0;
});

/** `name` or `name=size`. */
function split(arg: string): [string, string | undefined] {
  const [name = '', size] = arg.split('=', 2);
  return [name, size];
}

async function tellIntake(): Promise<void> {
  console.log('Intake, end to end, against the bare statement');
  const intake = await benchIntake();
  console.log(
    `  = ${intake.ratio.toFixed(2)} of the bare intake statement (${Math.round(intake.perSecond)}/s of ` +
      `${Math.round(intake.limitPerSecond)}/s by ${intake.limitBy}); p50 ${intake.p50Ms} ms, p99 ${intake.p99Ms} ms, failed ${intake.failed}\n`,
  );
}

async function tellClaims(): Promise<void> {
  console.log('Cost of a claim as the backlog grows, 1,000 lines');
  const claims = await benchClaims();
  const costs = claims.map((each) => each.microsecondsPerClaim);
  console.log(`  = within ${(Math.max(...costs) / Math.min(...costs)).toFixed(2)}×\n`);
}

async function tellRoad(): Promise<void> {
  console.log('Accepted to handed to a simulated phone, pacing off');
  const road = await benchRoad();
  console.log(
    `  = p50 ${road.p50Ms.toFixed(1)} ms, p99 ${road.p99Ms.toFixed(1)} ms (a commit takes ${road.commitMs.toFixed(2)} ms here); ` +
      `${Math.round(road.messagesPerSecond)} messages/s through the whole road\n`,
  );
}

async function tellAnalytics(size = '1000000'): Promise<void> {
  const messages = Number(size);
  if (!Number.isSafeInteger(messages) || messages < 1_000)
    throw new UsageError('analytics=N takes a number of messages, 1000 or more.');
  console.log(`Figures of a workspace with ${messages} messages, against a full count`);
  const figures = await benchAnalytics(messages);
  const [all] = figures;
  if (all !== undefined)
    console.log(`  = everything in 1/${Math.round(all.fullMs / all.foldedMs)} of the time\n`);
}

async function tellCampaigns(): Promise<void> {
  console.log('Launch of a campaign for 100,000 leads over 8 lines: entered, and every first message made');
  const launch = await benchCampaigns();
  console.log(
    `  = ${launch.seconds.toFixed(1)} s, ${Math.round(launch.leads / launch.seconds)} leads/s in ${launch.looks} looks (p50 ` +
      `${Math.round(launch.lookP50Ms)} ms, p99 ${Math.round(launch.lookP99Ms)} ms); memory grew by ${Math.round(launch.grewByMb)} MB at most`,
  );
  console.log(
    `  = paused: all held after ${launch.heldInSeconds.toFixed(1)} s (${launch.passes} passes); resumed: back after ${launch.backInSeconds.toFixed(1)} s\n`,
  );
}

async function tellSimulation(size = '100000'): Promise<void> {
  const messages = Number(size);
  if (!Number.isSafeInteger(messages) || messages < 300)
    throw new UsageError('simulation=N takes a number of messages, 300 or more.');
  console.log(`A campaign of three steps, ${messages} messages, on virtual time`);
  await benchSimulation([8, 50, 200], messages);
  console.log();
}
