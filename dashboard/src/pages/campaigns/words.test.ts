import { expect, test } from 'vitest';
import { newCondition } from './builder/draft.ts';
import { conditionWords, progressWords, reasonWords, shareThrough, waitWords } from './words.ts';

test('waits are read as people say them', () => {
  expect(waitWords({ value: 0, unit: 'd' })).toBe('at once');
  expect(waitWords({ value: 1, unit: 'h' })).toBe('1 hour');
  expect(waitWords({ value: 2, unit: 'd' })).toBe('2 days');
});

test('every kind of condition reads as the end of a sentence, also while it is unfinished', () => {
  const kinds = [
    'replied',
    'replied_with',
    'no_reply_for',
    'tag',
    'field',
    'contacted_before',
    'dnc',
    'http',
  ] as const;
  expect(kinds.map((type) => conditionWords(newCondition(type)))).toEqual([
    'replied',
    'replied with …',
    'did not reply for 3 days',
    'has the tag …',
    'has … that is …',
    'was contacted by any campaign before',
    'opted out',
    'gets an answer of … that is …',
  ]);
  expect(conditionWords({ id: '', type: 'field', field: 'notes', operator: 'exists', value: null })).toBe(
    'has notes that has a value',
  );
});

test('how far a campaign has come', () => {
  const progress = { total: 4, entering: null, active: 1, held: 1, finished: 1, stopped: 1, failed: 0 };
  expect(progressWords(progress)).toBe('2 of 4 are through');
  expect(shareThrough(progress)).toBe(0.5);
  expect(progressWords({ ...progress, total: 0 })).toBe('nobody has entered');
  expect(shareThrough({ ...progress, total: 0 })).toBe(0);
});

test('a reason without words of its own is shown as the API says it', () => {
  expect(reasonWords('dnc')).toBe('opted out');
  expect(reasonWords('not_on_imessage')).toBe('not on imessage');
});
