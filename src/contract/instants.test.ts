import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseInclusiveEnd, parseInstant } from './instants.ts';

describe('parseInstant', () => {
  test.each([
    ['2027-01-31T09:30:00.123Z', '2027-01-31T09:30:00.123Z'],
    ['2027-01-31T09:30:00Z', '2027-01-31T09:30:00.000Z'],
    ['2027-01-31T09:30Z', '2027-01-31T09:30:00.000Z'],
    ['2027-01-31T09:30:00+02:00', '2027-01-31T07:30:00.000Z'],
    ['2027-01-31T09:30:00-0530', '2027-01-31T15:00:00.000Z'],
    ['2027-01-31T09:30:00+02', '2027-01-31T07:30:00.000Z'],
    ['2027-01-31T09:30:00.1234567Z', '2027-01-31T09:30:00.123Z'],
    ['2027-01-31t09:30:00z', '2027-01-31T09:30:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(new Date(parseInstant(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test('a date-time without an offset is read as UTC', () => {
    expect(parseInstant('2027-01-31T09:30:00')).toBe(parseInstant('2027-01-31T09:30:00Z'));
    expect(parseInstant('2027-01-31 09:30')).toBe(parseInstant('2027-01-31T09:30:00Z'));
  });

  test.each([
    '',
    'tomorrow',
    '2027-02-30',
    '2027-02-29T10:00:00Z',
    '2027-13-01',
    '2027-00-10',
    '2027-01-00',
    '2027-01-31T24:00:00Z',
    '2027-01-31T23:60:00Z',
    '2027-01-31T23:59:60Z',
    '2027-1-31',
    '31/01/2027',
    'Sun Jan 31 2027',
    '1769851800000',
    '+012027-01-31T00:00:00Z',
    '2027-01-31T09:30:00+25:00',
    '2027-01-31T',
    ' 2027-01-31',
    '2027-01-31T09:30:00Z\n',
    '2027-W05-7',
  ])('%j is no date', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test.each(['0000-01-01', '0000-12-31T23:59:59Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-23:59'])(
    '%s lies outside the years 0001–9999 of UTC: no date',
    (text) => {
      expect(parseInstant(text)).toBeNull();
      expect(parseInclusiveEnd(text)).toBeNull();
    },
  );

  test('the first and the last moment of those years are dates', () => {
    expect(parseInstant('0001-01-01T14:00:00+14:00')).toBe(Date.parse('0001-01-01T00:00:00Z'));
    expect(parseInclusiveEnd('9999-12-31')).toBe(Date.parse('9999-12-31T23:59:59.999Z'));
  });

  test('reads every instant as it is printed', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59.999Z'),
          noInvalidDate: true,
        }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  test('agrees with the engine wherever it says yes to a text with an offset', () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
    const text = fc
      .tuple(two(13), two(32), two(25), two(61), fc.constantFrom('Z', '+05:45', '-11:00'))
      .map(([month, day, hour, minute, offset]) => `2027-${month}-${day}T${hour}:${minute}:00${offset}`);
    fc.assert(
      fc.property(text, (each) => {
        const instant = parseInstant(each);
        if (instant !== null) expect(instant).toBe(Date.parse(each));
      }),
    );
  });
});

describe('parseInclusiveEnd', () => {
  test('a bare date includes its whole day', () => {
    expect(parseInclusiveEnd('2026-11-30')).toBe(Date.parse('2026-11-30T23:59:59.999Z'));
  });

  test('an instant is itself', () => {
    expect(parseInclusiveEnd('2026-11-30T10:00:00Z')).toBe(Date.parse('2026-11-30T10:00:00Z'));
    expect(parseInclusiveEnd('soon')).toBeNull();
  });
});
