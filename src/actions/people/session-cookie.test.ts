import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createCookieReader } from './session-cookie.ts';

const SECRET = 'a secret of this instance';
const read = createCookieReader(SECRET, false);
const NAME = 'trunkline.session_token';

function signed(token: string, secret = SECRET): string {
  return encodeURIComponent(`${token}.${createHmac('sha256', secret).update(token).digest('base64')}`);
}

describe('a cookie that we signed tells its token', () => {
  test('alone, and among others in whatever order', () => {
    const cookie = `${NAME}=${signed('abc')}`;
    expect(read(cookie)).toBe('abc');
    expect(read(`theme=dark; ${cookie}; other=1`)).toBe('abc');
    expect(read(`  ${cookie}  `)).toBe('abc');
  });

  test('with dots in the token, and not encoded', () => {
    expect(read(`${NAME}=${signed('a.b.c')}`)).toBe('a.b.c');
    expect(read(`${NAME}=${decodeURIComponent(signed('abc'))}`)).toBe('abc');
  });

  test('under the name for https where the server is reached by it, and under no other', () => {
    const secure = createCookieReader(SECRET, true);
    expect(secure(`__Secure-${NAME}=${signed('abc')}`)).toBe('abc');
    // Written by a page on plain http, who knows by whom.
    expect(secure(`${NAME}=${signed('abc')}`)).toBe(null);
    expect(read(`__Secure-${NAME}=${signed('abc')}`)).toBe(null);
  });

  test('the first of two counts', () => {
    expect(read(`${NAME}=${signed('first')}; ${NAME}=${signed('second')}`)).toBe('first');
    expect(read(`${NAME}=forged; ${NAME}=${signed('second')}`)).toBe(null);
  });
});

test.each([
  undefined,
  '',
  ';;;',
  NAME,
  `${NAME}=`,
  `${NAME}=abc`,
  `${NAME}=abc.`,
  `${NAME}=.${signed('').slice(1)}`,
  `${NAME}=${signed('')}`,
  `${NAME}=${signed('abc', 'another secret')}`,
  `${NAME}=${signed('abc').slice(0, -8)}`,
  `${NAME}=${signed('abc')}AAAA`,
  `${NAME}=x${signed('abc')}`,
  `${NAME}=%E0%A4%A`,
  `${NAME}x=${signed('abc')}`,
  `x${NAME}=${signed('abc')}`,
])('%j tells nothing', (header) => {
  expect(read(header)).toBe(null);
});
