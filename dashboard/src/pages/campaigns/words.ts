/** Conditions, waits and ways in words people read; the words themselves are those of the API. */
import type { Campaign, Condition, Wait } from '@trunkline/sdk';
import { formatNumber } from '../../lib/format.ts';
import type { ConditionDraft } from './builder/draft.ts';

export type Operator = Extract<Condition, { type: 'field' }>['operator'];
export type ConditionType = Condition['type'];

export const UNIT_WORDS: Readonly<Record<Wait['unit'], string>> = {
  s: 'seconds',
  min: 'minutes',
  h: 'hours',
  d: 'days',
};

export const TYPE_WORDS: Readonly<Record<ConditionType, string>> = {
  replied: 'replied',
  replied_with: 'replied with a keyword',
  no_reply_for: 'no reply for a time',
  tag: 'has a tag, or has it not',
  field: 'a field compares so',
  contacted_before: 'was contacted before',
  dnc: 'opted out',
  http: 'a server answers so (HTTP)',
};

export const OPERATOR_WORDS: Readonly<Record<Operator, string>> = {
  eq: 'is',
  neq: 'is not',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  gt: 'is greater than',
  gte: 'is at least',
  lt: 'is less than',
  lte: 'is at most',
  gt_date: 'is after',
  lt_date: 'is before',
  exists: 'has a value',
  not_exists: 'has no value',
};

export function takesValue(operator: Operator): boolean {
  return operator !== 'exists' && operator !== 'not_exists';
}

/** "2 days", "at once". */
export function waitWords({ value, unit }: Wait): string {
  if (value === 0) return 'at once';
  const word = UNIT_WORDS[unit];
  return `${formatNumber(value)} ${value === 1 ? word.slice(0, -1) : word}`;
}

/** What has to be so, as the end of a sentence that begins with "if the lead". */
export function conditionWords(condition: ConditionDraft): string {
  switch (condition.type) {
    case 'replied':
      return 'replied';
    case 'replied_with':
      return `replied with ${condition.keywords.filter(Boolean).join(', ') || '…'}`;
    case 'no_reply_for':
      return `did not reply for ${waitWords(condition.wait)}`;
    case 'tag':
      return `${condition.is === 'present' ? 'has' : 'has not'} the tag ${condition.tag || '…'}`;
    case 'field':
      return `has ${condition.field || '…'} that ${comparisonWords(condition)}`;
    case 'contacted_before':
      return condition.scope === 'campaign'
        ? 'was contacted by this campaign before'
        : 'was contacted by any campaign before';
    case 'dnc':
      return 'opted out';
    case 'http':
      return `gets an answer of ${hostOf(condition.url)} that ${comparisonWords(condition)}`;
  }
}

function comparisonWords({ operator, value }: { operator: Operator; value: string | number | null }): string {
  const words = OPERATOR_WORDS[operator];
  return takesValue(operator) ? `${words} ${value === null || value === '' ? '…' : value}` : words;
}

function hostOf(url: string): string {
  return /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? '…';
}

const REASON_WORDS: Readonly<Record<string, string>> = {
  replied: 'replied',
  condition: 'a stop condition held',
  dnc: 'opted out',
  lead_deleted: 'the lead was deleted',
  cancelled: 'taken out by somebody',
  campaign_completed: 'the campaign was completed',
  campaign_archived: 'the campaign was archived',
  no_address: 'no address for this kind of message',
  http_condition: 'a server does not answer its condition',
  trouble: 'its step could not be made',
  waiting: 'waits until after the end',
  daily_cap: 'a cap of the line',
};

/** A reason by the API's word where there is no better one. */
export function reasonWords(reason: string): string {
  return REASON_WORDS[reason] ?? reason.replaceAll('_', ' ');
}

export type Progress = Campaign['progress'];

/** "12 of 40 are through": leads that have come to their end, of all that entered. */
export function progressWords(progress: Progress): string {
  const { total, finished, stopped, failed } = progress;
  if (total === 0) return 'nobody has entered';
  return `${formatNumber(finished + stopped + failed)} of ${formatNumber(total)} are through`;
}

export function shareThrough({ total, finished, stopped, failed }: Progress): number {
  return total === 0 ? 0 : (finished + stopped + failed) / total;
}
