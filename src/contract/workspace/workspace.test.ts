import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problems.ts';
import { parseUpdateWorkspace, UpdateWorkspaceBody } from './workspace.ts';

const refused = (body: unknown): Problem => {
  try {
    parseUpdateWorkspace(body);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('parseUpdateWorkspace', () => {
  test('takes what is given and leaves the rest alone', () => {
    expect(parseUpdateWorkspace({ name: ' Sales ' }).request).toEqual({ name: 'Sales' });
    expect(parseUpdateWorkspace({ timezone: 'Asia/Kathmandu', lineDownPolicy: 'move' }).request).toEqual({
      timezone: 'Asia/Kathmandu',
      lineDownPolicy: 'move',
    });
  });

  test('names what it ignores', () => {
    expect(parseUpdateWorkspace({ name: 'A', billingStatus: 'active' }).warnings).toEqual([
      'Unknown field: billingStatus',
    ]);
  });

  test.each([
    [{ timezone: 'Mars/Olympus' }, 'timezone must be an IANA time zone, like America/New_York'],
    [{ timezone: '+02:00' }, 'timezone must be an IANA time zone, like America/New_York'],
    [{ name: 'x'.repeat(256) }, 'name must be at most 255 characters'],
    [{}, 'Give at least one field to change'],
    [[], 'Request body must be a JSON object'],
  ])('refuses %j with a sentence', (body, sentence) => {
    expect(refused(body).error).toBe(sentence);
  });

  test('refuses a policy that is none of the three, naming the field', () => {
    expect(refused({ lineDownPolicy: 'panic' }).param).toBe('lineDownPolicy');
  });

  test('whatever comes, the answer is a request or a Problem', () => {
    const body = fc.dictionary(
      fc.constantFrom(...Object.keys(UpdateWorkspaceBody.shape), 'x'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(body, (given) => {
        try {
          const { request } = parseUpdateWorkspace(given);
          return Object.keys(request).length > 0;
        } catch (error) {
          return error instanceof Problem;
        }
      }),
    );
  });
});
