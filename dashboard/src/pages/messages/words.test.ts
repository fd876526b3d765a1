import type { Gate } from '@trunkline/sdk';
import { describe, expect, test } from 'vitest';
import { eventDetails, eventTitle, whyItWaits } from './words.ts';

const gate = (name: Gate['gate'], until: string | null, reason: string): Gate => ({
  gate: name,
  state: 'blocked',
  until,
  reason,
});

describe('why it waits', () => {
  test('is what opens last, and before all what takes a hand', () => {
    const window = gate('window', '2026-11-27T09:00:00Z', 'The window.');
    const gap = gate('device_gap', '2026-11-26T12:00:10Z', 'The gap.');
    const line = gate('line', null, 'The line is not active.');
    expect(whyItWaits({ gates: [window, gap], aheadOnLine: 3 })).toBe('The window.');
    expect(whyItWaits({ gates: [window, line], aheadOnLine: 3 })).toBe('The line is not active.');
  });

  test('is its turn when nothing is closed', () => {
    expect(whyItWaits({ gates: [], aheadOnLine: 2 })).toMatch(/2 messages go before it/);
    expect(whyItWaits({ gates: [], aheadOnLine: 1 })).toMatch(/1 message goes before it/);
    expect(whyItWaits({ gates: [], aheadOnLine: null })).toMatch(/in a moment/);
  });
});

test('an event says what happened and why, and one of a kind yet unknown its own name', () => {
  expect(eventTitle({ type: 'message.cancelled' })).toBe('Cancelled');
  expect(eventTitle({ type: 'message.teleported' })).toBe('message.teleported');
  expect(eventDetails({ data: { because: 'Cancelled by request', reason: 'x' } })).toEqual([
    'Cancelled by request',
  ]);
  expect(eventDetails({ data: { attempt: 2, error: 'Refused', reason: 'refused' } })).toEqual([
    'Attempt 2',
    'Refused',
  ]);
  expect(eventDetails({ data: { changed: ['message'], missingPlaceholders: ['firstName'] } })).toEqual([
    'Changed: message',
    'Without value: firstName',
  ]);
});
