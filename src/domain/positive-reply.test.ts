import { describe, expect, test } from 'vitest';
import { isPositiveReply, NEGATIVE_WORDS, POSITIVE_BEGINNINGS, POSITIVE_PHRASES } from './positive-reply.ts';

describe('a reply counts as positive', () => {
  test.each([
    'Yes, I’m interested!',
    'YES',
    'yep',
    'Sure.',
    'ok',
    'Sounds good, thanks',
    'I am very interested',
    'I’m in!',
    'I’d love to',
    '👍🏽',
    '👍 👍',
    ...POSITIVE_BEGINNINGS,
    ...POSITIVE_PHRASES,
  ])('%s', (text) => expect(isPositiveReply(text)).toBe(true));
});

describe('and does not', () => {
  test.each([
    '',
    '   ',
    '…',
    'No',
    'not interested',
    'I’m not interested, thanks',
    'I don’t want this, sure',
    'Yes? Who is this?',
    'STOP',
    'yesterday',
    'Okayish',
    'Yes, but no',
    'uninterested',
    'Yes I read what you wrote last week and I have a long list of questions',
    '👎',
    ...NEGATIVE_WORDS,
  ])('%j', (text) => expect(isPositiveReply(text)).toBe(false));

  test('whatever begins positively, once a negative word is in it', () => {
    for (const word of NEGATIVE_WORDS) expect(isPositiveReply(`Yes ${word}`), word).toBe(false);
  });
});
