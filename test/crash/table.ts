/** The figures of a run as one table. */
import type { Evidence } from './evidence.ts';
import type { Rule } from './judge.ts';
import type { CrashResult } from './world.ts';

const ENDS = ['finished', 'stopped', 'failed'] as const;

export function tableOf(result: CrashResult): string {
  const { evidence, violations, deeds } = result;
  const broken = (...rules: Rule[]) => violations.filter(({ rule }) => rules.includes(rule)).length;
  const rows: [string, string | number][] = [
    ...[...deeds].filter(([, count]) => count > 0),
    ['kills in all', sum(deeds, 'kill')],
    ['pauses in all', sum(deeds, 'pause')],
    ['requests', result.claims.asked.length],
    ['without an answer', result.unanswered],
    ...[...result.claims.refusals].map(([status, count]): [string, number] => [`answered ${status}`, count]),
    ['acknowledged', result.acknowledged],
    ['lost', broken('lost')],
    ['duplicated', broken('duplicated', 'two_sms', 'made_twice')],
    ['messages', evidence.messages.length],
    ['copies', evidence.copies.length],
    ['ways through campaigns', evidence.entries.length],
    ...ENDS.map((end): [string, number] => [
      `  ${end}`,
      evidence.entries.filter(({ status }) => status === end).length,
    ]),
    ['steps', evidence.messages.filter(({ stepKey }) => stepKey !== null).length],
    ['lost on the way', broken('lost_on_the_way')],
    ['steps twice, or missing', broken('steps_once')],
    ['after their stop', broken('after_its_stop')],
    ['became unknown', countEvents(evidence, 'message.unknown')],
    ['reconciled: found', countFindings(evidence, 'found')],
    ['reconciled: absent', countFindings(evidence, 'absent')],
    ['left unknown', evidence.messages.filter(({ reason }) => reason === 'outcome_unknown').length],
    ['violations', violations.length],
    ['seconds', result.seconds.toFixed(1)],
    ['seed', result.seed],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${String(value).padStart(8)}`).join('\n');
}

function sum(deeds: CrashResult['deeds'], act: string): number {
  return [...deeds].filter(([kind]) => kind.startsWith(act)).reduce((total, [, count]) => total + count, 0);
}

function countEvents(evidence: Evidence, type: string): number {
  return evidence.events.filter((event) => event.type === type).length;
}

function countFindings(evidence: Evidence, finding: string): number {
  return evidence.events.filter(({ data }) => data.reconciled === finding).length;
}
