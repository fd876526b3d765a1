/** `npm run bench [intake] [claims] [road]`: figures as ratios to the limit of the same machine in the same run. */
import { benchClaims } from './claims.ts';
import { benchIntake } from './intake.ts';
import { benchRoad } from './road.ts';

const asked = new Set(process.argv.slice(2));
const wants = (name: string) => asked.size === 0 || asked.has(name);

if (wants('intake')) {
  console.log('Intake, end to end, against the bare statement');
  const intake = await benchIntake();
  console.log(
    `  = ${intake.ratio.toFixed(2)} of the bare intake statement (${Math.round(intake.perSecond)}/s of ` +
      `${Math.round(intake.limitPerSecond)}/s by ${intake.limitBy}); p50 ${intake.p50Ms} ms, p99 ${intake.p99Ms} ms, failed ${intake.failed}\n`,
  );
}
if (wants('claims')) {
  console.log('Cost of a claim as the backlog grows, 1,000 lines');
  const claims = await benchClaims();
  const costs = claims.map((each) => each.microsecondsPerClaim);
  console.log(`  = within ${(Math.max(...costs) / Math.min(...costs)).toFixed(2)}×\n`);
}
if (wants('road')) {
  console.log('Accepted to handed to a simulated phone, pacing off');
  const road = await benchRoad();
  console.log(
    `  = p50 ${road.p50Ms.toFixed(1)} ms, p99 ${road.p99Ms.toFixed(1)} ms (a commit takes ${road.commitMs.toFixed(2)} ms here); ` +
      `${Math.round(road.messagesPerSecond)} messages/s through the whole road\n`,
  );
}
