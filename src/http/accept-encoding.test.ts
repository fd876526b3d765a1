import { describe, expect, test } from 'vitest';
import { type Encoding, pickEncoding } from './accept-encoding.ts';

const BOTH: ReadonlySet<Encoding> = new Set(['br', 'gzip'] as const);
const GZIP: ReadonlySet<Encoding> = new Set(['gzip'] as const);

describe('of a file that is kept in both forms', () => {
  test.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['deflate, zstd', null],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['*', 'br'],
    ['brotli, gzip;q=0.1', 'gzip'],
    // A weight of nothing is a no.
    ['br;q=0', null],
    ['br;q=0.000, gzip', 'gzip'],
    ['br ; q=0 , gzip ; q=0', null],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', null],
    ['*;q=0, gzip', 'gzip'],
    ['identity;q=0, br;q=0', null],
    ['identity;q=0', null],
    // What weighs more goes first; of equals the smaller form.
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0.5, gzip;q=0.5', 'br'],
    ['identity, br;q=0.9', null],
    ['identity;q=0.5, br;q=0.9', 'br'],
    ['identity, gzip, br', 'br'],
    ['gzip;q=1.0', 'gzip'],
    ['br;q=2, gzip;q=x', null],
  ])('%j gets %j', (header, expected) => {
    expect(pickEncoding(header, BOTH)).toBe(expected);
  });
});

test('nobody gets a form that is not kept', () => {
  expect(pickEncoding('br', GZIP)).toBeNull();
  expect(pickEncoding('br, gzip;q=0.1', GZIP)).toBe('gzip');
  expect(pickEncoding('br, gzip', new Set())).toBeNull();
});
