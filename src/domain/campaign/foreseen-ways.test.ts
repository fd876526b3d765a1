/** The ways that forecasts and simulations go without asking for each lead: the very rules say the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assumeSteps } from './assume.ts';
import { type Branch, type Condition, END, type Step, waitMs } from './campaign.ts';
import type { LeadFacts } from './conditions.ts';
import { defaultWay } from './default-way.ts';
import { decide, type EntryFacts } from './next-step.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');
const HOUR = 3_600_000;

const keys = ['s0', 's1', 's2', 's3'];
const wait = fc.record({
  value: fc.integer({ min: 0, max: 4 }),
  unit: fc.constantFrom('h' as const, 'd' as const),
});
const http = {
  type: 'http',
  url: 'https://example.com',
  method: 'GET',
  body: null,
  path: '',
  operator: 'exists',
  value: null,
} as const;
const conditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant({ id: 'r', type: 'replied' } as const),
  fc.constant({ id: 'w', type: 'replied_with', keywords: ['yes'] } as const),
  wait.map((each) => ({ id: 'n', type: 'no_reply_for', wait: each }) as const),
  fc.constant({ id: 't', type: 'tag', tag: 'vip', is: 'present' } as const),
  fc.constant({ id: 'f', type: 'field', field: 'jobTitle', operator: 'exists', value: null } as const),
  fc.constant({ id: 'h', ...http }),
);

/** Ways lead forward: to a later step, the next one, or the end. */
function stepAt(place: number): fc.Arbitrary<Step> {
  const later = fc.constantFrom(...keys.slice(place + 1), END);
  return fc.record({
    key: fc.constant(keys[place] ?? ''),
    message: fc.constant('Hi'),
    subject: fc.constant(null),
    smsMessage: fc.constant(null),
    attachments: fc.constant([]),
    wait,
    onlyNonResponders: fc.boolean(),
    stopConditions: fc.constant([]),
    branches: fc.array(fc.record({ condition: conditions, to: later }) as fc.Arbitrary<Branch>, {
      maxLength: 3,
    }),
    next: fc.option(later, { nil: null }),
  });
}
const sequences = fc.tuple(...keys.map((_, place) => stepAt(place)));

const NOBODY = {
  jobTitle: null,
  tags: [],
  customFields: {},
  isDnc: false,
} as unknown as LeadFacts;

/** A lead whose step `place` was sent an hour ago, and of whom nothing more is known. */
function after(steps: readonly Step[], place: number, now: number, nextStepKey: string | null): EntryFacts {
  const sentAt = NOW - HOUR;
  return {
    now,
    enteredAt: NOW - 9 * HOUR,
    stepKey: steps[place]?.key ?? null,
    stepAt: null,
    nextStepKey,
    had: steps.slice(0, place + 1).map(({ key }) => key),
    message: {
      status: 'sent',
      reason: null,
      errorMessage: null,
      sentAt,
      endedAt: sentAt,
      fallbackSmsDispatched: false,
    },
    lead: NOBODY,
    replies: [],
    contactedBefore: { campaign: false, anyCampaign: false },
    http: new Map(),
  };
}

/** Looks whenever the rules say so, until something is sent or all is over. */
function whatHappens(steps: readonly Step[], place: number): { key: string; at: number } | 'finish' {
  let now = NOW - HOUR;
  let nextStepKey: string | null = null;
  for (let looks = 0; looks < 20; looks += 1) {
    const decision = decide({ steps, onReply: 'stop' }, after(steps, place, now, nextStepKey));
    if (decision.do === 'send') return { key: decision.step.key, at: now };
    if (decision.do === 'finish') return 'finish';
    if (decision.do !== 'wait' || decision.until === null) throw new Error(`unexpected: ${decision.do}`);
    nextStepKey = decision.nextStepKey ?? nextStepKey;
    now = decision.until;
  }
  throw new Error('it never comes to an end');
}

describe('the way of a lead of whom nothing more is known', () => {
  test('is the one the rules decide, to the instant', () => {
    fc.assert(
      fc.property(sequences, fc.integer({ min: 0, max: 3 }), (given, place) => {
        const steps = assumeSteps(given, { http: false });
        const way = defaultWay(steps, place);
        const foreseen =
          way === null ? 'finish' : { key: steps[way.place]?.key, at: NOW - HOUR + way.afterMs };
        expect(foreseen).toEqual(whatHappens(steps, place));
      }),
      { numRuns: 500 },
    );
  });

  test('may be looked at late: a look in between says what the looks in time had said', () => {
    fc.assert(
      fc.property(sequences, fc.integer({ min: 0, max: 3 }), (given, place) => {
        const steps = assumeSteps(given, { http: false });
        const inTime = whatHappens(steps, place);
        if (inTime === 'finish') return;
        const decision = decide({ steps, onReply: 'stop' }, after(steps, place, inTime.at, null));
        expect(decision.do === 'send' ? decision.step.key : decision.do).toBe(inTime.key);
      }),
      { numRuns: 500 },
    );
  });
});

describe('steps as a simulation assumes them', () => {
  test('ask nobody: HTTP conditions hold for all, or for none', () => {
    fc.assert(
      fc.property(sequences, fc.boolean(), (steps, answer) => {
        for (const step of assumeSteps(steps, { http: answer }))
          for (const { condition } of step.branches) {
            expect(condition.type).not.toBe('http');
            if (condition.id !== 'h' || condition.type !== 'tag') continue;
            // Nobody has that tag.
            expect(condition.is === 'absent').toBe(answer);
          }
      }),
    );
  });

  test('are the same in all else, but for their files', () => {
    const step: Step = {
      key: 'a',
      message: 'Hi',
      subject: 'S',
      smsMessage: 'T',
      attachments: [{ url: 'https://example.com/a.png', name: null }],
      wait: { value: 1, unit: 'd' },
      onlyNonResponders: true,
      stopConditions: [{ id: 'h', ...http }],
      branches: [],
      next: null,
    };
    const [assumed] = assumeSteps([step], { http: true });
    expect(assumed).toMatchObject({ ...step, attachments: [], stopConditions: [{ id: 'h', type: 'tag' }] });
    expect(waitMs(step.wait)).toBe(24 * HOUR);
  });
});
