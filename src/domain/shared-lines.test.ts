import { describe, expect, test } from 'vitest';
import { whatShares } from './shared-lines.ts';

const lines = [
  { id: 'a', deviceId: 'mac' },
  { id: 'b', deviceId: 'mac' },
  { id: 'c', deviceId: 'phone' },
  { id: 'd', deviceId: 'other' },
  { id: 'e', deviceId: 'last' },
];

describe('what shares caps and gaps with some lines', () => {
  test('is nothing but themselves where they stand alone', () => {
    expect(whatShares(['d'], { lines, campaigns: [] })).toEqual({ lineIds: ['d'], campaignIds: [] });
  });

  test('are the lines on the same device', () => {
    expect(whatShares(['a'], { lines, campaigns: [] }).lineIds).toEqual(['a', 'b']);
  });

  test('are the campaigns that run on them, and the lines of those, however far that leads', () => {
    const campaigns = [
      { id: 'far', lineIds: ['c', 'd'] },
      { id: 'near', lineIds: ['b', 'c'] },
      { id: 'apart', lineIds: ['e'] },
    ];
    const shared = whatShares(['a'], { lines, campaigns });
    expect(shared.lineIds).toEqual(['a', 'b', 'c', 'd']);
    expect(shared.campaignIds.sort()).toEqual(['far', 'near']);
  });

  test('leaves out lines that are gone', () => {
    const campaigns = [{ id: 'old', lineIds: ['d', 'gone'] }];
    expect(whatShares(['d'], { lines, campaigns }).lineIds).toEqual(['d']);
  });
});
