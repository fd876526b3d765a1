import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MESSAGE_STATUSES } from '../words.ts';
import type { Branch, Condition, Step } from './campaign.ts';
import { type Decision, decide, type EntryFacts, firstStop, type Sequence } from './next-step.ts';
import { branch, DAY, entryFacts, HOUR, leadFacts, MINUTE, NOW, sentMessage, stepOf } from './testing.ts';

const LATER = NOW + 10 * DAY;
const reply = (at: number, text = 'Hi') => ({ at, text });
const condition = (wish: Record<string, unknown> & { type: string }) =>
  ({ id: wish.type, ...wish }) as Condition;

function of(steps: readonly Step[], onReply: Sequence['onReply'] = 'continue'): Sequence {
  return { steps, onReply };
}

/** Stands on `key`, sent at NOW, looked at so much later. */
function sentOn(key: string, ms: number, differs: Partial<EntryFacts> = {}): EntryFacts {
  return entryFacts({
    now: NOW + ms,
    enteredAt: NOW - HOUR,
    stepKey: key,
    had: [key],
    message: sentMessage(NOW),
    ...differs,
  });
}

/** What it comes to, in a word. */
function said(decision: Decision): string {
  switch (decision.do) {
    case 'send':
    case 'skip':
      return `${decision.do} ${decision.step.key}`;
    case 'wait': {
      const until = decision.until === null ? 'for news' : `${(decision.until - NOW) / HOUR} h`;
      return `wait ${until}${decision.nextStepKey === undefined ? '' : ` for ${decision.nextStepKey}`}`;
    }
    case 'ask':
      return `ask ${decision.conditions.map(({ id }) => id).join(' ')}`;
    case 'hold':
      return `hold until ${(decision.until - NOW) / HOUR} h: ${decision.detail}`;
    case 'stop':
      return `stop: ${decision.reason}${decision.conditionId === null ? '' : ` ${decision.conditionId}`}`;
    case 'fail':
      return `fail: ${decision.reason}`;
    default:
      return decision.do;
  }
}

const [A, B, C] = [stepOf('a'), stepOf('b'), stepOf('c')];
const ABC = of([A, B, C]);

describe('the first step', () => {
  it('is due its wait after the contact entered', () => {
    expect(said(decide(ABC, entryFacts({ now: NOW + DAY - 1 })))).toBe('wait 24 h for a');
    expect(said(decide(ABC, entryFacts({ now: NOW + DAY })))).toBe('send a');
  });

  it('is no answer to anything: a reply before it stops nothing, an opt-out and a deletion do', () => {
    const wrote = { now: NOW + DAY, replies: [reply(NOW + HOUR)] };
    expect(said(decide(of([A, B], 'stop'), entryFacts(wrote)))).toBe('send a');
    const waiting = { ...wrote, stepKey: 'a', had: ['a'], message: sentMessage(0, { status: 'queued' }) };
    expect(said(decide(of([A, B], 'stop'), entryFacts(waiting)))).toBe('wait for news');
    const isDnc = leadFacts({ isDnc: true });
    expect(said(decide(ABC, entryFacts({ lead: isDnc })))).toBe('stop: dnc');
    expect(said(decide(ABC, entryFacts({ lead: null })))).toBe('stop: lead_deleted');
  });

  it('of a campaign without steps is the end', () => {
    expect(said(decide(of([]), entryFacts()))).toBe('finish');
  });
});

describe('a step that was made', () => {
  it.each<[string, Partial<EntryFacts['message']>, string]>([
    ['waits', { status: 'pending' }, 'wait for news'],
    ['is scheduled', { status: 'scheduled' }, 'wait for news'],
    ['is held', { status: 'queued' }, 'wait for news'],
    ['is being sent', { status: 'sending' }, 'wait for news'],
    ['may have been sent', { status: 'unknown' }, 'wait for news'],
    ['was sent', { status: 'sent' }, 'send b'],
    ['was delivered', { status: 'delivered' }, 'send b'],
    ['fell back', { status: 'fallback', reason: 'not_on_imessage' }, 'send b'],
    [
      'failed, and an SMS went',
      { status: 'failed', reason: 'refused', fallbackSmsDispatched: true },
      'send b',
    ],
    ['failed', { status: 'failed', reason: 'refused' }, 'fail: refused'],
    ['failed for nobody knows what', { status: 'failed', reason: null }, 'fail: refused'],
    ['met an opt-out', { status: 'failed', reason: 'dnc' }, 'stop: dnc'],
    ['was cancelled', { status: 'cancelled' }, 'stop: cancelled'],
  ])('and %s', (_, differs, expected) => {
    const message = sentMessage(NOW, differs ?? {});
    expect(said(decide(ABC, sentOn('a', DAY, { message })))).toBe(expected);
  });

  it('has an answer in every state', () => {
    for (const status of MESSAGE_STATUSES)
      expect(said(decide(ABC, sentOn('a', DAY, { message: sentMessage(NOW, { status }) })))).not.toBe('');
  });

  it('is counted from when it was really sent, or from when it turned out that it would not be', () => {
    const slow = sentMessage(NOW + 5 * HOUR, { status: 'delivered', endedAt: NOW + 9 * HOUR });
    expect(said(decide(ABC, sentOn('a', 6 * HOUR, { message: slow })))).toBe('wait 29 h');
    const fallback = sentMessage(0, { status: 'fallback', sentAt: null, endedAt: NOW + HOUR });
    expect(said(decide(ABC, sentOn('a', 2 * HOUR, { message: fallback })))).toBe('wait 25 h');
  });

  it('was the last: the end', () => {
    expect(said(decide(ABC, sentOn('c', 0)))).toBe('finish');
    expect(said(decide(of([{ ...A, next: 'end' }, B]), sentOn('a', 0)))).toBe('finish');
  });

  it('was taken out of the campaign: nobody guesses where to go on', () => {
    expect(said(decide(ABC, sentOn('gone', 0)))).toBe('stop: step_removed');
  });
});

describe('who replied', () => {
  const stopping = of([A, B], 'stop');

  it('gets nothing more, whenever that was since the contact entered', () => {
    expect(said(decide(stopping, sentOn('a', HOUR, { replies: [reply(NOW + 1)] })))).toBe('stop: replied');
    expect(said(decide(stopping, sentOn('a', HOUR, { replies: [reply(NOW - MINUTE)] })))).toBe(
      'stop: replied',
    );
    expect(said(decide(of([A, B]), sentOn('a', DAY, { replies: [reply(NOW + 1)] })))).toBe('send b');
  });

  it('is stopped although the next step’s message waits already, or may be on its way', () => {
    for (const status of ['pending', 'queued', 'sending', 'unknown'] as const) {
      const facts = sentOn('b', HOUR, { message: sentMessage(0, { status }), replies: [reply(NOW + 1)] });
      expect(said(decide(stopping, facts))).toBe('stop: replied');
    }
  });

  it('is passed over by steps for those who did not, and goes on with the next', () => {
    const shy = of([A, { ...B, onlyNonResponders: true }, C]);
    const replies = [reply(NOW + HOUR)];
    expect(said(decide(shy, sentOn('a', DAY - 1, { replies })))).toBe('wait 24 h');
    expect(said(decide(shy, sentOn('a', DAY, { replies })))).toBe('skip b');
    expect(said(decide(shy, sentOn('a', DAY)))).toBe('send b');
    const skipped = sentOn('b', DAY, { message: null, stepAt: NOW + DAY, had: ['a'], replies });
    expect(said(decide(shy, skipped))).toBe('wait 48 h');
  });

  it('is not asked for more before being passed over: conditions of a step that is not sent don’t matter', () => {
    const http = condition({ type: 'http', url: 'https://x.example' });
    const shy = of([A, { ...B, onlyNonResponders: true, stopConditions: [http] }, C]);
    expect(said(decide(shy, sentOn('a', DAY, { replies: [reply(NOW)] })))).toBe('skip b');
  });
});

describe('stop conditions', () => {
  const guarded = (stopConditions: Condition[]) => of([A, { ...B, stopConditions }, C]);
  const HTTP = condition({
    type: 'http',
    url: 'https://crm.example/?key=secret',
    method: 'GET',
    operator: 'exists',
  });

  it.each<[string, Record<string, unknown> & { type: string }, Partial<EntryFacts>]>([
    ['replied', { type: 'replied' }, { replies: [reply(NOW - MINUTE)] }],
    ['replied with', { type: 'replied_with', keywords: ['no'] }, { replies: [reply(NOW, 'No!')] }],
    ['tag present', { type: 'tag', tag: 'Lost', is: 'present' }, { lead: leadFacts({ tags: ['lost'] }) }],
    ['tag absent', { type: 'tag', tag: 'open', is: 'absent' }, {}],
    [
      'field',
      { type: 'field', field: 'customFields.stage', operator: 'eq', value: 'won' },
      { lead: leadFacts({ customFields: { stage: 'Won' } }) },
    ],
    [
      'contacted by it before',
      { type: 'contacted_before', scope: 'campaign' },
      { contactedBefore: { campaign: true, anyCampaign: true } },
    ],
    [
      'contacted by another before',
      { type: 'contacted_before', scope: 'any_campaign' },
      { contactedBefore: { campaign: false, anyCampaign: true } },
    ],
    ['http', { ...HTTP }, { http: new Map([['http', { holds: true }]]) }],
  ])('%s: stops the step, in words and by its id, and only when it is due', (_, wish, facts) => {
    const campaign = guarded([condition(wish)]);
    expect(said(decide(campaign, sentOn('a', DAY - 1, facts)))).toBe('wait 24 h');
    const decision = decide(campaign, sentOn('a', DAY, facts));
    expect(said(decision)).toBe(`stop: condition ${wish.type}`);
    expect('detail' in decision && decision.detail).toMatch(/^\S.*[^.]$/);
    expect('detail' in decision && decision.detail).not.toContain('secret');
    const without =
      wish.type === 'tag' && wish.is === 'absent' ? { lead: leadFacts({ tags: ['open'] }) } : {};
    const answered = wish.type === 'http' ? { http: new Map([['http', { holds: false }]]) } : without;
    expect(said(decide(campaign, sentOn('a', DAY, answered)))).toBe('send b');
  });

  it('that are known to hold spare the servers the question', () => {
    const campaign = guarded([HTTP, condition({ type: 'replied' })]);
    expect(said(decide(campaign, sentOn('a', DAY, { replies: [reply(NOW)] })))).toBe(
      'stop: condition replied',
    );
    expect(said(decide(campaign, sentOn('a', DAY)))).toBe('ask http');
  });

  it('whose server fails hold the step until it is asked again', () => {
    const http = new Map([['http', { failed: 'it answers 500', retryAt: NOW + 25 * HOUR }]]);
    const campaign = guarded([HTTP]);
    expect(said(decide(campaign, sentOn('a', DAY, { http })))).toBe('hold until 25 h: it answers 500');
  });

  it('are asked of all servers at once, and held by one only when the others are answered', () => {
    const [one, two] = [
      { ...HTTP, id: 'one' },
      { ...HTTP, id: 'two' },
    ];
    const campaign = guarded([one, two]);
    const failed = { failed: 'x', retryAt: NOW + 25 * HOUR };
    expect(said(decide(campaign, sentOn('a', DAY)))).toBe('ask one two');
    expect(said(decide(campaign, sentOn('a', DAY, { http: new Map([['one', failed]]) })))).toBe('ask two');
    const both = new Map<string, { holds: boolean } | typeof failed>([
      ['one', failed],
      ['two', { holds: true }],
    ]);
    expect(said(decide(campaign, sentOn('a', DAY, { http: both })))).toBe('stop: condition two');
    both.set('two', { holds: false });
    expect(said(decide(campaign, sentOn('a', DAY, { http: both })))).toBe('hold until 25 h: x');
  });

  it('are asked again at send, by the same rules, and never of the first step', () => {
    const replied = { ...A, stopConditions: [condition({ type: 'replied' })] };
    const campaign = of([replied, { ...B, stopConditions: [condition({ type: 'replied' })] }], 'stop');
    const facts = sentOn('b', DAY, { replies: [reply(NOW)] });
    expect(firstStop(campaign, replied, facts)).toBeNull();
    expect(firstStop(campaign, B, facts)).toMatchObject({ do: 'stop', reason: 'replied' });
    expect(firstStop(of(campaign.steps), campaign.steps[1] as Step, facts)).toMatchObject({
      reason: 'condition',
    });
    expect(firstStop(campaign, replied, { ...facts, lead: null })).toMatchObject({ reason: 'lead_deleted' });
  });
});

describe('ways on', () => {
  const replied = (to: string) => branch({ type: 'replied' }, to);
  const silent = (days: number, to: string) =>
    branch({ type: 'no_reply_for', wait: { value: days, unit: 'd' } }, to);
  const vip = (to: string) => branch({ type: 'tag', tag: 'vip', is: 'present' }, to);
  const asked = (to: string) => branch({ type: 'http', url: 'https://crm.example' }, to);
  const from = (branches: Branch[], next: string | null = null, waits: Record<string, number> = {}) =>
    of([
      { ...A, branches, next },
      ...['b', 'c', 'd'].map((key) => stepOf(key, { wait: { value: waits[key] ?? 1, unit: 'd' } })),
    ]);
  const isVip = { lead: leadFacts({ tags: ['vip'] }) };

  it('are taken by who replied at the reply, and waited for from the step before', () => {
    const campaign = from([replied('c')], null, { b: 3, c: 1 });
    expect(said(decide(campaign, sentOn('a', HOUR)))).toBe('wait 72 h');
    expect(said(decide(campaign, sentOn('a', HOUR, { replies: [reply(NOW + HOUR)] })))).toBe(
      'wait 24 h for c',
    );
    expect(said(decide(campaign, sentOn('a', 30 * HOUR, { replies: [reply(NOW + 30 * HOUR)] })))).toBe(
      'send c',
    );
    expect(said(decide(campaign, sentOn('a', HOUR, { replies: [reply(NOW - 1)] })))).toBe('wait 72 h');
  });

  it('are taken after a silence, and not by who broke it', () => {
    const campaign = from([silent(2, 'c')], 'end');
    expect(said(decide(campaign, sentOn('a', 0)))).toBe('wait 48 h');
    expect(said(decide(campaign, sentOn('a', 2 * DAY)))).toBe('send c');
    expect(said(decide(campaign, sentOn('a', 2 * DAY, { replies: [reply(NOW + HOUR)] })))).toBe('finish');
  });

  it('let the default wait until each of the others had its chance', () => {
    const campaign = from([replied('b'), silent(3, 'c')], 'end');
    expect(said(decide(campaign, sentOn('a', 2 * DAY)))).toBe('wait 72 h');
    expect(said(decide(campaign, sentOn('a', 2 * DAY, { replies: [reply(NOW + 2 * DAY)] })))).toBe('send b');
    const late = from([vip('c')], 'b', { b: 1, c: 5 });
    expect(said(decide(late, sentOn('a', 2 * DAY, isVip)))).toBe('wait 120 h');
    expect(said(decide(late, sentOn('a', 5 * DAY, isVip)))).toBe('send c');
    expect(said(decide(late, sentOn('a', 5 * DAY)))).toBe('send b');
  });

  it('that look at the contact are asked when their target would be due', () => {
    const campaign = from([vip('c')], 'b', { b: 3, c: 2 });
    expect(said(decide(campaign, sentOn('a', 2 * DAY - 1, isVip)))).toBe('wait 48 h');
    expect(said(decide(campaign, sentOn('a', 2 * DAY, isVip)))).toBe('send c');
    expect(said(decide(campaign, sentOn('a', 2 * DAY)))).toBe('wait 72 h');
    expect(said(decide(campaign, sentOn('a', 2.5 * DAY, isVip)))).toBe('send c');
    expect(said(decide(from([vip('end')]), sentOn('a', 0, isVip)))).toBe('finish');
  });

  it('of one instant are taken in order', () => {
    const replies = [reply(NOW + HOUR, 'yes')];
    const yes = branch({ type: 'replied_with', keywords: ['yes'] }, 'c');
    expect(said(decide(from([yes, replied('d')]), sentOn('a', 2 * DAY, { replies })))).toBe('send c');
    expect(said(decide(from([replied('d'), yes]), sentOn('a', 2 * DAY, { replies })))).toBe('send d');
    const talked = [reply(NOW + HOUR, 'who is this'), ...replies.map(() => reply(NOW + 2 * HOUR, 'yes'))];
    expect(said(decide(from([yes, replied('d')]), sentOn('a', 2 * DAY, { replies: talked })))).toBe('send d');
  });

  it('are the same however late they are decided', () => {
    const campaign = from([replied('b'), silent(2, 'c')], 'end');
    const replies = [reply(NOW + 3 * DAY)];
    expect(said(decide(campaign, sentOn('a', 2 * DAY)))).toBe('send c');
    expect(said(decide(campaign, sentOn('a', 5 * DAY, { replies })))).toBe('send c');
  });

  it('once taken are kept: what happens meanwhile changes nothing', () => {
    const campaign = from([replied('b'), silent(1, 'c')], 'end', { b: 5, c: 5 });
    const fixed = { nextStepKey: 'c', replies: [reply(NOW + 2 * DAY)] };
    expect(said(decide(campaign, sentOn('a', 3 * DAY, fixed)))).toBe('wait 120 h for c');
    expect(said(decide(campaign, sentOn('a', 5 * DAY, fixed)))).toBe('send c');
    expect(said(decide(campaign, sentOn('a', 5 * DAY, { ...fixed, nextStepKey: 'gone' })))).toBe('send c');
  });

  it('that lead back, or nowhere, are the end', () => {
    const back = of([A, { ...B, next: 'a' }, C]);
    expect(said(decide(back, sentOn('b', DAY)))).toBe('finish');
    expect(said(decide(of([A, { ...B, next: 'b' }]), sentOn('b', DAY)))).toBe('finish');
    expect(said(decide(of([{ ...A, next: 'nowhere' }, B]), sentOn('a', DAY)))).toBe('finish');
  });

  it('that ask a server wait for its answer, unless another way was open before', () => {
    const campaign = from([asked('c')], 'b', { b: 2, c: 1 });
    const answered = (answer: { holds: boolean } | { failed: string; retryAt: number }) => ({
      http: new Map([['http-c', answer]]),
    });
    expect(said(decide(campaign, sentOn('a', DAY - 1)))).toBe('wait 24 h');
    expect(said(decide(campaign, sentOn('a', DAY)))).toBe('ask http-c');
    expect(said(decide(campaign, sentOn('a', DAY, answered({ holds: true }))))).toBe('send c');
    expect(said(decide(campaign, sentOn('a', DAY, answered({ holds: false }))))).toBe('wait 48 h');
    expect(said(decide(campaign, sentOn('a', 2 * DAY, answered({ holds: false }))))).toBe('send b');
    const failed = { failed: 'no answer', retryAt: NOW + 49 * HOUR };
    expect(said(decide(campaign, sentOn('a', 2 * DAY, answered(failed))))).toBe('hold until 49 h: no answer');
    const before = from([asked('c'), replied('d')], 'b');
    expect(said(decide(before, sentOn('a', 2 * DAY, { replies: [reply(NOW + HOUR)] })))).toBe('send d');
  });

  it('of a step that was skipped are about those who wrote before', () => {
    const campaign = of([
      A,
      { ...B, onlyNonResponders: true, branches: [silent(1, 'd'), replied('c')] },
      C,
      stepOf('d'),
    ]);
    const skipped = sentOn('b', 2 * DAY, {
      message: null,
      stepAt: NOW + DAY,
      had: ['a'],
      replies: [reply(NOW + HOUR)],
    });
    expect(said(decide(campaign, skipped))).toBe('send c');
  });
});

/** Any campaign whose ways lead forward, as check-steps.ts lets through, and any that does not. */
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const anyWait = fc.record({
  value: fc.integer({ min: 0, max: 3 }),
  unit: fc.constantFrom('s' as const, 'h' as const, 'd' as const),
});
const anyCondition: fc.Arbitrary<Condition> = fc
  .oneof(
    fc.constant({ type: 'replied' as const }),
    fc.constant({ type: 'replied_with' as const, keywords: ['yes'] }),
    anyWait.map((wait) => ({ type: 'no_reply_for' as const, wait })),
    fc
      .constantFrom('present' as const, 'absent' as const)
      .map((is) => ({ type: 'tag' as const, tag: 'vip', is })),
    fc.constant({ type: 'dnc' as const }),
    fc.constant({
      type: 'http' as const,
      url: 'https://crm.example',
      method: 'GET' as const,
      body: null,
      path: '',
      operator: 'exists' as const,
      value: null,
    }),
  )
  .chain((wish) => fc.nat(1000).map((n) => ({ id: `c${n}`, ...wish }) as Condition));
const anyTarget = fc.constantFrom(...KEYS, 'end', 'nowhere');
const anyCampaign: fc.Arbitrary<Sequence> = fc.record({
  onReply: fc.constantFrom('stop' as const, 'continue' as const),
  steps: fc
    .array(
      fc.record({
        wait: anyWait,
        onlyNonResponders: fc.boolean(),
        stopConditions: fc.array(anyCondition, { maxLength: 2 }),
        branches: fc.array(fc.record({ condition: anyCondition, to: anyTarget }), { maxLength: 3 }),
        next: fc.option(anyTarget, { nil: null }),
      }),
      { minLength: 1, maxLength: KEYS.length },
    )
    .map((steps) => steps.map((wish, index) => stepOf(KEYS[index] ?? '', wish))),
});

/** What happens to a contact, by the hour: replies, a tag that comes and goes, an opt-out, a server that fails now and then. */
const anyLife = fc.record({
  replies: fc.array(
    fc.record({ atHour: fc.integer({ min: 0, max: 200 }), text: fc.constantFrom('yes', 'no') }),
    {
      maxLength: 3,
    },
  ),
  vip: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  dncAtHour: fc.option(fc.integer({ min: 0, max: 300 }), { nil: null }),
  answers: fc.array(fc.constantFrom('yes', 'no', 'fails'), { minLength: 8, maxLength: 8 }),
  /** How long a message takes to be sent. */
  roadMs: fc.integer({ min: 0, max: 6 * HOUR }),
  /** How late the chore looks. */
  lateMs: fc.integer({ min: 0, max: 3 * HOUR }),
});
type Life = typeof anyLife extends fc.Arbitrary<infer Each> ? Each : never;

interface Sent {
  key: string;
  madeAt: number;
  sentAt: number;
}

/** Runs one contact through a campaign as the chore does, one decision after another. */
function walk(
  campaign: Sequence,
  life: Life,
): { sent: Sent[]; end: string; decisions: number; skipped: string[] } {
  const sent: Sent[] = [];
  const skipped: string[] = [];
  let facts = entryFacts();
  for (let decisions = 1; decisions <= 500; decisions += 1) {
    const decision = decide(campaign, see(facts, life));
    switch (decision.do) {
      case 'send': {
        const sentAt = facts.now + life.roadMs;
        sent.push({ key: decision.step.key, madeAt: facts.now, sentAt });
        const { key } = decision.step;
        facts = { ...facts, now: sentAt, stepKey: key, had: [...facts.had, key], nextStepKey: null };
        facts = { ...facts, message: sentMessage(sentAt) };
        break;
      }
      case 'skip':
        skipped.push(decision.step.key);
        facts = { ...facts, stepKey: decision.step.key, stepAt: facts.now, nextStepKey: null, message: null };
        break;
      case 'wait': {
        expect(decision.until, 'a wait ends').not.toBeNull();
        const until = decision.until ?? 0;
        expect(until).toBeGreaterThan(facts.now);
        // A reply wakes it before.
        const woken = life.replies
          .map(({ atHour }) => NOW + atHour * HOUR)
          .filter((at) => at > facts.now && at < until);
        const at = woken.length > 0 ? Math.min(...woken) : until + life.lateMs;
        facts = { ...facts, now: at, nextStepKey: decision.nextStepKey ?? null };
        break;
      }
      case 'ask': {
        const answer = life.answers[Math.floor((facts.now - NOW) / DAY) % 8];
        const http = new Map(facts.http);
        for (const { id } of decision.conditions)
          http.set(
            id,
            answer === 'fails' ? { failed: 'x', retryAt: facts.now + HOUR } : { holds: answer === 'yes' },
          );
        facts = { ...facts, http };
        break;
      }
      case 'hold':
        expect(decision.until).toBeGreaterThan(facts.now);
        facts = { ...facts, now: decision.until };
        break;
      default:
        return { sent, end: said(decision), decisions, skipped };
    }
  }
  throw new Error('it never ends');
}

function see(facts: EntryFacts, { replies, vip, dncAtHour }: Life): EntryFacts {
  const { now } = facts;
  const day = Math.floor((now - NOW) / DAY);
  return {
    ...facts,
    lead: leadFacts({
      tags: vip[day % vip.length] === true ? ['vip'] : [],
      isDnc: dncAtHour !== null && now >= NOW + dncAtHour * HOUR,
    }),
    replies: replies
      .map(({ atHour, text }) => reply(NOW + atHour * HOUR, text))
      .filter(({ at }) => at <= now)
      .toSorted((one, other) => one.at - other.at),
    http: new Map([...facts.http].filter(([, answer]) => 'holds' in answer || answer.retryAt > now)),
  };
}

describe('a contact on the way', () => {
  /** A server that always fails holds for ever, which is what it is to do. */
  const walks = (check: (campaign: Sequence, life: Life) => void) =>
    fc.assert(
      fc.property(
        anyCampaign,
        anyLife.filter(({ answers }) => answers.some((answer) => answer !== 'fails')),
        check,
      ),
      {
        numRuns: 500,
      },
    );

  it('comes to an end, whatever happens', () => {
    walks((campaign, life) => {
      expect(walk(campaign, life).end).toMatch(/^(finish|stop: (replied|condition|dnc).*)$/);
    });
  });

  it('never gets a step twice, and none out of order', () => {
    walks((campaign, life) => {
      const places = walk(campaign, life).sent.map(({ key }) => KEYS.indexOf(key));
      expect(places).toEqual([...new Set(places)].toSorted((one, other) => one - other));
    });
  });

  it('never gets a step before its wait is over, counted from when the one before was sent', () => {
    walks((campaign, life) => {
      const { sent, skipped } = walk(campaign, life);
      if (skipped.length > 0) return;
      for (const [index, { key, madeAt }] of sent.entries()) {
        const since = sent[index - 1]?.sentAt ?? NOW;
        const { wait } = campaign.steps[KEYS.indexOf(key)] as Step;
        const ms = wait.value * { s: 1000, min: MINUTE, h: HOUR, d: DAY }[wait.unit];
        expect(madeAt - since).toBeGreaterThanOrEqual(ms);
      }
    });
  });

  it('gets nothing after an opt-out, nor after a reply where that stops it', () => {
    walks((campaign, life) => {
      const { sent } = walk(campaign, life);
      const optedOut = life.dncAtHour === null ? Infinity : NOW + life.dncAtHour * HOUR;
      const wrote = Math.min(Infinity, ...life.replies.map(({ atHour }) => NOW + atHour * HOUR));
      for (const [index, { madeAt }] of sent.entries()) {
        expect(madeAt).toBeLessThan(optedOut);
        if (campaign.onReply === 'stop' && index > 0) expect(madeAt).toBeLessThan(wrote);
      }
    });
  });

  it('is decided on alike by everybody who looks at the same instant, and waits never shrink', () => {
    walks((campaign, life) => {
      const facts = see(entryFacts({ stepKey: 'a', had: ['a'], message: sentMessage(NOW) }), life);
      const decision = decide(campaign, facts);
      expect(decide(campaign, facts)).toEqual(decision);
      if (decision.do !== 'wait' || decision.until === null) return;
      const between = { ...facts, now: Math.floor((facts.now + decision.until) / 2) };
      const again = decide(campaign, between);
      expect(again.do).toBe('wait');
      expect('until' in again && again.until).toBe(decision.until);
    });
  });

  it('never gets a step twice, although the steps changed places meanwhile', () => {
    fc.assert(
      fc.property(
        anyCampaign,
        fc.shuffledSubarray(KEYS),
        fc.constantFrom(...KEYS),
        fc.integer({ min: 0, max: 400 }),
        (campaign, had, stepKey, hours) => {
          const facts = sentOn(stepKey, hours * HOUR, { had: [...had, stepKey] });
          const decision = decide(campaign, facts);
          if (decision.do === 'send') expect(facts.had).not.toContain(decision.step.key);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

it('a decision looks at the facts alone: long after, the same facts say the same', () => {
  const facts = sentOn('a', DAY);
  expect(decide(ABC, facts)).toEqual(decide(ABC, structuredClone({ ...facts })));
  expect(said(decide(ABC, { ...facts, now: LATER }))).toBe('send b');
});
