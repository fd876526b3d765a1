import { expect, test } from 'vitest';
import { heatOf, hourWords, strengthOf } from './heat.ts';

test('the grid has every day between, and the hours from the earliest to the latest', () => {
  const heat = heatOf(
    [
      { day: '2026-11-26', hour: 9, messages: 2 },
      { day: '2026-11-28', hour: 11, messages: 3 },
    ],
    '2026-11-26',
    '2027-01-06',
  );
  expect(heat).toEqual({
    hours: [9, 10, 11],
    days: [
      { day: '2026-11-26', cells: [2, 0, 0], total: 2 },
      { day: '2026-11-27', cells: [0, 0, 0], total: 0 },
      { day: '2026-11-28', cells: [0, 0, 3], total: 3 },
    ],
    most: 3,
  });
});

test('where nothing goes there is nothing to show, and no more days than were asked for', () => {
  expect(heatOf([], '2026-11-26', '2027-01-06')).toMatchObject({ hours: [], most: 0 });
  const two = heatOf([{ day: '2026-11-30', hour: 0, messages: 1 }], '2026-11-26', '2026-11-27');
  expect(two.days.map(({ day }) => day)).toEqual(['2026-11-26', '2026-11-27']);
});

test('the colour grows with the messages, and never so strong that figures could not be read', () => {
  expect([0, 1, 50, 100].map((messages) => strengthOf(messages, 100))).toEqual([0, 8, 25, 42]);
  expect(strengthOf(0, 0)).toBe(0);
});

test('hours are those of a clock with 24', () => {
  expect([0, 9, 23].map(hourWords)).toEqual(['00:00', '09:00', '23:00']);
});
