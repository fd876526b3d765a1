import { expect, test } from 'vitest';
import { filterOf, isFiltered, readSearch } from './search.ts';

test('of the address only what makes sense is taken', () => {
  expect(
    readSearch({
      status: 'failed,lost,sent',
      q: 42,
      type: 'fax',
      from: 'yesterday',
      to: '2026-11-26',
      line: '',
      x: 1,
    }),
  ).toEqual({ status: 'failed,sent', q: '42', to: '2026-11-26' });
});

test('days are those of whoever looks, both included', () => {
  const { dateFrom, dateTo } = filterOf({ from: '2026-11-26', to: '2026-11-26' });
  expect(Date.parse(dateTo ?? '') - Date.parse(dateFrom ?? '')).toBe(86_400_000 - 1);
  expect(new Date(dateFrom ?? '').getHours()).toBe(0);
});

test('an open message is no filter', () => {
  expect(isFiltered({ message: 'x' })).toBe(false);
  expect(isFiltered({ q: 'x' })).toBe(true);
});
