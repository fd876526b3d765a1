import type { Lead } from '@trunkline/sdk';
import { expect, test } from 'vitest';
import { changesOf, draftOf } from './lead-draft.ts';

const lead = {
  firstName: 'Ada',
  lastName: null,
  phone: '+12025550100',
  listId: 'a',
  tags: ['vip', 'uk'],
  customFields: { colour: 'blue', size: 42, isNew: true, deep: { x: 1 } },
} as unknown as Lead;

test('what was only looked at is not sent', () => {
  expect(changesOf(lead, draftOf(lead))).toBeNull();
});

test('what was changed is sent alone; what was emptied is cleared', () => {
  const draft = {
    ...draftOf(lead),
    firstName: ' ',
    lastName: ' Lovelace ',
    tags: 'uk, vip , new,uk',
    listId: 'b',
  };
  expect(changesOf(lead, draft)).toEqual({
    firstName: null,
    lastName: 'Lovelace',
    tags: ['uk', 'vip', 'new'],
    listId: 'b',
  });
});

test('custom fields keep their kind, are added and taken away', () => {
  const { customFields, ...draft } = draftOf(lead);
  const kept = customFields
    .filter(({ name }) => name !== 'isNew')
    .map((field) => (field.name === 'size' ? { ...field, text: '43' } : field));
  const added = [...kept, { key: 9, name: ' shoe ', text: '7' }, { key: 10, name: '', text: 'nobody’s' }];
  expect(changesOf(lead, { ...draft, customFields: added })).toEqual({
    customFields: { colour: 'blue', size: 43, deep: { x: 1 }, shoe: '7' },
  });
});
