/** From a person to what that person may do in a workspace. */
import { describe, expect, test } from 'vitest';
import { callerOf } from './sessions.ts';

const session = {
  personId: 'p1',
  memberships: [
    { workspaceId: 'org_first', role: 'viewer' as const },
    { workspaceId: 'org_second', role: 'owner' as const },
  ],
};

describe('a person in two workspaces', () => {
  test('is in the one joined first, unless another is asked for', () => {
    expect(callerOf(session, null)).toMatchObject({ workspaceId: 'org_first', role: 'viewer' });
    expect(callerOf(session, 'org_second')).toMatchObject({ workspaceId: 'org_second', role: 'owner' });
  });

  test('may do in each what the role there allows, and nothing of the other', () => {
    expect(callerOf(session, 'org_first').scopes).toEqual(['read']);
    expect(callerOf(session, 'org_second').scopes).toEqual(['read', 'send', 'admin']);
  });

  test.each(['', 'org_third', 'ORG_FIRST', 'org_first '])('is in no third one: %j', (workspaceId) => {
    expect(() => callerOf(session, workspaceId)).toThrow(expect.objectContaining({ code: 'NOT_A_MEMBER' }));
  });
});

test('a person of no workspace is nobody’s caller', () => {
  const alone = { personId: 'p1', memberships: [] };
  for (const workspaceId of [null, 'org_first'])
    expect(() => callerOf(alone, workspaceId)).toThrow(expect.objectContaining({ code: 'NOT_A_MEMBER' }));
});

test('a person is no key: the caller names the one and not the other', () => {
  expect(callerOf(session, null)).toMatchObject({ personId: 'p1', apiKeyId: '' });
});
