import { expect, test } from 'vitest';
import { changeOf } from './compare.ts';

const drains = (drainsAt: string | null, neverGoes = 0) => ({ drainsAt, neverGoes });
const NOON = '2026-11-26T12:00:00Z';

test('what would change is told by how much earlier or later the last message goes', () => {
  expect(changeOf(drains(NOON), drains('2026-11-25T10:00:00Z'))).toMatch(/1 d 2 h earlier\.$/);
  expect(changeOf(drains(NOON), drains('2026-11-26T13:30:00Z'))).toMatch(/1 h 30 min later\.$/);
  expect(changeOf(drains(NOON), drains('2026-11-26T12:00:30Z'))).toContain('change nothing');
});

test('what never goes is told in messages', () => {
  expect(changeOf(drains(NOON), drains(null, 1))).toBe('Then 1 message would never leave.');
  expect(changeOf(drains(null, 7), drains(null, 7))).toBe('It would change nothing.');
  expect(changeOf(drains(null, 7), drains(null, 3))).toContain('3 messages would never leave, instead of 7');
  expect(changeOf(drains(null, 7), drains(NOON))).toMatch(/^Then everything would leave/);
});
