/** Does a condition hold for a lead (contract 7)? Facts in, yes or no out; the table of it is in docs/campaigns.md. */
import { type Condition, type HttpCondition, type Operator, waitMs } from './campaign.ts';

/** Fields of a lead that a `field` condition may name, beside `customFields.<name>`. */
export const CONDITION_FIELDS = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'altPhone1',
  'altPhone2',
  'altPhone3',
  'altEmail1',
  'altEmail2',
  'altEmail3',
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'notes',
  'source',
  'externalId',
  'contactOwnerEmail',
  'availabilityStatus',
  'hsContactId',
  'hsPortalId',
  'ghlContactId',
  'ghlLocationId',
  'createdAt',
  'updatedAt',
] as const;
export type ConditionField = (typeof CONDITION_FIELDS)[number];

/** What follows names a field of `customFields`, to the letter, dots included. */
export const CUSTOM_FIELD = 'customFields.';

/** What each operator compares. Fields and values that are no such thing never compare: gt, lt and the like are false then. */
export const OPERATOR_COMPARES: Readonly<
  Record<Operator, 'anything' | 'text' | 'number' | 'date' | 'nothing'>
> = {
  eq: 'anything',
  neq: 'anything',
  contains: 'text',
  not_contains: 'text',
  starts_with: 'text',
  gt: 'number',
  gte: 'number',
  lt: 'number',
  lte: 'number',
  gt_date: 'date',
  lt_date: 'date',
  exists: 'nothing',
  not_exists: 'nothing',
};

/** A lead as conditions see it: the fields by their API names, instants in ms UTC. */
export type LeadFacts = Readonly<Record<ConditionField, string | number | null>> & {
  tags: readonly string[];
  customFields: Readonly<Record<string, unknown>>;
  /** It opted out, or opt-outs left no address that the campaign could write to. */
  isDnc: boolean;
};

/** One message of the lead; `at` in ms UTC. */
export interface Reply {
  at: number;
  text: string;
}

/** What was asked outside. `retryAt`: not asked again before. */
export type HttpAnswer = { holds: boolean } | { failed: string; retryAt: number };

export interface ConditionFacts {
  now: number;
  lead: LeadFacts;
  /** Replies before it don't count, and `no_reply_for` is counted from it. */
  since: number;
  /** Oldest first. */
  replies: readonly Reply[];
  contactedBefore: { campaign: boolean; anyCampaign: boolean };
  /** By id of the condition. */
  http: ReadonlyMap<string, HttpAnswer>;
}

/** null: an HTTP condition that was not answered, or not well. */
export function holds(condition: Condition, facts: ConditionFacts): boolean | null {
  const { lead } = facts;
  switch (condition.type) {
    case 'replied':
      return repliesSince(facts).length > 0;
    case 'replied_with':
      return repliesSince(facts).some(({ text }) => says(text, condition.keywords));
    case 'no_reply_for': {
      const until = facts.since + waitMs(condition.wait);
      // What was written later came too late, however late it is asked.
      return facts.now >= until && !repliesSince(facts).some(({ at }) => at <= until);
    }
    case 'tag':
      return hasTag(lead.tags, condition.tag) === (condition.is === 'present');
    case 'field':
      return compare(fieldOf(lead, condition.field), condition.operator, condition.value);
    case 'contacted_before':
      return condition.scope === 'campaign'
        ? facts.contactedBefore.campaign
        : facts.contactedBefore.anyCampaign;
    case 'dnc':
      return lead.isDnc;
    case 'http': {
      const answer = facts.http.get(condition.id);
      return answer !== undefined && 'holds' in answer ? answer.holds : null;
    }
  }
}

export function repliesSince({ replies, since }: Pick<ConditionFacts, 'replies' | 'since'>): Reply[] {
  return replies.filter(({ at }) => at >= since);
}

/**
 * One of the keywords stands in the text as a word, or as words in a row. Case and everything between words is ignored:
 * `not interested` is in "NOT  interested!", `in` is not. A keyword without letters or digits may stand anywhere.
 */
export function says(text: string, keywords: readonly string[]): boolean {
  const words = wordsOf(text);
  return keywords.some((keyword) => {
    const wanted = wordsOf(keyword);
    if (wanted.trim() !== '') return words.includes(wanted);
    const sign = fold(keyword);
    return sign !== '' && fold(text).includes(sign);
  });
}

/** Of a lead, by its API name or as `customFields.<name>`; undefined where it has no such field. */
export function fieldOf(lead: LeadFacts, name: string): unknown {
  if (name.startsWith(CUSTOM_FIELD)) {
    const own = name.slice(CUSTOM_FIELD.length);
    return Object.hasOwn(lead.customFields, own) ? lead.customFields[own] : undefined;
  }
  return (CONDITION_FIELDS as readonly string[]).includes(name) ? lead[name as ConditionField] : undefined;
}

/**
 * `actual` may be anything JSON can say. What is absent, null, blank or an empty list does not exist: it equals nothing, so
 * that `neq` and `not_contains` hold, and nothing else does but `not_exists`. Two numbers, or texts that read as numbers, are
 * equal as numbers; all else as text, ignoring case and blanks around it. A list contains what equals one of its items.
 */
export function compare(actual: unknown, operator: Operator, value: string | number | null): boolean {
  const there = exists(actual);
  switch (operator) {
    case 'exists':
      return there;
    case 'not_exists':
      return !there;
    case 'eq':
      return there && isEqual(actual, value);
    case 'neq':
      return !(there && isEqual(actual, value));
    case 'contains':
      return there && contains(actual, value);
    case 'not_contains':
      return !(there && contains(actual, value));
    case 'starts_with':
      return there && textOf(actual)?.startsWith(textOf(value) ?? NOTHING_STARTS_SO) === true;
    case 'gt':
      return inOrder(numberOf(value), numberOf(actual));
    case 'gte':
      return inOrder(numberOf(value), numberOf(actual), true);
    case 'lt':
      return inOrder(numberOf(actual), numberOf(value));
    case 'lte':
      return inOrder(numberOf(actual), numberOf(value), true);
    case 'gt_date':
      return inOrder(dateOf(value), dateOf(actual));
    case 'lt_date':
      return inOrder(dateOf(actual), dateOf(value));
  }
}

/** The answer of an HTTP condition's server, once it is JSON. */
export function holdsOfAnswer(condition: Omit<HttpCondition, 'type'>, answer: unknown): boolean {
  return compare(atPath(answer, condition.path), condition.operator, condition.value);
}

/**
 * What stands at `items[0].id`, `items.length` or `["a key"].b`; undefined where the way leads nowhere. Only own properties are looked at;
 * the empty path is all of it.
 */
export function atPath(json: unknown, path: string): unknown {
  const steps = readPath(path);
  if (steps === null) return undefined;
  let at = json;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

const PATH_STEP = /(?:^|\.)([^.[\]"]+)|\[(\d{1,9})\]|\["((?:[^"\\]|\\["\\])*)"\]/y;

/** null: it can't be read as a path. */
export function readPath(path: string): (string | number)[] | null {
  const steps: (string | number)[] = [];
  PATH_STEP.lastIndex = 0;
  while (PATH_STEP.lastIndex < path.length) {
    const start = PATH_STEP.lastIndex;
    const found = PATH_STEP.exec(path);
    if (found === null || found[0].length === 0) return null;
    // A name needs a dot before it, but for the first.
    if (found[1] !== undefined && start > 0 !== found[0].startsWith('.')) return null;
    if (found[1] !== undefined) steps.push(found[1].trim());
    else if (found[2] !== undefined) steps.push(Number(found[2]));
    else steps.push((found[3] ?? '').replaceAll(/\\(["\\])/g, '$1'));
  }
  return steps;
}

/** A text that no text begins with; '' would be the beginning of all. */
const NOTHING_STARTS_SO = '\u0000';

function exists(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return value.trim() !== '';
  return !Array.isArray(value) || value.length > 0;
}

function isEqual(actual: unknown, value: unknown): boolean {
  const [one, other] = [numberOf(actual), numberOf(value)];
  if (one !== null && other !== null) return one === other;
  const text = textOf(actual);
  return text !== null && text === textOf(value);
}

function contains(actual: unknown, value: unknown): boolean {
  if (Array.isArray(actual)) return actual.some((item) => exists(item) && isEqual(item, value));
  const part = textOf(value);
  return part !== null && part !== '' && textOf(actual)?.includes(part) === true;
}

/** null: neither text, nor number, nor yes and no. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? fold(`${value}`)
    : null;
}

const NUMBER = /^[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:e[+-]?\d{1,3})?$/i;

/** null: no number, and no text that is nothing but one. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !NUMBER.test(value.trim())) return null;
  const number = Number(value.trim());
  return Number.isFinite(number) ? number : null;
}

const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * ms UTC of `2026-01-31`, `2026-01-31T09:30`, with seconds and a zone if wanted. Without a zone it is UTC, without a time the
 * day's beginning. Numbers are ms since 1970, as CRMs write dates. null: no date.
 */
export function dateOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const found = typeof value === 'string' ? DATE.exec(value.trim()) : null;
  if (found === null)
    return typeof value === 'string' && /^\d{12,13}$/.test(value.trim()) ? Number(value) : null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = found;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // The 30th of February is no day.
  if (new Date(midnight).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return null;
  const ms = Math.floor(Number(`0.${fraction}`) * 1000);
  return midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + ms - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0')) * 60_000;
}

function inOrder(lower: number | null, higher: number | null, orEqual = false): boolean {
  if (lower === null || higher === null) return false;
  return lower < higher || (orEqual && lower === higher);
}

function hasTag(tags: readonly string[], tag: string): boolean {
  const wanted = fold(tag);
  return tags.some((each) => fold(each) === wanted);
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** ` each word `, folded, one blank between two. */
function wordsOf(text: string): string {
  return ` ${(fold(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).join(' ')} `;
}
