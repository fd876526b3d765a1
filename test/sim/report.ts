/** What a run has to say for itself: its totals, and when it turned red all that is needed to see why. */
import type { Simulation } from './simulate.ts';

export function describeTotals(runs: readonly Simulation[]): string {
  const sum = (of: (run: Simulation) => number) =>
    Math.round(runs.reduce((total, run) => total + of(run), 0));
  return [
    `${runs.length} seeds`,
    `${sum((run) => run.totals.virtualHours)} virtual hours`,
    `${sum((run) => run.totals.messages)} messages`,
    `${sum((run) => run.totals.copies)} copies`,
    `${sum((run) => run.totals.unknown)} unknown outcomes`,
    `${sum((run) => run.totals.kills)} kills`,
    `${sum((run) => run.totals.steps)} clock steps`,
    `${sum((run) => run.violations.length)} violations`,
  ].join(', ');
}

export function describeRed({ seed, violations, lastEvents }: Simulation, hours: number): string {
  const findings = violations.map(({ invariant, text, at, messageId, lineId }) => {
    const about = [messageId && `message ${messageId}`, lineId && `line ${lineId}`]
      .filter(Boolean)
      .join(', ');
    return `${invariant}: ${text} (${about}) at ${new Date(at).toISOString()}`;
  });
  return [
    `Seed ${seed} broke ${findings.length} times:`,
    ...findings.map((finding) => `  ${finding}`),
    'What led to the first of them:',
    ...lastEvents.map((event) => `  ${event}`),
    `Again: npm run sim -- --seed ${seed} --hours ${hours}`,
  ].join('\n');
}
