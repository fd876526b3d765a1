import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayAt, startOfNextDay } from './day.ts';

const ZONES = [
  'UTC',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Gaza',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
] as const;

const anyInstant = fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2040, 0, 1) });
const anyZone = fc.constantFrom(...ZONES);

const formats = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  ]),
);

describe('the local day', () => {
  it.each([
    ['UTC', '2026-11-24T00:00:00Z', '2026-11-24', '2026-11-25T00:00:00Z'],
    ['UTC', '2026-11-24T23:59:59.999Z', '2026-11-24', '2026-11-25T00:00:00Z'],
    ['America/New_York', '2026-11-24T04:59:59Z', '2026-11-23', '2026-11-24T05:00:00Z'],
    ['America/New_York', '2026-11-24T05:00:00Z', '2026-11-24', '2026-11-25T05:00:00Z'],
    // 23 and 25 hours long.
    ['America/New_York', '2026-03-08T05:00:00Z', '2026-03-08', '2026-03-09T04:00:00Z'],
    ['America/New_York', '2026-11-01T04:00:00Z', '2026-11-01', '2026-11-02T05:00:00Z'],
    // Midnight itself is skipped: the day begins at 01:00.
    ['Asia/Beirut', '2026-03-28T12:00:00Z', '2026-03-28', '2026-03-28T22:00:00Z'],
    // A whole day is skipped: 30 December 2011.
    ['Pacific/Apia', '2011-12-30T01:00:00Z', '2011-12-29', '2011-12-30T10:00:00Z'],
  ])('in %s at %s is %s, and the next one begins at %s', (zone, at, day, next) => {
    expect(dayAt(zone, Date.parse(at))).toBe(day);
    expect(startOfNextDay(zone, Date.parse(at))).toBe(Date.parse(next));
  });

  it('is the date the clocks of its zone show', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, at) => {
        expect(dayAt(zone, at)).toBe(formats.get(zone)?.format(at));
      }),
      { numRuns: 1000 },
    );
  });

  it('ends exactly where the next one begins', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, at) => {
        const next = startOfNextDay(zone, at);
        expect(next).toBeGreaterThan(at);
        expect(dayAt(zone, next - 1)).toBe(dayAt(zone, at));
        expect(dayAt(zone, next) > dayAt(zone, at)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
