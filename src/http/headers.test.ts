import { describe, expect, test } from 'vitest';
import { refusalOf } from '../contract/testing.ts';
import { readCorrelationId, readIdempotencyKey, readWait } from './headers.ts';

describe('Prefer: wait (RFC 7240)', () => {
  test.each([
    ['wait=5', 5],
    ['wait=0', 0],
    ['wait=30', 30],
    ['wait=31', 30],
    ['wait=999999999', 30],
    ['respond-async, wait=10', 10],
    ['Wait = 10', 10],
    ['wait="10"', 10],
    ['wait=10; foo=bar', 10],
    ['wait=5, wait=9', 5],
  ])('%j waits %i s', (prefer, seconds) => {
    expect(readWait({ prefer })).toBe(seconds);
  });

  test.each([undefined, '', 'respond-async', 'wait', 'wait=', 'wait=-1', 'wait=1.5', 'wait=ten', 'await=5'])(
    '%j waits not',
    (prefer) => {
      expect(readWait({ prefer })).toBeNull();
    },
  );
});

describe('Idempotency-Key', () => {
  test.each(['a', 'x'.repeat(255), 'order 17/2 "quoted"'])('%j is a key', (key) => {
    expect(readIdempotencyKey({ 'idempotency-key': key })).toBe(key);
  });

  test.each(['', 'x'.repeat(256), 'é', 'a\tb'])('%j is refused: its sender relies on it', (key) => {
    expect(refusalOf(() => readIdempotencyKey({ 'idempotency-key': key }))).toMatchObject({
      status: 400,
      code: 'INVALID_IDEMPOTENCY_KEY',
    });
  });

  test('may be absent', () => {
    expect(readIdempotencyKey({})).toBeNull();
  });
});

describe('x-correlation-id', () => {
  test('is taken when it is short and printable, else ignored', () => {
    expect(readCorrelationId({ 'x-correlation-id': 'trace 1' })).toBe('trace 1');
    for (const id of ['', 'x'.repeat(256), 'é', ['a', 'b']])
      expect(readCorrelationId({ 'x-correlation-id': id })).toBeNull();
  });
});
