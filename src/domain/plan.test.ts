import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AcceptanceFacts, CONVERSATION_MS, planAcceptance, priorityIndex } from './plan.ts';
import { DAY, HOUR, NOW } from './testing.ts';
import { isOpen, nextOpening, type SendWindow } from './window.ts';
import { PRIORITIES } from './words.ts';

const OPEN: SendWindow = { timezone: 'UTC', start: '09:00', end: '17:00', days: null };
/** NOW is 12:34 on a Tuesday. */
const EVENING: SendWindow = { timezone: 'UTC', start: '18:00', end: '20:00', days: null };
const NEVER: SendWindow = { timezone: 'UTC', start: '09:00', end: '09:00', days: null };
const EVENING_OPENS = Date.UTC(2026, 10, 24, 18);

function facts(differs: Partial<AcceptanceFacts> = {}): AcceptanceFacts {
  return {
    now: NOW,
    scheduledDate: null,
    window: null,
    suppressed: false,
    forceFallback: false,
    lastReplyAt: null,
    isCampaign: false,
    ...differs,
  };
}

describe('a message that is accepted', () => {
  it.each<[string, Partial<AcceptanceFacts>, string, string | null, number]>([
    ['goes at once', {}, 'pending', null, NOW],
    ['goes at once inside its window', { window: OPEN }, 'pending', null, NOW],
    ['waits for its window', { window: EVENING }, 'queued', null, EVENING_OPENS],
    ['is scheduled', { scheduledDate: NOW + HOUR }, 'scheduled', null, NOW + HOUR],
    ['takes a past date for now', { scheduledDate: NOW - DAY }, 'pending', null, NOW],
    ['takes a date of this very moment for now', { scheduledDate: NOW }, 'pending', null, NOW],
    [
      'goes at the first opening at or after its date',
      { scheduledDate: NOW + HOUR, window: EVENING },
      'scheduled',
      null,
      EVENING_OPENS,
    ],
    [
      'does not wait for the window of an earlier day',
      { scheduledDate: NOW + DAY, window: EVENING },
      'scheduled',
      null,
      EVENING_OPENS + DAY,
    ],
    ['fails when the contact opted out', { suppressed: true }, 'failed', 'dnc', NOW],
    ['falls back when that is demanded', { forceFallback: true }, 'fallback', 'forced_fallback', NOW],
    [
      'never falls back to somebody who opted out',
      { suppressed: true, forceFallback: true },
      'failed',
      'dnc',
      NOW,
    ],
    [
      'fails at once for an opt-out, however late its date',
      { suppressed: true, scheduledDate: NOW + DAY },
      'failed',
      'dnc',
      NOW + DAY,
    ],
  ])('%s', (_title, differs, status, reason, dueAt) => {
    expect(planAcceptance(facts(differs))).toEqual({ status, reason, dueAt, priority: 'single' });
  });

  it('is refused when its window never opens', () => {
    expect(planAcceptance(facts({ window: NEVER }))).toBeNull();
    expect(planAcceptance(facts({ window: { ...OPEN, days: [] } }))).toBeNull();
  });

  it('is a reply while the contact wrote within a day, else a single send or a campaign step', () => {
    const priority = (differs: Partial<AcceptanceFacts>) => planAcceptance(facts(differs))?.priority;
    expect(CONVERSATION_MS).toBe(DAY);
    expect(priority({ lastReplyAt: NOW - DAY + 1 })).toBe('reply');
    expect(priority({ lastReplyAt: NOW - DAY })).toBe('single');
    expect(priority({ lastReplyAt: NOW, isCampaign: true })).toBe('reply');
    expect(priority({ isCampaign: true })).toBe('campaign');
  });

  it('is due at the first instant that is neither past, nor before its date, nor outside its window', () => {
    const anyWindow = fc.constantFrom(null, OPEN, EVENING, { ...OPEN, days: [0, 6] });
    const anyDate = fc.option(fc.integer({ min: NOW - DAY, max: NOW + 20 * DAY }), { nil: null });
    fc.assert(
      fc.property(anyWindow, anyDate, (window, scheduledDate) => {
        const plan = planAcceptance(facts({ window, scheduledDate }));
        const earliest = Math.max(NOW, scheduledDate ?? NOW);
        expect(plan?.dueAt).toBe(window === null ? earliest : nextOpening(window, earliest));
        expect(window === null || isOpen(window, plan?.dueAt ?? 0)).toBe(true);
      }),
    );
  });
});

describe('the rank of a priority', () => {
  it('is its place in the list, best first', () => {
    expect(PRIORITIES.map(priorityIndex)).toEqual([0, 1, 2, 3]);
  });
});
