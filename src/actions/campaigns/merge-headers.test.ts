import { describe, expect, test } from 'vitest';
import type { Condition, Step } from '../../domain/campaign/campaign.ts';
import { headersOf, mergeHeaders } from './merge-headers.ts';

const asking = (id: string, url: string): Condition => ({
  id,
  type: 'http',
  url,
  method: 'GET',
  body: null,
  path: '',
  operator: 'exists',
  value: null,
});
const steps = (...conditions: Condition[]): Step[] => [
  {
    key: 'a',
    message: 'Hi',
    subject: null,
    smsMessage: null,
    attachments: [],
    wait: { value: 0, unit: 's' },
    onlyNonResponders: false,
    stopConditions: [],
    branches: conditions.map((condition) => ({ condition, to: 'end' })),
    next: null,
  },
];
const before = {
  steps: steps(asking('crm', 'https://crm.example.com/a'), asking('shop', 'https://shop.example.com/')),
  headers: { crm: { 'x-key': 'one' } },
};

describe('headers of conditions that are written anew', () => {
  test('are those that are given', () => {
    const given = new Map([['crm', { 'x-key': 'two' }]]);
    const { headers, faults } = mergeHeaders(
      steps(asking('crm', 'https://other.example.com/')),
      given,
      before,
    );
    expect([headers, faults]).toEqual([{ crm: { 'x-key': 'two' } }, []]);
  });

  test('else those before, as long as they go to the same server', () => {
    const merge = (url: string) => mergeHeaders(steps(asking('crm', url)), new Map(), before);
    expect(merge('https://crm.example.com/elsewhere?x={email}').headers).toEqual(before.headers);
    for (const url of [
      'https://evil.example.com/a',
      'http://crm.example.com/a',
      'https://crm.example.com:8443/a',
      'https://crm.example.com.evil.example.com/a',
      'https://crm.example.com@evil.example.com/a',
    ]) {
      const { headers, faults } = merge(url);
      expect([url, headers, faults.map(({ param }) => param)]).toEqual([
        url,
        {},
        ['steps[0].branches[0].condition.headers'],
      ]);
    }
  });

  test('and none where there were none, or where they are given as none', () => {
    const moved = steps(asking('shop', 'https://other.example.com/'));
    expect(mergeHeaders(moved, new Map(), before)).toEqual({ headers: {}, faults: [] });
    const gone = mergeHeaders(
      steps(asking('crm', 'https://other.example.com/')),
      new Map([['crm', {}]]),
      before,
    );
    expect(gone).toEqual({ headers: {}, faults: [] });
  });

  test('do not go over to a condition of another kind, nor to one that was made elsewhere', () => {
    const dnc: Condition = { id: 'crm', type: 'dnc' };
    expect(mergeHeaders(steps(dnc), new Map(), before)).toEqual({ headers: {}, faults: [] });
    const again = { steps: steps(dnc), headers: before.headers };
    const { headers, faults } = mergeHeaders(
      steps(asking('crm', 'https://crm.example.com/')),
      new Map(),
      again,
    );
    expect([headers, faults.length]).toEqual([{}, 1]);
  });

  test('say what its body is, which is JSON unless they say otherwise', () => {
    const posting = { ...asking('crm', 'https://crm.example.com/'), method: 'POST', body: 'mail={email}' };
    const fault = (given: Record<string, string>) =>
      mergeHeaders(steps(posting as Condition), new Map([['crm', given]]), { steps: [], headers: {} }).faults;
    expect(fault({ 'x-key': 'one' })).toMatchObject([
      { param: 'steps[0].branches[0].condition', error: expect.stringContaining('must be JSON') },
    ]);
    expect(fault({ 'content-type': 'application/x-www-form-urlencoded' })).toEqual([]);
  });

  test('are only those of the condition itself, whatever it is called', () => {
    for (const name of ['constructor', '__proto__', 'toString']) expect(headersOf({}, name)).toEqual({});
  });
});
