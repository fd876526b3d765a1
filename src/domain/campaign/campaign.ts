/**
 * What a campaign is: steps, each with a wait, ways out of the sequence, and ways on. Shapes only, as they are stored;
 * what they mean is decided by the other files of this folder (contract 3.5 and 7).
 */
import type { SendWindow } from '../window.ts';

/** Units of waits, as they are written (contract 2.8). */
export const WAIT_UNITS = ['s', 'min', 'h', 'd'] as const;
export type WaitUnit = (typeof WAIT_UNITS)[number];

/** `value` is a whole number, 0 or more. */
export interface Wait {
  value: number;
  unit: WaitUnit;
}

/** Documented operators of fields (contract 7). The last two take no value. */
export const OPERATORS = [
  'eq',
  'neq',
  'contains',
  'not_contains',
  'starts_with',
  'gt',
  'gte',
  'lt',
  'lte',
  'gt_date',
  'lt_date',
  'exists',
  'not_exists',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** A question about a lead. `replied*` and `no_reply_for` look at what was written since the last step was sent or, where the
 * lead stops, since it entered. */
export type Condition = { id: string } & (
  | { type: 'replied' }
  /** Any of the words, in any case, as a whole word. */
  | { type: 'replied_with'; keywords: readonly string[] }
  /** Only on ways on: nobody wrote for this long after the step was sent. */
  | { type: 'no_reply_for'; wait: Wait }
  | { type: 'tag'; tag: string; is: 'present' | 'absent' }
  /** A field of the lead by its API name, or `customFields.<name>`. */
  | { type: 'field'; field: string; operator: Operator; value: string | number | null }
  /** Somebody wrote to the lead before it entered: this campaign in an earlier entry, or any campaign. */
  | { type: 'contacted_before'; scope: 'campaign' | 'any_campaign' }
  | { type: 'dnc' }
  | HttpCondition
);

/** The answer's JSON is read at `path` (`items[0].id`; empty: all of it) and compared. Headers are kept encrypted, apart. */
export interface HttpCondition {
  type: 'http';
  url: string;
  method: 'GET' | 'POST';
  /** Placeholders of the lead are filled in; null: none. */
  body: string | null;
  path: string;
  operator: Operator;
  value: string | number | null;
}

/** Ends the sequence where a way leads to it. */
export const END = 'end';

/** A way on: the first whose condition holds when it is asked leads to step `to`, or to END. */
export interface Branch {
  condition: Condition;
  to: string;
}

/** One step. `key` is its name for good: it tells which steps a lead had, whatever is edited later. */
export interface Step {
  key: string;
  /** With placeholders (D26). */
  message: string;
  subject: string | null;
  /** What the fallback SMS says; null: the same text. */
  smsMessage: string | null;
  attachments: readonly { url: string; name: string | null }[];
  /** Counted from when the step before was really sent; for the first, from when the lead entered. */
  wait: Wait;
  /** Who has replied since entering skips it. */
  onlyNonResponders: boolean;
  /** The lead leaves the sequence when one holds just before this step is sent. Empty on the first step. */
  stopConditions: readonly Condition[];
  branches: readonly Branch[];
  /** Where the lead goes when no branch holds: a key, END, or null for the step that follows. */
  next: string | null;
}

/** When steps may be sent; `timezone` 'lead' is the lead's own, else `fallbackTimezone`. */
export interface Schedule {
  timezone: string | 'lead';
  /** For leads that name no zone of their own (`customFields.timezone`). */
  fallbackTimezone: string | null;
  start: SendWindow['start'];
  end: SendWindow['end'];
  days: SendWindow['days'];
}

const UNIT_MS: Readonly<Record<WaitUnit, number>> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

export function waitMs({ value, unit }: Wait): number {
  return value * UNIT_MS[unit];
}

/** Stop conditions of a step before its branches, step by step. */
export function conditionsOf(steps: readonly Step[]): Condition[] {
  return steps.flatMap(({ stopConditions, branches }) => [
    ...stopConditions,
    ...branches.map(({ condition }) => condition),
  ]);
}
