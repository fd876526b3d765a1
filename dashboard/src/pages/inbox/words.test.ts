import type { Message } from '@trunkline/sdk';
import { expect, test } from 'vitest';
import { formatBytes } from './bytes.ts';
import { contactName } from './contact-name.ts';
import { keepDraft, readDraft } from './drafts.ts';

const nobody = { name: null, phone: null, email: null };

test('somebody is called by name, else by an address, and after a deletion as the last message has it', () => {
  expect(contactName({ ...nobody, name: 'Ada', phone: '+12025550100' })).toBe('Ada');
  expect(contactName({ ...nobody, email: 'ada@example.com' })).toBe('ada@example.com');
  const message = { recipientName: null, address: '+12025550100' } as Message;
  expect(contactName(nobody, message)).toBe('+12025550100');
  expect(contactName(nobody, { ...message, recipientName: 'Ada' })).toBe('Ada');
  expect(contactName(nobody)).toBe('A contact that was deleted');
});

test('a size is told in the unit that suits it', () => {
  expect([8, 12_300, 3_400_000].map(formatBytes)).toEqual(['8 byte', '12.3 kB', '3.4 MB']);
});

test('a draft belongs to its thread, and is gone when it is empty', () => {
  keepDraft('a', 'Hi');
  keepDraft('b', 'Ho');
  keepDraft('b', '');
  expect([readDraft('a'), readDraft('b')]).toEqual(['Hi', '']);
});
