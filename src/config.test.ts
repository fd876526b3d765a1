import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

describe('proxies that are trusted', () => {
  const read = (text: string) => readConfig({ TRUNKLINE_TRUST_PROXY: text }).trustProxy;

  test('are none unless they are named', () => {
    expect(readConfig({}).trustProxy).toEqual([]);
    expect(read('')).toEqual([]);
    expect(read('false')).toEqual([]);
  });

  test('are addresses, networks and words for networks', () => {
    expect(read('10.0.0.5')).toEqual(['10.0.0.5']);
    expect(read(' 10.0.0.5 ,172.16.0.0/12,loopback, fd00::/8,::1,linklocal,uniquelocal')).toEqual([
      '10.0.0.5',
      '172.16.0.0/12',
      'loopback',
      'fd00::/8',
      '::1',
      'linklocal',
      'uniquelocal',
    ]);
  });

  test.each([
    'true',
    '1',
    '10.0.0.5,',
    '10.0.0',
    'proxy.example.com',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/0',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/x',
    'localhost',
  ])('%s is refused in a sentence', (text) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(/^TRUNKLINE_TRUST_PROXY must be addresses and networks of proxies/);
  });
});
