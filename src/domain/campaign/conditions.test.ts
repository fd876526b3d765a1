import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, OPERATORS, type Operator } from './campaign.ts';
import {
  atPath,
  type ConditionFacts,
  compare,
  dateOf,
  fieldOf,
  holds,
  type LeadFacts,
  numberOf,
  OPERATOR_COMPARES,
  readPath,
  says,
} from './conditions.ts';
import { conditionFacts, HOUR, leadFacts, NOW } from './testing.ts';

function asked(condition: Record<string, unknown>, facts: Partial<ConditionFacts> = {}): boolean | null {
  return holds({ id: 'c', ...condition } as Condition, conditionFacts(facts));
}

/** What `actual operator value` is; written down for every operator and every kind of thing a field may hold. */
const COMPARISONS: readonly [actual: unknown, operator: Operator, value: string | number | null, boolean][] =
  [
    ['Acme', 'eq', 'acme', true],
    [' Acme ', 'eq', 'ACME', true],
    ['Acme', 'eq', 'Acme Inc', false],
    ['10', 'eq', 10, true],
    ['10.0', 'eq', '10', true],
    ['1e1', 'eq', 10, true],
    ['10 Main St', 'eq', 10, false],
    [true, 'eq', 'TRUE', true],
    [false, 'eq', 'false', true],
    [0, 'eq', '0', true],
    ['', 'eq', '', false],
    [null, 'eq', '', false],
    [undefined, 'eq', 'x', false],
    [{ a: 1 }, 'eq', '[object Object]', false],
    [['a'], 'eq', 'a', false],
    ['ﬁne', 'eq', 'FINE', true],
    ['STRASSE', 'eq', 'straße', false],

    ['Acme', 'neq', 'acme', false],
    ['Acme', 'neq', 'Bolt', true],
    [null, 'neq', 'Bolt', true],
    ['', 'neq', 'Bolt', true],
    [undefined, 'neq', '', true],

    ['Acme Corp', 'contains', 'corp', true],
    ['Acme', 'contains', 'corp', false],
    ['Acme', 'contains', '', false],
    [12345, 'contains', 234, true],
    [['Gold', 'New'], 'contains', 'gold', true],
    [['Gold'], 'contains', 'gol', false],
    [[1, 2], 'contains', 2, true],
    [[null, ''], 'contains', '', false],
    [null, 'contains', 'x', false],
    [{ a: 'x' }, 'contains', 'x', false],

    ['Acme Corp', 'not_contains', 'corp', false],
    ['Acme', 'not_contains', 'corp', true],
    [null, 'not_contains', 'corp', true],
    [['Gold'], 'not_contains', 'gold', false],

    ['Acme Corp', 'starts_with', 'ACME', true],
    ['Acme Corp', 'starts_with', 'corp', false],
    [null, 'starts_with', '', false],
    ['Acme', 'starts_with', null, false],
    ['+12025550123', 'starts_with', '+1202', true],
    [12025, 'starts_with', 120, true],

    [11, 'gt', 10, true],
    ['11', 'gt', '10', true],
    ['9', 'gt', '10', false],
    [10, 'gt', 10, false],
    ['-1', 'gt', '-2', true],
    ['abc', 'gt', 1, false],
    [null, 'gt', -1, false],
    ['', 'gt', -1, false],
    [true, 'gt', 0, false],
    ['Infinity', 'gt', 1, false],
    [10, 'gte', '10', true],
    ['9.99', 'gte', 10, false],
    [9, 'lt', 10, true],
    [10, 'lt', 10, false],
    [null, 'lt', 10, false],
    [' 7 ', 'lt', 8, true],
    ['1,200', 'lt', 2000, false],
    [10, 'lte', 10, true],
    [10.5, 'lte', 10, false],

    ['2026-02-01', 'gt_date', '2026-01-31', true],
    ['2026-01-31T00:00:01Z', 'gt_date', '2026-01-31', true],
    ['2026-01-31', 'gt_date', '2026-01-31', false],
    ['2026-01-31T01:00+02:00', 'gt_date', '2026-01-31', false],
    ['31.01.2026', 'gt_date', '2020-01-01', false],
    [null, 'gt_date', '2020-01-01', false],
    [Date.UTC(2026, 0, 31), 'gt_date', '2026-01-30', true],
    ['2026-01-30', 'lt_date', '2026-01-31', true],
    ['2026-01-31T23:59', 'lt_date', '2026-02-01T00:00', true],
    ['2026-02-30', 'lt_date', '2027-01-01', false],
    ['soon', 'lt_date', '2027-01-01', false],

    ['x', 'exists', null, true],
    [0, 'exists', null, true],
    [false, 'exists', null, true],
    [{}, 'exists', null, true],
    ['  ', 'exists', null, false],
    [[], 'exists', null, false],
    [null, 'exists', null, false],
    [undefined, 'exists', null, false],
    ['x', 'not_exists', null, false],
    ['', 'not_exists', null, true],
    [undefined, 'not_exists', null, true],
  ];

describe('a comparison', () => {
  it.each(COMPARISONS)('%j %s %j is %s', (actual, operator, value, expected) => {
    expect(compare(actual, operator, value)).toBe(expected);
  });

  it('is written down for every operator, both ways', () => {
    for (const operator of OPERATORS)
      expect(new Set(COMPARISONS.filter((each) => each[1] === operator).map((each) => each[3])).size).toBe(2);
    expect(Object.keys(OPERATOR_COMPARES)).toEqual(OPERATORS);
  });

  it('says yes or no, whatever JSON holds, and opposites never agree', () => {
    const anyValue = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.constantFrom('', ' ', '10', '2026-01-31'),
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...OPERATORS), anyValue, (actual, operator, value) => {
        expect(typeof compare(actual, operator, value)).toBe('boolean');
        expect(compare(actual, 'eq', value)).toBe(!compare(actual, 'neq', value));
        expect(compare(actual, 'contains', value)).toBe(!compare(actual, 'not_contains', value));
        expect(compare(actual, 'exists', null)).toBe(!compare(actual, 'not_exists', null));
        expect(compare(actual, 'gt', value) && compare(actual, 'lte', value)).toBe(false);
        expect(compare(actual, 'gt_date', value) && compare(actual, 'lt_date', value)).toBe(false);
      }),
    );
  });
});

describe('a number', () => {
  it.each([
    ['1', 1],
    ['+1', 1],
    ['.5', 0.5],
    ['5.', 5],
    [' 2e3 ', 2000],
    ['0x10', null],
    ['1 2', null],
    ['', null],
    ['e5', null],
    [Number.NaN, null],
    [true, null],
    [null, null],
  ])('%j reads as %j', (text, number) => {
    expect(numberOf(text)).toBe(number);
  });

  it('is read in no time, however long the text', () => {
    expect(numberOf(`${'9'.repeat(1_000_000)}x`)).toBeNull();
  });
});

describe('a date', () => {
  it.each([
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T09:30', Date.UTC(2026, 0, 31, 9, 30)],
    ['2026-01-31 09:30:15', Date.UTC(2026, 0, 31, 9, 30, 15)],
    ['2026-01-31T09:30:15.250Z', Date.UTC(2026, 0, 31, 9, 30, 15, 250)],
    ['2026-01-31T09:30:00+02:00', Date.UTC(2026, 0, 31, 7, 30)],
    ['2026-01-31T09:30:00-0530', Date.UTC(2026, 0, 31, 15)],
    ['2026-01-31T09:30:00-05', Date.UTC(2026, 0, 31, 14, 30)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2026-02-29', null],
    ['2026-13-01', null],
    ['2026-1-1', null],
    ['2026-01-31T24:00', null],
    ['2026-01-31T09:60', null],
    ['01/31/2026', null],
    ['yesterday', null],
    ['1769817600000', 1_769_817_600_000],
    [1_769_817_600_000, 1_769_817_600_000],
    ['2026', null],
    [null, null],
    [true, null],
  ])('%j reads as %j', (text, instant) => {
    expect(dateOf(text)).toBe(instant);
  });
});

describe('words', () => {
  it.each([
    ["Yes, I'm interested!", ['interested'], true],
    ["Yes, I'm interested!", ['YES'], true],
    ['uninterested', ['interested'], false],
    ['Interested?', ['call me', 'interested'], true],
    ['NOT   interested!!', ['not interested'], true],
    ['not very interested', ['not interested'], false],
    ['call-me now', ['call me'], true],
    ['I don’t', ["don't"], true],
    ['niño', ['nin'], false],
    ['Ça va', ['ça'], true],
    ['👍 ok', ['👍'], true],
    ['great 👍🏽', ['👍'], true],
    ['ok', ['👍'], false],
    ['anything', [''], false],
    ['anything', [], false],
    ['', ['x'], false],
    ['(yes)', ['yes'], true],
    ['a.b', ['a b'], true],
    ['$^', ['.*'], false],
  ])('%j says %j: %s', (text, keywords, expected) => {
    expect(says(text, keywords)).toBe(expected);
  });
});

describe('a condition', () => {
  const reply = (at: number, text = 'Hi') => ({ at, text });

  it('on replies looks at those since the instant it is asked for', () => {
    const replies = [reply(NOW - 2 * HOUR, 'old'), reply(NOW - HOUR, 'new')];
    expect(asked({ type: 'replied' }, { replies: [] })).toBe(false);
    expect(asked({ type: 'replied' }, { replies, since: NOW - HOUR })).toBe(true);
    expect(asked({ type: 'replied' }, { replies, since: NOW - HOUR + 1 })).toBe(false);
    expect(asked({ type: 'replied_with', keywords: ['old'] }, { replies, since: NOW - HOUR })).toBe(false);
    expect(asked({ type: 'replied_with', keywords: ['old'] }, { replies, since: 0 })).toBe(true);
  });

  it('on silence holds when its time is over and nobody wrote within it, also for who wrote afterwards', () => {
    const silence = { type: 'no_reply_for', wait: { value: 1, unit: 'h' } };
    expect(asked(silence, { since: NOW - HOUR + 1 })).toBe(false);
    expect(asked(silence, { since: NOW - HOUR })).toBe(true);
    expect(asked(silence, { since: NOW - 2 * HOUR, replies: [reply(NOW - HOUR)] })).toBe(false);
    expect(asked(silence, { since: NOW - 2 * HOUR, replies: [reply(NOW - HOUR + 1)] })).toBe(true);
  });

  it('on a tag ignores its case', () => {
    const lead = leadFacts({ tags: ['VIP', 'new '] });
    expect(asked({ type: 'tag', tag: 'vip', is: 'present' }, { lead })).toBe(true);
    expect(asked({ type: 'tag', tag: 'New', is: 'present' }, { lead })).toBe(true);
    expect(asked({ type: 'tag', tag: 'vi', is: 'present' }, { lead })).toBe(false);
    expect(asked({ type: 'tag', tag: 'vip', is: 'absent' }, { lead })).toBe(false);
    expect(asked({ type: 'tag', tag: 'gone', is: 'absent' }, { lead })).toBe(true);
  });

  it('on a field finds those of leads and custom ones, and nothing that objects inherit', () => {
    const lead = leadFacts({
      companyName: 'Acme',
      customFields: { plan: 'gold', 'a.b': 1, nested: { x: 1 } },
      createdAt: NOW,
    });
    const field = (name: string, operator: Operator, value: string | number | null = null) =>
      asked({ type: 'field', field: name, operator, value }, { lead });
    expect(field('companyName', 'eq', 'ACME')).toBe(true);
    expect(field('customFields.plan', 'eq', 'gold')).toBe(true);
    expect(field('customFields.a.b', 'eq', 1)).toBe(true);
    expect(field('customFields.nested', 'exists')).toBe(true);
    expect(field('customFields.constructor', 'exists')).toBe(false);
    expect(field('customFields.', 'exists')).toBe(false);
    expect(field('constructor', 'exists')).toBe(false);
    expect(field('tags', 'exists')).toBe(false);
    expect(field('plan', 'exists')).toBe(false);
    expect(field('createdAt', 'gt_date', '2020-01-01')).toBe(true);
    expect(field('jobTitle', 'not_exists')).toBe(true);
    expect(fieldOf(lead, '__proto__')).toBeUndefined();
  });

  it('on earlier contact, opt-outs and answers of servers repeats the facts', () => {
    const contactedBefore = { campaign: false, anyCampaign: true };
    expect(asked({ type: 'contacted_before', scope: 'campaign' }, { contactedBefore })).toBe(false);
    expect(asked({ type: 'contacted_before', scope: 'any_campaign' }, { contactedBefore })).toBe(true);
    const optedOut: LeadFacts = leadFacts({ isDnc: true });
    expect(asked({ type: 'dnc' })).toBe(false);
    expect(asked({ type: 'dnc' }, { lead: optedOut })).toBe(true);
    const http = new Map([['c', { holds: true }]]);
    expect(asked({ type: 'http' }, { http })).toBe(true);
    expect(asked({ type: 'http' }, { http: new Map([['c', { holds: false }]]) })).toBe(false);
    expect(asked({ type: 'http' })).toBeNull();
    expect(asked({ type: 'http' }, { http: new Map([['c', { failed: 'x', retryAt: NOW }]]) })).toBeNull();
  });
});

describe('a path', () => {
  const json = { items: [{ id: 7, 'a key': { b: 'c' } }], ok: true, 'x.y': 1, n: null };

  it.each([
    ['', json],
    ['ok', true],
    ['items[0].id', 7],
    ['items[0]["a key"].b', 'c'],
    ['["x.y"]', 1],
    ['n', null],
    ['items[1].id', undefined],
    ['items.length', 1],
    ['items[0].constructor', undefined],
    ['__proto__', undefined],
    ['ok.x', undefined],
    ['n.x', undefined],
  ])('%j leads to %j', (path, found) => {
    expect(atPath(json, path)).toEqual(found);
  });

  it.each(['a..b', '.a', 'a.', 'a[', 'a[x]', 'a[0]b', '[]', 'a[-1]', 'a["b]', '[0', 'a b["'])(
    '%j is none',
    (path) => {
      expect(readPath(path)).toBeNull();
      expect(atPath(json, path)).toBeUndefined();
    },
  );

  it('is read or refused, whatever it says, and leads nowhere by surprise', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (path, value) => {
        const steps = readPath(path);
        expect(steps === null || Array.isArray(steps)).toBe(true);
        atPath(value, path);
      }),
    );
  });
});
