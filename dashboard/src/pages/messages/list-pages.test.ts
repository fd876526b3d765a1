import type { Message, MessagesAnswer } from '@trunkline/sdk';
import { expect, test } from 'vitest';
import { hasGap, mergePages, reachedBackTo } from './list-pages.ts';

const page = (ids: string[], nextCursor: string | null): MessagesAnswer => ({
  messages: ids.map((_id) => ({ _id }) as Message),
  nextCursor,
});
const idsOf = (messages: Message[]) => messages.map(({ _id }) => _id).join('');

test('what came in stands on top, and what left the newest page is gone', () => {
  const read = [page(['g', 'f', 'e'], 'e'), page(['d', 'c'], null)];
  expect(idsOf(mergePages(undefined, read))).toBe('gfedc');
  expect(idsOf(mergePages(page(['i', 'h', 'g', 'f'], 'f'), read))).toBe('ihgfedc');
  expect(idsOf(mergePages(page(['h', 'g', 'e'], 'e'), read))).toBe('hgedc');
  expect(idsOf(mergePages(page(['h'], null), read))).toBe('h');
});

test('a gap is seen as soon as nothing joins the two', () => {
  const read = [page(['g', 'f'], 'f')];
  expect(hasGap(page(['k', 'j', 'i'], 'i'), read)).toBe(true);
  expect(hasGap(page(['i', 'h', 'g'], 'g'), read)).toBe(false);
  expect(hasGap(page(['z'], null), read)).toBe(false);
});

test('a cursor tells how far back it is', () => {
  const at = Date.parse('2026-11-03T12:00:00Z');
  expect(reachedBackTo(`${at.toString(16).padStart(12, '0')}${'0'.repeat(12)}`)).toBe(
    '2026-11-03T12:00:00.000Z',
  );
});
