import type { ConversationAnswer, Message, ThreadEvent } from '@trunkline/sdk';
import { expect, test } from 'vitest';
import { dayName, fateOf, timelineOf } from './timeline.ts';

const message = (changes: Partial<Message>): Message =>
  ({
    _id: 'm',
    message: 'Hi',
    status: 'delivered',
    direction: 'sent',
    createdAt: '2026-11-25T10:00:00.000Z',
    sentAt: '2026-11-25T10:00:01.000Z',
    updatedAt: '2026-11-25T10:00:02.000Z',
    deliveredAt: null,
    readAt: null,
    fallbackOf: null,
    fallbackSmsDispatched: false,
    ...changes,
  }) as Message;

const thread = (changes: Partial<ConversationAnswer>): ConversationAnswer =>
  ({ messages: [], attachments: [], reactions: [], events: [], ...changes }) as unknown as ConversationAnswer;

const optOut = {
  type: 'opted_out',
  at: '2026-11-26T09:00:00.000Z',
  messageId: null,
  address: '+12025550100',
} as ThreadEvent;

test('a thread is told from the oldest on, day by day, with what happened in between and what waits at its end', () => {
  const waits = message({ _id: 'w', status: 'scheduled', sentAt: null });
  const reply = message({ _id: 'r', direction: 'received', createdAt: '2026-11-26T08:00:00.000Z' });
  const { items, waiting } = timelineOf(
    thread({ messages: [waits, reply, message({ _id: 'a' })], events: [optOut] }),
    'UTC',
  );
  expect(items.map(({ kind, key }) => (kind === 'event' ? kind : key))).toEqual([
    'day 2026-11-25',
    'a',
    'day 2026-11-26',
    'r',
    'event',
  ]);
  expect(waiting.map((each) => each.message._id)).toEqual(['w']);
});

test('files, tapbacks and originals stand with their message', () => {
  const original = message({ _id: 'o' });
  const sms = message({ _id: 's', fallbackOf: 'o', sentAt: '2026-11-25T10:05:00.000Z' });
  const file = { messageId: 's', name: 'plan.pdf' };
  const tapback = { messageId: 'o', reaction: 'love' };
  const { items } = timelineOf(
    thread({ messages: [sms, original], attachments: [file], reactions: [tapback] } as never),
    'UTC',
  );
  expect(items.slice(1)).toMatchObject([
    { key: 'o', entry: { attachments: [], reactions: [tapback], original: null } },
    { key: 's', entry: { attachments: [file], reactions: [], original: { _id: 'o' } } },
  ]);
});

test('days are those of the viewer', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');
  expect(dayName('2026-11-26T01:00:00Z', now, 'UTC')).toBe('Today');
  expect(dayName('2026-11-26T01:00:00Z', now, 'America/New_York')).toBe('Yesterday');
  expect(dayName('2026-11-20T12:00:00Z', now, 'UTC')).toMatch(/20/);
});

test('what became of a message is told in words', () => {
  expect(
    [
      { status: 'sent' },
      { status: 'delivered', deliveredAt: '2026-11-26T12:00:00Z' },
      { status: 'delivered', deliveredAt: '2026-11-26T12:00:00Z', readAt: '2026-11-26T12:01:00Z' },
      { status: 'failed' },
      { status: 'failed', fallbackSmsDispatched: true },
    ].map((changes) => fateOf(message(changes as Partial<Message>)).word),
  ).toEqual(['Sent', 'Delivered', 'Read', 'Failed', 'Failed, sent as SMS instead']);
});
