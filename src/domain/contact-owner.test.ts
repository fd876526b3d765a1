import { expect, test } from 'vitest';
import { contactOwner, memberNamed } from './contact-owner.ts';

const TEAM = ['first@example.com', 'second@example.com'];

test.each([
  ['second@example.com', TEAM, 'second@example.com'],
  ['stranger@example.com', TEAM, 'first@example.com'],
  [undefined, TEAM, 'first@example.com'],
  [null, TEAM, null],
  ['stranger@example.com', [], 'stranger@example.com'],
  [undefined, [], null],
  [null, [], null],
])('of %j among %j the contact is %j’s', (given, members, expected) => {
  expect(contactOwner(given, members)).toBe(expected);
});

test('whoever is no member was not named', () => {
  expect(TEAM.map((each) => memberNamed(each, TEAM))).toEqual(TEAM);
  expect(memberNamed('stranger@example.com', TEAM)).toBeUndefined();
});
