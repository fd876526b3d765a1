import { expect, test } from 'vitest';
import type { Sql } from '../store/database.ts';
import { createListCounts } from './list-counts.ts';

/** Answers one list with as many leads, and counts how often it was asked. */
function counting(leads: () => number): { tx: Sql; asked: () => number } {
  let asked = 0;
  const query = async () => {
    asked += 1;
    return [{ id: 'a', count: leads() }] as never[];
  };
  return { tx: { query }, asked: () => asked };
}

test('few leads are counted each time, many once in ten seconds, of each workspace', async () => {
  let now = 1_000_000;
  let leads = 19_999;
  const counts = createListCounts({ clock: { now: () => now, sleep: async () => {} } });
  const { tx, asked } = counting(() => leads);
  await counts.read(tx, 'w');
  await counts.read(tx, 'w');
  expect(asked()).toBe(2);
  leads = 20_000;
  await counts.read(tx, 'w');
  leads = 30_000;
  now += 9_999;
  expect((await counts.read(tx, 'w')).get('a')).toBe(20_000);
  expect((await counts.read(tx, 'other')).get('a')).toBe(30_000);
  now += 1;
  expect((await counts.read(tx, 'w')).get('a')).toBe(30_000);
  // A clock that was set back makes the past long ago.
  now -= 60_000;
  leads = 40_000;
  expect((await counts.read(tx, 'w')).get('a')).toBe(40_000);
});
