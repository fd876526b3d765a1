import type { Lead } from '@trunkline/sdk';
import { expect, test } from 'vitest';
import { fieldLabel, inPieces, nameOf, readTags } from './words.ts';

test('a lead is called by its name, or else by how it is reached', () => {
  const lead = { firstName: null, lastName: null, phone: null, email: 'ada@example.com' } as Lead;
  expect(nameOf(lead)).toBe('ada@example.com');
  expect(nameOf({ ...lead, phone: '+12025550100' })).toBe('+12025550100');
  expect(nameOf({ ...lead, lastName: 'Lovelace' })).toBe('Lovelace');
});

test('fields have names that people read', () => {
  expect(['firstName', 'altPhone1', 'linkedinUrl', 'email'].map(fieldLabel)).toEqual([
    'First name',
    'Alt phone 1',
    'LinkedIn',
    'Email',
  ]);
});

test('tags are parted by commas, each once', () => {
  expect(readTags(' a, b;;a , c ')).toEqual(['a', 'b', 'c']);
  expect(readTags(' ')).toEqual([]);
});

test('many are done in pieces, in their order', () => {
  expect(inPieces([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inPieces([], 2)).toEqual([]);
});
