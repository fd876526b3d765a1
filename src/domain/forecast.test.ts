import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecast, type QueuedMessage } from './forecast.ts';
import { checkPace, type LinePace, reserve } from './pacing.ts';
import { compareTurn } from './pick.ts';
import { anyPaceAt, DAY, HOUR, NOW, paceOf } from './testing.ts';
import { isOpen, type SendWindow } from './window.ts';

function one(id: string, differs: Partial<QueuedMessage> = {}): QueuedMessage {
  return { id, leadId: `lead ${id}`, priority: 1, firstTouch: true, dueAt: NOW, window: null, ...differs };
}

const EVENING: SendWindow = { timezone: 'UTC', start: '18:00', end: '20:00', days: null };
const NEVER: SendWindow = { timezone: 'UTC', start: '18:00', end: '20:00', days: [] };

describe('the forecast of a message', () => {
  it.each<[string, QueuedMessage[], Partial<LinePace>, number | null]>([
    ['is now on a free line', [one('x')], {}, NOW],
    ['is its due time', [one('x', { dueAt: NOW + 5 })], {}, NOW + 5],
    ['is the opening of its window', [one('x', { window: EVENING })], {}, Date.UTC(2026, 10, 24, 18)],
    ['counts the gaps of those before it', [one('a'), one('b'), one('x')], { deviceGapMs: 300 }, NOW + 600],
    [
      'counts only the device gap where the contact is the same',
      [one('a', { leadId: 'l' }), one('x', { leadId: 'l' })],
      { deviceGapMs: 300, contactGapMs: 45_000 },
      NOW + 300,
    ],
    [
      'waits for tomorrow when the day is full',
      [one('a'), one('x')],
      { dailyTotalMessagesLimit: 1 },
      Date.UTC(2026, 10, 25),
    ],
    [
      'waits for the hour when that is full',
      [one('a'), one('x')],
      { hourlyNewConversationsLimit: 1 },
      Date.UTC(2026, 10, 24, 13),
    ],
    [
      'is not held up by a message that waits for its own window',
      [one('a', { window: EVENING }), one('x')],
      { deviceGapMs: HOUR },
      NOW,
    ],
    ['passes over a message whose window never opens', [one('a', { window: NEVER }), one('x')], {}, NOW],
    ['is nothing for a message whose window never opens', [one('x', { window: NEVER })], {}, null],
    ['is nothing on a line that may never send', [one('x')], { dailyTotalMessagesLimit: 0 }, null],
    ['is nothing for a message that does not wait', [one('a')], {}, null],
    ['reaches more than a year ahead', [one('x', { dueAt: NOW + 399 * DAY })], {}, NOW + 399 * DAY],
  ])('%s', (_title, queue, pace, expected) => {
    expect(forecast(queue, paceOf(pace), NOW, 'x')).toBe(expected);
  });

  it('leaves the queue it is given as it was', () => {
    const queue = [one('a'), one('x', { window: EVENING })];
    const copy = structuredClone(queue);
    forecast(queue, paceOf(), NOW, 'x');
    expect(queue).toEqual(copy);
  });
});

/** Ten milliseconds to midnight: hour, day and a window are about to begin. */
const EVE = Date.UTC(2026, 10, 25) - 10;
const AT_MIDNIGHT: SendWindow = { timezone: 'UTC', start: '00:00', end: '08:00', days: null };
const STEPS = 60;

/** Looks at the line in every single millisecond and sends whatever is first and may go. */
function forecastStepByStep(
  queue: readonly QueuedMessage[],
  start: LinePace,
  messageId: string,
): number | null {
  let pace = start;
  let left = queue.map((each) => ({ ...each }));
  for (let now = EVE; now <= EVE + STEPS; now += 1) {
    const mayGo = (each: QueuedMessage) =>
      each.dueAt <= now && checkPace(pace, now, each.firstTouch).every((check) => check.opensAt <= now);
    for (let next = first(left, mayGo, now); next !== null; next = first(left, mayGo, now)) {
      const { id, leadId, firstTouch, window } = next;
      if (window !== null && !isOpen(window, now)) {
        // It steps back until its window opens; on this stage that is midnight.
        next.dueAt = EVE + 10;
        continue;
      }
      if (id === messageId) return now;
      pace = reserve(pace, now, firstTouch).pace;
      left = left.filter((each) => each.id !== id);
      for (const each of left) if (each.leadId === leadId) each.firstTouch = false;
    }
  }
  return null;
}

function first(
  queue: readonly QueuedMessage[],
  mayGo: (each: QueuedMessage) => boolean,
  now: number,
): QueuedMessage | null {
  return [...queue].sort((a, b) => compareTurn(a, b, now)).find(mayGo) ?? null;
}

const anyQueue = fc
  .array(
    fc.record({
      leadId: fc.constantFrom('l1', 'l2', 'l3'),
      priority: fc.integer({ min: 0, max: 2 }),
      // Some have been due for long and have risen.
      dueAt: fc.oneof(
        fc.integer({ min: -5, max: 30 }).map((ms) => EVE + ms),
        fc.integer({ min: 1, max: 3 }).map((hours) => EVE - hours * HOUR),
      ),
      window: fc.constantFrom(null, null, AT_MIDNIGHT),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain((queue) =>
    fc.uniqueArray(fc.constantFrom('l1', 'l2', 'l3')).map((strangers) =>
      queue.map(
        (each, index): QueuedMessage => ({
          ...each,
          id: `m${index}`,
          firstTouch: strangers.includes(each.leadId),
        }),
      ),
    ),
  );

describe('the forecast', () => {
  it('is what happens on the line, millisecond by millisecond', () => {
    const anyLine = anyPaceAt(EVE, 12).map((pace) => ({ ...pace, capTimezone: 'UTC' }));
    let told = 0;
    fc.assert(
      fc.property(anyQueue, anyLine, (queue, pace) => {
        const foreseen = forecast(queue, pace, EVE, 'm0');
        const seen = forecastStepByStep(queue, pace, 'm0');
        if (seen !== null) told += 1;
        expect(foreseen !== null && foreseen > EVE + STEPS ? null : foreseen).toBe(seen);
      }),
      { numRuns: 1000 },
    );
    // The stage is big enough: most messages leave it.
    expect(told).toBeGreaterThan(500);
  });
});
