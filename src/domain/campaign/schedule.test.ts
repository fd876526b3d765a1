import { expect, test } from 'vitest';
import { windowFor } from './schedule.ts';

const HOURS = { start: '09:00', end: '17:00', days: null };

test('a campaign without hours and days sends at any time', () => {
  expect(windowFor(null, 'Europe/Berlin', 'UTC')).toBeNull();
  const open = { timezone: 'Europe/Berlin', fallbackTimezone: null, start: null, end: null, days: null };
  expect(windowFor(open, undefined, 'UTC')).toBeNull();
  expect(windowFor({ ...open, days: [1] }, undefined, 'UTC')).toEqual({
    timezone: 'Europe/Berlin',
    start: null,
    end: null,
    days: [1],
  });
});

test.each([
  ['America/Denver', 'America/New_York', 'America/Denver'],
  // Whatever is no zone counts as none.
  ['Mars/Olympus', 'America/New_York', 'America/New_York'],
  [17, 'America/New_York', 'America/New_York'],
  [undefined, 'America/New_York', 'America/New_York'],
  [undefined, null, 'Asia/Tokyo'],
])('the zone of a lead that names %s is with %s behind it %s', (own, fallbackTimezone, zone) => {
  const schedule = { ...HOURS, timezone: 'lead', fallbackTimezone };
  expect(windowFor(schedule, own, 'Asia/Tokyo')).toEqual({ ...HOURS, timezone: zone });
});

test('a campaign’s own zone is everybody’s', () => {
  const schedule = { ...HOURS, timezone: 'Europe/Paris', fallbackTimezone: 'America/New_York' };
  expect(windowFor(schedule, 'America/Denver', 'Asia/Tokyo')?.timezone).toBe('Europe/Paris');
});
