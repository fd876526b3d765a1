import { describe, expect, test } from 'vitest';
import { ownPath } from './session-end.ts';

describe('where a sign-in leads', () => {
  test.each(['/', '/messages?status=failed', '/lines/x'])('to a page of ours: %s', (next) => {
    expect(ownPath(next)).toBe(next);
  });

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/x/..//evil.example/path',
    '/%2e//evil.example',
    '/.\\\\evil.example',
    '/./\t/evil.example',
    '//[',
    'javascript:alert(1)',
    'messages',
    '',
    null,
    7,
  ])('to nobody else’s: %j', (next) => {
    expect(ownPath(next)).toBe(null);
  });
});
