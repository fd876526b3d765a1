import { describe, expect, test } from 'vitest';
import { instantOf, wallOf } from './zoned-time.ts';

describe('a wall time', () => {
  test.each([
    ['2026-11-26T09:00', 'America/New_York', '2026-11-26T14:00:00.000Z'],
    ['2026-07-01T09:00', 'America/New_York', '2026-07-01T13:00:00.000Z'],
    ['2026-11-26T00:30', 'Asia/Kathmandu', '2026-11-25T18:45:00.000Z'],
    ['2026-11-26T09:00', 'UTC', '2026-11-26T09:00:00.000Z'],
  ])('%s in %s is %s, and back', (wall, zone, instant) => {
    expect(instantOf(wall, zone)).toBe(instant);
    expect(wallOf(instant, zone)).toBe(wall);
  });

  test('that the clocks skip is an hour later, and one that comes twice is the first', () => {
    expect(instantOf('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(instantOf('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
    expect(instantOf('2026-10-25T03:30', 'Europe/Berlin')).toBe('2026-10-25T02:30:00.000Z');
  });

  test('that is none has no instant', () => {
    expect(instantOf('', 'UTC')).toBeNull();
    expect(instantOf('tomorrow', 'UTC')).toBeNull();
  });
});
