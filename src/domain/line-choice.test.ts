import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayAt } from './day.ts';
import { chooseLine, type LineFacts, type LineRequest } from './line-choice.ts';
import { opensAt } from './pacing.ts';
import { anyPaceAt, HOUR, NOW, paceOf } from './testing.ts';
import { LINE_DOWN_POLICIES } from './words.ts';

const WISH: LineRequest = {
  messageType: 'imessage',
  talkingLineId: null,
  waitingLineId: null,
  lineDownPolicy: 'wait',
};
const TODAY = {
  day: '2026-11-24',
  newConversations: 0,
  totalMessages: 0,
  hour: null,
  newConversationsHour: 0,
};

function line(id: string, differs: Partial<LineFacts> = {}): LineFacts {
  return {
    id,
    messageType: 'imessage',
    isActive: true,
    isHealthy: true,
    pace: paceOf(),
    lastUsedAt: NOW,
    waitingFirstTouches: 0,
    ...differs,
  };
}

function choose(lines: readonly LineFacts[], wish: Partial<LineRequest> = {}): [string, string] | null {
  const decision = chooseLine(lines, { ...WISH, ...wish }, NOW);
  return decision === null ? null : [decision.lineId, decision.reason];
}

describe('the line of a message', () => {
  it('is the one that already talks to the lead, however long the others have rested', () => {
    expect(choose([line('a', { lastUsedAt: null }), line('b')], { talkingLineId: 'b' })).toEqual([
      'b',
      'conversation',
    ]);
  });

  it('stays the one that talks to the lead when its day is full', () => {
    const full = line('b', {
      pace: paceOf({ dailyTotalMessagesLimit: 1, usage: { ...TODAY, totalMessages: 1 } }),
    });
    expect(choose([line('a'), full], { talkingLineId: 'b' })).toEqual(['b', 'conversation']);
  });

  it.each([
    ['isActive', 'not active'],
    ['isHealthy', 'down'],
  ] as const)(
    'waits for the one that talks to the lead while %s is false, and says that it is %s',
    (state, trouble) => {
      const lines = [line('a'), line('b', { [state]: false })];
      const wish = { ...WISH, talkingLineId: 'b' };
      expect(chooseLine(lines, wish, NOW)).toEqual({
        lineId: 'b',
        reason: 'conversation',
        because: `This line already talks to the contact; it is ${trouble}, and conversations wait for their line.`,
      });
      expect(choose(lines, { talkingLineId: 'b', lineDownPolicy: 'sms' })).toEqual(['b', 'conversation']);
      expect(choose(lines, { talkingLineId: 'b', lineDownPolicy: 'move' })).toEqual([
        'a',
        'least_recently_used',
      ]);
    },
  );

  it('is none, not even for a conversation, when no line of the type is active', () => {
    const lines = [line('b', { isActive: false }), line('s', { messageType: 'sms' })];
    for (const lineDownPolicy of LINE_DOWN_POLICIES)
      expect(choose(lines, { talkingLineId: 'b', lineDownPolicy })).toBeNull();
  });

  it('is the one on which an earlier message to the lead still waits, while that one is up', () => {
    const lines = [line('a', { lastUsedAt: null }), line('b'), line('c', { isHealthy: false })];
    expect(chooseLine(lines, { ...WISH, waitingLineId: 'b' }, NOW)).toEqual({
      lineId: 'b',
      reason: 'conversation',
      because: 'An earlier message to the contact waits on this line.',
    });
    expect(choose(lines, { waitingLineId: 'b', talkingLineId: 'a' })).toEqual(['a', 'conversation']);
    expect(choose(lines, { waitingLineId: 'c' })).toEqual(['a', 'least_recently_used']);
    expect(choose(lines, { waitingLineId: 'gone' })).toEqual(['a', 'least_recently_used']);
  });

  it('never crosses channels for the sake of a conversation', () => {
    const lines = [line('a'), line('s', { messageType: 'sms' })];
    expect(choose(lines, { talkingLineId: 's' })).toEqual(['a', 'least_recently_used']);
    expect(choose(lines, { messageType: 'sms' })).toEqual(['s', 'least_recently_used']);
  });

  it('is the least recently used; never used comes first, ties go to the first', () => {
    const lines = [line('a', { lastUsedAt: NOW - 1 }), line('b', { lastUsedAt: NOW - 2 }), line('c')];
    expect(choose(lines)).toEqual(['b', 'least_recently_used']);
    expect(choose([...lines, line('d', { lastUsedAt: null })])).toEqual(['d', 'least_recently_used']);
    expect(choose([line('a'), line('b')])).toEqual(['a', 'least_recently_used']);
  });

  it('has room today: neither cap reached, first touches that wait counted in', () => {
    const capped = (usage: object, waitingFirstTouches = 0) =>
      line('a', {
        lastUsedAt: null,
        waitingFirstTouches,
        pace: paceOf({
          dailyNewConversationsLimit: 3,
          dailyTotalMessagesLimit: 5,
          usage: { ...TODAY, ...usage },
        }),
      });
    const other = line('b');
    expect(choose([capped({}), other])?.[0]).toBe('a');
    expect(choose([capped({ newConversations: 3 }), other])?.[0]).toBe('b');
    expect(choose([capped({ totalMessages: 5 }), other])?.[0]).toBe('b');
    expect(choose([capped({ newConversations: 1 }, 1), other])?.[0]).toBe('a');
    expect(choose([capped({ newConversations: 1 }, 2), other])?.[0]).toBe('b');
    expect(choose([capped({ newConversations: 3, day: '2026-11-23' }), other])?.[0]).toBe('a');
  });

  it('is the one free earliest when no line has room today', () => {
    const full = (id: string, capTimezone: string) =>
      line(id, {
        pace: paceOf({
          dailyNewConversationsLimit: 1,
          capTimezone,
          usage: { ...TODAY, day: dayAt(capTimezone, NOW), newConversations: 1 },
        }),
      });
    // Midnight comes to Kolkata before it comes to Greenwich and New York.
    const lines = [full('ny', 'America/New_York'), full('in', 'Asia/Kolkata'), full('uk', 'UTC')];
    expect(choose(lines)).toEqual(['in', 'free_earliest']);
  });

  it('is one that is down only when every active one is, and never an inactive one', () => {
    const down = line('a', { isHealthy: false });
    const full = line('b', { pace: paceOf({ dailyNewConversationsLimit: 0 }) });
    const off = line('c', { isActive: false, lastUsedAt: null });
    expect(choose([down, full, off])).toEqual(['b', 'free_earliest']);
    expect(choose([down, off])).toEqual(['a', 'free_earliest']);
    expect(choose([off])).toBeNull();
    expect(choose([])).toBeNull();
  });

  it('is always explained by what is true of it', () => {
    const anyLines = fc
      .array(
        fc.record({
          messageType: fc.constantFrom('imessage' as const, 'sms' as const),
          isActive: fc.boolean(),
          isHealthy: fc.boolean(),
          pace: anyPaceAt(NOW),
          lastUsedAt: fc.option(fc.integer({ min: NOW - HOUR, max: NOW }), { nil: null }),
          waitingFirstTouches: fc.nat({ max: 3 }),
        }),
        { maxLength: 5 },
      )
      .map((lines) => lines.map((each, index) => ({ ...each, id: `${index}` })));
    const anyLineId = fc.constantFrom(null, '0', '1', 'gone');
    fc.assert(
      fc.property(
        anyLines,
        anyLineId,
        anyLineId,
        fc.constantFrom(...LINE_DOWN_POLICIES),
        (lines, talkingLineId, waitingLineId, lineDownPolicy) => {
          const decision = chooseLine(lines, { ...WISH, talkingLineId, waitingLineId, lineDownPolicy }, NOW);
          const active = lines.filter((each) => each.messageType === 'imessage' && each.isActive);
          const chosen = lines.find((each) => each.id === decision?.lineId);
          if (decision === null || chosen === undefined) {
            expect(active).toEqual([]);
            return;
          }
          expect(chosen.messageType).toBe('imessage');
          expect(decision.because).toMatch(/^[A-Z].*\.$/);
          const up = active.filter((each) => each.isHealthy);
          if (decision.reason === 'conversation') {
            expect([talkingLineId, waitingLineId]).toContain(chosen.id);
          } else if (decision.reason === 'least_recently_used') {
            expect(up).toContain(chosen);
          } else {
            const rivals = up.length > 0 ? up : active;
            expect(rivals).toContain(chosen);
            const soonest = Math.min(...rivals.map((each) => opensAt(each.pace, NOW, true)));
            expect(opensAt(chosen.pace, NOW, true)).toBe(soonest);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
