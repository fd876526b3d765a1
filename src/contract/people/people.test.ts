import { describe, expect, test } from 'vitest';
import { Problem } from '../problems.ts';
import { parseAcceptInvitation, parseInvite, parseSetup, parseToken, parseUpdateMember } from './people.ts';
import { parseChangePassword, parseCode, parseSignIn } from './sign-in.ts';

const SETUP = { token: 't', name: 'Ada', email: 'ada@example.com', password: 'a sentence nobody guesses' };

/** The field that is at fault. */
function faultOf(parse: () => unknown): string | null {
  try {
    parse();
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.param ?? error.code;
    throw error;
  }
}

describe('whoever comes in', () => {
  test('has an email address in one form, and a password word for word, blanks and all', () => {
    const given = { ...SETUP, email: ' ADA@Example.com ', password: '  blanks count  ' };
    expect(parseSetup(given)).toEqual({ ...SETUP, password: '  blanks count  ' });
  });

  test.each([
    ['name', { name: ' ' }],
    ['name', { name: 'A\nB' }],
    ['name', { name: 'x'.repeat(101) }],
    ['email', { email: 'nobody' }],
    ['email', { email: null }],
    ['password', { password: 'too short' }],
    ['password', { password: ' '.repeat(12) }],
    ['password', { password: 'x'.repeat(129) }],
    ['password', { password: 'a\0sentence nobody guesses' }],
    ['password', { password: ['a sentence nobody guesses'] }],
  ])('is told what is wrong with the %s: %j', (param, change) => {
    expect(faultOf(() => parseSetup({ ...SETUP, ...change }))).toBe(param);
  });

  test('brings name and password, or neither where there is an account', () => {
    expect(parseAcceptInvitation({ token: 't' })).toEqual({ token: 't', account: null });
    const { name, password } = SETUP;
    expect(parseAcceptInvitation({ token: 't', name, password }).account).toEqual({ name, password });
    expect(faultOf(() => parseAcceptInvitation({ token: 't', name }))).toBe('password');
    expect(faultOf(() => parseAcceptInvitation({ token: 't', password }))).toBe('name');
  });

  test('with no token at all has one that is nobody’s', () => {
    expect(parseToken({})).toBe('');
    expect(faultOf(() => parseToken({ token: 'x'.repeat(129) }))).toBe('token');
    expect(faultOf(() => parseToken({ token: { $ne: '' } }))).toBe('token');
  });
});

describe('roles', () => {
  test('are one of four; an invitation is for a member unless it says more', () => {
    expect(parseInvite({ email: 'x@example.com' })).toMatchObject({ role: 'member', warnings: [] });
    expect(parseInvite({ email: 'x@example.com', role: 'viewer' }).role).toBe('viewer');
    expect(faultOf(() => parseInvite({ email: 'x@example.com', role: 'root' }))).toBe('role');
    expect(faultOf(() => parseUpdateMember({}))).toBe('role');
    expect(parseUpdateMember({ role: 'admin', since: 1 }).warnings).toEqual(['Unknown field: since']);
  });
});

describe('signing in', () => {
  test('takes a password as it is: short ones are wrong, not refused', () => {
    expect(parseSignIn({ email: 'a@example.com', password: 'x' })).toEqual({
      email: 'a@example.com',
      password: 'x',
      remember: true,
    });
    expect(faultOf(() => parseSignIn({ email: 'a@example.com' }))).toBe('password');
    expect(faultOf(() => parseSignIn({ email: 'a@example.com', password: 'x'.repeat(129) }))).toBe(
      'password',
    );
    expect(faultOf(() => parseChangePassword({ currentPassword: 'x', newPassword: 'y' }))).toBe(
      'newPassword',
    );
  });

  test('takes a code as telephones show it, in two groups', () => {
    expect(parseCode({ code: ' 123 456 ' })).toEqual({ code: '123456', trustDevice: false });
    expect(faultOf(() => parseCode({ code: 123_456 }))).toBe('code');
  });
});
