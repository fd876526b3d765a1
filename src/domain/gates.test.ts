import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepGate } from './campaign/next-step.ts';
import { forecast } from './forecast.ts';
import {
  CONVERSATION_RECHECK_MS,
  earliestAt,
  type Gate,
  type LineGateFacts,
  lineGates,
  type MessageGateFacts,
  messageGates,
} from './gates.ts';
import { anyPaceAt, DAY, HOUR, NOW, paceOf } from './testing.ts';
import type { SendWindow } from './window.ts';
import { GATES } from './words.ts';

const MIDNIGHT = Date.UTC(2026, 10, 25);
const EVENING: SendWindow = { timezone: 'UTC', start: '18:00', end: '20:00', days: null };
const MORNING: SendWindow = { timezone: 'UTC', start: '12:00', end: '13:00', days: null };
const WEEKEND: SendWindow = { timezone: 'UTC', start: null, end: null, days: [0, 6] };
const STOP: StepGate = { do: 'stop', reason: 'replied', detail: 'The contact replied', conditionId: null };
const HOLD: StepGate = {
  do: 'hold',
  reason: 'http_condition',
  detail: 'The question to crm.example failed: it answers 500',
  conditionId: 'c1',
  until: NOW + HOUR,
};
const ASK: StepGate = { do: 'ask', conditions: [] };
const SPENT = {
  day: '2026-11-24',
  newConversations: 5,
  totalMessages: 9,
  hour: Date.UTC(2026, 10, 24, 12),
  newConversationsHour: 5,
};

function message(differs: Partial<MessageGateFacts> = {}): MessageGateFacts {
  return {
    dueAt: NOW,
    scheduledDate: null,
    expiresAt: null,
    window: null,
    attempt: 0,
    suppressed: false,
    campaignStatus: null,
    conversationBusy: false,
    campaignStop: null,
    ...differs,
  };
}

function line(differs: Partial<LineGateFacts> = {}): LineGateFacts {
  return { isActive: true, isHealthy: true, readOnly: false, risk: 'low', pace: paceOf(), ...differs };
}

function blocked(gates: readonly Gate[]): Omit<Gate, 'state'>[] {
  return gates.filter(({ state }) => state === 'blocked').map(({ state: _, ...rest }) => rest);
}

describe('the gates', () => {
  it('are asked in the published order, every one of them', () => {
    const asked = [...messageGates(message(), NOW), ...lineGates(line(), NOW, true)];
    expect(asked.map((each) => each.gate)).toEqual(GATES);
  });

  it('of a message that may go are all passed, with nothing to wait for, each with a sentence', () => {
    for (const { state, until, reason } of [
      ...messageGates(message(), NOW),
      ...lineGates(line(), NOW, true),
    ]) {
      expect({ state, until }).toEqual({ state: 'passed', until: null });
      expect(reason).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each<[string, Partial<MessageGateFacts>, Omit<Gate, 'state'>[]]>([
    [
      'an opt-out',
      { suppressed: true },
      [{ gate: 'opt_out', until: null, reason: 'The contact opted out.' }],
    ],
    [
      'a campaign that is paused',
      { campaignStatus: 'paused' },
      [
        {
          gate: 'campaign',
          until: null,
          reason: 'Its campaign is paused, until somebody resumes it.',
        },
      ],
    ],
    [
      'a stop condition that came true',
      { campaignStatus: 'active', campaignStop: STOP },
      [{ gate: 'campaign_stop', until: null, reason: 'It will not be sent: The contact replied.' }],
    ],
    [
      'an HTTP condition that could not be answered',
      { campaignStatus: 'active', campaignStop: HOLD },
      [
        {
          gate: 'campaign_stop',
          until: NOW + HOUR,
          reason:
            'The question to crm.example failed: it answers 500; it is asked again at 2026-11-24T13:34:56.789Z.',
        },
      ],
    ],
    [
      'an HTTP condition that is asked when all else is passed: nothing',
      { campaignStatus: 'active', campaignStop: ASK },
      [],
    ],
    [
      'an expiry of this very moment',
      { expiresAt: NOW },
      [{ gate: 'expiry', until: null, reason: 'It expired at 2026-11-24T12:34:56.789Z.' }],
    ],
    [
      'a date ahead',
      { scheduledDate: NOW + HOUR, dueAt: NOW + HOUR },
      [{ gate: 'schedule', until: NOW + HOUR, reason: 'It is scheduled for 2026-11-24T13:34:56.789Z.' }],
    ],
    [
      'the pause before its next attempt',
      { attempt: 2, dueAt: NOW + 1000 },
      [
        {
          gate: 'retry',
          until: NOW + 1000,
          reason: 'Attempt 2 did not leave; the next one is due at 2026-11-24T12:34:57.789Z.',
        },
      ],
    ],
    [
      'its window',
      { window: EVENING },
      [
        {
          gate: 'window',
          until: Date.UTC(2026, 10, 24, 18),
          reason: 'Its send window (18:00–20:00, UTC) opens at 2026-11-24T18:00:00.000Z.',
        },
      ],
    ],
    [
      'its days',
      { window: WEEKEND },
      [
        {
          gate: 'window',
          until: Date.UTC(2026, 10, 28),
          reason: 'Its send window (all day, UTC) opens at 2026-11-28T00:00:00.000Z.',
        },
      ],
    ],
    [
      'a window that never opens',
      { window: { ...WEEKEND, days: [] } },
      [{ gate: 'window', until: null, reason: 'Its send window never opens.' }],
    ],
    [
      'its own conversation',
      { conversationBusy: true },
      [
        {
          gate: 'conversation',
          until: NOW + CONVERSATION_RECHECK_MS,
          reason: 'An earlier message to this contact is on its way; order is kept.',
        },
      ],
    ],
  ])('hold a message for %s', (_title, differs, expected) => {
    expect(blocked(messageGates(message(differs), NOW))).toEqual(expected);
  });

  it('do not mistake a first wait for a retry', () => {
    expect(blocked(messageGates(message({ dueAt: NOW + 1000 }), NOW))).toEqual([]);
  });

  it.each<[string, Partial<LineGateFacts>, Omit<Gate, 'state'>[]]>([
    [
      'a workspace in arrears',
      { readOnly: true },
      [{ gate: 'read_only', until: null, reason: 'The workspace is read-only: payment is past due.' }],
    ],
    [
      'an inactive line',
      { isActive: false },
      [{ gate: 'line', until: null, reason: 'The line is not active.' }],
    ],
    [
      'a line that is down',
      { isHealthy: false },
      [{ gate: 'device_down', until: null, reason: 'The line is down; its health is checked every minute.' }],
    ],
    [
      'the daily cap',
      { pace: paceOf({ dailyTotalMessagesLimit: 9, usage: SPENT }) },
      [
        {
          gate: 'daily_cap',
          until: MIDNIGHT,
          reason: "The line's cap of 9 messages a day is reached until 2026-11-25T00:00:00.000Z.",
        },
      ],
    ],
    [
      'the cap of new conversations',
      { pace: paceOf({ dailyNewConversationsLimit: 5, usage: SPENT }) },
      [
        {
          gate: 'first_touch_cap',
          until: MIDNIGHT,
          reason: "The line's cap of 5 new conversations a day is reached until 2026-11-25T00:00:00.000Z.",
        },
      ],
    ],
    [
      'the hourly cap',
      { pace: paceOf({ hourlyNewConversationsLimit: 5, usage: SPENT }) },
      [
        {
          gate: 'hourly_cap',
          until: Date.UTC(2026, 10, 24, 13),
          reason: "The line's cap of 5 new conversations an hour is reached until 2026-11-24T13:00:00.000Z.",
        },
      ],
    ],
    [
      'a cap of 0, which never opens by itself',
      { pace: paceOf({ dailyTotalMessagesLimit: 0, dailyNewConversationsLimit: 0 }) },
      [
        {
          gate: 'daily_cap',
          until: null,
          reason: "The line's cap is 0: it takes no messages until somebody raises it.",
        },
        {
          gate: 'first_touch_cap',
          until: null,
          reason: "The line's cap is 0: it takes no new conversations until somebody raises it.",
        },
      ],
    ],
    [
      'the device gap',
      { pace: paceOf({ deviceGapMs: 30_000, deviceLastSendAt: NOW }) },
      [
        {
          gate: 'device_gap',
          until: NOW + 30_000,
          reason: 'The device keeps 30 s between messages: it is busy until 2026-11-24T12:35:26.789Z.',
        },
      ],
    ],
    [
      'the contact gap',
      { pace: paceOf({ contactGapMs: 45_000, lastFirstTouchAt: NOW }) },
      [
        {
          gate: 'contact_gap',
          until: NOW + 45_000,
          reason: 'The line keeps 45 s between new conversations: it rests until 2026-11-24T12:35:41.789Z.',
        },
      ],
    ],
  ])('hold a first touch for %s', (_title, differs, expected) => {
    expect(blocked(lineGates(line(differs), NOW, true))).toEqual(expected);
  });
});

const anyInstantAhead = fc.option(fc.integer({ min: NOW - HOUR, max: NOW + 3 * DAY }), { nil: null });
const anyMessage: fc.Arbitrary<MessageGateFacts> = fc
  .record({
    scheduledDate: anyInstantAhead,
    expiresAt: anyInstantAhead,
    window: fc.constantFrom(null, MORNING, EVENING, WEEKEND, { ...WEEKEND, days: [] }),
    attempt: fc.integer({ min: 0, max: 2 }),
    retryInMs: fc.integer({ min: -HOUR, max: HOUR }),
    campaignStatus: fc.constantFrom(null, null, null, null, 'active' as const, 'paused' as const),
    suppressed: fc.oneof(
      { weight: 4, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    conversationBusy: fc.boolean(),
    campaignStop: fc.constantFrom(null, null, null, STOP, HOLD, ASK),
  })
  .map(({ retryInMs, ...rest }) => ({
    ...rest,
    dueAt: Math.max(rest.scheduledDate ?? NOW, NOW + retryInMs),
  }));
const anyLine: fc.Arbitrary<LineGateFacts> = fc.record({
  isActive: fc.constantFrom(true, true, true, false),
  isHealthy: fc.constantFrom(true, true, true, false),
  readOnly: fc.constantFrom(false, false, false, true),
  risk: fc.constantFrom('low', 'medium', 'high'),
  pace: anyPaceAt(NOW),
});

describe('the earliest instant', () => {
  it('is none while a gate takes somebody’s hand, or when the message will have expired', () => {
    const capOfZero = { pace: paceOf({ hourlyNewConversationsLimit: 0 }) };
    for (const shut of [{ isActive: false }, { isHealthy: false }, { readOnly: true }, capOfZero]) {
      expect(earliestAt(message(), line(shut), NOW, true)).toBeNull();
    }
    expect(earliestAt(message({ suppressed: true }), line(), NOW, true)).toBeNull();
    expect(earliestAt(message({ window: EVENING, expiresAt: NOW + HOUR }), line(), NOW, true)).toBeNull();
    expect(earliestAt(message({ expiresAt: NOW + 1 }), line(), NOW, true)).toBe(NOW);
    const opening = Date.UTC(2026, 10, 24, 18);
    expect(earliestAt(message({ window: EVENING, expiresAt: opening }), line(), NOW, true)).toBeNull();
    expect(earliestAt(message({ window: EVENING, expiresAt: opening + 1 }), line(), NOW, true)).toBe(opening);
  });

  it('is the opening of the window that follows the line, when the line is free only after hours', () => {
    const busy = line({ pace: paceOf({ deviceGapMs: HOUR, deviceLastSendAt: NOW }) });
    expect(earliestAt(message({ window: MORNING }), busy, NOW, false)).toBe(Date.UTC(2026, 10, 25, 12));
  });

  it('finds every gate open, and is not before any of them opens', () => {
    fc.assert(
      fc.property(anyMessage, anyLine, fc.boolean(), (facts, lineFacts, firstTouch) => {
        const at = earliestAt(facts, lineFacts, NOW, firstTouch);
        if (at === null) return;
        const now = [...messageGates(facts, NOW), ...lineGates(lineFacts, NOW, firstTouch)];
        for (const each of now) expect(each.until ?? at, each.gate).toBeLessThanOrEqual(at);
        const then = { ...facts, conversationBusy: false };
        expect(blocked([...messageGates(then, at), ...lineGates(lineFacts, at, firstTouch)])).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is when the message goes, if it is alone on its line', () => {
    fc.assert(
      fc.property(anyMessage, anyPaceAt(NOW), fc.boolean(), (facts, pace, firstTouch) => {
        const free = { ...facts, conversationBusy: false, campaignStop: null };
        const at = earliestAt(free, line({ pace }), NOW, firstTouch);
        const { dueAt, window } = free;
        const queue = [{ id: 'x', leadId: 'l', priority: 1, firstTouch, dueAt, window }];
        if (at !== null) expect(forecast(queue, pace, NOW, 'x')).toBe(at);
      }),
      { numRuns: 1000 },
    );
  });
});
