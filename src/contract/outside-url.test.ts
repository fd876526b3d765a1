import { describe, expect, test } from 'vitest';
import { troubleOfUrl } from './outside-url.ts';

const closed = { allowPrivateHosts: false };
const open = { allowPrivateHosts: true };

describe('an address that somebody names for us to call', () => {
  test.each([
    ['https://example.com/x?y={email}', null],
    ['http://example.com:8080/', null],
    ['https://93.184.216.34/', null],
    ['nowhere', 'not a URL'],
    ['https://{host}/', 'must name its host'],
    ['https://api.{firstName}.example.com/', 'must name its host'],
    ['ftp://example.com/', 'must begin with http:// or https://'],
    ['file:///etc/passwd', 'must begin with http:// or https://'],
    ['https://user:word@example.com/', 'must not hold a user name or password'],
    ['http://localhost/', 'is not a public address'],
    ['http://127.1/', 'is not a public address'],
    ['http://2130706433/', 'is not a public address'],
    ['http://0x7f000001/', 'is not a public address'],
    ['http://[::1]:80/', 'is not a public address'],
    ['http://[::ffff:10.0.0.1]/', 'is not a public address'],
    ['http://169.254.169.254/latest', 'is not a public address'],
    ['http://10.0.0.1/', 'is not a public address'],
  ])('%s: %s', (url, trouble) => {
    expect(troubleOfUrl(url, closed, { plainHttp: true })).toBe(trouble);
  });

  test('is https alone where it must be, but for this machine where private hosts are allowed', () => {
    const rules = { plainHttp: false };
    expect(troubleOfUrl('http://example.com/', closed, rules)).toBe('must begin with https://');
    expect(troubleOfUrl('http://example.com/', open, rules)).toBe('must begin with https://');
    expect(troubleOfUrl('http://127.0.0.1:9/', open, rules)).toBeNull();
    expect(troubleOfUrl('https://10.0.0.1/', open, rules)).toBeNull();
  });
});
