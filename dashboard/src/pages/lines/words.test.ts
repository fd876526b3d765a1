import { expect, test } from 'vitest';
import { fits, nameOf, stateOf } from './words.ts';

const line = {
  firstName: 'Ada',
  lastName: null,
  phone: '+12025550143',
  email: null,
  isActive: true,
  provisioningStatus: 'active',
  healthCheck: { status: 'healthy', lastCheckedAt: null },
  deletedAt: null,
} as const;

test('a line is called by its name, and by its address where it has none', () => {
  expect(nameOf(line)).toBe('Ada');
  expect(nameOf({ ...line, firstName: null })).toBe('+12025550143');
  expect(nameOf({ firstName: '', lastName: '', phone: null, email: 'a@b.example' })).toBe('a@b.example');
});

test('a line that is switched off is not called sick, and one that is deleted is nothing else', () => {
  const down = { status: 'down', lastCheckedAt: null } as const;
  expect(stateOf(line).word).toBe('healthy');
  expect(stateOf({ ...line, healthCheck: down }).word).toBe('down');
  expect(stateOf({ ...line, healthCheck: down, isActive: false }).word).toBe('switched off');
  expect(stateOf({ ...line, isActive: false, deletedAt: '2026-11-26T12:00:00Z' }).word).toBe('deleted');
});

test('a line is found by a part of its name or address, whatever the case', () => {
  expect(['ada', ' 0143', ''].every((asked) => fits(line, asked))).toBe(true);
  expect(fits(line, 'grace')).toBe(false);
});
