import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, END, type Step } from './campaign.ts';
import { checkConditions, checkSteps, conditionsIn, type Fault, warnOfSteps } from './check-steps.ts';

function step(key: string, wish: Partial<Step> = {}): Step {
  return {
    key,
    message: 'Hi',
    subject: null,
    smsMessage: null,
    attachments: [],
    wait: { value: 1, unit: 'd' },
    onlyNonResponders: false,
    stopConditions: [],
    branches: [],
    next: null,
    ...wish,
  };
}
const field = (operator: 'eq', value: string | number | null, name = 'firstName'): Condition => ({
  id: `${operator} ${value}`,
  type: 'field',
  field: name,
  operator,
  value,
});
const faultsOf = (steps: Step[], messageType: 'imessage' | 'sms' = 'imessage') =>
  checkSteps(steps, messageType).map(({ param }) => param);

describe('steps of a campaign', () => {
  it('are at least one', () => {
    expect(checkSteps([], 'imessage')).toEqual([{ param: 'steps', error: 'must hold at least one step' }]);
    expect(faultsOf([step('a')])).toEqual([]);
  });

  it('have keys and conditions that are told apart', () => {
    const replied: Condition = { id: 'r', type: 'replied' };
    const steps = [
      step('a'),
      step('b', { stopConditions: [replied] }),
      step('b', { branches: [{ condition: replied, to: END }] }),
      step(END),
    ];
    expect(faultsOf(steps)).toEqual(['steps[2].key', 'steps[2].branches[0].condition.id', 'steps[3].key']);
  });

  it('lead forward, to steps there are, or to the end', () => {
    const to = (key: string) => [{ condition: { id: key, type: 'dnc' } as const, to: key }];
    expect(
      faultsOf([
        step('a', { next: 'c' }),
        step('b', { branches: to('a'), next: 'b' }),
        step('c', { branches: to('d') }),
        step('e', { next: END }),
      ]),
    ).toEqual(['steps[1].branches[0].to', 'steps[1].next', 'steps[2].branches[0].to']);
  });

  it('say something, and not more than their channel carries', () => {
    const long = 'x'.repeat(1_601);
    expect(faultsOf([step('a', { message: ' ' })])).toEqual(['steps[0].message']);
    const attachments = [{ url: 'https://example.com/a.png', name: null }];
    expect(faultsOf([step('a', { message: '', attachments })])).toEqual([]);
    expect(faultsOf([step('a', { message: long })])).toEqual([]);
    expect(faultsOf([step('a', { message: long })], 'sms')).toEqual(['steps[0].message']);
    expect(faultsOf([step('a', { smsMessage: long })])).toEqual(['steps[0].smsMessage']);
    // Each of these is two units long.
    expect(faultsOf([step('a', { message: '😀'.repeat(1_600) })], 'sms')).toEqual([]);
  });

  it('wait a year at most', () => {
    const waits = [
      [{ value: 365, unit: 'd' }, true],
      [{ value: 366, unit: 'd' }, false],
      [{ value: 365 * 24 + 1, unit: 'h' }, false],
      [{ value: 0, unit: 's' }, true],
      [{ value: -1, unit: 's' }, false],
      [{ value: 0.5, unit: 's' }, false],
    ] as const;
    for (const [wait, isRight] of waits)
      expect([wait, faultsOf([step('a', { wait })]).length === 0]).toEqual([wait, isRight]);
  });

  it('are left by stop conditions from the second on, and never for silence', () => {
    const quiet: Condition = { id: 'quiet', type: 'no_reply_for', wait: { value: 1, unit: 'h' } };
    const replied: Condition = { id: 'replied', type: 'replied' };
    expect(
      faultsOf([step('a', { stopConditions: [replied] }), step('b', { stopConditions: [quiet] })]),
    ).toEqual(['steps[0].stopConditions', 'steps[1].stopConditions[0].type']);
    expect(faultsOf([step('a', { branches: [{ condition: quiet, to: END }] })])).toEqual([]);
  });
});

describe('a condition', () => {
  it('asks fields that leads have', () => {
    const known = ['firstName', 'createdAt', 'customFields.age', 'customFields.a.b'];
    for (const name of known) expect(checkConditions([field('eq', 'x', name)])).toEqual([]);
    for (const name of ['firstname', 'tags', 'customFields', 'customFields.', '__proto__', 'toString'])
      expect(checkConditions([field('eq', 'x', name)]).map(({ param }) => param)).toEqual([
        'conditions[0].field',
      ]);
  });

  it('compares with what its operator can compare', () => {
    const right: [string, string | number | null][] = [
      ['eq', 'x'],
      ['neq', 0],
      ['contains', 'x'],
      ['gt', 5],
      ['lte', '5.5'],
      ['gt_date', '2026-01-31'],
      ['lt_date', '2026-01-31T09:00:00Z'],
      ['exists', null],
      ['not_exists', null],
    ];
    const wrong: [string, string | number | null][] = [
      ['eq', null],
      ['contains', ' '],
      ['starts_with', ''],
      ['gt', 'five'],
      ['lte', null],
      ['gt_date', 'tomorrow'],
      ['lt_date', '2026-02-30'],
      ['exists', 'x'],
      ['not_exists', 0],
    ];
    const judge = ([operator, value]: [string, string | number | null]) =>
      checkConditions([field(operator as 'eq', value)]).length === 0;
    expect(right.filter((each) => !judge(each))).toEqual([]);
    expect(wrong.filter(judge)).toEqual([]);
  });

  it('says which words, which tag, how long and where', () => {
    const http = { type: 'http', url: 'https://a.b/', method: 'GET', body: null } as const;
    const conditions: Condition[] = [
      { id: '0', type: 'replied_with', keywords: [' '] },
      { id: '1', type: 'no_reply_for', wait: { value: 0, unit: 'd' } },
      { id: '2', type: 'no_reply_for', wait: { value: 400, unit: 'd' } },
      { id: '3', type: 'tag', tag: ' ', is: 'present' },
      { id: '4', ...http, path: 'a[b', operator: 'exists', value: null },
      { id: '5', ...http, path: 'items[0].id', operator: 'gt', value: 'x' },
    ];
    expect(checkConditions(conditions).map(({ param }) => param)).toEqual([
      'conditions[0].keywords',
      'conditions[1].wait',
      'conditions[2].wait',
      'conditions[3].tag',
      'conditions[4].path',
      'conditions[5].value',
    ]);
  });
});

describe('warnings', () => {
  it('tell of steps that follow at once, or that nobody reaches, and of placeholders nobody may have', () => {
    const steps = [
      step('a', { message: '{firstName} {nick} {{team|all}}', next: 'c', wait: { value: 0, unit: 's' } }),
      step('b', { next: 'd' }),
      step('c', { next: END, subject: '{city}' }),
      step('d', { wait: { value: 0, unit: 'd' } }),
    ];
    expect(warnOfSteps(steps)).toEqual([
      expect.stringMatching(/^steps\[0\]: \{nick\}/),
      'steps[1]: no way leads to step b',
      expect.stringMatching(/^steps\[2\]: \{city\}/),
      expect.stringMatching(/^steps\[3\]\.wait is 0/),
      'steps[3]: no way leads to step d',
    ]);
  });
});

const anyWait = fc.record({
  value: fc.oneof(fc.nat(500), fc.double(), fc.constantFrom(-1, 2 ** 31)),
  unit: fc.constantFrom('s', 'min', 'h', 'd'),
});
const anyValue = fc.oneof(fc.string(), fc.double(), fc.constant(null));
const anyId = fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six');
const anyCondition = fc.oneof(
  fc.record({ id: anyId, type: fc.constantFrom('replied', 'dnc') }),
  fc.record({ id: anyId, type: fc.constant('replied_with'), keywords: fc.array(fc.string()) }),
  fc.record({ id: anyId, type: fc.constant('no_reply_for'), wait: anyWait }),
  fc.record({
    id: anyId,
    type: fc.constant('tag'),
    tag: fc.string(),
    is: fc.constantFrom('present', 'absent'),
  }),
  fc.record({
    id: anyId,
    type: fc.constant('field'),
    field: fc.oneof(fc.string(), fc.constantFrom('email', 'customFields.x')),
    operator: fc.constantFrom('eq', 'contains', 'gt', 'lt_date', 'exists'),
    value: anyValue,
  }),
  fc.record({
    id: anyId,
    type: fc.constant('http'),
    url: fc.webUrl(),
    method: fc.constant('GET'),
    body: fc.constant(null),
    path: fc.string(),
    operator: fc.constantFrom('eq', 'exists'),
    value: anyValue,
  }),
) as fc.Arbitrary<Condition>;
const anyKey = fc.constantFrom('a', 'b', 'c', 'd', 'e', END, 'nowhere');
const anyStep = fc.record({
  key: anyKey,
  message: fc.string(),
  subject: fc.constant(null),
  smsMessage: fc.option(fc.string()),
  attachments: fc.constant([]),
  wait: anyWait,
  onlyNonResponders: fc.boolean(),
  stopConditions: fc.array(anyCondition, { maxLength: 3 }),
  branches: fc.array(fc.record({ condition: anyCondition, to: anyKey }), { maxLength: 3 }),
  next: fc.option(anyKey),
}) as fc.Arbitrary<Step>;

/** Steps as somebody would write them who knows the rules. */
const rightSteps = fc.nat({ max: 8 }).chain((more) =>
  fc.tuple(
    ...Array.from({ length: more + 1 }, (_, index) =>
      fc
        .record({ next: fc.option(fc.integer({ min: index + 1, max: more + 1 })), to: fc.nat(100) })
        .map(({ next, to }) => {
          const keyOf = (n: number) => (n > more ? END : `step_${n + 1}`);
          const branches = [
            {
              condition: { id: `branch ${index}`, type: 'replied' } as Condition,
              to: keyOf(index + 1 + (to % (more + 1 - index))),
            },
          ];
          return step(keyOf(index), { next: next === null ? null : keyOf(next), branches });
        }),
    ),
  ),
);

describe('whatever the steps are', () => {
  it('judging them never fails, and every fault names a place that is there', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 6 }), (steps) => {
        const faults = checkSteps(steps, 'imessage');
        for (const { param } of faults) expect([param, placeOf(steps, param)]).not.toContain(undefined);
        warnOfSteps(steps);
      }),
    );
  });

  it('where nothing is wrong, every way comes to an end, and meets no step twice', () => {
    fc.assert(
      fc.property(fc.oneof(rightSteps, fc.array(anyStep, { minLength: 1, maxLength: 4 })), (steps) => {
        if (checkSteps(steps, 'imessage').length > 0) return;
        for (const [index, { next, branches }] of steps.entries())
          for (const to of [next, ...branches.map((branch) => branch.to)]) {
            if (to === null || to === END) continue;
            expect(steps.findIndex(({ key }) => key === to)).toBeGreaterThan(index);
          }
        const ids = conditionsIn(steps).map(({ condition }) => condition.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('those who keep the rules are told no fault', () => {
    fc.assert(
      fc.property(rightSteps, (steps) => {
        expect(checkSteps(steps, 'imessage')).toEqual([] satisfies Fault[]);
      }),
    );
  });
});

/** What stands at `steps[1].branches[0].to`. */
function placeOf(steps: readonly Step[], param: string): unknown {
  let at: unknown = { steps };
  for (const name of param.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
