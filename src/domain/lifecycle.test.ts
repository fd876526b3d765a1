import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EVENT_OF,
  isSettled,
  isWaiting,
  LIFECYCLE,
  LIFECYCLE_EVENTS,
  type LifecycleEvent,
  MESSAGE_EVENTS,
  transition,
} from './lifecycle.ts';
import { MESSAGE_STATUSES, type MessageStatus, WAITING_STATUSES } from './words.ts';

/** Written down a second time on purpose: whoever changes the lifecycle says so twice. `-` is ignored. */
const TABLE = `
           hold   lease   accept retry  lose    miss     fail   deliver   read      bounce cancel    stop      edit    postpone  edit_held
pending    queued sending sent   -      -       fallback failed delivered delivered failed cancelled cancelled pending scheduled queued
scheduled  queued sending sent   -      -       fallback failed delivered delivered failed cancelled cancelled pending scheduled queued
queued     queued sending sent   -      -       fallback failed delivered delivered failed cancelled cancelled pending scheduled queued
sending    -      -       sent   queued unknown fallback failed delivered delivered failed -         cancelled -       -         -
unknown    -      -       sent   queued -       -        failed delivered delivered failed -         -         -       -         -
sent       -      -       -      -      -       fallback -      delivered delivered failed -         -         -       -         -
delivered  -      -       same   -      -       -        -      -         same      -      -         -         -       -         -
fallback   -      -       -      -      -       -        -      -         -         -      -         -         -       -         -
failed     -      -       -      -      -       -        -      -         -         -      -         -         -       -         -
cancelled  -      -       -      -      -       -        -      -         -         -      -         -         -       -         -
`;

const [head = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

const anyStatus = fc.constantFrom(...MESSAGE_STATUSES);
const anyEvents = fc.array(fc.constantFrom(...LIFECYCLE_EVENTS), { maxLength: 40 });

function after(status: MessageStatus, event: LifecycleEvent): MessageStatus {
  const next = transition(status, event, 1);
  return next === 'ignored' || next === 'same' ? status : next;
}

describe('the lifecycle', () => {
  it('has an answer for every state and every event, no more and no less', () => {
    expect(head).toEqual(LIFECYCLE_EVENTS);
    expect(rows.map(([status]) => status)).toEqual(MESSAGE_STATUSES);
    expect(Object.keys(LIFECYCLE)).toEqual(MESSAGE_STATUSES);
  });

  describe.each(rows)('of a message that is %s', (status, ...answers) => {
    it.each(LIFECYCLE_EVENTS.map((event, index) => [event, answers[index]]))('%s → %s', (event, answer) => {
      const next = transition(status as MessageStatus, event as LifecycleEvent, 1);
      expect(next === 'ignored' ? '-' : next).toBe(answer);
    });
  });

  it('leaves exactly one kind of event for each transition', () => {
    expect(Object.keys(EVENT_OF)).toEqual(LIFECYCLE_EVENTS);
    for (const name of Object.values(EVENT_OF)) expect(MESSAGE_EVENTS).toContain(name);
  });
});

describe('a message', () => {
  it('waits in the very states from which it can be sent, edited and cancelled', () => {
    for (const event of ['lease', 'hold', 'edit', 'postpone', 'edit_held', 'cancel'] as const) {
      const taking = MESSAGE_STATUSES.filter((status) => transition(status, event, 1) !== 'ignored');
      expect(taking).toEqual(WAITING_STATUSES);
    }
    expect(MESSAGE_STATUSES.filter(isWaiting)).toEqual(WAITING_STATUSES);
  });

  it('that no carrier has seen yet is neither accepted nor delivered nor bounced', () => {
    for (const status of WAITING_STATUSES)
      for (const event of ['accept', 'deliver', 'read', 'bounce'] as const)
        expect(transition(status, event, 0)).toBe('ignored');
  });

  it('is settled when no dispatcher will touch it again', () => {
    expect(MESSAGE_STATUSES.filter(isSettled)).toEqual([
      'sent',
      'delivered',
      'fallback',
      'failed',
      'cancelled',
    ]);
  });

  it('is out of reach of a second sender while it is being sent or its outcome is unknown', () => {
    expect(transition('sending', 'lease', 1)).toBe('ignored');
    expect(transition('unknown', 'lease', 1)).toBe('ignored');
  });

  it('never leaves fallback, failed or cancelled, whatever happens', () => {
    fc.assert(
      fc.property(fc.constantFrom('fallback', 'failed', 'cancelled'), anyEvents, (status, events) => {
        expect(events.reduce<MessageStatus>(after, status)).toBe(status);
      }),
    );
  });

  it('never waits again, nor is withdrawn, once the carrier has it', () => {
    fc.assert(
      fc.property(fc.constantFrom('sent', 'delivered'), anyEvents, (status, events) => {
        expect(['sent', 'delivered', 'failed', 'fallback']).toContain(
          events.reduce<MessageStatus>(after, status),
        );
      }),
    );
  });

  it('never goes from delivered back to sent', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        expect(events.reduce<MessageStatus>(after, 'delivered')).toBe('delivered');
      }),
    );
  });

  it('stays unknown until somebody knows: found, absent, given up, or a receipt', () => {
    const certain: readonly LifecycleEvent[] = ['accept', 'retry', 'fail', 'deliver', 'read', 'bounce'];
    fc.assert(
      fc.property(anyEvents, (events) => {
        const rumours = events.filter((event) => !certain.includes(event));
        expect(rumours.reduce<MessageStatus>(after, 'unknown')).toBe('unknown');
      }),
    );
  });

  it('can come to an end from every state', () => {
    fc.assert(
      fc.property(anyStatus, (status) => {
        const reached = new Set([status]);
        for (const each of reached) for (const event of LIFECYCLE_EVENTS) reached.add(after(each, event));
        expect([...reached].some(isSettled)).toBe(true);
      }),
    );
  });
});
