import { describe, expect, test } from 'vitest';
import { happenedBy } from './happened.ts';

describe('what an event counts as', () => {
  test.each([
    ['message.accepted', { status: 'pending' }, ['accepted']],
    ['message.failed', { status: 'failed', reason: 'dnc' }, ['accepted', 'failed']],
    ['message.fallback', { status: 'fallback' }, ['accepted', 'fallback']],
    ['message.sending', { from: 'pending', status: 'sending' }, []],
    ['message.sent', { from: 'sending', status: 'sent' }, ['sent']],
    ['message.sent', { from: 'unknown', status: 'sent' }, ['sent']],
    ['message.delivered', { from: 'sent', status: 'delivered' }, ['delivered']],
    ['message.failed', { from: 'sent', status: 'failed' }, ['failed']],
    ['message.fallback', { from: 'sending', status: 'fallback' }, ['fallback']],
    ['message.opened', { from: 'delivered', status: 'delivered' }, ['read']],
    ['message.cancelled', { from: 'pending', status: 'cancelled' }, ['other']],
    ['message.held', { from: 'pending', status: 'queued' }, ['other']],
    ['message.received', {}, ['replies']],
    ['message.reply', {}, []],
    ['lead.opted_out', {}, ['optOuts']],
    ['lead.opted_in', {}, []],
    ['line.health_changed', { status: 'failed' }, []],
  ])('%s %j: %j', (type, data, expected) => {
    expect(happenedBy(type, data)).toEqual(expected);
  });

  test('a receipt that overtakes the carrier’s answer counts what it skipped, and the answer counts nothing', () => {
    expect(happenedBy('message.opened', { from: 'sending', status: 'delivered' })).toEqual([
      'sent',
      'delivered',
      'read',
    ]);
    expect(happenedBy('message.sent', { from: 'delivered', status: 'delivered' })).toEqual(['other']);
  });
});
