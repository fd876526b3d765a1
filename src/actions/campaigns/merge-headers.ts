/** Headers of HTTP conditions when steps are written anew: given again, kept, or not carried to somebody else. */
import type { GivenHeaders } from '../../contract/campaigns/campaign-steps.ts';
import type { Condition, Step } from '../../domain/campaign/campaign.ts';
import { conditionsIn, type Fault } from '../../domain/campaign/check-steps.ts';
import { faultOf } from '../../domain/campaign/fill-question.ts';
import type { ConditionHeaders } from './condition-headers.ts';

/**
 * What the conditions of new steps send: what is given with them; else what the condition of the same id has sent so far,
 * as long as it goes to the same server. Elsewhere they would be given away to whoever changed the address.
 */
export function mergeHeaders(
  steps: readonly Step[],
  given: GivenHeaders,
  before: KnownHeaders,
): { headers: ConditionHeaders; faults: Fault[] } {
  const merged: [string, Readonly<Record<string, string>>][] = [];
  const faults: Fault[] = [];
  for (const { condition, param } of conditionsIn(steps)) {
    if (condition.type !== 'http') continue;
    const headers = given.get(condition.id) ?? headersToKeep(condition, before);
    if (headers !== null) {
      merged.push([condition.id, headers]);
      const fault = faultOf(condition, headers['content-type'] ?? null);
      if (fault !== null) faults.push({ param, error: fault });
    } else
      faults.push({
        param: `${param}.headers`,
        error: 'must be given again, or as {}: those it has belong to another server',
      });
  }
  // Ordered by place and without blanks, so that the same headers are the same text.
  const headers = Object.fromEntries(merged.filter(([, each]) => Object.keys(each).length > 0));
  return { headers, faults };
}

export interface KnownHeaders {
  steps: readonly Step[];
  headers: ConditionHeaders;
}

/** null: it has some, and they belong to another server. */
export function headersToKeep(
  condition: Condition,
  { steps, headers }: KnownHeaders,
): Readonly<Record<string, string>> | null {
  const kept = headersOf(headers, condition.id);
  const before = conditionsIn(steps).find((each) => each.condition.id === condition.id)?.condition;
  if (before !== undefined && serverOf(before) === serverOf(condition)) return kept;
  return Object.keys(kept).length === 0 ? kept : null;
}

export function headersOf(headers: ConditionHeaders, conditionId: string): Readonly<Record<string, string>> {
  return Object.hasOwn(headers, conditionId) ? (headers[conditionId] ?? {}) : {};
}

function serverOf(condition: Condition): string | null {
  return condition.type === 'http' ? (URL.parse(condition.url)?.origin ?? null) : null;
}
