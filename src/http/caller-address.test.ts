import { describe, expect, test } from 'vitest';
import { createCallerAddress } from './caller-address.ts';

type Asked = Parameters<ReturnType<typeof createCallerAddress>>[0];

function addressOf(trusted: readonly string[], peer: string, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return createCallerAddress(trusted)({ socket: { remoteAddress: peer }, headers } as unknown as Asked);
}

test('nobody is believed who is not trusted', () => {
  expect(addressOf([], '127.0.0.1', '1.2.3.4')).toBe('127.0.0.1');
  expect(addressOf([], '::ffff:127.0.0.1', '1.2.3.4')).toBe('::ffff:127.0.0.1');
  expect(addressOf(['10.0.0.1'], '10.0.0.2', '1.2.3.4')).toBe('10.0.0.2');
  expect(addressOf(['loopback'], '203.0.113.5', '127.0.0.1')).toBe('203.0.113.5');
});

describe('of a proxy that is trusted', () => {
  test.each([
    [['10.0.0.1'], '10.0.0.1', '1.2.3.4', '1.2.3.4'],
    [['10.0.0.1'], '::ffff:10.0.0.1', '1.2.3.4', '1.2.3.4'],
    [['10.0.0.0/8'], '10.20.30.40', '1.2.3.4', '1.2.3.4'],
    [['loopback'], '127.0.0.1', '1.2.3.4', '1.2.3.4'],
    [['loopback'], '::1', '2001:DB8::1', '2001:db8::1'],
    [['uniquelocal'], '172.18.0.1', '1.2.3.4', '1.2.3.4'],
    [['uniquelocal'], 'fd00::1', '1.2.3.4', '1.2.3.4'],
    [['linklocal'], '169.254.1.1', '1.2.3.4', '1.2.3.4'],
    [['2001:db8::/32'], '2001:db8::5', '1.2.3.4', '1.2.3.4'],
    [['2001:db8::/32', 'loopback'], '127.0.0.1', '1.2.3.4', '1.2.3.4'],
  ])('%j: %s says %s', (trusted, peer, forwarded, expected) => {
    expect(addressOf(trusted, peer, forwarded)).toBe(expected);
  });

  test('only what it wrote itself counts: what the caller sent along stands before', () => {
    expect(addressOf(['loopback'], '127.0.0.1', '9.9.9.9, 1.2.3.4')).toBe('1.2.3.4');
    expect(addressOf(['loopback'], '127.0.0.1', '127.0.0.1, 1.2.3.4')).toBe('1.2.3.4');
  });

  test('several are walked through to the first that is not trusted', () => {
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '9.9.9.9, 1.2.3.4, 10.0.0.2')).toBe('1.2.3.4');
    expect(addressOf(['10.0.0.1'], '10.0.0.1', '9.9.9.9, 1.2.3.4, 10.0.0.2')).toBe('10.0.0.2');
    // Everybody inside: the one who called first.
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
  });

  test.each([
    ['1.2.3.4:5678', '1.2.3.4'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    [' 1.2.3.4 ', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['unknown', '127.0.0.1'],
    ['_hidden, unknown', '127.0.0.1'],
    ['', '127.0.0.1'],
    [',', '127.0.0.1'],
    ['10', '127.0.0.1'],
    ['1.2.3.4.5', '127.0.0.1'],
    ['a'.repeat(10_000), '127.0.0.1'],
  ])('%s is %s', (forwarded, expected) => {
    expect(addressOf(['loopback'], '127.0.0.1', forwarded)).toBe(expected);
  });

  test('who says nothing calls for itself', () => {
    expect(addressOf(['loopback'], '127.0.0.1')).toBe('127.0.0.1');
  });
});
