/** A judge that finds nothing proves nothing: each rule is shown a world in which it must speak up. */
import { describe, expect, test } from 'vitest';
import type { MessageStatus } from '../../src/domain/words.ts';
import type { CopyFact, EventFact, MessageFact } from './evidence.ts';
import { judge, type Rule } from './judge.ts';

const DAY = '2026-11-23';
const NUMBER = '+13125550123';

/** One message that arrived, and one that ended as fallback with its SMS. */
function goodWorld() {
  return {
    messages: [
      message('sent', { status: 'delivered' }),
      message('missed', { status: 'fallback', reason: 'not_on_imessage', fallbackSmsDispatched: true }),
      message('sms', { status: 'delivered', lineId: 'other', fallbackOf: 'missed', text: 'Text of missed' }),
    ],
    events: [
      ...history('sent', ['pending', 'sending', 'sent', 'delivered']),
      ...history('missed', ['pending', 'sending', 'fallback']),
      ...history('sms', ['pending', 'sending', 'sent', 'delivered'], 1_100),
    ],
    copies: [copy('sent', 'line', 1_000), copy('sms', 'other', 1_100)],
    lines: ['line', 'other'].map((id) => ({
      ...{ id, transport: 'sandbox' as const, deviceId: 'turn', gapMs: 100 },
      ...{ usageDay: DAY, totalMessages: 1, newConversations: 1 },
    })),
    touches: [
      { lineId: 'line', leadId: 'lead of sent', messageId: 'sent' },
      { lineId: 'other', leadId: 'lead of sms', messageId: 'sms' },
    ],
    entries: [],
    promised: [],
    asked: [
      { text: 'Text of sent', key: 'k', to: NUMBER, acknowledged: ['sent', 'sent'] },
      { text: 'Text of missed', key: null, to: NUMBER, acknowledged: ['missed'] },
      { text: 'Text of nothing', key: null, to: NUMBER, acknowledged: [] },
    ],
    refusals: new Map([[503, 4]]),
    defects: [] as string[],
  };
}

type World = ReturnType<typeof goodWorld>;

function message(id: string, differs: Partial<MessageFact>): MessageFact {
  return {
    id,
    text: `Text of ${id}`,
    status: 'pending',
    reason: null,
    messageType: 'imessage',
    recipient: NUMBER,
    leadId: `lead of ${id}`,
    lineId: 'line',
    attempt: 1,
    fallbackOf: null,
    fallbackSmsDispatched: false,
    campaignId: null,
    stepKey: null,
    sentAt: null,
    unfinished: false,
    ...differs,
  };
}

function history(messageId: string, states: readonly MessageStatus[], at = 1_000): EventFact[] {
  return states.map((status, index) => {
    const from = states[index - 1];
    const data = from === undefined ? { status } : { from, status, attempt: 1 };
    return { id: `${messageId} ${index}`, messageId, type: `message.${status}`, at, data };
  });
}

function copy(reference: string, lineId: string, receivedAt: number): CopyFact {
  return {
    id: `copy of ${reference}`,
    reference,
    attempt: 1,
    address: NUMBER,
    lineId,
    receivedAt,
    day: DAY,
    isUndone: false,
  };
}

function rulesBroken(world: World): Rule[] {
  return [...new Set(judge(world, world).map(({ rule }) => rule))];
}

function the<Fact extends { id: string }>(facts: readonly Fact[], id: string): Fact {
  const found = facts.find((fact) => fact.id === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

test('the judge has nothing to say of a world in order', () => {
  expect(judge(goodWorld(), goodWorld())).toEqual([]);
});

describe('the judge speaks up when', () => {
  const wrongs: readonly [what: string, rule: Rule, doctor: (world: World) => void][] = [
    ['an acknowledged message is missing', 'lost', (world) => void world.messages.shift()],
    [
      'an acknowledged id belongs to another message',
      'lost',
      (world) => {
        the(world.messages, 'sent').text = 'Something else';
      },
    ],
    [
      'one request made two messages',
      'made_twice',
      (world) => {
        world.messages.push(message('twin', { text: 'Text of sent', status: 'cancelled', attempt: 0 }));
      },
    ],
    [
      'one key was answered with two ids',
      'made_twice',
      (world) => {
        world.asked[0]?.acknowledged.push('sms');
      },
    ],
    [
      'a phone holds two copies',
      'duplicated',
      (world) => void world.copies.push(copy('sent', 'line', 2_000)),
    ],
    [
      'one original has two SMS',
      'two_sms',
      (world) => {
        world.messages.push(
          message('more', { fallbackOf: 'missed', status: 'failed', text: 'Text of missed' }),
        );
      },
    ],
    [
      'something still waits',
      'unsettled',
      (world) => {
        the(world.messages, 'sent').status = 'sending';
      },
    ],
    [
      'a lease is left',
      'unsettled',
      (world) => {
        the(world.messages, 'sent').unfinished = true;
      },
    ],
    ['a message counts as sent that never arrived', 'outcome', (world) => void world.copies.shift()],
    [
      'a message counts as failed that arrived',
      'outcome',
      (world) => {
        Object.assign(the(world.messages, 'sent'), { status: 'failed', reason: 'retries_exhausted' });
      },
    ],
    [
      'a receipt was lost',
      'outcome',
      (world) => {
        the(world.messages, 'sent').status = 'sent';
      },
    ],
    ['a promised SMS was never made', 'outcome', (world) => void world.messages.pop()],
    ['a transition left no event', 'replay', (world) => void world.events.splice(2, 1)],
    [
      'a transition left two events',
      'replay',
      (world) => {
        world.events.splice(1, 0, the(world.events, 'sent 1'));
      },
    ],
    ['events end elsewhere than the message', 'replay', (world) => void world.events.splice(3, 1)],
    [
      'a transition happened that must not',
      'replay',
      (world) => {
        Object.assign(the(world.events, 'sent 3').data, { status: 'queued' });
        the(world.messages, 'sent').status = 'queued';
      },
    ],
    [
      'a counter forgot a message',
      'counters',
      (world) => {
        the(world.lines, 'line').totalMessages = 0;
      },
    ],
    [
      'a counter was not given back',
      'counters',
      (world) => {
        the(world.lines, 'line').newConversations = 2;
      },
    ],
    ['a conversation was forgotten', 'counters', (world) => void world.touches.pop()],
    [
      'a device sent too soon',
      'gaps',
      (world) => {
        the(world.events, 'sms 1').at = 1_099;
      },
    ],
    [
      'a message arrived before its turn',
      'gaps',
      (world) => {
        the(world.copies, 'copy of sms').receivedAt = 1_099;
      },
    ],
    ['a request was answered 500', 'answers', (world) => void world.refusals.set(500, 1)],
    ['a process ended by itself', 'processes', (world) => void world.defects.push('api ended by itself')],
  ];

  test.each(wrongs)('%s (%s)', (_what, rule, doctor) => {
    const world = goodWorld();
    doctor(world);
    expect(rulesBroken(world)).toContain(rule);
  });
});

test('what might have left and what came back are allowed to differ from what arrived', () => {
  const world = goodWorld();
  Object.assign(the(world.messages, 'sent'), { status: 'failed', reason: 'outcome_unknown' });
  world.copies.shift();
  expect(rulesBroken(world)).toEqual(['replay']);
});
