/** The figures of a run, carrier by carrier. */
import { CARRIERS } from './carrier-people.ts';
import type { CrashResult } from './world.ts';

export interface CarrierRow {
  carrier: string;
  messages: number;
  copies: number;
  /** Became unknown; of those found, absent, left unknown: a message may become unknown with every attempt. */
  unknown: number;
  found: number;
  absent: number;
  leftUnknown: number;
  lost: number;
  duplicated: number;
}

export function carrierRows({ evidence, violations, carrierLines }: CrashResult): CarrierRow[] {
  if (carrierLines === null) return [];
  return CARRIERS.map((carrier) => {
    const messages = evidence.messages.filter(({ lineId }) => lineId === carrierLines[carrier]);
    const ids = new Set(messages.map(({ id }) => id));
    const events = evidence.events.filter(({ messageId }) => ids.has(messageId));
    const broken = (...rules: string[]) =>
      violations.filter(({ rule, messageId }) => rules.includes(rule) && ids.has(messageId ?? '')).length;
    const found = (finding: string) => events.filter(({ data }) => data.reconciled === finding).length;
    return {
      carrier,
      messages: messages.length,
      copies: evidence.copies.filter(({ reference, isUndone }) => ids.has(reference) && !isUndone).length,
      unknown: events.filter(({ type }) => type === 'message.unknown').length,
      found: found('found'),
      absent: found('absent'),
      leftUnknown: messages.filter(({ reason }) => reason === 'outcome_unknown').length,
      lost: broken('outcome', 'unsettled'),
      duplicated: broken('duplicated', 'two_sms'),
    };
  });
}

const HEADINGS = ['messages', 'copies', 'unknown', 'found', 'absent', 'left unknown', 'lost', 'duplicated'];

export function carrierTableOf(result: CrashResult): string {
  const rows = carrierRows(result).map(({ carrier, ...counts }) => [carrier, ...Object.values(counts)]);
  const lines = [['', ...HEADINGS], ...rows].map(([name, ...cells]) =>
    [String(name).padEnd(24), ...cells.map((cell, at) => String(cell).padStart(widthOf(at)))].join('  '),
  );
  return rows.length === 0 ? '' : lines.join('\n');
}

function widthOf(column: number): number {
  return HEADINGS[column]?.length ?? 0;
}
