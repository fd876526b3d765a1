import { expect, test } from 'vitest';
import { formatDuration, formatInstant, formatInZone, plural, relativeTime } from './format.ts';

test('a duration is told in its two largest units', () => {
  expect([0, 45_000, 80 * 60_000, 26 * 3_600_000].map(formatDuration)).toEqual([
    '0 s',
    '45 s',
    '1 h 20 min',
    '1 d 2 h',
  ]);
});

test('an instant is told by its distance, whichever side of now it lies', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');
  expect(relativeTime('2026-11-26T12:03:10Z', now)).toMatch(/3 min/);
  expect(relativeTime('2026-11-24T12:00:00Z', now)).toMatch(/2 days ago/);
  expect(relativeTime('2026-11-26T12:00:00.400Z', now)).toBe('now');
});

test('a zone that the browser does not know shows the viewer’s own time', () => {
  expect(formatInZone('2026-11-26T12:00:00Z', 'Mars/Olympus')).toBe(formatInstant('2026-11-26T12:00:00Z'));
  expect(formatInZone('2026-11-26T12:00:00Z', 'Asia/Tokyo')).toMatch(/9:00|21:00/);
});

test('one is one, and everything else is many', () => {
  expect([plural(1, 'message'), plural(0, 'message'), plural(2, 'reply', 'replies')]).toEqual([
    '1 message',
    '0 messages',
    '2 replies',
  ]);
});
