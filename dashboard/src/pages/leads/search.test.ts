import { expect, test } from 'vitest';
import { askedBy, filtersOf, readLeadsSearch } from './search.ts';

test('the address of the page holds filters that are known, and a number in it is text', () => {
  expect(
    readLeadsSearch({
      q: 12025550100,
      list: '',
      tag: 'vip',
      out: 'maybe',
      availability: 'error',
      page: 3,
      lead: 'a',
    }),
  ).toEqual({ q: '12025550100', tag: 'vip', availability: 'error', lead: 'a' });
  expect(readLeadsSearch({ out: 'no', availability: 'x' })).toEqual({ out: 'no' });
});

test('which lead is open filters nothing', () => {
  expect(filtersOf({ q: 'ada', lead: 'a' })).toEqual({ q: 'ada' });
});

test('filters are asked for as the API has them', () => {
  expect(askedBy({ q: 'ada', out: 'yes' })).toEqual({
    search: 'ada',
    listId: undefined,
    tag: undefined,
    optedOut: true,
    availability: undefined,
  });
  expect(askedBy({ out: 'no', list: 'a', tag: 'b', availability: 'unknown' })).toMatchObject({
    optedOut: false,
    listId: 'a',
    tag: 'b',
    availability: 'unknown',
  });
  expect(askedBy({}).optedOut).toBeUndefined();
});
